//! Combines two suites, or two resource kinds, name by name.

use super::context::Merge;
use super::entries::{Entries, LISTED, replace};
use crate::suite::suggest;
use crate::suite::tree::{Key, Kind, Node};

/// Parts of a suite that are maps by name. The extending suite replaces inherited names.
const NAMED: [&str; 4] = ["let", "pools", "resources", "about"];

/// Parts of a resource kind that are maps by name.
const OF_RESOURCE: [&str; 6] = ["fields", "keeps", "grows", "shows", "views", "remembers"];

impl Merge<'_> {
    pub(super) fn combine(&mut self, own: Entries, mut base: Entries) -> Entries {
        base.retain(|(key, _)| !matches!(key.text.as_str(), "suite" | "catalog"));
        for (key, value) in own {
            let part = key.text.clone();
            let there = base.iter_mut().find(|(known, _)| known.text == part).map(|(_, node)| node);
            match there {
                Some(node) if NAMED.contains(&part.as_str()) => self.named(node, value, &part),
                Some(Node { kind: Kind::List(items), .. }) if LISTED.contains(&part.as_str()) => match value.kind {
                    Kind::List(more) => items.extend(more),
                    _ => self.error(value.place, "wrong-kind", format!("`{part}` must be a list"), None),
                },
                Some(node) => *node = value,
                None => base.push((key, value)),
            }
        }
        base
    }

    /// Combines one of the maps by name.
    fn named(&mut self, base: &mut Node, own: Node, part: &str) {
        let (Kind::Map(entries), Kind::Map(new)) = (&mut base.kind, own.kind) else {
            self.error(own.place, "wrong-kind", format!("`{part}` must be a map"), None);
            return;
        };
        for (key, value) in new {
            let there = entries.iter_mut().find(|(known, _)| known.text == key.text).map(|(_, node)| node);
            match (part, there) {
                ("resources", Some(node)) if matches!(value.kind, Kind::Map(_)) => self.resource(node, value),
                // Null in an entry of `about` keeps its meaning, with and without an extended suite.
                ("about", Some(Node { kind: Kind::Map(things), .. })) if matches!(value.kind, Kind::Map(_)) => {
                    let Kind::Map(new) = value.kind else { unreachable!("the match guard checks for a map") };
                    for (name, thing) in new {
                        replace(things, name, thing);
                    }
                }
                // A constant may be null.
                ("let", None) => entries.push((key, value)),
                _ => self.put(entries, key, value),
            }
        }
    }

    pub(super) fn resource(&mut self, base: &mut Node, own: Node) {
        let (Kind::Map(entries), Kind::Map(new)) = (&mut base.kind, own.kind) else { return };
        for (key, value) in new {
            let there = entries.iter_mut().find(|(known, _)| known.text == key.text).map(|(_, node)| node);
            match (there, value.kind) {
                (Some(Node { kind: Kind::Map(known), .. }), Kind::Map(new))
                    if OF_RESOURCE.contains(&key.text.as_str()) =>
                {
                    for (name, value) in new {
                        // A remembered field may start as null, unless the base suite has the field.
                        let new = known.iter().all(|(key, _)| key.text != name.text);
                        if key.text == "remembers" && new {
                            known.push((name, value));
                        } else {
                            self.member(known, name, value);
                        }
                    }
                }
                (_, kind) => self.put(entries, key, Node { kind, ..value }),
            }
        }
    }

    /// Combines a field, a view or an entry of `shows` key by key.
    fn member(&mut self, known: &mut Entries, name: Key, value: Node) {
        let there = known.iter_mut().find(|(key, _)| key.text == name.text).map(|(_, node)| node);
        let (Some(node), Kind::Map(_)) = (there, &value.kind) else {
            self.put(known, name, value);
            return;
        };
        let Kind::Map(new) = value.kind else { unreachable!("the value was checked to be a map") };
        if matches!(node.kind, Kind::Text(_)) {
            let at = Node { place: node.place, offset: node.offset, kind: node.kind.clone() };
            node.kind = Kind::Map(vec![(Key { text: "at".to_string(), place: node.place }, at)]);
        }
        let Kind::Map(entries) = &mut node.kind else { return };
        // `at` and `each` exclude each other.
        if new.iter().any(|(key, _)| matches!(key.text.as_str(), "at" | "each")) {
            entries.retain(|(key, _)| !matches!(key.text.as_str(), "at" | "each"));
        }
        for (key, value) in new {
            self.put(entries, key, value);
        }
    }

    /// Sets an entry; null removes the entry, which must exist.
    pub(super) fn put(&mut self, entries: &mut Entries, key: Key, value: Node) {
        if !matches!(value.kind, Kind::Null) {
            replace(entries, key, value);
            return;
        }
        let before = entries.len();
        let known: Vec<String> = entries.iter().map(|(key, _)| key.text.clone()).collect();
        entries.retain(|(known, _)| known.text != key.text);
        if entries.len() == before {
            let hint = suggest::hint(&key.text, known.iter().map(String::as_str));
            let message = format!("null cannot remove `{}`, which the base suite does not have", key.text);
            self.error(key.place, "nothing-to-drop", message, hint);
        }
    }
}
