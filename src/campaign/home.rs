//! A campaign against the mock in this process, on a clock that is paused while nothing is to do.

use super::drive::Site;
use super::event::{Conclusion, Listener};
use super::lead::{CampaignError, Order, lead};
use crate::endpoint::{CALLERS, Endpoint, Identities, Identity};
use crate::history::Secrets;
use crate::mock::{Mock, Mutant, Tempo};
use crate::model::{Bounds, Model};
use crate::plan::{Hints, Limits};
use crate::run::{Cancel, Ceilings, Pace};
use crate::schema::Schemas;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// What the mock at home is like.
#[derive(Debug, Clone)]
pub struct Home {
    pub seed: u64,
    pub tempo: Tempo,
    pub fault: Option<Mutant>,
    pub bounds: Bounds,
    pub steps_per_plan_max: usize,
    pub live_max: usize,
}

/// Runs a future on this thread with time paused: what waits costs nothing.
///
/// # Panics
/// If the runtime cannot be made, which only a machine without memory brings about.
pub fn on_paused_clock<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime with a paused clock").block_on(future)
}

/// Runs a campaign against a fresh mock for each plan.
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

/// A fresh mock for each plan, with a seed of its own.
pub fn mocks(model: &Arc<Model>, schemas: &Arc<Schemas>, home: &Home) -> impl Fn(u64) -> Rc<dyn Endpoint> {
    let (model, schemas, home) = (model.clone(), schemas.clone(), home.clone());
    move |plan| {
        let seed = home.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(plan);
        Rc::new(Mock::new(model.clone(), schemas.clone(), seed, home.tempo, home.fault.clone()))
    }
}

/// The site of plans against the mock in this process.
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
            // Few polls over a long wait: on a paused clock each one costs, the wait does not.
            poll_first: Duration::from_millis(soonest / 10).max(Duration::from_millis(700)),
            poll_factor_percent: 400,
            poll_most: settle_most,
            quiet: settle_most,
            settle_most,
            ..Pace::IN_PROCESS
        },
        ceilings: Ceilings::NONE,
        seed: home.seed,
        reading_only: false,
        cancel,
        bounds: home.bounds,
        limits: mock_limits(model, schemas, home.steps_per_plan_max, home.live_max),
        endpoint,
        setup: BTreeMap::new(),
        provoke: BTreeMap::new(),
        keeper: None,
    }
}

/// What plans against the mock may draw: it knows every caller, and fills in what is in every path.
#[must_use]
pub fn mock_limits(model: &Model, schemas: &Schemas, steps_max: usize, live_max: usize) -> Limits {
    let identities = mock_identities(schemas);
    let parameters = schemas.catalog.operations.iter().flat_map(|operation| &operation.path);
    let filled = parameters.map(|parameter| &parameter.name).filter(|name| {
        let known = identities.parameter("owner", name).is_some();
        known && !names_a_thing(model, name)
    });
    let callers = CALLERS.iter().map(|caller| (*caller).to_string()).collect();
    Limits { steps_max, live_max, filled: filled.cloned().collect(), callers }
}

fn names_a_thing(model: &Model, parameter: &str) -> bool {
    let paths = model.suite.about.values().flatten().filter_map(|about| match &about.binding {
        crate::suite::Binding::Existing(expr) => expr.as_path(),
        crate::suite::Binding::New(_) => None,
    });
    paths.into_iter().any(|path| {
        path.root.as_ref() == "path"
            && matches!(path.keys.first(), Some(crate::expr::Key::Name(name)) if name.as_ref() == parameter)
    })
}

/// Two projects for the mock. A path parameter of every operation is the identity's (a project
/// id); the values are written as most APIs write such ids.
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
    let of = |value: &str| Identity {
        parameters: names.iter().map(|name| ((*name).clone(), value.to_string())).collect(),
        ..Identity::default()
    };
    let (own, foreign) = ("0a1b2c3d4e5f40718293a4b5c6d7e8f9", "ffeeddccbbaa49998877665544332211");
    let callers = [("owner", own), ("expired", own), ("forged", own), ("none", own), ("other", foreign)];
    Identities::new(
        callers.into_iter().map(|(caller, value)| (caller.to_string(), of(value))).collect::<BTreeMap<_, _>>(),
    )
}
