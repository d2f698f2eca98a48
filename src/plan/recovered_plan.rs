//! The plan behind recorded exchanges: handles in place of the ids that the endpoint gave.

use super::step::{FORMAT, Plan, Step, StepWait, make_id_handle};
use crate::history::{Call, CallCause, Exchange};
use crate::model::Model;
use crate::suite::IdExpression;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Makes the plan whose steps sent the recorded exchanges. `filled_parameters` are the path parameters that the identity
/// provides. A record has no waits: a step waits for its resources if the record has polls for it. Calls that overlapped are
/// released together, without their offsets.
///
/// Bodies have the placeholders of secrets, because a record has no secrets.
#[must_use]
pub fn recover_plan(model: &Model, exchanges: &[Exchange], filled_parameters: &BTreeSet<String>) -> Plan {
    let ids = collect_ids(model, exchanges);
    let mut used: BTreeSet<String> = ids.values().map(|(_, handle)| handle.clone()).collect();
    let mut steps = Vec::new();
    for exchange in exchanges.iter().filter(|exchange| exchange.cause == CallCause::Step) {
        let call = replace_ids(model, &exchange.call, &ids, filled_parameters);
        let of_step: Vec<&Exchange> = exchanges.iter().filter(|other| other.step == exchange.step).collect();
        let poll = of_step.iter().find(|other| other.cause == CallCause::Poll);
        let settle = poll.map_or(StepWait::Leave, |poll| StepWait::Poll {
            after_ms: poll.sent_ms.saturating_sub(exchange.received_ms),
        });
        let births = name_births(model, &exchange.call.operation, &of_step, &mut used);
        let branch = exchange.overlap.map_or(0, |overlap| overlap.branch);
        steps.push(Step { call, births, settle, setup: Vec::new(), branch, offset_us: 0 });
    }
    Plan { format: FORMAT, suite: model.suite.name.clone(), drawn: None, steps }
}

/// The kind and the handle of each id that a response gave.
fn collect_ids(model: &Model, exchanges: &[Exchange]) -> BTreeMap<String, (usize, String)> {
    let created = exchanges.iter().flat_map(|exchange| &exchange.created);
    created.filter_map(|(handle, id)| Some((id.clone(), (find_kind(model, handle)?, handle.clone())))).collect()
}

/// The resource kind of a handle such as `server-1`.
fn find_kind(model: &Model, handle: &str) -> Option<usize> {
    let (kind, _) = handle.rsplit_once('-')?;
    model.suite.resources.iter().position(|resource| resource.name == kind)
}

/// A call with handles in place of ids, and without the parameters that the identity provides.
fn replace_ids(
    model: &Model,
    call: &Call,
    ids: &BTreeMap<String, (usize, String)>,
    filled_parameters: &BTreeSet<String>,
) -> Call {
    let mut call = call.clone();
    call.path.retain(|name, _| !filled_parameters.contains(name));
    let values = call.path.values_mut().chain(call.query.values_mut()).chain(&mut call.body);
    values.for_each(|value| replace_in_value(model, value, ids));
    call
}

fn replace_in_value(model: &Model, value: &mut Value, ids: &BTreeMap<String, (usize, String)>) {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => return items.iter_mut().for_each(|item| replace_in_value(model, item, ids)),
        Value::Object(fields) => return fields.values_mut().for_each(|field| replace_in_value(model, field, ids)),
        Value::Null | Value::Bool(_) => return,
    };
    let Some((kind, handle)) = ids.get(&text) else { return };
    // A number that happens to equal an id of a kind with texts as ids is no id.
    if value.is_string() || model.has_number_ids(*kind) {
        *value = make_id_handle(model, *kind as u16, handle);
    }
}

/// The handles of the resources that a step may create: those that its responses named, else a new one for each.
fn name_births(
    model: &Model,
    operation: &str,
    of_step: &[&Exchange],
    used: &mut BTreeSet<String>,
) -> BTreeMap<String, Vec<String>> {
    let mut births = BTreeMap::new();
    let about = model.operations.get(operation).map(|operation| operation.about.as_slice()).unwrap_or_default();
    for about in about.iter().filter(|about| matches!(about.binding, IdExpression::New(_))) {
        let named = of_step.iter().flat_map(|exchange| exchange.created.keys());
        let of_kind = named.filter(|handle| find_kind(model, handle) == Some(about.resource));
        let mut handles: Vec<String> = of_kind.cloned().collect::<BTreeSet<String>>().into_iter().collect();
        if handles.is_empty() {
            let kind = &model.suite.resources[about.resource].name;
            let free = (1..).map(|number| format!("{kind}-{number}")).find(|handle| !used.contains(handle));
            handles.extend(free);
        }
        used.extend(handles.iter().cloned());
        births.insert(about.name.clone(), handles);
    }
    births
}
