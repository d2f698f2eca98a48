//! `let`, `pools` and `version`: names for every expression.

use super::reader::{INPUTS, RESERVED, Reader, Scope};
use crate::expr::{Expr, Val};
use crate::suite::offset::place_in;
use crate::suite::tree::{Kind, Node};
use crate::suite::types::Let;
use std::collections::{BTreeMap, BTreeSet};

/// The constants and named expressions. Also records in the reader the names, and the roots that each name reads.
pub(super) fn lets(reader: &mut Reader, node: Option<&Node>) -> BTreeMap<String, Let> {
    let mut lets = BTreeMap::new();
    let Some(entries) = node.and_then(|n| reader.entries(n, "`let`")) else {
        return lets;
    };
    for (name, value) in entries {
        if !is_name(&name.text) || RESERVED.contains(&name.text.as_str()) {
            let message = format!("`{}` cannot be the name of a constant or expression", name.text);
            reader.error(name.place, "reserved-name", message);
            continue;
        }
        let entry = match &value.kind {
            Kind::Text(text) if text.starts_with('=') => named_expression(reader, value, &text[1..]),
            _ => Some(Let::Constant(Val::from(value.to_json()))),
        };
        if let Some(entry) = entry {
            lets.insert(name.text.clone(), entry);
        }
    }
    for (name, _) in entries {
        if let Some(read) = roots_of(&name.text, &lets, &mut BTreeSet::new()) {
            reader.lets.insert(name.text.clone(), read);
        } else {
            reader.lets.insert(name.text.clone(), BTreeSet::new());
            reader.error(name.place, "circular-let", format!("`{}` is defined by itself", name.text));
        }
    }
    lets
}

/// The offered values, by pool.
pub(super) fn pools(reader: &mut Reader, node: Option<&Node>) -> BTreeMap<String, Vec<Val>> {
    let mut pools = BTreeMap::new();
    for (name, values) in node.and_then(|n| reader.entries(n, "`pools`")).unwrap_or_default() {
        let values = reader.list(values, "a pool").iter().map(|v| Val::from(v.to_json())).collect();
        pools.insert(name.text.clone(), values);
    }
    pools
}

/// The API version that a call requests, computed from its headers.
pub(super) fn version(reader: &mut Reader, node: Option<&Node>) -> Option<Expr> {
    node.and_then(|n| reader.expr(n, "`version`", &Scope::of(&["header", "binding"])))
}

/// Parses a named expression. The known roots depend on the place of use, so [`Reader`] checks the roots there.
fn named_expression(reader: &mut Reader, node: &Node, text: &str) -> Option<Let> {
    match Expr::parse(text) {
        Ok(expr) => Some(Let::Expression(expr)),
        Err(error) => {
            let place = place_in(reader.text, node, 1 + error.offset);
            reader.error(place, "bad-expression", error.message);
            None
        }
    }
}

/// The roots that a name reads, directly and through other names; `None` for a circular definition.
fn roots_of(name: &str, lets: &BTreeMap<String, Let>, within: &mut BTreeSet<String>) -> Option<BTreeSet<String>> {
    let Some(Let::Expression(expr)) = lets.get(name) else {
        return Some(BTreeSet::new());
    };
    if !within.insert(name.to_string()) {
        return None;
    }
    let mut read = BTreeSet::new();
    for root in expr.roots().iter().map(AsRef::<str>::as_ref) {
        if lets.contains_key(root) {
            read.extend(roots_of(root, lets, within)?);
        } else {
            read.insert(root.to_string());
        }
    }
    within.remove(name);
    Some(read)
}

/// Whether a text is a valid name in expressions.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(text, "true" | "false" | "null" | "in")
}

/// Checks that the roots of each named expression can be known somewhere.
pub(super) fn check_roots_exist(
    reader: &mut Reader,
    node: Option<&Node>,
    lets: &BTreeMap<String, Let>,
    names: &BTreeSet<String>,
) {
    let known = Scope::of(&INPUTS).and(["reply", "it"]).and(names.iter().map(String::as_str));
    let Some(Node { kind: Kind::Map(entries), .. }) = node else {
        return;
    };
    for (name, value) in entries {
        if let (Some(Let::Expression(expr)), Kind::Text(text)) = (lets.get(&name.text), &value.kind) {
            debug_assert_eq!(expr.text(), &text[1..]);
            reader.expr_text(value, &text[1..], 1, &format!("`{}`", name.text), &known);
        }
    }
}
