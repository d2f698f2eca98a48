//! Response bodies: drawn from the documented shape, then filled with the state of the resources.

use super::derived_values::show_derived;
use super::json_path::{place, write};
use super::list_page::cut;
use super::mutant::Kind;
use super::response_context::Press;
use super::world_state::Realm;
use crate::expr::{Key, Path, Val, assign, get};
use crate::model::{Generated, Held, Id, Life, Thing, find};
use crate::schema::{Draw, Rng, draw_valid};
use crate::suite::View;
use serde_json::Value;
use std::sync::Arc;

/// Draws a body of the documented shape; none without a documented shape. `told` fixes the ids of further resources.
#[must_use]
pub(super) fn blank(context: &Press<'_>, status: u16, told: &[Told], rng: &mut Rng) -> Option<Value> {
    let operation = context.schemas.operation(&context.call.operation)?;
    let of_version = context.schemas.response(operation, status, context.version);
    let shape = of_version.or_else(|| context.schemas.response(operation, status, None))?;
    let mut how = Draw { microversion: context.version.map(str::to_string), ..Draw::response() };
    for Told { at, id } in told {
        how.pins.extend(id.iter().map(|id| (at.pointer(), Value::from(id.as_ref()))));
    }
    draw_valid(shape, rng, &how).ok()
}

/// The id of a further resource in a response.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// Path of the id in the response.
    at: Path,
    /// None if the response does not show the id yet.
    id: Option<Arc<str>>,
}

/// The ids of further resources in the response. A resource in transition may hold back the ids in its lists.
pub(super) fn told(context: &Press<'_>, state: &Realm, rng: &mut Rng) -> Vec<Told> {
    let mut all = Vec::new();
    let named: Vec<&Id> = context.call.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
    for (kind, view) in context.model.operations[&context.call.operation].views.iter().filter(|(_, view)| !view.each) {
        let teller = named.iter().find(|id| usize::from(id.kind) == *kind);
        let (Some(teller), Some(base)) = (teller, view.at.as_path()) else { continue };
        let early = find(&state.world, teller).is_some_and(|held| held.thing.motion.is_some());
        for (path, id) in state.tells.get(*teller).into_iter().flatten() {
            let at = Path { root: base.root.clone(), keys: [base.keys.as_slice(), &path.keys].concat() };
            let listed = at.keys.iter().any(|key| matches!(key, Key::Index(_)));
            let kept_back = early && listed && rng.chance(1, 2);
            all.push(Told { at, id: (!kept_back).then(|| id.clone()) });
        }
    }
    all
}

/// Empties the lists with held-back ids.
pub(super) fn keep_back(told: &[Told], body: &mut Value) {
    for Told { at, .. } in told.iter().filter(|told| told.id.is_none()) {
        let list = at.keys.iter().position(|key| matches!(key, Key::Index(_))).unwrap_or(at.keys.len());
        let path = Path { root: at.root.clone(), keys: at.keys[..list].to_vec() };
        assign(body, &path, Value::Array(Vec::new()));
    }
}

/// Writes the resources of the operation's views into the body. `born` are the resources created by the call.
pub(super) fn fill(context: &Press<'_>, state: &Realm, born: &[Id], body: &mut Value, rng: &mut Rng) {
    for (kind, view) in &context.model.operations[&context.call.operation].views {
        let Some(path) = view.at.as_path() else { continue };
        if view.each {
            let drawn = get(body, &path).and_then(Value::as_array).and_then(|items| items.first().cloned());
            let template = drawn.filter(Value::is_object).unwrap_or_else(|| serde_json::json!({}));
            let mut items = Vec::new();
            for held in list_shown(context, state, *kind, view, rng) {
                let mut item = template.clone();
                show(context, held, view, &mut item, rng);
                items.push(item);
            }
            assign(body, &path, Value::Array(items));
            continue;
        }
        let named = context.call.existing.iter().flat_map(|(_, ids)| ids.iter().flatten());
        let target = born.iter().chain(named).find(|id| usize::from(id.kind) == *kind);
        let Some(held) = target.and_then(|id| find(&state.world, id)) else { continue };
        if !get(body, &path).is_some_and(Value::is_object) {
            assign(body, &path, Value::Object(serde_json::Map::new()));
        }
        if let Some(shown) = place(body, &path) {
            show(context, held, view, shown, rng);
        }
    }
}

/// The resources in a list, in order. A resource under deletion may be in the list or not.
fn list_shown<'a>(context: &Press<'_>, state: &'a Realm, kind: usize, view: &View, rng: &mut Rng) -> Vec<&'a Held> {
    let broken = context.broken(&Generated::Listed(kind, context.call.operation.clone()));
    let mut things: Vec<&Held> = state.own(kind, context.call.who);
    things.retain(|held| held.thing.life != Life::Dying || rng.chance(1, 2));
    if broken == Some(&Kind::ListOmits) {
        things.pop();
    }
    cut(context, kind, view, &mut things);
    if broken == Some(&Kind::ListsGone) {
        let gone = state.world.iter().filter(|held| usize::from(held.id.kind) == kind && held.thing.life == Life::Gone);
        things.extend(gone.map(AsRef::as_ref));
    }
    things
}

/// Writes one resource into `shown`, with the fields of the view.
fn show(context: &Press<'_>, held: &Held, view: &View, shown: &mut Value, rng: &mut Rng) {
    let kind = usize::from(held.id.kind);
    let resource = &context.model.suite.resources[kind];
    if let Some(path) = resource.id.as_path() {
        assign(shown, &path, Value::String(held.id.id.to_string()));
    }
    for (index, field) in resource.fields.iter().enumerate() {
        if view.only.as_ref().is_some_and(|only| !only.contains(&field.name)) {
            continue;
        }
        let value = shown_value(&held.thing, index);
        if let (Some(path), Some(value)) = (field.at.as_path(), value.to_json()) {
            write(shown, &path, value);
        }
    }
    if view.only.is_none() && held.thing.life == Life::Alive {
        for index in 0..resource.shows.len() {
            show_derived(context, held, index, shown, rng);
        }
    }
}

/// The value of a field in a response: during a transition the old value, until the field has changed.
fn shown_value(thing: &Thing, index: usize) -> Val {
    let pending =
        thing.motion.iter().flat_map(|motion| &motion.pending).find(|(field, _)| usize::from(*field) == index);
    pending.map_or_else(|| thing.fields[index].clone(), |(_, old)| old.clone())
}

/// Breaks the property of the response's shape in a mutant: removes the property, or changes its type.
pub(super) fn deform(body: &mut Value, kind: &Kind) {
    let (Kind::Omits(pointer) | Kind::Mistypes(pointer)) = kind else { return };
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    let name = name.replace("~1", "/").replace("~0", "~");
    let Some(Value::Object(object)) = body.pointer_mut(parent) else { return };
    match kind {
        Kind::Omits(_) => {
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
