//! Creation of resources: ids and initial fields.

use super::initial_fields::endow;
use super::request_reading::empty_exchange;
use super::response_context::Press;
use super::world_state::Realm;
use crate::expr::{Relation, Val, assign};
use crate::model::{Asked, Id, Roots, Thing, World, find, replaced, state_of};
use crate::schema::{Class, Rng};
use crate::suite::{About, Binding};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Draws an id for each resource created by the call, and writes the id at the path where the suite reads the id in
/// the response. Returns the ids by index in the operation's `about`.
pub(super) fn create_ids(
    context: &Press<'_>,
    body: Option<&mut Value>,
    state: &mut Realm,
    rng: &mut Rng,
) -> Vec<(usize, Vec<Id>)> {
    let about = &context.model.operations[&context.call.operation].about;
    let Some(body) = body else { return Vec::new() };
    let mut born: Vec<(usize, Vec<Id>)> = Vec::new();
    // A resource with ids of further resources in its responses comes first.
    let mut entries: Vec<(usize, &About)> = about.iter().enumerate().collect();
    entries.sort_by_key(|(_, about)| about.told_by.is_some());
    for (index, entry) in entries {
        let Binding::New(expr) = &entry.binding else { continue };
        let in_reply = || expr.reads().into_iter().find(|path| path.root.as_ref() == "reply");
        let Some(path) = expr.as_path().or_else(in_reply) else { continue };
        let id = draw_uuid(rng);
        let own = Id { kind: entry.resource as u16, id: Arc::from(id.as_str()) };
        if let Some(teller) = &entry.told_by {
            let tells = |(known, _): &(usize, Vec<Id>)| about[*known].name == *teller;
            if born.iter().any(tells) {
                born.push((index, vec![own]));
            }
            continue;
        }
        assign(body, &path, Value::String(id.clone()));
        let reply = Val::from(&*body);
        let roots = Roots {
            model: context.model,
            asked: context.call,
            things: &[],
            reply: Some(&reply),
            it: None,
            world: None,
        };
        // By a condition in the expression, the call may create no resource.
        if expr.eval(&roots) == Ok(Val::Str(own.id.clone())) {
            born.push((index, vec![own]));
        }
    }
    born.sort_by_key(|(index, _)| *index);
    record_tellers(about, &born, state);
    born
}

/// Records which resources show the ids missing in the response of the create.
fn record_tellers(about: &[About], born: &[(usize, Vec<Id>)], state: &mut Realm) {
    for (index, ids) in born {
        let entry = &about[*index];
        let teller = about.iter().position(|other| Some(&other.name) == entry.told_by.as_ref());
        let Some((_, tellers)) = born.iter().find(|(known, _)| Some(*known) == teller) else { continue };
        let Binding::New(expr) = &entry.binding else { continue };
        let Some(path) = expr.as_path() else { continue };
        for (id, teller) in ids.iter().zip(tellers) {
            state.tells.entry(teller.clone()).or_default().push((path.clone(), id.id.clone()));
        }
    }
}

/// Gives each created resource a value for each field without an effect.
pub(super) fn complete_fields(context: &Press<'_>, world: World, before: &World, rng: &mut Rng) -> World {
    let model = context.model;
    let newborn: Vec<(Id, Thing)> = world
        .iter()
        .filter(|held| find(before, &held.id).is_none())
        .map(|held| (held.id.clone(), held.thing.clone()))
        .collect();
    let mut changed = BTreeMap::new();
    for (id, mut thing) in newborn {
        set_ensured_fields(context, &id, &mut thing);
        endow(context, &id, &mut thing, rng);
        if let Some(index) = state_of(model, usize::from(id.kind))
            && thing.fields[index] == Val::Unknown
            && let Some(first) = model.resource(&id).stable.first()
        {
            thing.fields[index] = Val::Str(Arc::from(first.as_str()));
        }
        changed.insert(id, thing);
    }
    replaced(model, &world, changed)
}

/// Sets fields to the values ensured by clauses about reads of the resource.
fn set_ensured_fields(context: &Press<'_>, id: &Id, thing: &mut Thing) {
    let model = context.model;
    let Some(shown) = &model.shown[usize::from(id.kind)] else { return };
    let resource = model.resource(id);
    let view = &resource.views[&shown.operation];
    let Some(at) = view.at.as_path() else { return };
    let mut exchange = empty_exchange(&shown.operation, &context.call.caller);
    exchange.path = context.call.path_values();
    exchange.path.insert(shown.parameter.clone(), Value::String(id.id.to_string()));
    let asked = Asked::new(model, &exchange, Class::Valid);
    let roots = Roots { model, asked: &asked, things: &[], reply: None, it: None, world: None };
    for clause in model.operations[&shown.operation].clauses.iter().filter_map(|clause| model.written(*clause)) {
        for (ensure, place) in &clause.ensure {
            for comparison in ensure.comparisons() {
                let index = resource.fields.iter().position(|field| {
                    field
                        .at
                        .as_path()
                        .is_some_and(|path| [at.keys.as_slice(), path.keys.as_slice()].concat() == comparison.path.keys)
                });
                let (Some(index), Relation::Eq, Ok(value)) =
                    (index, comparison.op, roots.eval(&comparison.other, place.line))
                else {
                    continue;
                };
                if thing.fields[index] == Val::Unknown && value != Val::Null {
                    thing.fields[index] = value;
                }
            }
        }
    }
}

/// A random UUID, version 4.
fn draw_uuid(rng: &mut Rng) -> String {
    let (high, low) = (rng.u64(), rng.u64());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | (low >> 48) & 0x3fff,
        low & 0xffff_ffff_ffff
    )
}
