//! Values that guards require, and their place in a call.

use super::assign_resources::Cast;
use super::input_path::{pointer, put, shorten};
use super::parameters::parameter_value;
use super::place_ids::Placed;
use crate::expr::{self, Key, Path, Relation, Val};
use crate::model::{Asked, Roots, Who, world_root};
use crate::plan::guard_needs::{Need, Root};
use crate::plan::planning_context::Scene;
use crate::plan::step::Step;
use crate::schema::catalog::Operation;
use crate::schema::{Draw, Rng, Shape, draw_boundary, draw_valid};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The requirement for one place.
pub(super) enum Wish {
    Value(Value),
    /// Any value other than the listed values.
    Other(Vec<Val>),
    Absent,
}

pub(super) fn wishes(
    scene: &Scene<'_>,
    draft: &Draft<'_>,
    casts: &[Cast<'_>],
    needs: &[&Need],
    shape: Option<&Shape>,
    rng: &mut Rng,
) -> Vec<(Path, Wish)> {
    let who = Who::of(draft.caller);
    let record = |cast: &Cast<'_>| {
        let there = cast.actor.filter(|actor| cast.given && who == Some(actor.owner));
        there.and_then(|actor| scene.held(&actor.id)).map_or(Val::Null, |held| held.record.clone())
    };
    let things: Vec<(&str, Val)> = casts.iter().map(|cast| (cast.about.name.as_str(), record(cast))).collect();
    let all = world_of(scene, &draft.asked);
    let roots =
        Roots { model: scene.model, asked: &draft.asked, things: &things, reply: None, it: None, world: all.as_ref() };
    let mut by_place: BTreeMap<Path, Vec<(Relation, Val)>> = BTreeMap::new();
    for need in needs {
        let root = match need.root {
            Root::Path => "path",
            Root::Query => "query",
            Root::Header => "header",
            Root::Body => "body",
            _ => continue,
        };
        let Some(value) = need.other.eval(&roots).ok().filter(|value| !value.has_unknown()) else {
            continue;
        };
        let path = Path { root: Arc::from(root), keys: need.keys.clone() };
        // A pattern is represented by a matching text.
        let value = match &need.pattern {
            Some(_) if known(&by_place, &path, Relation::Matches) => continue,
            // A pattern without an inverse yields no text.
            Some(pattern) => match pattern.draw(rng) {
                Ok(text) => Val::from(text.as_str()),
                Err(_) => continue,
            },
            None => value,
        };
        spread_keys(draft.body, path, need.relation, value, shape, &mut by_place);
    }
    let mut chosen: Vec<(Path, Wish)> = Vec::new();
    for (path, relations) in by_place {
        if let Some(wish) = choose(&relations, rng) {
            chosen.push((path, wish));
        }
    }
    chosen
}

fn known(by_place: &BTreeMap<Path, Vec<(Relation, Val)>>, path: &Path, relation: Relation) -> bool {
    by_place.get(path).is_some_and(|relations| relations.iter().any(|(known, _)| *known == relation))
}

/// A call before the required values are known.
pub(super) struct Draft<'a> {
    pub asked: Asked,
    pub caller: &'a str,
    pub body: Option<&'a Value>,
}

/// Turns `"key" in body.map` into a requirement for `body.map.key`.
fn spread_keys(
    body: Option<&Value>,
    mut path: Path,
    relation: Relation,
    value: Val,
    shape: Option<&Shape>,
    by_place: &mut BTreeMap<Path, Vec<(Relation, Val)>>,
) {
    let contains = matches!(relation, Relation::Contains | Relation::NotContains);
    if contains
        && let Val::Str(key) = &value
        && shape.is_some()
        && path.root.as_ref() == "body"
        && !expr::get(body.unwrap_or(&Value::Null), &path).is_some_and(Value::is_array)
    {
        path.keys.push(Key::Name(key.clone()));
        // A present key may have the value null: `Contains` with null represents the key.
        let relation = if relation == Relation::Contains { relation } else { Relation::Eq };
        by_place.entry(path).or_default().push((relation, Val::Null));
        return;
    }
    by_place.entry(path).or_default().push((relation, value));
}

fn world_of(scene: &Scene<'_>, asked: &Asked) -> Option<Val> {
    let kinds = &scene.model.operations[&asked.operation].reads_all;
    let world = (!kinds.is_empty()).then(|| scene.some_world(asked)).flatten()?;
    Some(world_root(scene.model, kinds.iter().copied(), &world, asked.who, &[]))
}

/// A value that meets most relations, or a list of values to avoid.
fn choose(relations: &[(Relation, Val)], rng: &mut Rng) -> Option<Wish> {
    let keyed = relations.iter().any(|(relation, value)| *relation == Relation::Contains && *value == Val::Null);
    let mut good: Vec<Val> = Vec::new();
    for (relation, value) in relations {
        match (relation, value) {
            (Relation::Eq | Relation::Matches, value) => good.push(value.clone()),
            (Relation::In, Val::List(items)) => good.extend(items.iter().cloned()),
            (Relation::In, Val::Map(entries)) => good.extend(entries.keys().map(|key| Val::Str(key.clone()))),
            (Relation::Contains, value) if *value != Val::Null => good.push(Val::List(vec![value.clone()].into())),
            (Relation::Lt | Relation::Le | Relation::Gt | Relation::Ge, Val::Int(bound)) => {
                good.extend([-1, 0, 1].map(|by| Val::Int(bound.saturating_add(by))))
            }
            _ => {}
        }
    }
    let most = |value: &Val| relations.iter().filter(|relation| fits(value, relation)).count();
    let best = good.iter().map(most).max().unwrap_or(0);
    good.retain(|value| most(value) == best);
    let mut others = Vec::new();
    let mut refused = 0;
    for (relation, value) in relations {
        match (relation, value) {
            (Relation::Ne, value) => others.push(value.clone()),
            (Relation::NotIn, Val::List(items)) => others.extend(items.iter().cloned()),
            (Relation::Contains, Val::Null) => {}
            _ => continue,
        }
        refused += 1;
    }
    // The guards of two clauses, or the sides of an `||`, may exclude each other: then either may win.
    let other = refused > best || (refused == best && rng.chance(1, 2));
    if let Some(value) = rng.pick(&good).filter(|_| !other) {
        return Some(if *value == Val::Null && !keyed { Wish::Absent } else { Wish::Value(value.to_json()?) });
    }
    (refused > 0).then_some(Wish::Other(others))
}

fn fits(value: &Val, (relation, other): &(Relation, Val)) -> bool {
    match (relation, other) {
        (Relation::Eq, other) => value == other,
        (Relation::Ne, other) => value != other,
        (Relation::NotIn, Val::List(items)) => !items.contains(value),
        (Relation::In, Val::List(items)) => items.contains(value),
        (Relation::Lt, Val::Int(bound)) => matches!(value, Val::Int(int) if int < bound),
        (Relation::Le, Val::Int(bound)) => matches!(value, Val::Int(int) if int <= bound),
        (Relation::Gt, Val::Int(bound)) => matches!(value, Val::Int(int) if int > bound),
        (Relation::Ge, Val::Int(bound)) => matches!(value, Val::Int(int) if int >= bound),
        (Relation::Matches, _) => matches!(value, Val::Str(_)),
        _ => true,
    }
}

/// A drawn value outside `others`; if only texts collide, a longer text.
fn another(mut drawn: impl FnMut() -> Option<Value>, others: &[Val]) -> Option<Value> {
    let free = |value: &Value| !others.contains(&Val::from(value));
    let found = (0..4).find_map(|_| drawn().filter(|value| free(value)));
    let longer = || {
        others
            .iter()
            .rev()
            .find_map(|other| if let Val::Str(text) = other { Some(Value::from(format!("{text}-x"))) } else { None })
    };
    found.or_else(longer)
}

/// Draws the body again with the required values, and writes the other required values into the step.
pub(super) fn apply(
    scene: &Scene<'_>,
    operation: &Operation,
    wishes: &[(Path, Wish)],
    placed: &Placed,
    (shape, how, boundary): (Option<&Shape>, &Draw, bool),
    step: &mut Step,
    rng: &mut Rng,
) -> Option<()> {
    let taken = |path: &Path| placed.iter().any(|(known, _)| known == path);
    if let Some(shape) = shape {
        let mut how = how.clone();
        for (path, wish) in wishes.iter().filter(|(path, _)| path.root.as_ref() == "body" && !taken(path)) {
            match wish {
                Wish::Value(value) => {
                    how.pins.insert(pointer(&path.keys), value.clone());
                }
                Wish::Other(others) => {
                    // A valid body omits fields without effect, unless a guard requires a field.
                    let all = Draw { optional_percent: 100, avoid_doubt: false, ..how.clone() };
                    let drawn = || expr::get(&draw_valid(shape, rng, &all).ok()?, path).cloned();
                    if let Some(value) = another(drawn, others) {
                        how.pins.insert(pointer(&path.keys), value);
                    }
                }
                Wish::Absent => {}
            }
        }
        for (path, value) in placed.iter().filter(|(path, _)| path.root.as_ref() == "body") {
            how.pins.insert(pointer(&path.keys), value.clone());
        }
        let draw = if boundary { draw_boundary } else { draw_valid };
        step.body = Some(draw(shape, rng, &how).ok()?);
    }
    for (path, wish) in wishes.iter().filter(|(path, _)| !taken(path)) {
        match wish {
            // A call needs a value for each path parameter.
            Wish::Absent if path.root.as_ref() == "path" => {}
            Wish::Absent => put(step, path, None),
            Wish::Value(value) if path.root.as_ref() != "body" => put(step, path, Some(value.clone())),
            Wish::Other(others) if path.root.as_ref() != "body" => {
                let Some(Key::Name(name)) = path.keys.first() else {
                    continue;
                };
                let drawn = || parameter_value(scene, operation, path.root.as_ref(), name, rng);
                if let Some(value) = another(drawn, others) {
                    put(step, path, Some(value));
                }
            }
            _ => {}
        }
        // A relation about all elements is met by the first element, so the list is shortened.
        if let Some(at) = path.keys.iter().position(|key| *key == Key::Index(0)) {
            let list = &path.keys[..at];
            let named = placed.iter().filter(|(known, _)| known.root == path.root && known.keys.starts_with(list));
            shorten(step, list, named.count().max(1));
        }
    }
    Some(())
}
