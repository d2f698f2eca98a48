//! `about`: the resources that a call refers to.

use super::reader::{RESERVED_NAMES, RootNames, SuiteReader};
use crate::expr::{Expr, PathKey as Step};
use crate::schema::catalog::Operation;
use crate::suite::grammar;
use crate::suite::suggest;
use crate::suite::types::{AboutEntry, IdExpression, ResourceKind};
use crate::suite::yaml::{YamlKey, YamlNode, YamlValue};
use std::collections::{BTreeMap, BTreeSet};

/// The resources by operation. The entry `"*"` is expanded to the operations with the path parameters that the entry
/// reads.
pub(super) fn parse_about(
    reader: &mut SuiteReader,
    node: Option<&YamlNode>,
    resources: &[ResourceKind],
) -> BTreeMap<String, Vec<AboutEntry>> {
    let mut by_operation: BTreeMap<String, Vec<AboutEntry>> = BTreeMap::new();
    let Some(entries) = node.and_then(|n| reader.read_entries(n, "`about`")) else {
        return by_operation;
    };
    let mut declined: BTreeSet<(String, String)> = BTreeSet::new();
    let (everywhere, by_name): (Vec<_>, Vec<_>) = entries.iter().partition(|(key, _)| key.text == "*");
    for (operation, things) in by_name {
        reader.check_operation(operation.place, &operation.text);
        let Some(things) = reader.read_entries(things, "an entry of `about`") else {
            continue;
        };
        for (name, thing) in things {
            if matches!(thing.kind, YamlValue::Null) {
                declined.insert((operation.text.clone(), name.text.clone()));
            } else if let Some(about) = parse_about_entry(reader, name, thing, resources) {
                by_operation.entry(operation.text.clone()).or_default().push(about);
            }
        }
        check_told_by(reader, by_operation.get(&operation.text).map(Vec::as_slice).unwrap_or_default());
    }
    for (_, things) in everywhere {
        let Some(things) = reader.read_entries(things, "an entry of `about`") else {
            continue;
        };
        for (name, thing) in things {
            if let Some(about) = parse_about_entry(reader, name, thing, resources) {
                expand_star_entry(reader, &about, &declined, &mut by_operation);
            }
        }
    }
    by_operation
}

fn parse_about_entry(
    reader: &mut SuiteReader,
    name: &YamlKey,
    node: &YamlNode,
    resources: &[ResourceKind],
) -> Option<AboutEntry> {
    if RESERVED_NAMES.contains(&name.text.as_str()) || reader.lets.contains_key(&name.text) {
        let message = format!("`{}` has a fixed meaning in expressions", name.text);
        reader.report_error(name.place, "reserved-name", message);
    }
    let inputs = RootNames::new(&["path", "query", "body", "header", "pools", "caller"]);
    let mut told_by = None;
    let (kind, place, binding) = match &node.kind {
        YamlValue::Map(_) => {
            let fields = reader.read_map(node, "an entry of `about`", &grammar::DETAILED_ABOUT)?;
            told_by = fields.get("told by").and_then(|n| reader.read_text(n, "`told by`")).map(str::to_string);
            let is = fields.get("is").and_then(|n| reader.read_text(n, "`is`").map(|text| (text, n.place)));
            let (kind, place) = is.unwrap_or((&name.text, name.place));
            let binding = match (fields.get("id"), fields.get("new")) {
                (Some(id), None) => IdExpression::Existing(reader.read_expression(id, "`id`", &inputs)?),
                (None, Some(new)) if told_by.is_some() => IdExpression::New(parse_deferred_id_path(reader, new)?),
                (None, Some(new)) => {
                    IdExpression::New(reader.read_expression(new, "`new`", &inputs.with_roots(["reply"]))?)
                }
                _ => {
                    let message =
                        "an entry of `about` needs either `id` (an existing resource) or `new` (a created resource)";
                    reader.report_error(node.place, "missing-key", message);
                    return None;
                }
            };
            (kind, place, binding)
        }
        _ => (
            name.text.as_str(),
            name.place,
            IdExpression::Existing(reader.read_expression(node, "an entry of `about`", &inputs)?),
        ),
    };
    let Some(resource) = resources.iter().position(|r| r.name == kind) else {
        let hint = suggest::suggest_name(kind, resources.iter().map(|r| r.name.as_str()));
        reader.report_error_with(place, "unknown-resource", format!("there is no resource `{kind}`"), hint);
        return None;
    };
    Some(AboutEntry { resource, name: name.text.clone(), binding, told_by, place: name.place })
}

/// The place where one resource shows the id of another. The expression must be a path, because the mock writes the
/// id there.
fn parse_deferred_id_path(reader: &mut SuiteReader, node: &YamlNode) -> Option<Expr> {
    let expr = reader.read_expression(node, "`new`", &RootNames::new(&["it"]))?;
    if expr.as_path().is_none_or(|path| path.keys.is_empty()) {
        let hint = "write a path in the resource that shows the id, such as `it.entities.lamp_id`".to_string();
        reader.report_error_with(node.place, "not-a-path", format!("`{}` is not a plain path", expr.text()), hint);
    }
    Some(expr)
}

/// Checks `told by`: the named resource is created by the call, and its own id is in the response.
fn check_told_by(reader: &mut SuiteReader, things: &[AboutEntry]) {
    for about in things {
        let Some(teller) = &about.told_by else { continue };
        if !matches!(about.binding, IdExpression::New(_)) {
            reader.report_error(about.place, "bad-about", "`told by` is only for a created resource and needs `new`");
            continue;
        }
        let new = |other: &&AboutEntry| {
            other.name == *teller && other.told_by.is_none() && matches!(other.binding, IdExpression::New(_))
        };
        if !things.iter().any(|other| new(&other)) {
            let hint = suggest::suggest_name(teller, things.iter().map(|other| other.name.as_str()));
            let message = format!("the call creates no `{teller}` with an id in the response");
            reader.report_error_with(about.place, "bad-about", message, hint);
        }
    }
}

fn expand_star_entry(
    reader: &mut SuiteReader,
    about: &AboutEntry,
    declined: &BTreeSet<(String, String)>,
    by_operation: &mut BTreeMap<String, Vec<AboutEntry>>,
) {
    let IdExpression::Existing(id) = &about.binding else {
        let message = "`new` is not possible under \"*\": name the operation that creates the resource";
        reader.report_error(about.place, "bad-about", message);
        return;
    };
    let needed = list_path_parameters(id);
    if needed.is_empty() {
        let message =
            "an entry under \"*\" must read a path parameter, because it applies to the operations with that parameter";
        reader.report_error(about.place, "bad-about", message);
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
fn list_path_parameters(expr: &Expr) -> BTreeSet<String> {
    let reads = expr.list_reads().into_iter().filter(|read| read.root.as_ref() == "path");
    reads
        .filter_map(|read| match read.keys.first() {
            Some(Step::Name(name)) => Some(name.to_string()),
            _ => None,
        })
        .collect()
}
