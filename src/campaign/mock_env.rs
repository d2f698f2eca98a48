//! The environment of plans against the mock, on a paused clock.

use super::campaign_loop::lead;
use super::campaign_order::{CampaignError, Order};
use super::conclusion::Conclusion;
use super::event::Listener;
use super::plan_env::Site;
use crate::endpoint::{CALLERS, Endpoint, Identities, Identity};
use crate::expr::Key;
use crate::history::Secrets;
use crate::limits::Limits;
use crate::mock::{Mock, Mutant, Tempo};
use crate::model::{Bounds, Model};
use crate::plan::{Hints, Limits as PlanLimits};
use crate::run::{Cancel, Pace};
use crate::schema::Schemas;
use crate::suite::Binding;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Settings of the mock and of its campaign.
#[derive(Debug, Clone)]
pub struct Home {
    /// The seed of the campaign.
    pub seed: u64,
    /// Times of transitions in the mock.
    pub tempo: Tempo,
    /// The promise that the mock breaks.
    pub fault: Option<Mutant>,
    /// Bounds of the belief.
    pub bounds: Bounds,
    /// Limits of the campaign.
    pub limits: Limits,
}

/// Runs a future on this thread and on a paused clock: waits take no time.
///
/// # Panics
/// If the runtime cannot be created, for want of memory.
pub fn on_paused_clock<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime with a paused clock").block_on(future)
}

/// Runs a campaign with a new mock for each plan.
///
/// # Errors
/// As [`lead`].
pub fn at_home(
    model: &Arc<Model>,
    schemas: &Arc<Schemas>,
    home: &Home,
    cancel: Cancel,
    order: &Order<'_>,
    listener: &mut dyn Listener,
) -> Result<Conclusion, CampaignError> {
    let endpoint = mocks(model, schemas, home);
    let site = site(model, schemas, home, cancel, &endpoint);
    on_paused_clock(lead(&site, order, listener)).map(|(conclusion, _)| conclusion)
}

/// Makes a new mock for each plan. Each mock has a separate seed.
pub fn mocks(model: &Arc<Model>, schemas: &Arc<Schemas>, home: &Home) -> impl Fn(u64) -> Rc<dyn Endpoint> {
    let (model, schemas, home) = (model.clone(), schemas.clone(), home.clone());
    move |plan| {
        let seed = home.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(plan);
        Rc::new(Mock::new(model.clone(), schemas.clone(), seed, home.tempo, home.fault.clone()))
    }
}

/// The environment of plans against the mock.
pub fn site<'a>(
    model: &Arc<Model>,
    schemas: &Arc<Schemas>,
    home: &Home,
    cancel: Cancel,
    endpoint: &'a dyn Fn(u64) -> Rc<dyn Endpoint>,
) -> Site<'a> {
    let identities = mock_identities(schemas);
    let settle_most = model.suite.resources.iter().map(|resource| resource.settles_ms).max().unwrap_or(60_000);
    let soonest = model.suite.resources.iter().map(|resource| resource.settles_ms).min().unwrap_or(60_000);
    let settle_most =
        Duration::from_millis(settle_most.saturating_mul(u64::from(home.bounds.settle_percent)) / 100 + 60_000);
    Site {
        model: model.clone(),
        schemas: schemas.clone(),
        hints: Arc::new(Hints::new(model, schemas)),
        identities,
        secrets: Secrets::new("mock"),
        pace: Pace {
            // Few polls with long waits: on a paused clock polls cost time, waits cost none.
            poll_first: Duration::from_millis(soonest / 10).max(Duration::from_millis(700)),
            poll_factor_percent: 400,
            poll_most: settle_most,
            quiet: settle_most,
            settle_most,
            ..Pace::IN_PROCESS
        },
        limits: home.limits,
        seed: home.seed,
        reading_only: false,
        cancel,
        bounds: home.bounds,
        plan_limits: mock_limits(model, schemas, &home.limits),
        endpoint,
        setup: BTreeMap::new(),
        provoke: BTreeMap::new(),
        keeper: None,
    }
}

/// Limits of choosers against the mock, which knows every caller and fills in the path parameters that
/// all operations share.
#[must_use]
pub fn mock_limits(model: &Model, schemas: &Schemas, limits: &Limits) -> PlanLimits {
    let identities = mock_identities(schemas);
    let parameters = schemas.catalog.operations.iter().flat_map(|operation| &operation.path);
    let filled = parameters.map(|parameter| &parameter.name).filter(|name| {
        let known = identities.parameter("owner", name).is_some();
        known && !names_resource(model, name)
    });
    let callers = CALLERS.iter().map(|caller| (*caller).to_string()).collect();
    PlanLimits {
        steps_max: limits.steps_per_plan,
        live_max: limits.live_resources,
        filled: filled.cloned().collect(),
        callers,
    }
}

/// Whether a path parameter is the id of a resource.
fn names_resource(model: &Model, parameter: &str) -> bool {
    let paths = model.suite.about.values().flatten().filter_map(|about| match &about.binding {
        Binding::Existing(expr) => expr.as_path(),
        Binding::New(_) => None,
    });
    paths.into_iter().any(|path| {
        path.root.as_ref() == "path" && matches!(path.keys.first(), Some(Key::Name(name)) if name.as_ref() == parameter)
    })
}

/// Identities for the mock, of two projects. A path parameter that all operations share is the id of the
/// project; the values have the usual form of project ids.
#[must_use]
pub fn mock_identities(schemas: &Schemas) -> Identities {
    let operations = &schemas.catalog.operations;
    let everywhere =
        |name: &str| operations.iter().all(|operation| operation.path.iter().any(|parameter| parameter.name == name));
    let names: Vec<&String> = operations
        .iter()
        .flat_map(|operation| &operation.path)
        .map(|parameter| &parameter.name)
        .filter(|name| everywhere(name))
        .collect();
    let identity = |value: &str| Identity {
        parameters: names.iter().map(|name| ((*name).clone(), value.to_string())).collect(),
        ..Identity::default()
    };
    let (own, foreign) = ("0a1b2c3d4e5f40718293a4b5c6d7e8f9", "ffeeddccbbaa49998877665544332211");
    let callers = [("owner", own), ("expired", own), ("forged", own), ("none", own), ("other", foreign)];
    Identities::new(
        callers.into_iter().map(|(caller, value)| (caller.to_string(), identity(value))).collect::<BTreeMap<_, _>>(),
    )
}
