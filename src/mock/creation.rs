//! Creation of resources: ids and initial fields.

use super::initial_fields::set_initial_fields;
use super::mock_resources::MockResources;
use super::response_context::ResponseContext;
use crate::expr::{ComparisonRelation, ExprValue, assign_at_path};
use crate::history::Call;
use crate::model::{
    CallView, ExpressionRoots, PossibleState, ResourceId, ResourceState, find_resource, find_state_field,
    replace_resources,
};
use crate::schema::{InputClass, SeededRng};
use crate::suite::{AboutEntry, IdExpression};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Draws an id for each resource created by the call, and writes the id at the path where the suite reads the id in
/// the response. Returns the ids by index in the operation's `about`.
pub(super) fn create_ids(
    context: &ResponseContext<'_>,
    body: Option<&mut Value>,
    state: &mut MockResources,
    rng: &mut SeededRng,
) -> Vec<(usize, Vec<ResourceId>)> {
    let about = &context.model.operations[&context.call.operation].about;
    let Some(body) = body else { return Vec::new() };
    let mut born: Vec<(usize, Vec<ResourceId>)> = Vec::new();
    // A resource with ids of further resources in its responses comes first.
    let mut entries: Vec<(usize, &AboutEntry)> = about.iter().enumerate().collect();
    entries.sort_by_key(|(_, about)| about.told_by.is_some());
    for (index, entry) in entries {
        let IdExpression::New(expr) = &entry.binding else { continue };
        let in_reply = || expr.list_reads().into_iter().find(|path| path.root.as_ref() == "reply");
        let Some(path) = expr.as_path().or_else(in_reply) else { continue };
        let number = context.model.has_number_ids(entry.resource);
        // Below the ids that stand for absent resources in calls.
        let id = if number { (1 + rng.draw_below(1 << 30)).to_string() } else { draw_uuid(rng) };
        let own = ResourceId { kind: entry.resource as u16, id: Arc::from(id.as_str()) };
        if let Some(teller) = &entry.told_by {
            let tells = |(known, _): &(usize, Vec<ResourceId>)| about[*known].name == *teller;
            if born.iter().any(tells) {
                born.push((index, vec![own]));
            }
            continue;
        }
        let shown = context.model.make_id_value(entry.resource, &own.id);
        assign_at_path(body, &path, shown.to_json().expect("an id is a text or a number"));
        let reply = ExprValue::from(&*body);
        let roots = ExpressionRoots {
            model: context.model,
            call: context.call,
            resources: &[],
            reply: Some(&reply),
            entry: None,
            world: None,
        };
        // By a condition in the expression, the call may create no resource.
        if expr.eval(&roots) == Ok(shown) {
            born.push((index, vec![own]));
        }
    }
    born.sort_by_key(|(index, _)| *index);
    record_id_sources(about, &born, state);
    born
}

/// Records which resources show the ids missing in the response of the create.
fn record_id_sources(about: &[AboutEntry], born: &[(usize, Vec<ResourceId>)], state: &mut MockResources) {
    for (index, ids) in born {
        let entry = &about[*index];
        let teller = about.iter().position(|other| Some(&other.name) == entry.told_by.as_ref());
        let Some((_, tellers)) = born.iter().find(|(known, _)| Some(*known) == teller) else { continue };
        let IdExpression::New(expr) = &entry.binding else { continue };
        let Some(path) = expr.as_path() else { continue };
        for (id, teller) in ids.iter().zip(tellers) {
            state.shown_ids.entry(teller.clone()).or_default().push((path.clone(), id.id.clone()));
        }
    }
}

/// Gives each created resource a value for each field without an effect.
pub(super) fn complete_fields(
    context: &ResponseContext<'_>,
    world: PossibleState,
    before: &PossibleState,
    rng: &mut SeededRng,
) -> PossibleState {
    let model = context.model;
    let newborn: Vec<(ResourceId, ResourceState)> = world
        .iter()
        .filter(|held| find_resource(before, &held.id).is_none())
        .map(|held| (held.id.clone(), held.state.clone()))
        .collect();
    let mut changed = BTreeMap::new();
    for (id, mut thing) in newborn {
        set_ensured_fields(context, &id, &mut thing);
        set_initial_fields(context, &id, &mut thing, rng);
        if let Some(index) = find_state_field(model, usize::from(id.kind))
            && thing.fields[index] == ExprValue::Unknown
            && let Some(first) = model.resource_kind(&id).stable.first()
        {
            thing.fields[index] = ExprValue::Str(Arc::from(first.as_str()));
        }
        changed.insert(id, thing);
    }
    replace_resources(model, &world, changed)
}

/// Sets fields to the values ensured by clauses about reads of the resource.
fn set_ensured_fields(context: &ResponseContext<'_>, id: &ResourceId, thing: &mut ResourceState) {
    let model = context.model;
    let Some(shown) = &model.reads[usize::from(id.kind)] else { return };
    let resource = model.resource_kind(id);
    let view = &resource.views[&shown.operation];
    let Some(at) = view.at.as_path() else { return };
    let mut path = context.call.path_values();
    path.insert(shown.parameter.clone(), Value::String(id.id.to_string()));
    let read =
        Call { operation: shown.operation.clone(), caller: context.call.caller.clone(), path, ..Call::default() };
    let asked = CallView::new(model, &read, InputClass::Valid);
    let roots = ExpressionRoots { model, call: &asked, resources: &[], reply: None, entry: None, world: None };
    for clause in
        model.operations[&shown.operation].clauses.iter().filter_map(|clause| model.find_suite_clause(*clause))
    {
        for (ensure, place) in &clause.ensure {
            for comparison in ensure.list_comparisons() {
                let index = resource.fields.iter().position(|field| {
                    field
                        .at
                        .as_path()
                        .is_some_and(|path| [at.keys.as_slice(), path.keys.as_slice()].concat() == comparison.path.keys)
                });
                let (Some(index), ComparisonRelation::Eq, Ok(value)) =
                    (index, comparison.op, roots.evaluate(&comparison.other, place.line))
                else {
                    continue;
                };
                if thing.fields[index] == ExprValue::Unknown && value != ExprValue::Null {
                    thing.fields[index] = value;
                }
            }
        }
    }
}

/// A random UUID, version 4.
fn draw_uuid(rng: &mut SeededRng) -> String {
    let (high, low) = (rng.draw_u64(), rng.draw_u64());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | (low >> 48) & 0x3fff,
        low & 0xffff_ffff_ffff
    )
}
