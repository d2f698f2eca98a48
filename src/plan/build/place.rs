//! Where values stand in a step.

use super::cast::Cast;
use crate::expr::{self, Expr, Key, Path};
use crate::plan::step::{Step, handle};
use crate::schema::Rng;
use crate::suite::{About, Binding};
use serde_json::Value;

/// The place of the input that an `about` entry reads its id from.
pub(super) fn place_of(about: &About) -> Option<Path> {
    let Binding::Existing(expr) = &about.binding else {
        return None;
    };
    let input = |path: &Path| matches!(path.root.as_ref(), "path" | "query" | "header" | "body");
    let in_loop = || expr.of_first_elements().iter().find_map(Expr::as_path);
    expr.as_path().or_else(in_loop).filter(input).or_else(|| expr.reads().into_iter().find(input))
}

/// Ids that went into the step, by place.
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

/// Puts a value into the step, or takes away what is there.
pub(super) fn put(step: &mut Step, path: &Path, value: Option<Value>) {
    let map = match path.root.as_ref() {
        "body" => {
            let body = step.body.get_or_insert(Value::Null);
            match value {
                Some(value) => expr::assign(body, path, value),
                None => remove(body, &path.keys),
            }
            return;
        }
        "header" => {
            if let [Key::Name(name)] = path.keys.as_slice() {
                match value {
                    Some(Value::String(text)) => step.headers.insert(name.to_string(), text),
                    Some(other) => step.headers.insert(name.to_string(), other.to_string()),
                    None => step.headers.remove(name.as_ref()),
                };
            }
            return;
        }
        "path" => &mut step.path,
        "query" => &mut step.query,
        _ => return,
    };
    if let Some(Key::Name(name)) = path.keys.first() {
        match value {
            Some(value) => map.insert(name.to_string(), value),
            None => map.remove(name.as_ref()),
        };
    }
}

fn remove(at: &mut Value, keys: &[Key]) {
    match keys {
        [Key::Name(last)] => {
            if let Some(object) = at.as_object_mut() {
                object.shift_remove(last.as_ref());
            }
        }
        [Key::Name(name), rest @ ..] => {
            if let Some(inner) = at.get_mut(name.as_ref()) {
                remove(inner, rest);
            }
        }
        [Key::Index(index), rest @ ..] => {
            if let Some(inner) = at.get_mut(index) {
                remove(inner, rest);
            }
        }
        [] => {}
    }
}

/// Leaves so many elements of a list of the body.
pub(super) fn shorten(step: &mut Step, keys: &[Key], length: usize) {
    let list = step.body.as_mut().and_then(|body| {
        keys.iter().try_fold(body, |at, key| match key {
            Key::Name(name) => at.get_mut(name.as_ref()),
            Key::Index(index) => at.get_mut(index),
        })
    });
    if let Some(list) = list.and_then(Value::as_array_mut) {
        list.truncate(length);
    }
}

pub(super) fn pointer(keys: &[Key]) -> String {
    let mut text = String::new();
    for key in keys {
        text.push('/');
        match key {
            Key::Name(name) => text.push_str(&name.replace('~', "~0").replace('/', "~1")),
            Key::Index(index) => text.push_str(&index.to_string()),
        }
    }
    text
}

/// An id that nothing has.
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
