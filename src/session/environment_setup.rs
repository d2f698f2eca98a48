//! The site of a campaign: what its plans need of a target.

use super::checked_endpoint::CheckedEndpoint;
use super::exit_kind::ExitKind;
use super::settings::CampaignSettings;
use super::target::SuiteTarget;
use super::user_error::UserError;
use crate::campaign::{CampaignEnvironment, MockCampaignSettings};
use crate::endpoint::{CALLERS, Endpoint, Identities};
use crate::history::SecretFilter;
use crate::http_client::WallClock;
use crate::mock::Tempo;
use crate::model::{BeliefLimits, Model};
use crate::plan::{PlanLimits, SuiteHints, WaitPrice};
use crate::plan_execution::{AcceptedReads, Pace, SharedBudget, StopReason};
use crate::profile::Profile;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Most possible states of a factor.
pub const STATES_MAX: usize = 4096;
/// Shortest time between two polls of a resource over a network.
const POLL_LEAST: Duration = Duration::from_millis(20);
/// Added to the longest time to settle, for the poll after the bound.
const LATE: Duration = Duration::from_secs(1);

/// The settings of a campaign against a mock, or against a service in this process.
pub(super) fn make_mock_campaign_settings(settings: &CampaignSettings<'_>) -> MockCampaignSettings {
    let fault = match settings.target {
        SuiteTarget::Mock(fault) => fault.clone(),
        _ => None,
    };
    MockCampaignSettings {
        seed: settings.seed,
        tempo: Tempo::CLOUD,
        fault,
        bounds: make_belief_limits(settings),
        limits: settings.limits,
    }
}

/// The site of a campaign at an endpoint. The profile gives identities, secrets and times.
pub(super) fn make_endpoint_environment<'a>(
    settings: &CampaignSettings<'_>,
    profile: &Profile,
    checked: &CheckedEndpoint,
    endpoint: &'a dyn Fn(u64) -> Rc<dyn Endpoint>,
) -> CampaignEnvironment<'a> {
    let (model, schemas) = (&checked.loaded.model, &checked.loaded.schemas);
    let budget = SharedBudget::new(settings.limits).watched_by(settings.spending.clone());
    budget.count_additional(checked.endpoint.as_ref());
    let literals = profile.identities.list_credentials().map(|credential| credential.expose());
    CampaignEnvironment {
        model: model.clone(),
        schemas: schemas.clone(),
        hints: Arc::new(SuiteHints::new(model, schemas)),
        identities: profile.identities.clone(),
        secrets: SecretFilter::new(&settings.salt)
            .with_names(profile.secrets.iter().map(String::as_str))
            .with_literals(literals)
            .with_learned(checked.learned.clone()),
        pace: choose_pace(settings, profile, model),
        wait_price: find_wait_price(profile),
        usual_ms: settings.times.map(|times| times.usual_ms.clone()).unwrap_or_default(),
        limits: settings.limits,
        budget,
        accepted_reads: AcceptedReads::default(),
        seed: settings.seed,
        reading_only: settings.target.is_read_only(),
        cancel: settings.cancel.clone(),
        bounds: make_belief_limits(settings),
        plan_limits: limit_choices(settings, &profile.identities),
        endpoint,
        setup: profile.setup.clone(),
        provoke: profile.provoke.clone(),
        wall_clock: Some(format_wall_clock(settings.wall.clone())),
        watch: settings.watch.clone(),
        tracker: None,
    }
}

/// The present time as histories record the time.
fn format_wall_clock(wall: WallClock) -> Arc<dyn Fn() -> String + Send + Sync> {
    Arc::new(move || wall().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
}

fn make_belief_limits(settings: &CampaignSettings<'_>) -> BeliefLimits {
    BeliefLimits { states_max: STATES_MAX, settle_percent: settings.settle_percent, insight: false }
}

/// The times between polls of an endpoint, and the longest time to settle.
pub(super) fn choose_pace(settings: &CampaignSettings<'_>, profile: &Profile, model: &Model) -> Pace {
    let settle_ms = model.suite.resources.iter().map(|resource| resource.settles_ms).max().unwrap_or(60_000);
    let settle_most = Duration::from_millis(settle_ms.saturating_mul(u64::from(settings.settle_percent)) / 100);
    let limits = &profile.limits;
    // An endpoint that settles in a hundredth of the time is polled a hundred times as often.
    let scaled = |usual: Duration| (usual * settings.settle_percent.min(100) / 100).max(POLL_LEAST);
    Pace {
        poll_first: limits.poll_ms.map_or_else(|| scaled(Pace::REAL.poll_first), Duration::from_millis),
        poll_most: scaled(Pace::REAL.poll_most),
        // Each resource has its own bound. The last poll comes a little after the bound.
        settle_most: settle_most + LATE,
        quiet: settle_most + LATE,
        request_timeout: limits.request_seconds.map_or(Pace::REAL.request_timeout, Duration::from_secs),
        ..Pace::REAL
    }
}

/// What waiting costs at the endpoint of a profile.
pub(super) fn find_wait_price(profile: &Profile) -> WaitPrice {
    WaitPrice::Time { bound_waits_max: profile.limits.bound_waits.count_max() }
}

/// The bounds of a chooser: the callers of the identities, and the path parameters that the identities fill in.
pub(super) fn limit_choices(settings: &CampaignSettings<'_>, identities: &Identities) -> PlanLimits {
    let operations = &settings.loaded.schemas.catalog.operations;
    let parameters = operations.iter().flat_map(|operation| &operation.path).map(|parameter| &parameter.name);
    let callers = CALLERS.iter().copied();
    PlanLimits {
        steps_max: settings.limits.steps_per_plan,
        live_max: settings.limits.live_resources,
        filled_parameters: parameters
            .filter(|name| identities.find_parameter("owner", name).is_some())
            .cloned()
            .collect(),
        // The caller `none` needs no credentials.
        callers: callers
            .filter(|caller| *caller == "none" || identities.has_caller(caller))
            .map(str::to_string)
            .collect(),
        avoided_operations: list_unclaimed_operations(settings),
    }
}

/// The operations that the profile does not claim.
pub(super) fn list_unclaimed_operations(settings: &CampaignSettings<'_>) -> BTreeSet<String> {
    settings.exceptions.unclaimed().map(|unclaimed| unclaimed.operations.clone()).unwrap_or_default()
}

/// Runs a future to its end on a single-threaded runtime with real time.
///
/// # Errors
/// If the operating system refuses a runtime.
pub fn block_on<T>(future: impl Future<Output = T>) -> Result<T, UserError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| UserError::endpoint("this machine", error.to_string(), "free memory and file handles"))?;
    let result = runtime.block_on(future);
    // A look-up of a name cannot be ended, and the result does not wait for it.
    runtime.shutdown_background();
    Ok(result)
}

/// The error of a campaign, or of a replayed plan, that ended early because something has to be mended.
pub(super) fn describe_failure(settings: &CampaignSettings<'_>, stop: &StopReason) -> UserError {
    let target = match settings.target {
        SuiteTarget::Mock(_) => "the mock".to_string(),
        SuiteTarget::Address(address, _) => address.clone(),
        SuiteTarget::InProcess(service) => service.name.clone(),
    };
    let (place, remedy, exit) = match stop {
        StopReason::Unfit(_) => {
            (target, "add the path parameters of the catalog to the profile's identities", ExitKind::BadInput)
        }
        StopReason::Provocation { .. } => {
            (target, "correct the command; the endpoint may still fail on purpose", ExitKind::BadInput)
        }
        StopReason::EarlierPart { .. } => {
            (target, "make the files of the earlier part readable, or run without --resume", ExitKind::BadInput)
        }
        StopReason::Journal { .. } => (
            settings.journal.folder.display().to_string(),
            "make the folder of the journal writable, and free space on its disk",
            ExitKind::BadInput,
        ),
        StopReason::CredentialsRefused { .. } => (
            target,
            "check whether the credentials under `identities` have expired or were revoked, and run again",
            ExitKind::Endpoint,
        ),
        _ => (target, "check that the endpoint runs and can be reached from here", ExitKind::Endpoint),
    };
    UserError { exit, ..UserError::endpoint(place, stop.to_string(), remedy) }
}
