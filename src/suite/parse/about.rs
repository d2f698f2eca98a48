//! `about`: the resources that a call refers to.

use super::reader::{RESERVED, Reader, Scope};
use crate::expr::{Expr, Key as Step};
use crate::schema::catalog::Operation;
use crate::suite::grammar;
use crate::suite::suggest;
use crate::suite::tree::{Key, Kind, Node};
use crate::suite::types::{About, Binding, Resource};
use std::collections::{BTreeMap, BTreeSet};

/// The resources by operation. The entry `"*"` is expanded to the operations with the path parameters that the entry
/// reads.
pub(super) fn about(reader: &mut Reader, node: Option<&Node>, resources: &[Resource]) -> BTreeMap<String, Vec<About>> {
    let mut by_operation: BTreeMap<String, Vec<About>> = BTreeMap::new();
    let Some(entries) = node.and_then(|n| reader.entries(n, "`about`")) else {
        return by_operation;
    };
    let mut declined: BTreeSet<(String, String)> = BTreeSet::new();
    let (everywhere, by_name): (Vec<_>, Vec<_>) = entries.iter().partition(|(key, _)| key.text == "*");
    for (operation, things) in by_name {
        reader.operation_known(operation.place, &operation.text);
        let Some(things) = reader.entries(things, "an entry of `about`") else {
            continue;
        };
        for (name, thing) in things {
            if matches!(thing.kind, Kind::Null) {
                declined.insert((operation.text.clone(), name.text.clone()));
            } else if let Some(about) = one(reader, name, thing, resources) {
                by_operation.entry(operation.text.clone()).or_default().push(about);
            }
        }
        check_tellers(reader, by_operation.get(&operation.text).map(Vec::as_slice).unwrap_or_default());
    }
    for (_, things) in everywhere {
        let Some(things) = reader.entries(things, "an entry of `about`") else {
            continue;
        };
        for (name, thing) in things {
            if let Some(about) = one(reader, name, thing, resources) {
                spread(reader, &about, &declined, &mut by_operation);
            }
        }
    }
    by_operation
}

fn one(reader: &mut Reader, name: &Key, node: &Node, resources: &[Resource]) -> Option<About> {
    if RESERVED.contains(&name.text.as_str()) || reader.lets.contains_key(&name.text) {
        let message = format!("`{}` has a fixed meaning in expressions", name.text);
        reader.error(name.place, "reserved-name", message);
    }
    let inputs = Scope::of(&["path", "query", "body", "header", "pools", "caller"]);
    let mut told_by = None;
    let (kind, place, binding) = match &node.kind {
        Kind::Map(_) => {
            let fields = reader.fields(node, "an entry of `about`", &grammar::DETAILED_ABOUT)?;
            told_by = fields.get("told by").and_then(|n| reader.text(n, "`told by`")).map(str::to_string);
            let is = fields.get("is").and_then(|n| reader.text(n, "`is`").map(|text| (text, n.place)));
            let (kind, place) = is.unwrap_or((&name.text, name.place));
            let binding = match (fields.get("id"), fields.get("new")) {
                (Some(id), None) => Binding::Existing(reader.expr(id, "`id`", &inputs)?),
                (None, Some(new)) if told_by.is_some() => Binding::New(told(reader, new)?),
                (None, Some(new)) => Binding::New(reader.expr(new, "`new`", &inputs.and(["reply"]))?),
                _ => {
                    let message =
                        "an entry of `about` needs either `id` (an existing resource) or `new` (a created resource)";
                    reader.error(node.place, "missing-key", message);
                    return None;
                }
            };
            (kind, place, binding)
        }
        _ => (name.text.as_str(), name.place, Binding::Existing(reader.expr(node, "an entry of `about`", &inputs)?)),
    };
    let Some(resource) = resources.iter().position(|r| r.name == kind) else {
        let hint = suggest::hint(kind, resources.iter().map(|r| r.name.as_str()));
        reader.error_with(place, "unknown-resource", format!("there is no resource `{kind}`"), hint);
        return None;
    };
    Some(About { resource, name: name.text.clone(), binding, told_by, place: name.place })
}

/// The place where one resource shows the id of another. The expression must be a path, because the mock writes the
/// id there.
fn told(reader: &mut Reader, node: &Node) -> Option<Expr> {
    let expr = reader.expr(node, "`new`", &Scope::of(&["it"]))?;
    if expr.as_path().is_none_or(|path| path.keys.is_empty()) {
        let hint = "write a path in the resource that shows the id, such as `it.entities.lamp_id`".to_string();
        reader.error_with(node.place, "not-a-path", format!("`{}` is not a plain path", expr.text()), hint);
    }
    Some(expr)
}

/// Checks `told by`: the named resource is created by the call, and its own id is in the response.
fn check_tellers(reader: &mut Reader, things: &[About]) {
    for about in things {
        let Some(teller) = &about.told_by else { continue };
        if !matches!(about.binding, Binding::New(_)) {
            reader.error(about.place, "bad-about", "`told by` is only for a created resource and needs `new`");
            continue;
        }
        let new = |other: &&About| {
            other.name == *teller && other.told_by.is_none() && matches!(other.binding, Binding::New(_))
        };
        if !things.iter().any(|other| new(&other)) {
            let hint = suggest::hint(teller, things.iter().map(|other| other.name.as_str()));
            let message = format!("the call creates no `{teller}` with an id in the response");
            reader.error_with(about.place, "bad-about", message, hint);
        }
    }
}

fn spread(
    reader: &mut Reader,
    about: &About,
    declined: &BTreeSet<(String, String)>,
    by_operation: &mut BTreeMap<String, Vec<About>>,
) {
    let Binding::Existing(id) = &about.binding else {
        let message = "`new` is not possible under \"*\": name the operation that creates the resource";
        reader.error(about.place, "bad-about", message);
        return;
    };
    let needed = path_parameters(id);
    if needed.is_empty() {
        let message =
            "an entry under \"*\" must read a path parameter, because it applies to the operations with that parameter";
        reader.error(about.place, "bad-about", message);
        return;
    }
    let has_all = |op: &&Operation| needed.iter().all(|n| op.path.iter().any(|p| p.name == *n));
    for operation in reader.catalog.operations.iter().filter(has_all) {
        let own = by_operation.entry(operation.id.clone()).or_default();
        let refused = declined.contains(&(operation.id.clone(), about.name.clone()));
        if !refused && own.iter().all(|a| a.name != about.name) {
            own.push(about.clone());
        }
    }
    by_operation.retain(|_, things| !things.is_empty());
}

/// The names `x` of every `path.x` that an expression reads.
fn path_parameters(expr: &Expr) -> BTreeSet<String> {
    let reads = expr.reads().into_iter().filter(|read| read.root.as_ref() == "path");
    reads
        .filter_map(|read| match read.keys.first() {
            Some(Step::Name(name)) => Some(name.to_string()),
            _ => None,
        })
        .collect()
}
