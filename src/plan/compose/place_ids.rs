//! How the handles of the assigned resources are written into a step.

use super::assign_resources::ResourceAssignment;
use super::input_path::put_value;
use crate::expr::{self, FieldPath, PathKey};
use crate::model::Model;
use crate::plan::step::{Step, make_handle, make_number_handle};
use crate::schema::SeededRng;
use serde_json::Value;

/// The written ids, by path.
pub(super) type PlacedIds = Vec<(FieldPath, Value)>;

pub(super) fn place_ids(
    model: &Model,
    casts: &[ResourceAssignment<'_>],
    step: &mut Step,
    rng: &mut SeededRng,
) -> PlacedIds {
    let mut placed = Vec::new();
    for cast in casts.iter().filter(|cast| cast.given) {
        let Some(mut path) = cast.path.cloned() else {
            continue;
        };
        let number = model.has_number_ids(cast.about.resource);
        let absent = |rng: &mut SeededRng| if number { draw_number_id(rng) } else { Value::from(draw_uuid(rng)) };
        let make_id = |name: &str| if number { make_number_handle(name) } else { make_handle(name) };
        let first = cast.resource.map_or_else(|| absent(rng), |actor| make_id(&actor.name));
        let body = step.call.body.as_ref().unwrap_or(&Value::Null);
        if path.root.as_ref() == "body" && expr::get_at_path(body, &path).is_some_and(Value::is_array) {
            path.keys.push(PathKey::Index(0));
        }
        let list = path.keys.iter().rposition(|key| *key == PathKey::Index(0));
        for (index, value) in
            [first].into_iter().chain(cast.further.iter().map(|actor| make_id(&actor.name))).enumerate()
        {
            let mut path = path.clone();
            if let Some(list) = list {
                path.keys[list] = PathKey::Index(index);
            }
            put_value(step, &path, Some(value.clone()));
            placed.push((path, value));
        }
    }
    placed
}

/// A random whole number that no resource has as its id: from the upper half of the numbers of 32 bits.
fn draw_number_id(rng: &mut SeededRng) -> Value {
    Value::from((1 << 30) + rng.draw_below(1 << 30))
}

/// A random id that no resource has.
fn draw_uuid(rng: &mut SeededRng) -> String {
    let (high, low) = (rng.draw_u64(), rng.draw_u64());
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}
