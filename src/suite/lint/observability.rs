//! Promises that no response can show, and inputs that no clause reads.

use super::context::LintContext;
use super::located_expressions::{collect_clause_expressions, collect_effect_expressions};
use crate::expr::{Expr, FieldPath, PathKey};
use crate::schema::catalog::{Operation, SourceLines};
use crate::suite::partial_call::collect_reads;
use crate::suite::types::{Clause, ClauseOperations, ResourceKind, Suite};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) fn check_observability(lint: &mut LintContext) {
    let suite = lint.suite;
    let read = collect_read_paths(suite);
    for (i, resource) in suite.resources.iter().enumerate() {
        warn_unseen_fields(lint, resource);
        warn_unread_memory(lint, i, resource, &read);
    }
    let cited = collect_cited_lines(suite);
    for operation in &lint.schemas.catalog.operations {
        check_request_fields(lint, operation, &cited);
    }
}

/// Warns about fields that no view shows: no response can contradict a clause about such a field.
fn warn_unseen_fields(lint: &mut LintContext, resource: &ResourceKind) {
    let shown = |name: &str| {
        let names = |only: &Option<Vec<String>>| only.as_ref().is_none_or(|o| o.iter().any(|n| n == name));
        resource.views.values().any(|view| names(&view.only))
    };
    for field in resource.fields.iter().filter(|f| !shown(&f.name)) {
        let message = format!(
            "no view shows `{}.{}`: no response can contradict a clause about the field",
            resource.name, field.name
        );
        lint.report_warning(field.place, "unobservable", message, None);
    }
    for shows in resource.shows.iter().filter(|s| !shown(&s.name)) {
        let message = format!("no view shows `{}.{}`: the value is never checked", resource.name, shows.name);
        lint.report_warning(shows.place, "unobservable", message, None);
    }
}

/// Warns about remembered fields that no expression reads.
fn warn_unread_memory(lint: &mut LintContext, index: usize, resource: &ResourceKind, read: &BTreeSet<FieldPath>) {
    let suite = lint.suite;
    let things = suite.about.values().flatten().filter(|a| a.resource == index).map(|a| a.name.as_str());
    let names: BTreeSet<&str> = things.chain([resource.name.as_str()]).collect();
    for (name, _) in &resource.remembers {
        let reads = |path: &FieldPath| match path.keys.first() {
            Some(PathKey::Name(key)) => names.contains(path.root.as_ref()) && key.as_ref() == name,
            _ => false,
        };
        let through_world = read.iter().any(|p| p.root.as_ref() == "world");
        if !through_world && !read.iter().any(reads) {
            let message = format!("`{}.{name}` is remembered and never read", resource.name);
            lint.report_warning(resource.place, "unobservable", message, None);
        }
    }
}

fn collect_read_paths(suite: &Suite) -> BTreeSet<FieldPath> {
    let mut read = BTreeSet::new();
    let mut take = |expr: &Expr| read.extend(collect_reads(suite, expr));
    for clause in &suite.clauses {
        collect_clause_expressions(clause, &[]).iter().for_each(|spoken| take(spoken.expr));
    }
    for event in &suite.events {
        let mut all = Vec::new();
        collect_effect_expressions(&event.then, &[], &mut all);
        all.iter().for_each(|spoken| take(spoken.expr));
        event.when.iter().for_each(&mut take);
    }
    for resource in &suite.resources {
        resource.shows.iter().for_each(|shows| take(&shows.among));
    }
    read
}

fn collect_cited_lines(suite: &Suite) -> Vec<SourceLines> {
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
struct RequestField {
    path: FieldPath,
    dead: bool,
    source: Option<SourceLines>,
}

/// Notes the documented request fields of an operation that no clause reads. A field cited by a clause or by a field
/// of a resource counts as covered: a citation is the way to account for a field without effect.
fn check_request_fields(lint: &mut LintContext, operation: &Operation, cited: &[SourceLines]) {
    let suite = lint.suite;
    let clauses: Vec<&Clause> = suite.clauses.iter().filter(|c| names_operation(c, &operation.id)).collect();
    let Some(first) = clauses.first() else { return };
    let read: BTreeSet<FieldPath> = clauses
        .iter()
        .flat_map(|c| {
            collect_clause_expressions(c, &[])
                .into_iter()
                .flat_map(|s| collect_reads(suite, s.expr))
                .collect::<Vec<_>>()
        })
        .collect();
    let mut all = Vec::new();
    for body in &operation.requests {
        let schema = body.schema.as_deref();
        if let Some((_, shape)) = lint.schemas.bodies().find(|(name, _)| Some(*name) == schema) {
            let root = FieldPath { root: Arc::from("body"), keys: Vec::new() };
            gather_request_fields(&shape.schema, &shape.schema, root, false, 0, &mut all);
        }
    }
    let is_cited =
        |input: &RequestField| input.source.as_ref().is_some_and(|s| cited.iter().any(|c| have_shared_lines(c, s)));
    // The property that selects an action is implied by the operation.
    let action = operation.action.as_ref().map(|a| a.name.as_str());
    let selects = |input: &RequestField| match &input.path.keys[..] {
        [PathKey::Name(name)] => Some(name.as_ref()) == action,
        _ => false,
    };
    all.retain(|input| !selects(input) && !is_read(&input.path, &read) && !is_cited(input));
    let (dead, unmodelled): (Vec<&RequestField>, Vec<&RequestField>) = all.iter().partition(|input| input.dead);
    if !dead.is_empty() {
        let message = format!(
            "no response can show that these fields of `{}` have no effect: {}",
            operation.id,
            join_names(&dead)
        );
        lint.report_note(first.place, "unobservable", message);
    }
    if !unmodelled.is_empty() {
        let message = format!("no clause reads these fields of `{}`: {}", operation.id, join_names(&unmodelled));
        lint.report_note(first.place, "unmodelled-input", message);
    }
}

fn names_operation(clause: &Clause, operation: &str) -> bool {
    matches!(&clause.calls, ClauseOperations::Only(ids) if ids.iter().any(|id| id == operation))
}

fn join_names(inputs: &[&RequestField]) -> String {
    let names: BTreeSet<String> = inputs.iter().map(|i| i.path.to_string()).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

const REQUEST_DEPTH_MAX: usize = 8;

/// Collects the leaf properties. An array counts as a leaf, because expressions read its elements one by one.
fn gather_request_fields(
    root: &Value,
    schema: &Value,
    path: FieldPath,
    dead: bool,
    depth: usize,
    out: &mut Vec<RequestField>,
) {
    let schema = resolve_reference(root, schema);
    let marked = schema.get("x-dead").is_some_and(|mark| !matches!(mark, Value::Null | Value::Bool(false)));
    let dead = dead || marked;
    let inner = ["allOf", "anyOf", "oneOf"].iter().filter_map(|k| schema.get(*k)?.as_array()).flatten();
    let parts: Vec<&Value> = inner.map(|part| resolve_reference(root, part)).chain([schema]).collect();
    let mut below = parts.iter().filter_map(|part| part.get("properties")?.as_object()).flatten().peekable();
    if below.peek().is_none() || depth > REQUEST_DEPTH_MAX {
        let source = schema.get("x-source").and_then(Value::as_str).and_then(|s| s.parse().ok());
        out.push(RequestField { path, dead, source });
        return;
    }
    for (name, property) in below {
        let keys = path.keys.iter().cloned().chain([PathKey::Name(Arc::from(name.as_str()))]).collect();
        gather_request_fields(root, property, FieldPath { root: path.root.clone(), keys }, dead, depth + 1, out);
    }
}

fn resolve_reference<'v>(root: &'v Value, schema: &'v Value) -> &'v Value {
    let pointer = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
    pointer.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}

/// Whether an expression reads the path or a part of the value, or reads a containing value without any named part.
fn is_read(path: &FieldPath, read: &BTreeSet<FieldPath>) -> bool {
    let named = |other: &FieldPath| other.root == path.root && other.keys.starts_with(&path.keys);
    let whole = |other: &FieldPath| {
        other.root == path.root && !other.keys.is_empty() && path.keys.starts_with(&other.keys) && {
            let deeper = |p: &FieldPath| {
                p.root == other.root && p.keys.len() > other.keys.len() && p.keys.starts_with(&other.keys)
            };
            !read.iter().any(deeper)
        }
    };
    read.iter().any(|other| named(other) || whole(other))
}

fn have_shared_lines(a: &SourceLines, b: &SourceLines) -> bool {
    a.page == b.page && a.first <= b.last && b.first <= a.last
}
