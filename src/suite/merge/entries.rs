//! Access to the maps and lists of a tree.

use crate::expr::Expr;
use crate::suite::place::Place;
use crate::suite::tree::{Key, Kind, Node};
use std::collections::BTreeSet;

pub(super) type Entries = Vec<(Key, Node)>;

/// Parts of a suite that are lists of items with an `id`.
pub(super) const LISTED: [&str; 3] = ["general", "clauses", "events"];

pub(super) fn take(entries: &mut Entries, name: &str) -> Option<(Key, Node)> {
    let at = entries.iter().position(|(key, _)| key.text == name)?;
    Some(entries.remove(at))
}

pub(super) fn get<'e>(entries: &'e Entries, name: &str) -> Option<&'e Node> {
    entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
}

pub(super) fn replace(entries: &mut Entries, key: Key, value: Node) {
    match entries.iter_mut().find(|(known, _)| known.text == key.text) {
        Some(entry) => *entry = (key, value),
        None => entries.push((key, value)),
    }
}

pub(super) fn map_of<'e>(entries: &'e mut Entries, name: &str) -> Option<&'e mut Entries> {
    let node = entries.iter_mut().find(|(key, _)| key.text == name).map(|(_, node)| node)?;
    match &mut node.kind {
        Kind::Map(entries) => Some(entries),
        _ => None,
    }
}

pub(super) fn map_in<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Entries> {
    match &mut node.kind {
        Kind::Map(entries) => map_of(entries, name),
        _ => None,
    }
}

pub(super) fn map_or_new<'e>(entries: &'e mut Entries, name: &str, place: Place) -> &'e mut Entries {
    if map_of(entries, name).is_none() {
        let node = Node { place, offset: 0, kind: Kind::Map(Vec::new()) };
        replace(entries, Key { text: name.to_string(), place }, node);
    }
    map_of(entries, name).expect("the map was inserted above")
}

pub(super) fn list_of<'e>(entries: &'e mut Entries, name: &str) -> Option<&'e mut Vec<Node>> {
    let node = entries.iter_mut().find(|(key, _)| key.text == name).map(|(_, node)| node)?;
    match &mut node.kind {
        Kind::List(items) => Some(items),
        _ => None,
    }
}

pub(super) fn find<'e>(base: &'e mut Entries, id: &str) -> Option<&'e mut Node> {
    let lists = base.iter_mut().filter(|(key, _)| LISTED.contains(&key.text.as_str()));
    let items = lists.filter_map(|(_, node)| match &mut node.kind {
        Kind::List(items) => Some(items),
        _ => None,
    });
    items.flatten().find(|item| id_of(item) == Some(id))
}

pub(super) fn id_of(item: &Node) -> Option<&str> {
    let Kind::Map(entries) = &item.kind else { return None };
    match get(entries, "id").map(|node| &node.kind) {
        Some(Kind::Text(id)) => Some(id),
        _ => None,
    }
}

/// Removes each list of citations with a page that the two suites do not share.
pub(super) fn strip(node: &mut Node, same: &dyn Fn(&str) -> bool) {
    match &mut node.kind {
        Kind::List(items) => items.iter_mut().for_each(|item| strip(item, same)),
        Kind::Map(entries) => {
            entries.retain(|(key, value)| key.text != "cites" || carries(value, same));
            entries.iter_mut().for_each(|(_, value)| strip(value, same));
        }
        _ => {}
    }
}

pub(super) fn carries(cites: &Node, same: &dyn Fn(&str) -> bool) -> bool {
    match &cites.kind {
        Kind::Text(text) => text.split_once(':').is_some_and(|(page, _)| same(page)),
        Kind::List(items) => items.iter().all(|item| carries(item, same)),
        _ => true,
    }
}

/// Whether a clause and its alternatives have the citations that they need.
pub(super) fn is_cited(item: &Node) -> bool {
    let Kind::Map(entries) = &item.kind else { return true };
    let convention =
        matches!(get(entries, "basis").map(|node| &node.kind), Some(Kind::Text(basis)) if basis == "convention");
    let exceptions = match get(entries, "or").map(|node| &node.kind) {
        Some(Kind::List(items)) => items.as_slice(),
        _ => &[],
    };
    let cited = |item: &Node| matches!(&item.kind, Kind::Map(entries) if get(entries, "cites").is_some());
    (convention || cited(item)) && exceptions.iter().all(cited)
}

/// Adds the names under `let` that the expressions of a node read, directly and through other names.
pub(super) fn names_read(node: &Node, lets: &Entries, needed: &mut BTreeSet<String>) {
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|item| names_read(item, lets, needed)),
        Kind::Map(entries) => entries.iter().for_each(|(_, value)| names_read(value, lets, needed)),
        Kind::Text(text) => {
            let Ok(expr) = Expr::parse(text.strip_prefix('=').unwrap_or(text)) else { return };
            for root in expr.roots().iter().map(AsRef::<str>::as_ref) {
                if let Some((key, value)) = lets.iter().find(|(key, _)| key.text == root)
                    && needed.insert(key.text.clone())
                {
                    names_read(value, lets, needed);
                }
            }
        }
        _ => {}
    }
}
