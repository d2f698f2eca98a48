//! Candidates for shrinking that need the model and the schemas.

use super::campaign_environment::CampaignEnvironment;
use super::conclusion::RecordedFinding;
use crate::history::Call;
use crate::model::{ClauseId, OperationModel};
use crate::plan::{Plan, Step, StepWait, WaitPrice, read_handle};
use crate::schema::simplify_value;
use crate::shrink::remove_unbound_steps;
use serde_json::Value;
use std::collections::BTreeMap;

/// Plans of one call that may show the deviation: the last call with the id of a resource that never existed,
/// or a read that names no resource, by the caller of the last call, if one of `clauses` is about the read. Removing steps does
/// not lead to these plans.
pub(super) fn make_single_call_plans(site: &CampaignEnvironment<'_>, plan: &Plan, clauses: &[ClauseId]) -> Vec<Plan> {
    let (Some(last), true) = (plan.steps.last(), plan.steps.len() > 1) else { return Vec::new() };
    let mut steps: Vec<Step> = make_unknown_id_step(last).into_iter().collect();
    let is_concerned = |operation: &OperationModel| operation.clauses.iter().any(|clause| clauses.contains(clause));
    let reads = site.model.operations.values().filter(|operation| operation.about.is_empty() && !operation.changes);
    let reads = reads.filter(|operation| is_concerned(operation));
    for operation in reads {
        let described = site.schemas.find_operation(&operation.id);
        let Some(binding) = described.and_then(|described| described.bindings.first()) else { continue };
        steps.push(Step {
            call: Call {
                operation: operation.id.clone(),
                binding: binding.id.clone(),
                path: BTreeMap::new(),
                query: BTreeMap::new(),
                body: None,
                ..last.call.clone()
            },
            births: BTreeMap::new(),
            settle: StepWait::Poll { after_ms: 0 },
            ..last.clone()
        });
    }
    steps.into_iter().map(|step| Plan { steps: vec![step], ..plan.clone() }).collect()
}

/// A step for resources that never existed in place of the named ones; `None` if the body names a resource.
pub(super) fn make_unknown_id_step(step: &Step) -> Option<Step> {
    let unknown_id = Value::String("00000000-0000-4000-8000-000000000000".to_string());
    let path = step.call.path.iter().map(|(name, value)| {
        let value = if read_handle(value).is_some() { &unknown_id } else { value };
        (name.clone(), value.clone())
    });
    let has_other = step.call.body.as_ref().is_some_and(has_handle);
    let call = Call { path: path.collect(), ..step.call.clone() };
    (!has_other).then(|| Step { call, births: BTreeMap::new(), ..step.clone() })
}

/// How candidates wait after their steps.
#[derive(Debug, Clone, Copy)]
pub(super) struct CandidateWaits {
    /// After each step but the last.
    usual: StepWait,
    /// After the last step, which shows the deviation.
    last: StepWait,
}

impl CandidateWaits {
    /// Where waiting costs nothing.
    pub const FREE: CandidateWaits =
        CandidateWaits { usual: StepWait::Poll { after_ms: 0 }, last: StepWait::Poll { after_ms: 0 } };

    /// The waits for a finding. Where waiting takes time, a bound is waited for only if the plan did so when the deviation
    /// showed: the end of a transition that never comes shows at the bound.
    pub fn choose(price: WaitPrice, found: &RecordedFinding) -> CandidateWaits {
        let brief = StepWait::PollBriefly { after_ms: 0, next_ms: None };
        let waited =
            found.plan.steps.get(found.finding.step).is_some_and(|step| matches!(step.settle, StepWait::Poll { .. }));
        match price {
            WaitPrice::Free => CandidateWaits::FREE,
            WaitPrice::Time { .. } if waited => CandidateWaits { usual: brief, ..CandidateWaits::FREE },
            WaitPrice::Time { .. } => CandidateWaits { usual: brief, last: brief },
        }
    }

    /// The plan with polls after each step. `last` is the index of the step that shows the deviation.
    pub fn add_polls(&self, plan: &Plan, last: usize) -> Plan {
        let wait = |index: usize| if index == last { self.last } else { self.usual };
        let steps = plan.steps.iter().enumerate();
        let steps = steps.map(|(index, step)| Step { settle: wait(index), ..step.clone() });
        Plan { steps: steps.collect(), ..plan.clone() }
    }
}

/// The plan without one step and without waits.
pub(super) fn remove_step(plan: &Plan, index: usize, waits: &CandidateWaits) -> Plan {
    let mut steps = plan.steps.clone();
    steps.remove(index);
    let steps = remove_unbound_steps(&steps);
    let last = steps.len().saturating_sub(1);
    waits.add_polls(&Plan { steps, ..plan.clone() }, last)
}

/// The steps of a plan as JSON text.
pub(super) fn serialize_steps(plan: &Plan) -> String {
    serde_json::to_string(&plan.steps).expect("steps are plain values")
}

/// The step with simpler valid bodies. A body with a handle is not simplified, because a handle is not a value
/// of the schema. With `drops_offered` optional values that the endpoint offers are left out too.
pub(super) fn make_simpler_steps(site: &CampaignEnvironment<'_>, step: &Step, drops_offered: bool) -> Vec<Step> {
    let shape = site
        .schemas
        .find_operation(&step.call.operation)
        .and_then(|operation| site.schemas.find_request_schema(operation, None));
    let (Some(shape), Some(body)) = (shape, &step.call.body) else { return Vec::new() };
    if has_handle(body) {
        return Vec::new();
    }
    // Offered values tell readers more than shorter values that the endpoint does not offer.
    let mut pins = BTreeMap::new();
    pin_offered_values(site, body, "", &mut pins);
    let is_kept = |body: &Value| drops_offered || pins.keys().all(|pin| body.pointer(pin).is_some());
    simplify_value(shape, body, &pins)
        .into_iter()
        .filter(is_kept)
        .map(|body| Step { call: Call { body: Some(body), ..step.call.clone() }, ..step.clone() })
        .collect()
}

fn pin_offered_values(
    site: &CampaignEnvironment<'_>,
    value: &Value,
    pointer: &str,
    pins: &mut BTreeMap<String, Value>,
) {
    let offered =
        |value: &Value| site.model.suite.pools.values().flatten().any(|known| known.to_json().as_ref() == Some(value));
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                pin_offered_values(site, value, &format!("{pointer}/{name}"), pins);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pin_offered_values(site, value, &format!("{pointer}/{index}"), pins);
            }
        }
        value if offered(value) => {
            pins.insert(pointer.to_string(), value.clone());
        }
        _ => {}
    }
}

/// Whether a value contains a handle.
fn has_handle(value: &Value) -> bool {
    read_handle(value).is_some()
        || match value {
            Value::Array(items) => items.iter().any(has_handle),
            Value::Object(fields) => fields.values().any(has_handle),
            _ => false,
        }
}
