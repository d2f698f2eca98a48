//! Parts that are maps by name, put together, and what is imported.

use super::entries::{get, map_or_new, names_read, replace};
use super::{Entries, LISTED, Merge, NAMED, OF_RESOURCE};
use crate::suite::suggest;
use crate::suite::tree::{Key, Kind, Node};
use std::collections::BTreeSet;

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

    /// One of the maps by name: what stands under a name goes before the other suite's.
    pub(super) fn named(&mut self, base: &mut Node, own: Node, part: &str) {
        let (Kind::Map(entries), Kind::Map(new)) = (&mut base.kind, own.kind) else {
            self.error(own.place, "wrong-kind", format!("`{part}` must be a map"), None);
            return;
        };
        for (key, value) in new {
            let there = entries.iter_mut().find(|(known, _)| known.text == key.text).map(|(_, node)| node);
            match (part, there) {
                ("resources", Some(node)) if matches!(value.kind, Kind::Map(_)) => self.resource(node, value),
                // Null in an entry of `about` means the same with and without another suite.
                ("about", Some(Node { kind: Kind::Map(things), .. })) if matches!(value.kind, Kind::Map(_)) => {
                    let Kind::Map(new) = value.kind else { unreachable!("the guard has seen a map") };
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
                        // Memory may begin as null, where the other suite has none of that name.
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

    /// A field, a view or an entry of `shows`: its keys go before those of the other suite.
    pub(super) fn member(&mut self, known: &mut Entries, name: Key, value: Node) {
        let there = known.iter_mut().find(|(key, _)| key.text == name.text).map(|(_, node)| node);
        let (Some(node), Kind::Map(_)) = (there, &value.kind) else {
            self.put(known, name, value);
            return;
        };
        let Kind::Map(new) = value.kind else { unreachable!("it was just seen to be a map") };
        if matches!(node.kind, Kind::Text(_)) {
            let at = Node { place: node.place, offset: node.offset, kind: node.kind.clone() };
            node.kind = Kind::Map(vec![(Key { text: "at".to_string(), place: node.place }, at)]);
        }
        let Kind::Map(entries) = &mut node.kind else { return };
        // One thing and a list of things exclude each other.
        if new.iter().any(|(key, _)| matches!(key.text.as_str(), "at" | "each")) {
            entries.retain(|(key, _)| !matches!(key.text.as_str(), "at" | "each"));
        }
        for (key, value) in new {
            self.put(entries, key, value);
        }
    }

    /// Sets an entry; null takes it away, and then it must be there.
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
            let message = format!("there is no `{}` that null could take away", key.text);
            self.error(key.place, "nothing-to-drop", message, hint);
        }
    }

    /// Resources of other suites, with the names under `let` that they read.
    pub(super) fn import(&mut self, own: &mut Entries, import: &Node) {
        let Kind::Map(from) = &import.kind else {
            let message = "`import` is a map: the resources to take over by the name of their suite".to_string();
            self.error(import.place, "wrong-kind", message, None);
            return;
        };
        for (key, wanted) in from {
            let name = Node { place: key.place, offset: 0, kind: Kind::Text(key.text.clone()) };
            let Some(mut base) = self.base(&name, key.place) else { continue };
            self.only_what_carries(&mut base, &name);
            let Kind::List(wanted) = &wanted.kind else {
                self.error(wanted.place, "wrong-kind", "a list of resources is expected here".to_string(), None);
                continue;
            };
            for resource in wanted {
                self.import_one(own, &base, resource);
            }
        }
    }

    pub(super) fn import_one(&mut self, own: &mut Entries, base: &Entries, wanted: &Node) {
        let Kind::Text(name) = &wanted.kind else { return };
        let resources = match get(base, "resources").map(|node| &node.kind) {
            Some(Kind::Map(resources)) => resources.as_slice(),
            _ => &[],
        };
        let Some((key, resource)) = resources.iter().find(|(key, _)| key.text == *name) else {
            let hint = suggest::hint(name, resources.iter().map(|(key, _)| key.text.as_str()));
            self.error(wanted.place, "unknown-resource", format!("the other suite has no resource `{name}`"), hint);
            return;
        };
        let (key, mut resource) = (key.clone(), resource.clone());
        let place = wanted.place;
        if let Some(mine) = map_or_new(own, "resources", place).iter_mut().find(|(mine, _)| mine.text == key.text) {
            let change = std::mem::replace(&mut mine.1, Node { place, offset: 0, kind: Kind::Null });
            self.resource(&mut resource, change);
            mine.1 = resource.clone();
        } else {
            map_or_new(own, "resources", place).push((key, resource.clone()));
        }
        let Some(Node { kind: Kind::Map(lets), .. }) = get(base, "let") else { return };
        let mut needed = BTreeSet::new();
        names_read(&resource, lets, &mut needed);
        for (key, value) in lets.iter().filter(|(key, _)| needed.contains(&key.text)) {
            let mine = map_or_new(own, "let", place);
            if mine.iter().all(|(known, _)| known.text != key.text) {
                mine.push((key.clone(), value.clone()));
            }
        }
    }
}
