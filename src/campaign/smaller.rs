//! The smallest plan behind a finding: candidates are run like any plan, and judged.

use super::drive::{Allowance, Site, again};
use super::event::{Event, Found};
use super::lead::CampaignError;
use super::share::Share;
use crate::history::History;
use crate::model::Fault;
use crate::plan::{Plan, Settle, Step, handle_name};
use crate::schema::simpler;
use crate::shrink::{Limits, Trial, closed, shrink};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// What shrinking has left, and what it cost.
pub struct Smallest {
    /// None where the finding did not show again.
    pub witness: Option<(Plan, History)>,
    /// Some plan for it was run to its end: no bound cut it short.
    pub repeated: bool,
    pub requests: u64,
}

/// Looks for the smallest plan that shows one of the finding's clauses contradicted.
///
/// # Errors
/// If the suite goes wrong on a candidate.
pub async fn smaller(share: &Share<'_>, found: &Found, requests_max: u64) -> Result<Smallest, CampaignError> {
    let site = share.site;
    let limits = Limits { tries_max: 2_000, requests_max };
    let fault: RefCell<Option<Fault>> = RefCell::new(None);
    let shown: RefCell<BTreeMap<String, History>> = RefCell::new(BTreeMap::new());
    let repeated = Cell::new(false);
    let number = found.finding.plan;
    let values = |step: &Step| simpler_steps(site, step);
    let worthwhile = |steps: &[Step]| closed(steps).len() == steps.len();
    let mut fails = async |candidate: Plan| -> Trial {
        // Nothing is learned from a candidate that may not be carried out.
        if fault.borrow().is_some() || site.cancel.asked() || share.purse.closed().is_some() {
            return Trial { fails: false, requests: 0 };
        }
        let allowance = Allowance { requests: 100_000, seconds: 1_000_000, first_only: true };
        match again(share, &candidate, number, allowance).await {
            Ok(driven) => {
                let same = |clauses: &[crate::model::ClauseId]| {
                    clauses.iter().any(|clause| found.finding.clauses.contains(clause))
                };
                let fails = driven.findings.iter().any(|finding| same(&finding.clauses));
                let requests = driven.spent.requests;
                repeated.set(repeated.get() || fails || driven.stop.is_none());
                if fails {
                    shown.borrow_mut().insert(written(&candidate), driven.history);
                }
                Trial { fails, requests }
            }
            Err(broken) => {
                *fault.borrow_mut() = Some(broken);
                Trial { fails: false, requests: 0 }
            }
        }
    };
    let mut progress = |steps: usize, tried: u64| {
        share.tell(&Event::Shrinking { clauses: &found.finding.clauses, steps, tried });
    };
    // Where waiting after each step still shows it, nothing in the plan is there only to pass time.
    let calm = calmed(&found.plan);
    let first = fails(calm.clone()).await;
    let from = if first.fails { &calm } else { &found.plan };
    let shrunk = shrink(from, Some(found.finding.step), &limits, &values, &worthwhile, &mut fails, &mut progress).await;
    // A witness is for people and for other endpoints: it depends on no timing if it can.
    let last = fails(calmed(&shrunk.plan)).await;
    let plan = if last.fails { calmed(&shrunk.plan) } else { shrunk.plan.clone() };
    if let Some(fault) = fault.borrow_mut().take() {
        return Err(CampaignError::Suite(fault));
    }
    let (mut plan, mut spared) = without_single_steps(plan, &mut fails).await;
    for candidate in alone(site, &plan) {
        let trial = fails(candidate.clone()).await;
        spared += trial.requests;
        if trial.fails {
            plan = candidate;
            break;
        }
    }
    let history = shown.borrow_mut().remove(&written(&plan));
    let witness = if shrunk.reproduced { history.map(|history| (plan, history)) } else { None };
    Ok(Smallest {
        witness,
        repeated: repeated.get(),
        requests: shrunk.requests + first.requests + last.requests + spared,
    })
}

/// Plans of one call that may show the same: the last call on a thing that never existed, or a read
/// that names no thing, by the same caller. Taking steps away from the plan does not lead there.
fn alone(site: &Site<'_>, plan: &Plan) -> Vec<Plan> {
    let (Some(last), true) = (plan.steps.last(), plan.steps.len() > 1) else { return Vec::new() };
    let nobody = Value::String("00000000-0000-4000-8000-000000000000".to_string());
    let path = last
        .path
        .iter()
        .map(|(name, value)| (name.clone(), if handle_name(value).is_some() { nobody.clone() } else { value.clone() }));
    let mut steps = Vec::new();
    if !last.body.as_ref().is_some_and(names_a_thing) {
        steps.push(Step { path: path.collect(), births: BTreeMap::new(), ..last.clone() });
    }
    let reads = site.model.operations.values().filter(|operation| operation.about.is_empty() && !operation.changes);
    for operation in reads {
        let described = site.schemas.operation(&operation.id);
        let Some(binding) = described.and_then(|described| described.bindings.first()) else { continue };
        steps.push(Step {
            operation: operation.id.clone(),
            binding: binding.id.clone(),
            path: BTreeMap::new(),
            query: BTreeMap::new(),
            body: None,
            births: BTreeMap::new(),
            settle: Settle::Poll { after_ms: 0 },
            ..last.clone()
        });
    }
    steps.into_iter().map(|step| Plan { steps: vec![step], ..plan.clone() }).collect()
}

/// Takes away single steps together with their timing: a refused call in the middle may only have
/// passed the time that the call before it needed.
async fn without_single_steps(mut plan: Plan, fails: &mut impl AsyncFnMut(Plan) -> Trial) -> (Plan, u64) {
    let mut requests = 0;
    let mut index = 0;
    while plan.steps.len() > 1 && plan.steps.len() <= 12 && index + 1 < plan.steps.len() {
        let mut steps = plan.steps.clone();
        steps.remove(index);
        let candidate = calmed(&Plan { steps: closed(&steps), ..plan.clone() });
        let trial = fails(candidate.clone()).await;
        requests += trial.requests;
        if trial.fails {
            plan = candidate;
            index = 0;
        } else {
            index += 1;
        }
    }
    (plan, requests)
}

/// The plan with a wait for rest after each step.
fn calmed(plan: &Plan) -> Plan {
    let steps = plan.steps.iter().map(|step| Step { settle: Settle::Poll { after_ms: 0 }, ..step.clone() });
    Plan { steps: steps.collect(), ..plan.clone() }
}

fn written(plan: &Plan) -> String {
    serde_json::to_string(&plan.steps).expect("steps are plain values")
}

/// The step with simpler bodies that are still valid. A body that names things stays as it is:
/// a handle is not a value of the schema.
fn simpler_steps(site: &Site<'_>, step: &Step) -> Vec<Step> {
    let shape = site.schemas.operation(&step.operation).and_then(|operation| site.schemas.request(operation, None));
    let (Some(shape), Some(body)) = (shape, &step.body) else { return Vec::new() };
    if names_a_thing(body) {
        return Vec::new();
    }
    // A value that the endpoint offers says more to a reader than a shorter one that it does not.
    let mut pins = BTreeMap::new();
    pin_offered(site, body, "", &mut pins);
    simpler(shape, body, &pins).into_iter().map(|body| Step { body: Some(body), ..step.clone() }).collect()
}

fn pin_offered(site: &Site<'_>, value: &Value, pointer: &str, pins: &mut BTreeMap<String, Value>) {
    let offered =
        |value: &Value| site.model.suite.pools.values().flatten().any(|known| known.to_json().as_ref() == Some(value));
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                pin_offered(site, value, &format!("{pointer}/{name}"), pins);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pin_offered(site, value, &format!("{pointer}/{index}"), pins);
            }
        }
        value if offered(value) => {
            pins.insert(pointer.to_string(), value.clone());
        }
        _ => {}
    }
}

fn names_a_thing(value: &Value) -> bool {
    handle_name(value).is_some()
        || match value {
            Value::Array(items) => items.iter().any(names_a_thing),
            Value::Object(fields) => fields.values().any(names_a_thing),
            _ => false,
        }
}
