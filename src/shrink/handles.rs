//! Handles: the steps that bind them, the steps that use them, and their names.

use crate::history::Call;
use crate::plan::{Step, read_handle, rename_handle};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Handles in the path, query and body of a step, without repetition.
#[must_use]
pub fn collect_used_handles(step: &Step) -> BTreeSet<String> {
    let mut left: Vec<&Value> =
        step.call.path.values().chain(step.call.query.values()).chain(&step.call.body).collect();
    let mut used = BTreeSet::new();
    while let Some(value) = left.pop() {
        if let Some(name) = read_handle(value) {
            used.insert(name.to_owned());
            continue;
        }
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(entries) => left.extend(entries.values()),
            _ => {}
        }
    }
    used
}

/// Handles that the step binds to created resources, in the order of `births`.
#[must_use]
pub fn list_created_handles(step: &Step) -> Vec<String> {
    step.births.values().flatten().cloned().collect()
}

/// The steps, without each step that uses a handle before the handle is bound.
///
/// A handle bound in a branch is known in the branch only, because other branches run concurrently.
#[must_use]
pub fn remove_unbound_steps(steps: &[Step]) -> Vec<Step> {
    let mut born: BTreeSet<(u32, String)> = BTreeSet::new();
    let mut kept = Vec::with_capacity(steps.len());
    for step in steps {
        let known = |name: String| born.contains(&(0, name.clone())) || born.contains(&(step.branch, name));
        if collect_used_handles(step).into_iter().all(known) {
            born.extend(list_created_handles(step).into_iter().map(|name| (step.branch, name)));
            kept.push(step.clone());
        }
    }
    kept
}

/// Renames the handles to `kind-1`, `kind-2` in order of creation, and numbers the branches from 1 in order of
/// appearance. The steps must be [`remove_unbound_steps`].
pub(super) fn rename_handles(mut steps: Vec<Step>) -> Vec<Step> {
    let mut branches: BTreeMap<u32, u32> = BTreeMap::from([(0, 0)]);
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut names: BTreeMap<(u32, String), String> = BTreeMap::new();
    for step in &mut steps {
        let old = step.branch;
        replace_names(step, &|name| {
            let key = |branch| (branch, name.to_owned());
            names.get(&key(old)).or_else(|| names.get(&key(0))).cloned()
        });
        let next = branches.len() as u32;
        step.branch = *branches.entry(old).or_insert(next);
        for (about, born) in &mut step.births {
            for name in born {
                let kind = parse_kind(name, about);
                let count = counts.entry(kind.clone()).or_insert(0);
                *count += 1;
                let new = format!("{kind}-{count}");
                names.insert((old, std::mem::replace(name, new.clone())), new);
            }
        }
    }
    steps
}

/// The steps with every use of a handle in `from` replaced by `to`.
pub(super) fn replace_handles(steps: &[Step], from: &[String], to: &str) -> Vec<Step> {
    let mut steps = steps.to_vec();
    for step in &mut steps {
        replace_names(step, &|name| from.iter().any(|other| other == name).then(|| to.to_owned()));
    }
    steps
}

/// The resource kind in a handle: `server` of `server-12`. For a handle of another form, the `about` name.
pub(super) fn parse_kind(name: &str, about: &str) -> String {
    match name.rsplit_once('-') {
        Some((stem, number))
            if !stem.is_empty() && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            stem.to_owned()
        }
        _ => about.to_owned(),
    }
}

fn replace_names(step: &mut Step, new_name: &dyn Fn(&str) -> Option<String>) {
    let Call { path, query, body, .. } = &mut step.call;
    let mut left: Vec<&mut Value> = path.values_mut().chain(query.values_mut()).chain(body).collect();
    while let Some(value) = left.pop() {
        if let Some(name) = read_handle(value) {
            if let Some(new) = new_name(name) {
                *value = rename_handle(value, &new);
            }
            continue;
        }
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(entries) => left.extend(entries.values_mut()),
            _ => {}
        }
    }
}
