//! Access to the maps and lists of a tree.

use crate::expr::Expr;
use crate::suite::place::SuitePlace;
use crate::suite::yaml::{YamlKey, YamlNode, YamlValue};
use std::collections::BTreeSet;

pub(super) type YamlEntries = Vec<(YamlKey, YamlNode)>;

/// Parts of a suite that are lists of items with an `id`.
pub(super) const LIST_PARTS: [&str; 3] = ["general", "clauses", "events"];

pub(super) fn take_entry(entries: &mut YamlEntries, name: &str) -> Option<(YamlKey, YamlNode)> {
    let at = entries.iter().position(|(key, _)| key.text == name)?;
    Some(entries.remove(at))
}

pub(super) fn get_entry<'e>(entries: &'e YamlEntries, name: &str) -> Option<&'e YamlNode> {
    entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
}

pub(super) fn replace_entry(entries: &mut YamlEntries, key: YamlKey, value: YamlNode) {
    match entries.iter_mut().find(|(known, _)| known.text == key.text) {
        Some(entry) => *entry = (key, value),
        None => entries.push((key, value)),
    }
}

pub(super) fn get_map<'e>(entries: &'e mut YamlEntries, name: &str) -> Option<&'e mut YamlEntries> {
    let node = entries.iter_mut().find(|(key, _)| key.text == name).map(|(_, node)| node)?;
    match &mut node.kind {
        YamlValue::Map(entries) => Some(entries),
        _ => None,
    }
}

pub(super) fn get_map_in<'n>(node: &'n mut YamlNode, name: &str) -> Option<&'n mut YamlEntries> {
    match &mut node.kind {
        YamlValue::Map(entries) => get_map(entries, name),
        _ => None,
    }
}

pub(super) fn get_or_insert_map<'e>(
    entries: &'e mut YamlEntries,
    name: &str,
    place: SuitePlace,
) -> &'e mut YamlEntries {
    if get_map(entries, name).is_none() {
        let node = YamlNode { place, offset: 0, kind: YamlValue::Map(Vec::new()) };
        replace_entry(entries, YamlKey { text: name.to_string(), place }, node);
    }
    get_map(entries, name).expect("the map was inserted above")
}

pub(super) fn get_list<'e>(entries: &'e mut YamlEntries, name: &str) -> Option<&'e mut Vec<YamlNode>> {
    let node = entries.iter_mut().find(|(key, _)| key.text == name).map(|(_, node)| node)?;
    match &mut node.kind {
        YamlValue::List(items) => Some(items),
        _ => None,
    }
}

pub(super) fn find_item<'e>(base: &'e mut YamlEntries, id: &str) -> Option<&'e mut YamlNode> {
    let lists = base.iter_mut().filter(|(key, _)| LIST_PARTS.contains(&key.text.as_str()));
    let items = lists.filter_map(|(_, node)| match &mut node.kind {
        YamlValue::List(items) => Some(items),
        _ => None,
    });
    items.flatten().find(|item| read_id(item) == Some(id))
}

pub(super) fn read_id(item: &YamlNode) -> Option<&str> {
    let YamlValue::Map(entries) = &item.kind else { return None };
    match get_entry(entries, "id").map(|node| &node.kind) {
        Some(YamlValue::Text(id)) => Some(id),
        _ => None,
    }
}

/// Removes each list of citations with a page that the two suites do not share.
pub(super) fn remove_foreign_citations(node: &mut YamlNode, same: &dyn Fn(&str) -> bool) {
    match &mut node.kind {
        YamlValue::List(items) => items.iter_mut().for_each(|item| remove_foreign_citations(item, same)),
        YamlValue::Map(entries) => {
            entries.retain(|(key, value)| key.text != "cites" || has_shared_pages(value, same));
            entries.iter_mut().for_each(|(_, value)| remove_foreign_citations(value, same));
        }
        _ => {}
    }
}

pub(super) fn has_shared_pages(cites: &YamlNode, same: &dyn Fn(&str) -> bool) -> bool {
    match &cites.kind {
        YamlValue::Text(text) => text.split_once(':').is_some_and(|(page, _)| same(page)),
        YamlValue::List(items) => items.iter().all(|item| has_shared_pages(item, same)),
        _ => true,
    }
}

/// Whether a clause and its alternatives have the citations that they need.
pub(super) fn is_cited(item: &YamlNode) -> bool {
    let YamlValue::Map(entries) = &item.kind else { return true };
    let convention = matches!(get_entry(entries, "basis").map(|node| &node.kind), Some(YamlValue::Text(basis)) if basis == "convention");
    let exceptions = match get_entry(entries, "or").map(|node| &node.kind) {
        Some(YamlValue::List(items)) => items.as_slice(),
        _ => &[],
    };
    let cited =
        |item: &YamlNode| matches!(&item.kind, YamlValue::Map(entries) if get_entry(entries, "cites").is_some());
    (convention || cited(item)) && exceptions.iter().all(cited)
}

/// Adds the names under `let` that the expressions of a node read, directly and through other names.
pub(super) fn collect_let_names(node: &YamlNode, lets: &YamlEntries, needed: &mut BTreeSet<String>) {
    match &node.kind {
        YamlValue::List(items) => items.iter().for_each(|item| collect_let_names(item, lets, needed)),
        YamlValue::Map(entries) => entries.iter().for_each(|(_, value)| collect_let_names(value, lets, needed)),
        YamlValue::Text(text) => {
            let Ok(expr) = Expr::parse(text.strip_prefix('=').unwrap_or(text)) else { return };
            for root in expr.roots().iter().map(AsRef::<str>::as_ref) {
                if let Some((key, value)) = lets.iter().find(|(key, _)| key.text == root)
                    && needed.insert(key.text.clone())
                {
                    collect_let_names(value, lets, needed);
                }
            }
        }
        _ => {}
    }
}
