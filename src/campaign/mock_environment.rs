//! The environment of plans against the mock, on a paused clock.

use super::campaign_environment::CampaignEnvironment;
use crate::endpoint::{CALLERS, Endpoint, Identities, Identity, RequestWatch};
use crate::expr::PathKey;
use crate::history::SecretFilter;
use crate::limits::Limits;
use crate::mock::{Mock, Mutant, Tempo};
use crate::model::{BeliefLimits, Model};
use crate::plan::{PlanLimits, SuiteHints, WaitPrice};
use crate::plan_execution::{AcceptedReads, Cancellation, Pace, SharedBudget};
use crate::schema::CompiledCatalog;
use crate::suite::IdExpression;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Settings of the mock and of its campaign.
#[derive(Debug, Clone)]
pub struct MockCampaignSettings {
    /// The seed of the campaign.
    pub seed: u64,
    /// Times of transitions in the mock.
    pub tempo: Tempo,
    /// The promise that the mock breaks.
    pub fault: Option<Mutant>,
    /// Bounds of the belief.
    pub bounds: BeliefLimits,
    /// Limits of the campaign.
    pub limits: Limits,
}

/// Runs a future on this thread and on a paused clock: waits take no time.
///
/// # Panics
/// If the runtime cannot be created, for want of memory.
pub fn run_on_paused_clock<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime with a paused clock").block_on(future)
}

/// Makes a new mock for each plan. Each mock has a separate seed.
pub fn make_mocks(
    model: &Arc<Model>,
    schemas: &Arc<CompiledCatalog>,
    home: &MockCampaignSettings,
) -> impl Fn(u64) -> Rc<dyn Endpoint> {
    let (model, schemas, home) = (model.clone(), schemas.clone(), home.clone());
    move |plan| {
        let seed = home.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(plan);
        Rc::new(Mock::new(model.clone(), schemas.clone(), seed, home.tempo, home.fault.clone()))
    }
}

/// The environment of plans against the mock.
pub fn make_mock_environment<'a>(
    model: &Arc<Model>,
    schemas: &Arc<CompiledCatalog>,
    home: &MockCampaignSettings,
    cancel: Cancellation,
    endpoint: &'a dyn Fn(u64) -> Rc<dyn Endpoint>,
) -> CampaignEnvironment<'a> {
    let identities = make_mock_identities(schemas);
    let settle_most = model.suite.resources.iter().map(|resource| resource.settles_ms).max().unwrap_or(60_000);
    let soonest = model.suite.resources.iter().map(|resource| resource.settles_ms).min().unwrap_or(60_000);
    let settle_most =
        Duration::from_millis(settle_most.saturating_mul(u64::from(home.bounds.settle_percent)) / 100 + 60_000);
    CampaignEnvironment {
        model: model.clone(),
        schemas: schemas.clone(),
        hints: Arc::new(SuiteHints::new(model, schemas)),
        identities,
        secrets: SecretFilter::new("mock"),
        pace: Pace {
            // Few polls with long waits: on a paused clock polls cost time, waits cost none.
            poll_first: Duration::from_millis(soonest / 10).max(Duration::from_millis(700)),
            poll_factor_percent: 400,
            poll_most: settle_most,
            quiet: settle_most,
            settle_most,
            ..Pace::IN_PROCESS
        },
        wait_price: WaitPrice::Free,
        usual_ms: BTreeMap::new(),
        limits: home.limits,
        budget: SharedBudget::new(home.limits),
        accepted_reads: AcceptedReads::default(),
        seed: home.seed,
        reading_only: false,
        cancel,
        bounds: home.bounds,
        plan_limits: make_mock_limits(model, schemas, &home.limits),
        endpoint,
        setup: BTreeMap::new(),
        provoke: BTreeMap::new(),
        wall_clock: None,
        watch: RequestWatch::default(),
        tracker: None,
    }
}

/// Limits of choosers against the mock, which knows every caller and fills in the path parameters that
/// all operations share.
#[must_use]
pub fn make_mock_limits(model: &Model, schemas: &CompiledCatalog, limits: &Limits) -> PlanLimits {
    let identities = make_mock_identities(schemas);
    let parameters = schemas.catalog.operations.iter().flat_map(|operation| &operation.path);
    let filled = parameters.map(|parameter| &parameter.name).filter(|name| {
        let known = identities.find_parameter("owner", name).is_some();
        known && !is_resource_id(model, name)
    });
    let callers = CALLERS.iter().map(|caller| (*caller).to_string()).collect();
    PlanLimits {
        steps_max: limits.steps_per_plan,
        live_max: limits.live_resources,
        filled_parameters: filled.cloned().collect(),
        callers,
        avoided_operations: BTreeSet::new(),
    }
}

/// Whether a path parameter is the id of a resource.
fn is_resource_id(model: &Model, parameter: &str) -> bool {
    let paths = model.suite.about.values().flatten().filter_map(|about| match &about.binding {
        IdExpression::Existing(expr) => expr.as_path(),
        IdExpression::New(_) => None,
    });
    paths.into_iter().any(|path| {
        path.root.as_ref() == "path"
            && matches!(path.keys.first(), Some(PathKey::Name(name)) if name.as_ref() == parameter)
    })
}

/// Identities for the mock, of two projects. A path parameter that all operations share is the id of the
/// project; the values have the usual form of project ids.
#[must_use]
pub fn make_mock_identities(schemas: &CompiledCatalog) -> Identities {
    let names = schemas.catalog.list_shared_parameters();
    let identity = |value: &str| Identity {
        parameters: names.iter().map(|name| ((*name).to_string(), value.to_string())).collect(),
        ..Identity::default()
    };
    let (own, foreign) = ("0a1b2c3d4e5f40718293a4b5c6d7e8f9", "ffeeddccbbaa49998877665544332211");
    let callers = [("owner", own), ("expired", own), ("forged", own), ("none", own), ("other", foreign)];
    Identities::new(
        callers.into_iter().map(|(caller, value)| (caller.to_string(), identity(value))).collect::<BTreeMap<_, _>>(),
    )
}
