//! `let`, `pools` and `version`: names for every expression.

use super::reader::{CALL_ROOTS, RESERVED_NAMES, RootNames, SuiteReader};
use crate::expr::{Expr, ExprValue};
use crate::suite::offset::locate_in_node;
use crate::suite::types::LetDefinition;
use crate::suite::yaml::{YamlNode, YamlValue};
use std::collections::{BTreeMap, BTreeSet};

/// The constants and named expressions. Also records in the reader the names, and the roots that each name reads.
pub(super) fn parse_lets(reader: &mut SuiteReader, node: Option<&YamlNode>) -> BTreeMap<String, LetDefinition> {
    let mut lets = BTreeMap::new();
    let Some(entries) = node.and_then(|n| reader.read_entries(n, "`let`")) else {
        return lets;
    };
    for (name, value) in entries {
        if !is_valid_name(&name.text) || RESERVED_NAMES.contains(&name.text.as_str()) {
            let message = format!("`{}` cannot be the name of a constant or expression", name.text);
            reader.report_error(name.place, "reserved-name", message);
            continue;
        }
        let entry = match &value.kind {
            YamlValue::Text(text) if text.starts_with('=') => parse_named_expression(reader, value, &text[1..]),
            _ => Some(LetDefinition::Constant(ExprValue::from(value.to_json()))),
        };
        if let Some(entry) = entry {
            lets.insert(name.text.clone(), entry);
        }
    }
    for (name, _) in entries {
        if let Some(read) = collect_roots(&name.text, &lets, &mut BTreeSet::new()) {
            reader.lets.insert(name.text.clone(), read);
        } else {
            reader.lets.insert(name.text.clone(), BTreeSet::new());
            reader.report_error(name.place, "circular-let", format!("`{}` is defined by itself", name.text));
        }
    }
    lets
}

/// The offered values, by pool.
pub(super) fn parse_pools(reader: &mut SuiteReader, node: Option<&YamlNode>) -> BTreeMap<String, Vec<ExprValue>> {
    let mut pools = BTreeMap::new();
    for (name, values) in node.and_then(|n| reader.read_entries(n, "`pools`")).unwrap_or_default() {
        let values = reader.read_list(values, "a pool").iter().map(|v| ExprValue::from(v.to_json())).collect();
        pools.insert(name.text.clone(), values);
    }
    pools
}

/// The API version that a call requests, computed from its headers.
pub(super) fn parse_version(reader: &mut SuiteReader, node: Option<&YamlNode>) -> Option<Expr> {
    node.and_then(|n| reader.read_expression(n, "`version`", &RootNames::new(&["header", "binding"])))
}

/// Parses a named expression. The known roots depend on the place of use, so [`SuiteReader`] checks the roots there.
fn parse_named_expression(reader: &mut SuiteReader, node: &YamlNode, text: &str) -> Option<LetDefinition> {
    match Expr::parse(text) {
        Ok(expr) => Some(LetDefinition::Expression(expr)),
        Err(error) => {
            let place = locate_in_node(reader.text, node, 1 + error.offset);
            reader.report_error(place, "bad-expression", error.message);
            None
        }
    }
}

/// The roots that a name reads, directly and through other names; `None` for a circular definition.
fn collect_roots(
    name: &str,
    lets: &BTreeMap<String, LetDefinition>,
    within: &mut BTreeSet<String>,
) -> Option<BTreeSet<String>> {
    let Some(LetDefinition::Expression(expr)) = lets.get(name) else {
        return Some(BTreeSet::new());
    };
    if !within.insert(name.to_string()) {
        return None;
    }
    let mut read = BTreeSet::new();
    for root in expr.roots().iter().map(AsRef::<str>::as_ref) {
        if lets.contains_key(root) {
            read.extend(collect_roots(root, lets, within)?);
        } else {
            read.insert(root.to_string());
        }
    }
    within.remove(name);
    Some(read)
}

/// Whether a text is a valid name in expressions.
pub(super) fn is_valid_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(text, "true" | "false" | "null" | "in")
}

/// Checks that the roots of each named expression can be known somewhere.
pub(super) fn check_roots_exist(
    reader: &mut SuiteReader,
    node: Option<&YamlNode>,
    lets: &BTreeMap<String, LetDefinition>,
    names: &BTreeSet<String>,
) {
    let known = RootNames::new(&CALL_ROOTS).with_roots(["reply", "it"]).with_roots(names.iter().map(String::as_str));
    let Some(YamlNode { kind: YamlValue::Map(entries), .. }) = node else {
        return;
    };
    for (name, value) in entries {
        // A name that the file gives twice, which is an error, has the last definition.
        if let (Some(LetDefinition::Expression(expr)), YamlValue::Text(text)) = (lets.get(&name.text), &value.kind)
            && text.strip_prefix('=') == Some(expr.text())
        {
            reader.read_expression_text(value, expr.text(), 1, &format!("`{}`", name.text), &known);
        }
    }
}
