//! Response bodies: drawn from the documented shape, then filled with the state of the resources.

use super::derived_values::show_derived;
use super::json_path::{value_at_mut, write_value};
use super::list_page::{cut_list, remove_links};
use super::mock_resources::MockResources;
use super::mutant::FaultKind;
use super::response_context::ResponseContext;
use crate::expr::{ExprValue, FieldPath, PathKey, assign_at_path, get_at_path};
use crate::model::{Existence, GeneratedClause, PossibleResource, ResourceId, ResourceState, find_resource};
use crate::schema::{DrawSettings, SeededRng, draw_valid};
use crate::suite::ResourceView;
use serde_json::Value;
use std::sync::Arc;

/// Draws a body of the documented shape; none without a documented shape. `told` fixes the ids of further resources.
#[must_use]
pub(super) fn draw_body(
    context: &ResponseContext<'_>,
    status: u16,
    told: &[ShownId],
    rng: &mut SeededRng,
) -> Option<Value> {
    if status == 204 {
        return None;
    }
    let operation = context.schemas.find_operation(&context.call.operation)?;
    let of_version = context.schemas.find_response_schema(operation, status, context.version);
    let shape = of_version.or_else(|| context.schemas.find_response_schema(operation, status, None))?;
    let mut how = DrawSettings { microversion: context.version.map(str::to_string), ..DrawSettings::for_response() };
    for ShownId { at, id } in told {
        how.pins.extend(id.iter().map(|id| (at.to_pointer(), Value::from(id.as_ref()))));
    }
    draw_valid(shape, rng, &how).ok()
}

/// Draws a body of the documented shape of a refusal; none without one. Where the shape has a text `message`, the text is
/// `message`.
#[must_use]
pub(super) fn draw_refusal_body(
    context: &ResponseContext<'_>,
    status: u16,
    message: &str,
    rng: &mut SeededRng,
) -> Option<Value> {
    let operation = context.schemas.find_operation(&context.call.operation)?;
    let find = |status: u16| context.schemas.find_response_schema(operation, status, context.version);
    let statuses = operation.responses.iter().filter(|body| body.describes_refusal()).flat_map(|body| &body.statuses);
    let refusals = statuses.copied().filter(|status| *status >= 400);
    let shape = find(status).or_else(|| refusals.into_iter().find_map(find))?;
    let body = draw_valid(shape, rng, &DrawSettings::for_response()).ok()?;
    let mut spoken = body.clone();
    for place in ["/message", "/error/message"] {
        if let Some(text) = spoken.pointer_mut(place) {
            *text = Value::from(message);
        }
    }
    Some(if shape.is_valid(&spoken) { spoken } else { body })
}

/// The id of a further resource in a response.
#[derive(Debug, Clone)]
pub(super) struct ShownId {
    /// Path of the id in the response.
    at: FieldPath,
    /// None if the response does not show the id yet.
    id: Option<Arc<str>>,
}

/// The ids of further resources in the response. A resource in transition may hold back the ids in its lists.
pub(super) fn list_shown_ids(
    context: &ResponseContext<'_>,
    state: &MockResources,
    rng: &mut SeededRng,
) -> Vec<ShownId> {
    let mut all = Vec::new();
    let named: Vec<&ResourceId> = context.call.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
    for (kind, view) in context.model.operations[&context.call.operation].views.iter().filter(|(_, view)| !view.each) {
        let teller = named.iter().find(|id| usize::from(id.kind) == *kind);
        let (Some(teller), Some(base)) = (teller, view.at.as_path()) else { continue };
        let early = find_resource(&state.world, teller).is_some_and(|held| held.state.transition.is_some());
        for (path, id) in state.shown_ids.get(*teller).into_iter().flatten() {
            let at = FieldPath { root: base.root.clone(), keys: [base.keys.as_slice(), &path.keys].concat() };
            let listed = at.keys.iter().any(|key| matches!(key, PathKey::Index(_)));
            let kept_back = early && listed && rng.draw_chance(1, 2);
            all.push(ShownId { at, id: (!kept_back).then(|| id.clone()) });
        }
    }
    all
}

/// Empties the lists with held-back ids.
pub(super) fn hide_ids(told: &[ShownId], body: &mut Value) {
    for ShownId { at, .. } in told.iter().filter(|told| told.id.is_none()) {
        let list = at.keys.iter().position(|key| matches!(key, PathKey::Index(_))).unwrap_or(at.keys.len());
        let path = FieldPath { root: at.root.clone(), keys: at.keys[..list].to_vec() };
        assign_at_path(body, &path, Value::Array(Vec::new()));
    }
}

/// Writes the resources of the operation's views into the body. `born` are the resources created by the call.
pub(super) fn fill_body(
    context: &ResponseContext<'_>,
    state: &MockResources,
    born: &[ResourceId],
    body: &mut Value,
    rng: &mut SeededRng,
) {
    for (kind, view) in &context.model.operations[&context.call.operation].views {
        let Some(path) = view.at.as_path() else { continue };
        if view.each {
            let drawn = get_at_path(body, &path).and_then(Value::as_array).and_then(|items| items.first().cloned());
            let template = drawn.filter(Value::is_object).unwrap_or_else(|| serde_json::json!({}));
            let mut items = Vec::new();
            for held in list_shown_resources(context, state, *kind, view, rng) {
                let mut item = template.clone();
                show_resource(context, held, view, &mut item, rng);
                items.push(item);
            }
            assign_at_path(body, &path, Value::Array(items));
            remove_links(view, body);
            continue;
        }
        let named = context.call.existing.iter().flat_map(|(_, ids)| ids.iter().flatten());
        let target = born.iter().chain(named).find(|id| usize::from(id.kind) == *kind);
        let Some(held) = target.and_then(|id| find_resource(&state.world, id)) else { continue };
        if !get_at_path(body, &path).is_some_and(Value::is_object) {
            assign_at_path(body, &path, Value::Object(serde_json::Map::new()));
        }
        if let Some(shown) = value_at_mut(body, &path) {
            show_resource(context, held, view, shown, rng);
        }
    }
}

/// The resources in a list, in order. A resource under deletion may be in the list or not.
fn list_shown_resources<'a>(
    context: &ResponseContext<'_>,
    state: &'a MockResources,
    kind: usize,
    view: &ResourceView,
    rng: &mut SeededRng,
) -> Vec<&'a PossibleResource> {
    let broken = context.find_fault(&GeneratedClause::Listed(kind, context.call.operation.clone()));
    let mut things: Vec<&PossibleResource> = state.list_owned(kind, context.call.owner);
    things.retain(|held| held.state.existence != Existence::Deleting || rng.draw_chance(1, 2));
    if broken == Some(&FaultKind::ListOmits) {
        things.pop();
    }
    cut_list(context, kind, view, &mut things);
    if broken == Some(&FaultKind::ListsGone) {
        let gone = state
            .world
            .iter()
            .filter(|held| usize::from(held.id.kind) == kind && held.state.existence == Existence::Gone);
        things.extend(gone.map(AsRef::as_ref));
    }
    things
}

/// Writes one resource into `shown`, with the fields of the view.
fn show_resource(
    context: &ResponseContext<'_>,
    held: &PossibleResource,
    view: &ResourceView,
    shown: &mut Value,
    rng: &mut SeededRng,
) {
    let kind = usize::from(held.id.kind);
    let resource = &context.model.suite.resources[kind];
    if let Some(path) = resource.id.as_path() {
        let id = context.model.make_id_value(kind, &held.id.id).to_json().expect("an id is a text or a number");
        assign_at_path(shown, &path, id);
    }
    for (index, field) in resource.fields.iter().enumerate() {
        if view.only.as_ref().is_some_and(|only| !only.contains(&field.name)) {
            continue;
        }
        let value = read_shown_value(&held.state, index);
        if let (Some(path), Some(value)) = (field.at.as_path(), value.to_json()) {
            write_value(shown, &path, value);
        }
    }
    if view.only.is_none() && held.state.existence == Existence::Present {
        for index in 0..resource.shows.len() {
            show_derived(context, held, index, shown, rng);
        }
    }
}

/// The value of a field in a response: during a transition the old value, until the field has changed.
fn read_shown_value(thing: &ResourceState, index: usize) -> ExprValue {
    let pending =
        thing.transition.iter().flat_map(|motion| &motion.pending).find(|(field, _)| usize::from(*field) == index);
    pending.map_or_else(|| thing.fields[index].clone(), |(_, old)| old.clone())
}

/// Breaks the property of the response's shape in a mutant: removes the property, or changes its type.
pub(super) fn break_shape(body: &mut Value, kind: &FaultKind) {
    let (FaultKind::Omits(pointer) | FaultKind::Mistypes(pointer)) = kind else { return };
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    let name = name.replace("~1", "/").replace("~0", "~");
    let Some(Value::Object(object)) = body.pointer_mut(parent) else { return };
    match kind {
        FaultKind::Omits(_) => {
            object.shift_remove(&name);
        }
        _ => {
            let wrong = match object.get(&name) {
                Some(Value::Number(_) | Value::Bool(_)) => Value::Array(vec![]),
                _ => Value::from(7),
            };
            object.insert(name, wrong);
        }
    }
}
