//! Resource kinds imported from another suite.

use super::context::SuiteMerge;
use super::entries::{YamlEntries, collect_let_names, get_entry, get_or_insert_map};
use crate::suite::suggest;
use crate::suite::yaml::{YamlNode, YamlValue};
use std::collections::BTreeSet;

impl SuiteMerge<'_> {
    /// Imports resource kinds, and the names under `let` that the resource kinds read.
    pub(super) fn import_resources(&mut self, own: &mut YamlEntries, import: &YamlNode) {
        let YamlValue::Map(from) = &import.kind else {
            let message = "`import` must be a map from suite names to lists of resources".to_string();
            self.report_error(import.place, "wrong-kind", message, None);
            return;
        };
        for (key, wanted) in from {
            let name = YamlNode { place: key.place, offset: 0, kind: YamlValue::Text(key.text.clone()) };
            let Some(mut base) = self.read_base_entries(&name, key.place) else { continue };
            self.remove_foreign_parts(&mut base, &name);
            let YamlValue::List(wanted) = &wanted.kind else {
                self.report_error(wanted.place, "wrong-kind", "expected a list of resources".to_string(), None);
                continue;
            };
            for resource in wanted {
                self.import_resource(own, &base, resource);
            }
        }
    }

    fn import_resource(&mut self, own: &mut YamlEntries, base: &YamlEntries, wanted: &YamlNode) {
        let YamlValue::Text(name) = &wanted.kind else { return };
        let resources = match get_entry(base, "resources").map(|node| &node.kind) {
            Some(YamlValue::Map(resources)) => resources.as_slice(),
            _ => &[],
        };
        let Some((key, resource)) = resources.iter().find(|(key, _)| key.text == *name) else {
            let hint = suggest::suggest_name(name, resources.iter().map(|(key, _)| key.text.as_str()));
            self.report_error(
                wanted.place,
                "unknown-resource",
                format!("the base suite has no resource `{name}`"),
                hint,
            );
            return;
        };
        let (key, mut resource) = (key.clone(), resource.clone());
        let place = wanted.place;
        if let Some(mine) =
            get_or_insert_map(own, "resources", place).iter_mut().find(|(mine, _)| mine.text == key.text)
        {
            let change = std::mem::replace(&mut mine.1, YamlNode { place, offset: 0, kind: YamlValue::Null });
            self.combine_resource(&mut resource, change);
            mine.1 = resource.clone();
        } else {
            get_or_insert_map(own, "resources", place).push((key, resource.clone()));
        }
        let Some(YamlNode { kind: YamlValue::Map(lets), .. }) = get_entry(base, "let") else { return };
        let mut needed = BTreeSet::new();
        collect_let_names(&resource, lets, &mut needed);
        for (key, value) in lets.iter().filter(|(key, _)| needed.contains(&key.text)) {
            let mine = get_or_insert_map(own, "let", place);
            if mine.iter().all(|(known, _)| known.text != key.text) {
                mine.push((key.clone(), value.clone()));
            }
        }
    }
}
