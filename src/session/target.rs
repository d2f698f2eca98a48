//! From command line and profile to the target of each suite's campaign.

use super::loaded_suite::LoadedSuite;
use super::suite_store::SuiteStore;
use super::user_error::{UserError, suggest_name};
use crate::endpoint::{Endpoint, Identities, Identity};
use crate::mock::{Mutant, list_mutants};
use crate::profile::{ChangePolicy, ConcurrencyPolicy, Profile, ProfileError};
use crate::report::ReportTarget;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

/// Which target the user asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetChoice {
    /// The mock in this process.
    Mock,
    /// An endpoint at an address.
    Address(String),
    /// For each suite the address that the profile gives. A suite without an address is an error: the mock in its
    /// place would pass, and prove nothing about an endpoint.
    Profile,
}

/// The target of a suite's campaign.
#[derive(Debug, Clone)]
pub enum SuiteTarget {
    /// The mock in this process, with at most one fault.
    Mock(Option<Mutant>),
    /// The address of an endpoint, and its profile.
    Address(String, Arc<Profile>),
    /// A service in this process.
    InProcess(InProcessService),
}

/// Makes an endpoint in this process; called once for each plan, on the thread of the plan.
pub type EndpointFactory = Arc<dyn Fn(u64) -> Rc<dyn Endpoint> + Send + Sync>;

/// A service in this process, given by another crate.
#[derive(Clone)]
pub struct InProcessService {
    /// The name in reports.
    pub name: String,
    /// Makes the endpoint of each plan.
    pub make_endpoint: EndpointFactory,
    /// The callers that the service knows, with path parameters and credentials.
    pub identities: Identities,
    /// Whether tokio's clock is paused, so that waiting takes no real time.
    pub paused_clock: bool,
}

impl std::fmt::Debug for InProcessService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InProcessService").field("name", &self.name).finish_non_exhaustive()
    }
}

impl SuiteTarget {
    /// Whether the target is an endpoint whose time is real.
    #[must_use]
    pub fn is_real(&self) -> bool {
        match self {
            SuiteTarget::Mock(_) | SuiteTarget::InProcess(_) => false,
            SuiteTarget::Address(..) => true,
        }
    }

    /// Whether the profile forbids creates, changes and deletions.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        matches!(self, SuiteTarget::Address(_, profile) if profile.changes != ChangePolicy::Allowed)
    }

    /// Whether calls of a run may overlap on purpose: at the mock, and where a profile allows it.
    #[must_use]
    pub fn allows_overlap(&self) -> bool {
        match self {
            SuiteTarget::Mock(_) => true,
            SuiteTarget::InProcess(_) => false,
            SuiteTarget::Address(_, profile) => profile.concurrent == ConcurrencyPolicy::Allowed,
        }
    }

    /// Names of response headers with the id of a request, in addition to the usual names.
    #[must_use]
    pub fn list_request_id_headers(&self) -> &[String] {
        match self {
            SuiteTarget::Address(_, profile) => &profile.connection.request_ids,
            SuiteTarget::Mock(_) | SuiteTarget::InProcess(_) => &[],
        }
    }

    /// The headers that prove each caller of an endpoint with a profile; none for a caller whose requests are signed.
    #[must_use]
    pub fn list_proof_headers(&self) -> Option<BTreeMap<String, Option<Vec<String>>>> {
        let of = |(caller, identity): (&str, &Identity)| (caller.to_string(), identity.list_proof_headers());
        match self {
            SuiteTarget::Address(_, profile) => Some(profile.identities.iter().map(of).collect()),
            SuiteTarget::InProcess(service) => Some(service.identities.iter().map(of).collect()),
            SuiteTarget::Mock(_) => None,
        }
    }

    /// The profile of an endpoint at an address.
    #[must_use]
    pub fn find_profile(&self) -> Option<&Profile> {
        match self {
            SuiteTarget::Address(_, profile) => Some(profile),
            SuiteTarget::Mock(_) | SuiteTarget::InProcess(_) => None,
        }
    }

    /// The target as the report names it.
    #[must_use]
    pub fn to_report_target(&self) -> ReportTarget {
        match self {
            SuiteTarget::Mock(fault) => ReportTarget::Mock { fault: fault.as_ref().map(|fault| fault.name.clone()) },
            SuiteTarget::Address(address, _) => ReportTarget::Address(address.clone()),
            SuiteTarget::InProcess(service) => ReportTarget::InProcess(service.name.clone()),
        }
    }
}

/// Reads the profile at a path; without a path, an empty profile.
///
/// # Errors
/// If the file cannot be used.
pub fn load_profile(path: Option<&Path>) -> Result<Arc<Profile>, UserError> {
    match path {
        Some(path) => convert_profile(Profile::load(path)),
        None => parse_profile("{}"),
    }
}

/// Reads a profile from YAML text.
///
/// # Errors
/// If the text is not a profile.
pub fn parse_profile(text: &str) -> Result<Arc<Profile>, UserError> {
    convert_profile(Profile::parse(text, "the profile given", &|name| std::env::var(name).ok()))
}

fn convert_profile(read: Result<Profile, ProfileError>) -> Result<Arc<Profile>, UserError> {
    read.map(Arc::new).map_err(|error| {
        let place =
            if error.line == 0 { error.file } else { format!("{}:{}:{}", error.file, error.line, error.column) };
        UserError::input(place, error.cause, error.remedy)
    })
}

/// A warning for a profile with credentials in plain text; none without such a credential.
#[must_use]
pub fn warn_of_credentials(profile: &Profile) -> Option<String> {
    let first = profile.literals.first()?;
    let more = match profile.literals.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let remedy = "refer to it with env:NAME, file:PATH or command:LINE";
    Some(format!("warning: {first}{more}: a credential is written out in the profile; {remedy}"))
}

/// Checks the pool names of a profile. Pools of suites that are not selected are permitted.
///
/// # Errors
/// If no suite has a pool of the profile.
pub fn check_pools(
    profile: &Profile,
    loaded: &[LoadedSuite],
    store: &SuiteStore,
    today: &str,
) -> Result<(), UserError> {
    let pools_of = |loaded: &LoadedSuite| loaded.suite.pools.keys().cloned().collect::<Vec<String>>();
    let mut known: BTreeSet<String> = loaded.iter().flat_map(pools_of).collect();
    let named = || profile.pools.keys().chain(profile.offers.keys());
    if named().all(|pool| known.contains(pool)) {
        return Ok(());
    }
    for suite in store.list_suites()? {
        // An error in a suite that is not selected does not matter.
        known.extend(store.load(&suite, today).iter().flat_map(pools_of));
    }
    match named().find(|pool| !known.contains(*pool)) {
        None => Ok(()),
        Some(pool) => {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let place = format!("pool `{pool}` of the profile");
            Err(UserError::input(place, "no suite has a pool of that name", suggest_name(pool, &known)))
        }
    }
}

/// The target of each suite, with the suite's pools replaced by the profile's. A fault keeps only the
/// suites that have the mutant.
///
/// # Errors
/// If no suite has the mutant, or a pool is unknown.
pub fn resolve_targets(
    choice: &TargetChoice,
    fault: Option<&str>,
    profile: &Arc<Profile>,
    loaded: Vec<LoadedSuite>,
) -> Result<Vec<(LoadedSuite, SuiteTarget)>, UserError> {
    if let (TargetChoice::Address(address), [first, _, ..]) = (choice, loaded.as_slice()) {
        let cause = format!("{} suites are selected, and an address serves one suite", loaded.len());
        let remedy =
            format!("name the suite, such as {}, or give each suite its address under `endpoints`", first.name);
        return Err(UserError::usage(format!("--endpoint {address}"), cause, remedy));
    }
    let mut all = Vec::new();
    for loaded in loaded {
        let address = match choice {
            TargetChoice::Mock => None,
            TargetChoice::Address(address) => Some(address.clone()),
            TargetChoice::Profile => Some(find_profile_endpoint(profile, &loaded.name)?),
        };
        let loaded = loaded.apply_profile(profile)?;
        let target = match address {
            Some(address) => SuiteTarget::Address(address, profile.clone()),
            None => SuiteTarget::Mock(None),
        };
        all.push((loaded, target));
    }
    match fault {
        None => Ok(all),
        Some(fault) => apply_fault(all, fault),
    }
}

/// The address of a suite's endpoint in a profile.
///
/// # Errors
/// If the profile has no address for the suite.
pub fn find_profile_endpoint(profile: &Profile, suite: &str) -> Result<String, UserError> {
    profile.find_endpoint(suite).map(str::to_string).ok_or_else(|| {
        let cause = format!("the profile has no address for the suite `{suite}`");
        let remedy = "write `endpoint` in the profile, or `endpoints` with this suite, or give --endpoint; to test the \
                      mock, give --endpoint mock, and to test fewer suites, name them";
        UserError::input("the profile", cause, remedy)
    })
}

/// The targets of all suites, for the first line of output.
#[must_use]
pub fn describe_targets(targets: &[(LoadedSuite, SuiteTarget)]) -> String {
    let mut all: Vec<String> = targets
        .iter()
        .map(|(_, target)| match target {
            SuiteTarget::Mock(None) => "the built-in mock, which is not a real API".to_string(),
            SuiteTarget::Mock(Some(fault)) => format!("the built-in mock with the fault `{}`", fault.name),
            SuiteTarget::Address(address, _) => address.clone(),
            SuiteTarget::InProcess(service) => service.name.clone(),
        })
        .collect();
    all.dedup();
    all.join(", ")
}

fn apply_fault(
    all: Vec<(LoadedSuite, SuiteTarget)>,
    fault: &str,
) -> Result<Vec<(LoadedSuite, SuiteTarget)>, UserError> {
    let mut known: Vec<String> = Vec::new();
    let mut targets = Vec::new();
    for (loaded, target) in all {
        if let SuiteTarget::Address(address, _) = target {
            let cause = format!("only the mock can have a fault, and {} is run at {address}", loaded.name);
            return Err(UserError::usage(format!("--fault {fault}"), cause, "add --endpoint mock"));
        }
        let mutants = list_mutants(&loaded.model, &loaded.schemas);
        known.extend(mutants.iter().map(|mutant| mutant.name.clone()));
        if let Some(mutant) = mutants.into_iter().find(|mutant| mutant.name == fault) {
            targets.push((loaded, SuiteTarget::Mock(Some(mutant))));
        }
    }
    if targets.is_empty() {
        let of_clause = |name: &&str| name.split('/').next() == Some(fault);
        let all: Vec<&str> = known.iter().map(String::as_str).collect();
        let own: Vec<&str> = all.iter().copied().filter(of_clause).collect();
        let close = suggest_name(fault, if own.is_empty() { &all } else { &own });
        let remedy = format!("{close}; `probity mutants` lists all");
        return Err(UserError::usage(format!("--fault {fault}"), "no suite has a mutant of that name", remedy));
    }
    Ok(targets)
}
