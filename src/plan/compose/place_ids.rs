//! How the handles of the assigned resources are written into a step.

use super::assign_resources::Cast;
use super::input_path::{place_of, put};
use crate::expr::{self, Key, Path};
use crate::plan::step::{Step, handle};
use crate::schema::Rng;
use serde_json::Value;

/// The written ids, by path.
pub(super) type Placed = Vec<(Path, Value)>;

pub(super) fn place(casts: &[Cast<'_>], step: &mut Step, rng: &mut Rng) -> Placed {
    let mut placed = Vec::new();
    for cast in casts.iter().filter(|cast| cast.given) {
        let Some(mut path) = place_of(cast.about) else {
            continue;
        };
        let first = cast.actor.map_or_else(|| Value::from(uuid(rng)), |actor| handle(&actor.name));
        let body = step.body.clone().unwrap_or(Value::Null);
        if path.root.as_ref() == "body" && expr::get(&body, &path).is_some_and(Value::is_array) {
            path.keys.push(Key::Index(0));
        }
        let list = path.keys.iter().rposition(|key| *key == Key::Index(0));
        for (index, value) in [first].into_iter().chain(cast.more.iter().map(|actor| handle(&actor.name))).enumerate() {
            let mut path = path.clone();
            if let Some(list) = list {
                path.keys[list] = Key::Index(index);
            }
            put(step, &path, Some(value.clone()));
            placed.push((path, value));
        }
    }
    placed
}

/// A random id that no resource has.
fn uuid(rng: &mut Rng) -> String {
    let (high, low) = (rng.u64(), rng.u64());
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}
