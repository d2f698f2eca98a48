//! The campaign room, by whom it asks: the mock on a paused clock, or an address in real time.

use super::drive::{Chosen, Order};
use super::exit::Exit;
use super::keeping::kept;
use super::ready::{There, needs_changes, reached};
use super::wrong::Wrong;
use crate::campaign::{
    self, CampaignError, Conclusion, Driven, Home, Listener, Site, Standings, last_look, mocks, on_paused_clock,
    retrace, site,
};
use crate::cleanup::{Left, describe_leftovers as told};
use crate::endpoint::mock::Tempo;
use crate::endpoint::{CALLERS, Endpoint, Identities, Profile};
use crate::history::Secrets;
use crate::model::{Bounds, ClauseId, Model};
use crate::oracle::Standing;
use crate::plan::{Hints, Limits as PlanLimits, Plan};
use crate::run::{Pace, Stop};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Most possible states of the things that one call joins.
pub const WORLDS_MAX: usize = 4096;
/// Between two looks at the same thing over a network.
const POLL_LEAST: Duration = Duration::from_millis(20);
/// Room for a look that comes after the bound.
const LATE: Duration = Duration::from_secs(1);

/// Runs a campaign; what could not be deleted afterwards comes with it.
///
/// # Errors
/// If the suite goes wrong, or the endpoint is not there.
pub fn lead(order: &Order<'_>, listener: &mut dyn Listener) -> Result<(Conclusion, Vec<Left>), Wrong> {
    let (model, schemas) = (&order.loaded.model, &order.loaded.schemas);
    match order.chosen {
        Chosen::Mock(_) => {
            let home = home(order);
            let endpoint = mocks(model, schemas, &home);
            let site = site(model, schemas, &home, order.cancel.clone(), &endpoint);
            led(order, &site, listener, |leading| Ok(on_paused_clock(leading)))
        }
        Chosen::Given(given) => {
            let make = |plan| (given.make)(plan);
            let mut site = site(model, schemas, &home(order), order.cancel.clone(), &make);
            site.plan_limits = plan_limits(order, &given.identities);
            site.identities = given.identities.clone();
            let paused = given.paused_clock;
            led(
                order,
                &site,
                listener,
                |leading| {
                    if paused { Ok(on_paused_clock(leading)) } else { on_running_clock(leading) }
                },
            )
        }
        Chosen::Address(address, profile) => on_running_clock(async {
            let there = reached(order.loaded, address, profile, &order.wall).await?;
            let endpoint = |_| -> Rc<dyn Endpoint> { there.endpoint.clone() };
            let site = kept(order, address, real_site(order, profile, &there, &endpoint))?;
            let standings = standings(&site);
            let standing = |clause| match site.reading_only && needs_changes(&site.model, clause) {
                true => Standing::Unreachable("changes are not allowed here".to_string()),
                false => standings.of(clause),
            };
            let inner = inner(order, &standing);
            let led = campaign::lead(&site, &inner, listener).await;
            // Whatever it ended with: nothing that it created may stay.
            let left = last_look(&site).await;
            match led {
                Ok((conclusion, _)) => Ok((conclusion, left)),
                Err(error) => Err(failed(order, &error).with_detail(told(&left))),
            }
        })?,
    }
}

type Led = Result<(Conclusion, Vec<Left>), CampaignError>;

fn led<'a>(
    order: &Order<'_>,
    site: &'a Site<'a>,
    listener: &mut dyn Listener,
    on_a_clock: impl FnOnce(std::pin::Pin<Box<dyn Future<Output = Led> + '_>>) -> Result<Led, Wrong>,
) -> Result<(Conclusion, Vec<Left>), Wrong> {
    let standings = standings(site);
    let standing = |clause| standings.of(clause);
    let inner = inner(order, &standing);
    on_a_clock(Box::pin(campaign::lead(site, &inner, listener)))?.map_err(|error| failed(order, &error))
}

fn standings(site: &Site<'_>) -> Standings {
    Standings::new(site.model.clone(), site.schemas.clone(), site.hints.clone(), site.plan_limits.clone())
}

fn inner<'a>(order: &'a Order<'_>, standing: &'a dyn Fn(ClauseId) -> Standing) -> campaign::Order<'a> {
    campaign::Order {
        seed: order.seed,
        selection: order.selection.clone(),
        standing,
        // What was recorded elsewhere changes things.
        witnesses: if order.chosen.reading_only() { &[] } else { order.witnesses },
        shrink: !order.chosen.reading_only(),
    }
}

/// Carries out one recorded plan.
///
/// # Errors
/// As [`lead`].
pub fn replay(order: &Order<'_>, plan: &Plan, number: u64, listener: &mut dyn Listener) -> Result<Driven, Wrong> {
    let fault = |error| failed(order, &CampaignError::Suite(error));
    let driven = match order.chosen {
        Chosen::Mock(_) => {
            let home = home(order);
            let endpoint = mocks(&order.loaded.model, &order.loaded.schemas, &home);
            let site = site(&order.loaded.model, &order.loaded.schemas, &home, order.cancel.clone(), &endpoint);
            on_paused_clock(retrace(&site, plan, number, listener)).map_err(fault)?
        }
        Chosen::Given(given) => {
            let cause = format!("{} lives in the process of its tests", given.name);
            return Err(Wrong::usage("replay", cause, "replay it at an address, or run the tests again"));
        }
        Chosen::Address(address, profile) => on_running_clock(async {
            let there = reached(order.loaded, address, profile, &order.wall).await?;
            let endpoint = |_| -> Rc<dyn Endpoint> { there.endpoint.clone() };
            let site = kept(order, address, real_site(order, profile, &there, &endpoint))?;
            let retraced = retrace(&site, plan, number, listener).await;
            let left = last_look(&site).await;
            match retraced {
                Ok(driven) => Ok(Driven { left, ..driven }),
                Err(error) => Err(fault(error).with_detail(told(&left))),
            }
        })??,
    };
    match &driven.stop {
        Some(stop @ (Stop::Unreachable { .. } | Stop::Unfit(_) | Stop::Journal { .. } | Stop::Provocation { .. })) => {
            Err(failed(order, &CampaignError::Endpoint { stop: stop.clone(), left: driven.left.clone() }))
        }
        _ => Ok(driven),
    }
}

fn bounds(order: &Order<'_>) -> Bounds {
    Bounds { worlds_max: WORLDS_MAX, settle_percent: order.settle_percent, insight: false }
}

pub(super) fn home(order: &Order<'_>) -> Home {
    let fault = match order.chosen {
        Chosen::Mock(fault) => fault.clone(),
        _ => None,
    };
    Home { seed: order.seed, tempo: Tempo::CLOUD, fault, bounds: bounds(order), limits: order.limits }
}

/// The site of the mock tells which path parameters are the identity's; the rest is the profile's.
pub(super) fn real_site<'a>(
    order: &Order<'_>,
    profile: &Profile,
    there: &There,
    endpoint: &'a dyn Fn(u64) -> Rc<dyn Endpoint>,
) -> Site<'a> {
    let (model, schemas) = (&there.loaded.model, &there.loaded.schemas);
    let literals = profile.identities.credentials().map(|credential| credential.expose());
    Site {
        model: model.clone(),
        schemas: schemas.clone(),
        hints: Arc::new(Hints::new(model, schemas)),
        identities: profile.identities.clone(),
        secrets: Secrets::new(&order.salt)
            .with_names(profile.secrets.iter().map(String::as_str))
            .with_literals(literals)
            .with_learned(there.learned.clone()),
        pace: pace(order, profile, model),
        limits: order.limits,
        seed: order.seed,
        reading_only: order.chosen.reading_only(),
        cancel: order.cancel.clone(),
        bounds: bounds(order),
        plan_limits: plan_limits(order, &profile.identities),
        endpoint,
        setup: profile.setup.clone(),
        provoke: profile.provoke.clone(),
        keeper: None,
    }
}

/// How a real endpoint is looked at.
pub(super) fn pace(order: &Order<'_>, profile: &Profile, model: &Model) -> Pace {
    let settle_ms = model.suite.resources.iter().map(|resource| resource.settles_ms).max().unwrap_or(60_000);
    let settle_most = Duration::from_millis(settle_ms.saturating_mul(u64::from(order.settle_percent)) / 100);
    let ceilings = &profile.limits;
    // An endpoint that settles in a hundredth of the time is looked at as much more often.
    let paced = |usual: Duration| (usual * order.settle_percent.min(100) / 100).max(POLL_LEAST);
    Pace {
        poll_first: ceilings.poll_ms.map_or_else(|| paced(Pace::REAL.poll_first), Duration::from_millis),
        poll_most: paced(Pace::REAL.poll_most),
        // Each thing has its own bound, which the last look is a little after.
        settle_most: settle_most + LATE,
        quiet: settle_most + LATE,
        request_timeout: ceilings.request_seconds.map_or(Pace::REAL.request_timeout, Duration::from_secs),
        ..Pace::REAL
    }
}

/// What may be drawn: the callers that there are, and no value for what an identity fills in.
pub(super) fn plan_limits(order: &Order<'_>, identities: &Identities) -> PlanLimits {
    let operations = &order.loaded.schemas.catalog.operations;
    let parameters = operations.iter().flat_map(|operation| &operation.path).map(|parameter| &parameter.name);
    let callers = CALLERS.iter().copied();
    PlanLimits {
        steps_max: order.limits.steps_per_plan,
        live_max: order.limits.live_resources,
        filled: parameters.filter(|name| identities.parameter("owner", name).is_some()).cloned().collect(),
        // Nobody needs credentials to have none.
        callers: callers.filter(|caller| *caller == "none" || identities.has(caller)).map(str::to_string).collect(),
    }
}

pub(super) fn on_running_clock<T>(future: impl Future<Output = T>) -> Result<T, Wrong> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Wrong::endpoint("this machine", error.to_string(), "free memory and file handles"))?;
    Ok(runtime.block_on(future))
}

pub(super) fn failed(order: &Order<'_>, error: &CampaignError) -> Wrong {
    match error {
        CampaignError::Suite(fault) => Wrong::input(
            &order.loaded.file,
            fault.to_string(),
            "correct the expression; `probity lint` checks its types",
        ),
        CampaignError::Endpoint { stop, left } => {
            let place = match order.chosen {
                Chosen::Mock(_) => "the mock".to_string(),
                Chosen::Address(address, _) => address.clone(),
                Chosen::Given(given) => given.name.clone(),
            };
            let (remedy, exit) = match stop {
                Stop::Unfit(_) => ("give the profile what the paths of the catalog need", Exit::BadInput),
                Stop::Provocation { .. } => {
                    ("correct the command; the endpoint may still fail on purpose", Exit::BadInput)
                }
                Stop::Journal { .. } => ("make the place of the journal writable", Exit::BadInput),
                _ => ("check that it is running and can be reached from here", Exit::Endpoint),
            };
            let thing = |left: &Left| format!("left behind: {} {}: {}\n", left.handle, left.id, left.because);
            let detail = left.iter().map(thing).collect();
            Wrong { exit, ..Wrong::endpoint(place, stop.to_string(), remedy).with_detail(detail) }
        }
    }
}
