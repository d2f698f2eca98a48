//! Promises that no response can show, and inputs that no clause reads.

use super::context::Lint;
use super::sketch::all_reads;
use super::spoken::{of_clause, of_effects};
use crate::expr::{Expr, Key, Path};
use crate::schema::catalog::{Operation, Source};
use crate::suite::types::{Calls, Clause, Resource, Suite};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) fn check(lint: &mut Lint) {
    let suite = lint.suite;
    let read = everything_read(suite);
    for (i, resource) in suite.resources.iter().enumerate() {
        unseen_fields(lint, resource);
        unread_memory(lint, i, resource, &read);
    }
    let cited = everything_cited(suite);
    for operation in &lint.schemas.catalog.operations {
        inputs(lint, operation, &cited);
    }
}

/// Warns about fields that no view shows: no response can contradict a clause about such a field.
fn unseen_fields(lint: &mut Lint, resource: &Resource) {
    let shown = |name: &str| {
        let names = |only: &Option<Vec<String>>| only.as_ref().is_none_or(|o| o.iter().any(|n| n == name));
        resource.views.values().any(|view| names(&view.only))
    };
    for field in resource.fields.iter().filter(|f| !shown(&f.name)) {
        let message = format!(
            "no view shows `{}.{}`: no response can contradict a clause about the field",
            resource.name, field.name
        );
        lint.warn(field.place, "unobservable", message, None);
    }
    for shows in resource.shows.iter().filter(|s| !shown(&s.name)) {
        let message = format!("no view shows `{}.{}`: the value is never checked", resource.name, shows.name);
        lint.warn(shows.place, "unobservable", message, None);
    }
}

/// Warns about remembered fields that no expression reads.
fn unread_memory(lint: &mut Lint, index: usize, resource: &Resource, read: &BTreeSet<Path>) {
    let suite = lint.suite;
    let things = suite.about.values().flatten().filter(|a| a.resource == index).map(|a| a.name.as_str());
    let names: BTreeSet<&str> = things.chain([resource.name.as_str()]).collect();
    for (name, _) in &resource.remembers {
        let reads = |path: &Path| match path.keys.first() {
            Some(Key::Name(key)) => names.contains(path.root.as_ref()) && key.as_ref() == name,
            _ => false,
        };
        let through_world = read.iter().any(|p| p.root.as_ref() == "world");
        if !through_world && !read.iter().any(reads) {
            let message = format!("`{}.{name}` is remembered and never read", resource.name);
            lint.warn(resource.place, "unobservable", message, None);
        }
    }
}

fn everything_read(suite: &Suite) -> BTreeSet<Path> {
    let mut read = BTreeSet::new();
    let mut take = |expr: &Expr| read.extend(all_reads(suite, expr));
    for clause in &suite.clauses {
        of_clause(clause, &[]).iter().for_each(|spoken| take(spoken.expr));
    }
    for event in &suite.events {
        let mut all = Vec::new();
        of_effects(&event.then, &[], &mut all);
        all.iter().for_each(|spoken| take(spoken.expr));
        event.when.iter().for_each(&mut take);
    }
    for resource in &suite.resources {
        resource.shows.iter().for_each(|shows| take(&shows.among));
    }
    read
}

fn everything_cited(suite: &Suite) -> Vec<Source> {
    let mut cited = Vec::new();
    for clause in &suite.clauses {
        cited.extend(clause.cites.iter().cloned());
        cited.extend(clause.or.iter().flat_map(|a| a.cites.iter().cloned()));
    }
    for resource in &suite.resources {
        cited.extend(resource.fields.iter().flat_map(|f| f.cites.iter().cloned()));
        cited.extend(resource.shows.iter().flat_map(|s| s.cites.iter().cloned()));
    }
    cited
}

/// A field of a request.
struct Input {
    path: Path,
    dead: bool,
    source: Option<Source>,
}

/// Notes the documented request fields of an operation that no clause reads. A field cited by a clause or by a field
/// of a resource counts as covered: a citation is the way to account for a field without effect.
fn inputs(lint: &mut Lint, operation: &Operation, cited: &[Source]) {
    let suite = lint.suite;
    let clauses: Vec<&Clause> = suite.clauses.iter().filter(|c| speaks_of(c, &operation.id)).collect();
    let Some(first) = clauses.first() else { return };
    let read: BTreeSet<Path> = clauses
        .iter()
        .flat_map(|c| of_clause(c, &[]).into_iter().flat_map(|s| all_reads(suite, s.expr)).collect::<Vec<_>>())
        .collect();
    let mut all = Vec::new();
    for body in &operation.requests {
        let schema = body.schema.as_deref();
        if let Some((_, shape)) = lint.schemas.bodies().find(|(name, _)| Some(*name) == schema) {
            let root = Path { root: Arc::from("body"), keys: Vec::new() };
            gather(&shape.schema, &shape.schema, root, false, 0, &mut all);
        }
    }
    let is_cited = |input: &Input| input.source.as_ref().is_some_and(|s| cited.iter().any(|c| overlap(c, s)));
    // The property that selects an action is implied by the operation.
    let action = operation.action.as_ref().map(|a| a.name.as_str());
    let selects = |input: &Input| match &input.path.keys[..] {
        [Key::Name(name)] => Some(name.as_ref()) == action,
        _ => false,
    };
    all.retain(|input| !selects(input) && !is_read(&input.path, &read) && !is_cited(input));
    let (dead, unmodelled): (Vec<&Input>, Vec<&Input>) = all.iter().partition(|input| input.dead);
    if !dead.is_empty() {
        let message =
            format!("no response can show that these fields of `{}` have no effect: {}", operation.id, names(&dead));
        lint.note(first.place, "unobservable", message);
    }
    if !unmodelled.is_empty() {
        let message = format!("no clause reads these fields of `{}`: {}", operation.id, names(&unmodelled));
        lint.note(first.place, "unmodelled-input", message);
    }
}

fn speaks_of(clause: &Clause, operation: &str) -> bool {
    matches!(&clause.calls, Calls::Only(ids) if ids.iter().any(|id| id == operation))
}

fn names(inputs: &[&Input]) -> String {
    let names: BTreeSet<String> = inputs.iter().map(|i| i.path.to_string()).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

const DEPTH_MAX: usize = 8;

/// Collects the leaf properties. An array counts as a leaf, because expressions read its elements one by one.
fn gather(root: &Value, schema: &Value, path: Path, dead: bool, depth: usize, out: &mut Vec<Input>) {
    let schema = resolve(root, schema);
    let marked = schema.get("x-dead").is_some_and(|mark| !matches!(mark, Value::Null | Value::Bool(false)));
    let dead = dead || marked;
    let inner = ["allOf", "anyOf", "oneOf"].iter().filter_map(|k| schema.get(*k)?.as_array()).flatten();
    let parts: Vec<&Value> = inner.map(|part| resolve(root, part)).chain([schema]).collect();
    let mut below = parts.iter().filter_map(|part| part.get("properties")?.as_object()).flatten().peekable();
    if below.peek().is_none() || depth > DEPTH_MAX {
        let source = schema.get("x-source").and_then(Value::as_str).and_then(|s| s.parse().ok());
        out.push(Input { path, dead, source });
        return;
    }
    for (name, property) in below {
        let keys = path.keys.iter().cloned().chain([Key::Name(Arc::from(name.as_str()))]).collect();
        gather(root, property, Path { root: path.root.clone(), keys }, dead, depth + 1, out);
    }
}

fn resolve<'v>(root: &'v Value, schema: &'v Value) -> &'v Value {
    let pointer = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
    pointer.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}

/// Whether an expression reads the path or a part of the value, or reads a containing value without any named part.
fn is_read(path: &Path, read: &BTreeSet<Path>) -> bool {
    let named = |other: &Path| other.root == path.root && other.keys.starts_with(&path.keys);
    let whole = |other: &Path| {
        other.root == path.root && !other.keys.is_empty() && path.keys.starts_with(&other.keys) && {
            let deeper =
                |p: &Path| p.root == other.root && p.keys.len() > other.keys.len() && p.keys.starts_with(&other.keys);
            !read.iter().any(deeper)
        }
    };
    read.iter().any(|other| named(other) || whole(other))
}

fn overlap(a: &Source, b: &Source) -> bool {
    a.page == b.page && a.first <= b.last && b.first <= a.last
}
