//! Values that guards require, and their place in a call.

use super::assign_resources::ResourceAssignment;
use super::input_path::{make_pointer, put_value, shorten_list};
use super::parameters::draw_parameter;
use super::place_ids::PlacedIds;
use crate::expr::{self, ComparisonRelation, Expr, ExprValue, FieldPath, PathKey};
use crate::model::{CallView, ExpressionRoots, ResourceOwner, make_world_root};
use crate::plan::guard_relations::{GuardRelation, InputRoot};
use crate::plan::planning_context::PlanningContext;
use crate::plan::step::Step;
use crate::schema::catalog::Operation;
use crate::schema::{CompiledSchema, DrawSettings, SeededRng, draw_boundary, draw_valid};
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The requirement for one place.
pub(super) enum WantedValue {
    Value(Value),
    /// Any value other than the listed values.
    NoneOf(Vec<ExprValue>),
    Absent,
}

/// The required values. `None` if a handle of the draft has no id.
pub(super) fn collect_wanted_values(
    scene: &PlanningContext<'_>,
    draft: &CallDraft<'_>,
    casts: &[ResourceAssignment<'_>],
    needs: &[&GuardRelation],
    shape: Option<&CompiledSchema>,
    rng: &mut SeededRng,
) -> Option<Vec<(FieldPath, WantedValue)>> {
    let who = ResourceOwner::from_caller(&draft.step.call.caller);
    let record = |cast: &ResourceAssignment<'_>| {
        let there = cast.resource.filter(|actor| cast.given && who == Some(actor.owner));
        there.and_then(|actor| scene.find_entry(&actor.id)).map_or(ExprValue::Null, |held| held.record.clone())
    };
    let things: Vec<(&str, ExprValue)> = casts.iter().map(|cast| (cast.about.name.as_str(), record(cast))).collect();
    let mut by_place: BTreeMap<FieldPath, Vec<(ComparisonRelation, ExprValue)>> = BTreeMap::new();
    for need in needs {
        let root = match need.root {
            InputRoot::Path => "path",
            InputRoot::Query => "query",
            InputRoot::Header => "header",
            InputRoot::Body => "body",
            _ => continue,
        };
        let value = match need.other.as_literal() {
            Some(value) => Some(value.clone()),
            None => draft.evaluate(scene, &things, &need.other)?,
        };
        let Some(value) = value.filter(|value| !value.has_unknown()) else { continue };
        // `x == null || …` permits other values too. Half of the calls keep the drawn value: without one, no response would
        // show the effect of the input.
        if need.is_side && need.relation == ComparisonRelation::Eq && value == ExprValue::Null && rng.draw_chance(1, 2)
        {
            continue;
        }
        let path = FieldPath { root: Arc::from(root), keys: need.keys.clone() };
        // A pattern is represented by a matching text.
        let value = match &need.pattern {
            Some(_) if has_relation(&by_place, &path, ComparisonRelation::Matches) => continue,
            // A pattern without an inverse yields no text.
            Some(pattern) => match pattern.draw_text(rng) {
                Ok(text) => ExprValue::from(text.as_str()),
                Err(_) => continue,
            },
            None => value,
        };
        add_relation(draft.step.call.body.as_ref(), path, need.relation, value, shape, &mut by_place);
    }
    let mut chosen: Vec<(FieldPath, WantedValue)> = Vec::new();
    for (path, relations) in by_place {
        if let Some(wish) = choose_value(&relations, rng) {
            chosen.push((path, wish));
        }
    }
    Some(chosen)
}

fn has_relation(
    by_place: &BTreeMap<FieldPath, Vec<(ComparisonRelation, ExprValue)>>,
    path: &FieldPath,
    relation: ComparisonRelation,
) -> bool {
    by_place.get(path).is_some_and(|relations| relations.iter().any(|(known, _)| *known == relation))
}

/// A call before the required values are known.
pub(super) struct CallDraft<'a> {
    step: &'a Step,
    /// The call as expressions read it, and the root `world`; made for the first expression that is no constant.
    view: OnceCell<Option<(CallView, Option<ExprValue>)>>,
}

impl<'a> CallDraft<'a> {
    pub fn new(step: &'a Step) -> CallDraft<'a> {
        CallDraft { step, view: OnceCell::new() }
    }

    /// The value of an expression, if the evaluation succeeds. `None` if a handle has no id.
    fn evaluate(
        &self,
        scene: &PlanningContext<'_>,
        resources: &[(&str, ExprValue)],
        expr: &Expr,
    ) -> Option<Option<ExprValue>> {
        let make = || {
            let call = scene.draft_call(self.step)?;
            let world = read_world_root(scene, &call);
            Some((call, world))
        };
        let (call, world) = self.view.get_or_init(make).as_ref()?;
        let roots =
            ExpressionRoots { model: scene.model, call, resources, reply: None, entry: None, world: world.as_ref() };
        Some(expr.eval(&roots).ok())
    }
}

/// Turns `"key" in body.map` into a requirement for `body.map.key`.
fn add_relation(
    body: Option<&Value>,
    mut path: FieldPath,
    relation: ComparisonRelation,
    value: ExprValue,
    shape: Option<&CompiledSchema>,
    by_place: &mut BTreeMap<FieldPath, Vec<(ComparisonRelation, ExprValue)>>,
) {
    let contains = matches!(relation, ComparisonRelation::Contains | ComparisonRelation::NotContains);
    if contains
        && let ExprValue::Str(key) = &value
        && shape.is_some()
        && path.root.as_ref() == "body"
        && !expr::get_at_path(body.unwrap_or(&Value::Null), &path).is_some_and(Value::is_array)
    {
        path.keys.push(PathKey::Name(key.clone()));
        // A present key may have the value null: `Contains` with null represents the key.
        let relation = if relation == ComparisonRelation::Contains { relation } else { ComparisonRelation::Eq };
        by_place.entry(path).or_default().push((relation, ExprValue::Null));
        return;
    }
    by_place.entry(path).or_default().push((relation, value));
}

fn read_world_root(scene: &PlanningContext<'_>, asked: &CallView) -> Option<ExprValue> {
    let kinds = &scene.model.operations[&asked.operation].reads_all;
    let world = (!kinds.is_empty()).then(|| scene.find_state(asked)).flatten()?;
    Some(make_world_root(scene.model, kinds.iter().copied(), &world, asked.owner, &[]))
}

/// A value that meets most relations, or a list of values to avoid.
fn choose_value(relations: &[(ComparisonRelation, ExprValue)], rng: &mut SeededRng) -> Option<WantedValue> {
    let keyed = relations
        .iter()
        .any(|(relation, value)| *relation == ComparisonRelation::Contains && *value == ExprValue::Null);
    let mut good: Vec<ExprValue> = Vec::new();
    for (relation, value) in relations {
        match (relation, value) {
            (ComparisonRelation::Eq | ComparisonRelation::Matches, value) => good.push(value.clone()),
            (ComparisonRelation::In, ExprValue::List(items)) => good.extend(items.iter().cloned()),
            (ComparisonRelation::In, ExprValue::Map(entries)) => {
                good.extend(entries.keys().map(|key| ExprValue::Str(key.clone())))
            }
            (ComparisonRelation::Contains, value) if *value != ExprValue::Null => {
                good.push(ExprValue::List(vec![value.clone()].into()))
            }
            (
                ComparisonRelation::Lt | ComparisonRelation::Le | ComparisonRelation::Gt | ComparisonRelation::Ge,
                ExprValue::Int(bound),
            ) => good.extend([-1, 0, 1].map(|by| ExprValue::Int(bound.saturating_add(by)))),
            _ => {}
        }
    }
    let most = |value: &ExprValue| relations.iter().filter(|relation| meets_relation(value, relation)).count();
    let best = good.iter().map(most).max().unwrap_or(0);
    good.retain(|value| most(value) == best);
    let mut others = Vec::new();
    let mut refused = 0;
    for (relation, value) in relations {
        match (relation, value) {
            (ComparisonRelation::Ne, value) => others.push(value.clone()),
            (ComparisonRelation::NotIn, ExprValue::List(items)) => others.extend(items.iter().cloned()),
            (ComparisonRelation::Contains, ExprValue::Null) => {}
            _ => continue,
        }
        refused += 1;
    }
    // The guards of two clauses, or the sides of an `||`, may exclude each other: then either may win.
    let other = refused > best || (refused == best && rng.draw_chance(1, 2));
    if let Some(value) = rng.pick_element(&good).filter(|_| !other) {
        return Some(if *value == ExprValue::Null && !keyed {
            WantedValue::Absent
        } else {
            WantedValue::Value(value.to_json()?)
        });
    }
    (refused > 0).then_some(WantedValue::NoneOf(others))
}

fn meets_relation(value: &ExprValue, (relation, other): &(ComparisonRelation, ExprValue)) -> bool {
    match (relation, other) {
        (ComparisonRelation::Eq, other) => value == other,
        (ComparisonRelation::Ne, other) => value != other,
        (ComparisonRelation::NotIn, ExprValue::List(items)) => !items.contains(value),
        (ComparisonRelation::In, ExprValue::List(items)) => items.contains(value),
        (ComparisonRelation::Lt, ExprValue::Int(bound)) => matches!(value, ExprValue::Int(int) if int < bound),
        (ComparisonRelation::Le, ExprValue::Int(bound)) => matches!(value, ExprValue::Int(int) if int <= bound),
        (ComparisonRelation::Gt, ExprValue::Int(bound)) => matches!(value, ExprValue::Int(int) if int > bound),
        (ComparisonRelation::Ge, ExprValue::Int(bound)) => matches!(value, ExprValue::Int(int) if int >= bound),
        (ComparisonRelation::Matches, _) => matches!(value, ExprValue::Str(_)),
        _ => true,
    }
}

/// A drawn value outside `others`; if only texts collide, a longer text.
fn draw_other(mut drawn: impl FnMut() -> Option<Value>, others: &[ExprValue]) -> Option<Value> {
    let free = |value: &Value| !others.contains(&ExprValue::from(value));
    let found = (0..4).find_map(|_| drawn().filter(|value| free(value)));
    let longer = || {
        others.iter().rev().find_map(|other| {
            if let ExprValue::Str(text) = other { Some(Value::from(format!("{text}-x"))) } else { None }
        })
    };
    found.or_else(longer)
}

/// Draws the body again with the required values, and writes the other required values into the step.
pub(super) fn apply_wanted_values(
    scene: &PlanningContext<'_>,
    operation: &Operation,
    wishes: &[(FieldPath, WantedValue)],
    placed: &PlacedIds,
    (shape, how, boundary): (Option<&CompiledSchema>, &DrawSettings, bool),
    step: &mut Step,
    rng: &mut SeededRng,
) -> Option<()> {
    let taken = |path: &FieldPath| placed.iter().any(|(known, _)| known == path);
    if let Some(shape) = shape {
        let mut how = how.clone();
        for (path, wish) in wishes.iter().filter(|(path, _)| path.root.as_ref() == "body" && !taken(path)) {
            match wish {
                WantedValue::Value(value) => {
                    how.pins.insert(make_pointer(&path.keys), value.clone());
                }
                WantedValue::NoneOf(others) => {
                    // A valid body omits fields without effect, unless a guard requires a field.
                    let all = DrawSettings { optional_percent: 100, avoid_doubt: false, ..how.clone() };
                    let drawn = || expr::get_at_path(&draw_valid(shape, rng, &all).ok()?, path).cloned();
                    if let Some(value) = draw_other(drawn, others) {
                        how.pins.insert(make_pointer(&path.keys), value);
                    }
                }
                WantedValue::Absent => {}
            }
        }
        for (path, value) in placed.iter().filter(|(path, _)| path.root.as_ref() == "body") {
            how.pins.insert(make_pointer(&path.keys), value.clone());
        }
        let draw = if boundary { draw_boundary } else { draw_valid };
        step.call.body = Some(draw(shape, rng, &how).ok()?);
    }
    for (path, wish) in wishes.iter().filter(|(path, _)| !taken(path)) {
        match wish {
            // A call needs a value for each path parameter.
            WantedValue::Absent if path.root.as_ref() == "path" => {}
            WantedValue::Absent => put_value(step, path, None),
            WantedValue::Value(value) if path.root.as_ref() != "body" => put_value(step, path, Some(value.clone())),
            WantedValue::NoneOf(others) if path.root.as_ref() != "body" => {
                let Some(PathKey::Name(name)) = path.keys.first() else {
                    continue;
                };
                let drawn = || draw_parameter(scene, operation, path.root.as_ref(), name, rng);
                if let Some(value) = draw_other(drawn, others) {
                    put_value(step, path, Some(value));
                }
            }
            _ => {}
        }
        // A relation about all elements is met by the first element, so the list is shortened.
        if let Some(at) = path.keys.iter().position(|key| *key == PathKey::Index(0)) {
            let list = &path.keys[..at];
            let named = placed.iter().filter(|(known, _)| known.root == path.root && known.keys.starts_with(list));
            shorten_list(step, list, named.count().max(1));
        }
    }
    Some(())
}
