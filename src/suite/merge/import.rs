//! Resource kinds imported from another suite.

use super::context::Merge;
use super::entries::{Entries, get, map_or_new, names_read};
use crate::suite::suggest;
use crate::suite::tree::{Kind, Node};
use std::collections::BTreeSet;

impl Merge<'_> {
    /// Imports resource kinds, and the names under `let` that the resource kinds read.
    pub(super) fn import(&mut self, own: &mut Entries, import: &Node) {
        let Kind::Map(from) = &import.kind else {
            let message = "`import` must be a map from suite names to lists of resources".to_string();
            self.error(import.place, "wrong-kind", message, None);
            return;
        };
        for (key, wanted) in from {
            let name = Node { place: key.place, offset: 0, kind: Kind::Text(key.text.clone()) };
            let Some(mut base) = self.base(&name, key.place) else { continue };
            self.only_what_carries(&mut base, &name);
            let Kind::List(wanted) = &wanted.kind else {
                self.error(wanted.place, "wrong-kind", "expected a list of resources".to_string(), None);
                continue;
            };
            for resource in wanted {
                self.import_one(own, &base, resource);
            }
        }
    }

    fn import_one(&mut self, own: &mut Entries, base: &Entries, wanted: &Node) {
        let Kind::Text(name) = &wanted.kind else { return };
        let resources = match get(base, "resources").map(|node| &node.kind) {
            Some(Kind::Map(resources)) => resources.as_slice(),
            _ => &[],
        };
        let Some((key, resource)) = resources.iter().find(|(key, _)| key.text == *name) else {
            let hint = suggest::hint(name, resources.iter().map(|(key, _)| key.text.as_str()));
            self.error(wanted.place, "unknown-resource", format!("the base suite has no resource `{name}`"), hint);
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
