//! Candidates for shrinking that need the model and the schemas.

use super::campaign_environment::CampaignEnvironment;
use crate::history::Call;
use crate::plan::{Plan, Step, StepWait, read_handle};
use crate::schema::simplify_value;
use serde_json::Value;
use std::collections::BTreeMap;

/// Plans of one call that may show the deviation: the last call with the id of a resource that never existed,
/// or a read that names no resource, by the caller of the last call. Removing steps does not lead to these plans.
pub(super) fn make_single_call_plans(site: &CampaignEnvironment<'_>, plan: &Plan) -> Vec<Plan> {
    let (Some(last), true) = (plan.steps.last(), plan.steps.len() > 1) else { return Vec::new() };
    let unknown_id = Value::String("00000000-0000-4000-8000-000000000000".to_string());
    let path = last.call.path.iter().map(|(name, value)| {
        let value = if read_handle(value).is_some() { &unknown_id } else { value };
        (name.clone(), value.clone())
    });
    let mut steps = Vec::new();
    if !last.call.body.as_ref().is_some_and(has_handle) {
        steps.push(Step {
            call: Call { path: path.collect(), ..last.call.clone() },
            births: BTreeMap::new(),
            ..last.clone()
        });
    }
    let reads = site.model.operations.values().filter(|operation| operation.about.is_empty() && !operation.changes);
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

/// The plan with polls after each step.
pub(super) fn add_polls(plan: &Plan) -> Plan {
    let steps = plan.steps.iter().map(|step| Step { settle: StepWait::Poll { after_ms: 0 }, ..step.clone() });
    Plan { steps: steps.collect(), ..plan.clone() }
}

/// The steps of a plan as JSON text.
pub(super) fn serialize_steps(plan: &Plan) -> String {
    serde_json::to_string(&plan.steps).expect("steps are plain values")
}

/// The step with simpler valid bodies. A body with a handle is not simplified, because a handle is not a value
/// of the schema.
pub(super) fn make_simpler_steps(site: &CampaignEnvironment<'_>, step: &Step) -> Vec<Step> {
    let shape = site
        .schemas
        .find_operation(&step.call.operation)
        .and_then(|operation| site.schemas.find_request_schema(operation, None));
    let (Some(shape), Some(body)) = (shape, &step.call.body) else { return Vec::new() };
    if has_handle(body) {
        return Vec::new();
    }
    // Offered values are kept: they tell readers more than shorter values that the endpoint does not offer.
    let mut pins = BTreeMap::new();
    pin_offered_values(site, body, "", &mut pins);
    simplify_value(shape, body, &pins)
        .into_iter()
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
