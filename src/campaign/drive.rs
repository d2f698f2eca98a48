//! One plan from its first step to its last.

use super::clean::clean;
use super::event::{Event, Listener, Spent};
use super::keeper::Keeper;
use super::share::Share;
use super::watch::Eyes;
use crate::endpoint::{Endpoint, Identities, Provocation, run_command};
use crate::history::{Cause, Header, History, Outcome, Secrets};
use crate::model::{Bounds, Excess, Fault, Heard, Id, Life, Model, Tally};
use crate::oracle::Finding;
use crate::plan::{
    Chooser, Coverage, Ending, FORMAT, Handles, Hints, Limits, Plan, Recorded, Settle, Situation, Step, alive, cover,
    places,
};
use crate::run::{Cancel, Ceilings, Context, Left, Marking, NoJournal, NoMarks, Pace, Run, StepEnd, Stop, carry_out};
use crate::schema::Schemas;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Where plans are carried out, and by what they are judged: the same for a whole campaign.
pub struct Site<'a> {
    pub model: Arc<Model>,
    pub schemas: Arc<Schemas>,
    pub hints: Arc<Hints>,
    pub identities: Identities,
    pub secrets: Secrets,
    pub pace: Pace,
    /// Over all plans side by side; what of it a campaign's budget lowers is lower.
    pub ceilings: Ceilings,
    /// What waits are spread by.
    pub seed: u64,
    /// Choose only operations that read.
    pub reading_only: bool,
    pub cancel: Cancel,
    pub bounds: Bounds,
    pub limits: Limits,
    /// The endpoint for a plan: a fresh mock each time, or the same address.
    pub endpoint: &'a dyn Fn(u64) -> Rc<dyn Endpoint>,
    /// By operation, what this endpoint needs in a body that brings the first thing to life.
    pub setup: BTreeMap<String, Value>,
    /// By operation, how to let it fail.
    pub provoke: BTreeMap<String, Provocation>,
    /// Deletes what plans bring to life; none where nothing has to be.
    pub keeper: Option<Keeper>,
}

/// A plan that was carried out.
#[derive(Debug, Clone)]
pub struct Driven {
    pub plan: Plan,
    pub history: History,
    pub findings: Vec<Finding>,
    pub excesses: Vec<Excess>,
    pub tally: Tally,
    pub spent: Spent,
    /// Why it ended before its chooser was done.
    pub stop: Option<Stop>,
    /// Things of this plan that could not be deleted.
    pub left: Vec<Left>,
}

/// Bounds of one plan.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    pub requests: u64,
    pub seconds: u64,
    /// End at the first finding.
    pub first_only: bool,
}

/// Carries out what a chooser picks, beside the other plans of its campaign.
///
/// # Errors
/// If an expression of the suite goes wrong on valid input.
pub(super) async fn drive(
    share: &Share<'_>,
    chooser: &mut dyn Chooser,
    number: u64,
    drawn: Option<(u64, u64)>,
    allowance: Allowance,
) -> Result<Driven, Fault> {
    let site = share.site;
    let endpoint = (site.endpoint)(number);
    let life = site.keeper.as_ref().map(|keeper| (keeper, keeper.live(&site.model, &site.schemas)));
    let context = Context {
        endpoint: endpoint.as_ref(),
        catalog: &site.schemas.catalog,
        identities: &site.identities,
        secrets: &site.secrets,
        marks: life.as_ref().map_or(&NoMarks as &dyn Marking, |(_, living)| &living.marks),
        pace: site.pace,
        budget: crate::run::Budget { requests: allowance.requests, time: Duration::from_secs(allowance.seconds) },
        purse: &share.purse,
        seeds: (site.seed, number),
        cancel: site.cancel.clone(),
    };
    let mut run = Run::begin(match &life {
        Some((keeper, living)) => keeper.journal(living),
        None => Box::new(NoJournal),
    });
    let mut eyes = Eyes::new(site.model.clone(), site.schemas.clone(), number, site.bounds);
    eyes.first_only = allowance.first_only;
    let mut steps: Vec<Step> = Vec::new();
    let mut handles = Handles::default();
    let mut limits = site.limits.clone();
    // Creates of which nobody knows whether they happened: they take a place each.
    let mut uncertain = 0;
    let mut skipped = 0;
    let mut told = 0;
    share.enter(number);
    let stop = loop {
        let before = eyes.judge.belief.clone();
        let alive = alive(&before, &site.hints) + uncertain;
        limits.live_max = share.room(number).saturating_sub(uncertain).min(site.limits.live_max);
        let next = {
            let situation = Situation {
                model: &site.model,
                schemas: &site.schemas,
                belief: &before,
                handles: &handles,
                steps: &steps,
                requests: told as u64,
                pages: &eyes.pages,
                coverage: &share.coverage.borrow(),
                limits: &limits,
            };
            chooser.next(&situation)
        };
        let Some(mut step) = next else { break None };
        let gone = |id: &Id| before.possibilities(id).iter().all(|held| held.thing.life == Life::Gone);
        if !site.setup.is_empty() && before.ids().all(gone) {
            complete(&mut step, &site.setup);
        }
        // A batch brings as many as its reply says: it counts as one until then.
        if let Err(stop) = share.reserve(number, alive, places(&site.model, &site.hints, &step)) {
            break Some(stop);
        }
        let index = steps.len();
        let provocation =
            site.provoke.get(&step.operation).filter(|it| it.falls_on(&json!([step.births, step.path, step.body])));
        if let Err(stop) = begun(provocation, &mut step).await {
            break Some(stop);
        }
        let end = carry_out(&context, &step, index, &mut run, &mut eyes).await;
        let end = over(provocation, end).await;
        if matches!(end, Ok(StepEnd::Skipped(_))) {
            skipped += 1;
        }
        for exchange in &run.exchanges[told..] {
            share.tell(&Event::Exchanged { plan: number, exchange });
        }
        told = run.exchanges.len();
        let ending = eyes.ending(index).unwrap_or(Ending::Open);
        let earlier = handles.clone();
        let mine = |name: &String| step.births.values().flatten().any(|born| born == name);
        let born: BTreeMap<String, String> =
            run.ids.iter().filter(|(name, _)| mine(name)).map(|(name, id)| (name.clone(), id.clone())).collect();
        handles.note(&site.model, &step, &born, ending);
        // Some ids are told by later replies.
        run.ids.iter().for_each(|(name, id)| handles.bind(name, id));
        if eyes.ending(index) == Some(Ending::Open) && born.is_empty() {
            uncertain += places(&site.model, &site.hints, &step);
        }
        // What was covered before has no part in counting what is covered now.
        let untouched = Coverage::default();
        let situation = Situation {
            model: &site.model,
            schemas: &site.schemas,
            belief: &before,
            handles: &earlier,
            steps: &steps,
            requests: told as u64,
            pages: &eyes.pages,
            coverage: &untouched,
            limits: &site.limits,
        };
        cover(&mut share.coverage.borrow_mut(), &situation, &site.hints, &step, ending);
        steps.push(step);
        if eyes.fault.is_some() {
            break None;
        }
        if let Err(stop) = end {
            break Some(stop);
        }
        if allowance.first_only && !eyes.findings.is_empty() {
            break None;
        }
    };
    let left = match &life {
        Some((keeper, living)) => clean(site, (keeper, living), &context, &steps, &mut run, &eyes).await,
        None => Vec::new(),
    };
    share.leave(number, left.len());
    share.settling.borrow_mut().merge(eyes.settling());
    if let Some(fault) = eyes.fault {
        return Err(fault);
    }
    let mut spent = spent(site, &run.exchanges);
    spent.steps_skipped = skipped;
    let header = header(site, endpoint.name(), number);
    let plan = Plan { format: FORMAT, suite: site.model.suite.name.clone(), drawn, steps };
    Ok(Driven {
        plan,
        history: History { header, exchanges: run.exchanges },
        findings: eyes.findings,
        excesses: eyes.excesses,
        tally: eyes.judge.tally().clone(),
        spent,
        stop,
        left,
    })
}

/// Carries out a recorded plan, alone.
///
/// # Errors
/// If an expression of the suite goes wrong on valid input.
pub async fn retrace(
    site: &Site<'_>,
    plan: &Plan,
    number: u64,
    allowance: Allowance,
    listener: &mut dyn Listener,
) -> Result<Driven, Fault> {
    let share = Share::new(site, site.ceilings, site.limits.live_max, listener);
    again(&share, plan, number, allowance).await
}

/// Carries out a recorded plan beside the others of its campaign.
///
/// # Errors
/// As [`retrace`].
pub(super) async fn again(share: &Share<'_>, plan: &Plan, number: u64, allowance: Allowance) -> Result<Driven, Fault> {
    let mut chooser = Recorded::new(plan.steps.clone());
    drive(share, &mut chooser, number, plan.drawn, allowance).await
}

/// From here on the call fails. It is waited for: what was let fail has to have failed before that ends.
async fn begun(provocation: Option<&Provocation>, step: &mut Step) -> Result<(), Stop> {
    if let Some(provocation) = provocation {
        step.settle = Settle::Poll { after_ms: 0 };
        run_command(&provocation.begin).await.map_err(|cause| Stop::Provocation { cause })?;
    }
    Ok(())
}

/// From here on it works again, whatever became of it.
async fn over(provocation: Option<&Provocation>, end: Result<StepEnd, Stop>) -> Result<StepEnd, Stop> {
    match provocation {
        None => end,
        Some(provocation) => match run_command(&provocation.end).await {
            Ok(()) => end,
            Err(cause) => Err(Stop::Provocation { cause }),
        },
    }
}

/// Merges what the profile adds into the body of a create, as RFC 7396 merges, and notes where.
///
/// Only where nothing is there yet: the first thing has to come about somehow, and later creates show
/// whether the endpoint takes what the pages have.
fn complete(step: &mut Step, setup: &BTreeMap<String, Value>) {
    let Some(added) = setup.get(&step.operation).filter(|_| !step.births.is_empty() && step.setup.is_empty()) else {
        return;
    };
    let body = step.body.get_or_insert_with(|| Value::Object(serde_json::Map::new()));
    merge(body, added, "", &mut step.setup);
}

fn merge(body: &mut Value, added: &Value, at: &str, places: &mut Vec<String>) {
    match (body, added) {
        (Value::Object(fields), Value::Object(added)) => {
            for (name, value) in added {
                let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                if value.is_null() {
                    fields.shift_remove(name);
                    places.push(at);
                } else {
                    let empty = if value.is_object() { Value::Object(serde_json::Map::new()) } else { Value::Null };
                    merge(fields.entry(name).or_insert(empty), value, &at, places);
                }
            }
        }
        (body, added) => {
            *body = added.clone();
            places.push(at.to_string());
        }
    }
}

fn header(site: &Site<'_>, endpoint: &str, plan: u64) -> Header {
    let suite = &site.model.suite;
    let pools = suite
        .pools
        .iter()
        .map(|(name, values)| (name.clone(), values.iter().filter_map(crate::expr::Val::to_json).collect()));
    Header {
        format: crate::history::FORMAT,
        suite: suite.name.clone(),
        suite_digest: suite.digest.clone(),
        endpoint: endpoint.to_string(),
        today: site.model.today.clone(),
        pools: pools.collect(),
        settle_percent: site.bounds.settle_percent,
        plan,
    }
}

fn spent(site: &Site<'_>, exchanges: &[crate::history::Exchange]) -> Spent {
    let mut spent = Spent { plans: 1, ..Spent::default() };
    for exchange in exchanges {
        spent.requests += 1;
        let operation = &site.model.operations[&exchange.operation];
        let creates = site.hints.creating.contains(&operation.id);
        match Heard::of(&exchange.outcome) {
            Heard::Nothing if !matches!(exchange.outcome, Outcome::Unsent { .. }) => spent.throttled += 1,
            Heard::Nothing | Heard::Lost => spent.lost += 1,
            _ if exchange.cause == Cause::Poll => spent.polls += 1,
            _ if !operation.changes => spent.reads += 1,
            Heard::Success(..) if creates => spent.creates += 1,
            Heard::Success(..) => spent.changes += 1,
            _ => spent.refusals += 1,
        }
    }
    spent
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The body after the merge, and the places that were added.
    fn completed(body: Option<Value>, added: Value, births: bool) -> (Option<Value>, Vec<String>) {
        let mut step: Step = serde_json::from_value(
            json!({ "operation": "make", "binding": "v1", "caller": "owner", "settle": "leave" }),
        )
        .expect("a step");
        step.body = body;
        if births {
            step.births = BTreeMap::from([("lamp".to_string(), Vec::new())]);
        }
        complete(&mut step, &BTreeMap::from([("make".to_string(), added)]));
        (step.body, step.setup)
    }

    #[test]
    fn what_a_profile_adds_is_merged_and_each_place_is_noted() {
        let body = json!({ "lamp": { "bulb": "a", "size": 1 } });
        let added = json!({ "lamp": { "networks": "none", "size": null, "a/b": { "c": [1] } } });
        let (body, places) = completed(Some(body), added, true);
        assert_eq!(body, Some(json!({ "lamp": { "bulb": "a", "networks": "none", "a/b": { "c": [1] } } })));
        assert_eq!(places, ["/lamp/networks", "/lamp/size", "/lamp/a~1b/c"]);
    }

    #[test]
    fn only_what_brings_something_to_life_is_completed() {
        assert_eq!(completed(None, json!({ "a": 1 }), false), (None, Vec::new()));
        assert_eq!(completed(None, json!({ "a": 1 }), true), (Some(json!({ "a": 1 })), vec!["/a".to_string()]));
    }
}
