//! Combines two suites, or two resource kinds, name by name.

use super::context::SuiteMerge;
use super::entries::{LIST_PARTS, YamlEntries, replace_entry};
use crate::suite::suggest;
use crate::suite::yaml::{YamlKey, YamlNode, YamlValue};

/// Parts of a suite that are maps by name. The extending suite replaces inherited names.
const MAP_PARTS: [&str; 4] = ["let", "pools", "resources", "about"];

/// Parts of a resource kind that are maps by name.
const RESOURCE_MAP_PARTS: [&str; 6] = ["fields", "keeps", "grows", "shows", "views", "remembers"];

impl SuiteMerge<'_> {
    pub(super) fn combine_suites(&mut self, own: YamlEntries, mut base: YamlEntries) -> YamlEntries {
        base.retain(|(key, _)| !matches!(key.text.as_str(), "suite" | "catalog"));
        for (key, value) in own {
            let part = key.text.clone();
            let there = base.iter_mut().find(|(known, _)| known.text == part).map(|(_, node)| node);
            match there {
                Some(node) if MAP_PARTS.contains(&part.as_str()) => self.combine_named_entries(node, value, &part),
                Some(YamlNode { kind: YamlValue::List(items), .. }) if LIST_PARTS.contains(&part.as_str()) => {
                    match value.kind {
                        YamlValue::List(more) => items.extend(more),
                        _ => self.report_error(value.place, "wrong-kind", format!("`{part}` must be a list"), None),
                    }
                }
                Some(node) => *node = value,
                None => base.push((key, value)),
            }
        }
        base
    }

    /// Combines one of the maps by name.
    fn combine_named_entries(&mut self, base: &mut YamlNode, own: YamlNode, part: &str) {
        let (YamlValue::Map(entries), YamlValue::Map(new)) = (&mut base.kind, own.kind) else {
            self.report_error(own.place, "wrong-kind", format!("`{part}` must be a map"), None);
            return;
        };
        for (key, value) in new {
            let there = entries.iter_mut().find(|(known, _)| known.text == key.text).map(|(_, node)| node);
            match (part, there) {
                ("resources", Some(node)) if matches!(value.kind, YamlValue::Map(_)) => {
                    self.combine_resource(node, value)
                }
                // Null in an entry of `about` keeps its meaning, with and without an extended suite.
                ("about", Some(YamlNode { kind: YamlValue::Map(things), .. }))
                    if matches!(value.kind, YamlValue::Map(_)) =>
                {
                    let YamlValue::Map(new) = value.kind else { unreachable!("the match guard checks for a map") };
                    for (name, thing) in new {
                        replace_entry(things, name, thing);
                    }
                }
                // A constant may be null.
                ("let", None) => entries.push((key, value)),
                _ => self.set_entry(entries, key, value),
            }
        }
    }

    pub(super) fn combine_resource(&mut self, base: &mut YamlNode, own: YamlNode) {
        let (YamlValue::Map(entries), YamlValue::Map(new)) = (&mut base.kind, own.kind) else { return };
        for (key, value) in new {
            let there = entries.iter_mut().find(|(known, _)| known.text == key.text).map(|(_, node)| node);
            match (there, value.kind) {
                (Some(YamlNode { kind: YamlValue::Map(known), .. }), YamlValue::Map(new))
                    if RESOURCE_MAP_PARTS.contains(&key.text.as_str()) =>
                {
                    for (name, value) in new {
                        // A remembered field may start as null, unless the base suite has the field.
                        let new = known.iter().all(|(key, _)| key.text != name.text);
                        if key.text == "remembers" && new {
                            known.push((name, value));
                        } else {
                            self.combine_member(known, name, value);
                        }
                    }
                }
                (_, kind) => self.set_entry(entries, key, YamlNode { kind, ..value }),
            }
        }
    }

    /// Combines a field, a view or an entry of `shows` key by key.
    fn combine_member(&mut self, known: &mut YamlEntries, name: YamlKey, value: YamlNode) {
        let there = known.iter_mut().find(|(key, _)| key.text == name.text).map(|(_, node)| node);
        let (Some(node), YamlValue::Map(_)) = (there, &value.kind) else {
            self.set_entry(known, name, value);
            return;
        };
        let YamlValue::Map(new) = value.kind else { unreachable!("the value was checked to be a map") };
        if matches!(node.kind, YamlValue::Text(_)) {
            let at = YamlNode { place: node.place, offset: node.offset, kind: node.kind.clone() };
            node.kind = YamlValue::Map(vec![(YamlKey { text: "at".to_string(), place: node.place }, at)]);
        }
        let YamlValue::Map(entries) = &mut node.kind else { return };
        // `at` and `each` exclude each other.
        if new.iter().any(|(key, _)| matches!(key.text.as_str(), "at" | "each")) {
            entries.retain(|(key, _)| !matches!(key.text.as_str(), "at" | "each"));
        }
        for (key, value) in new {
            self.set_entry(entries, key, value);
        }
    }

    /// Sets an entry; null removes the entry, which must exist.
    pub(super) fn set_entry(&mut self, entries: &mut YamlEntries, key: YamlKey, value: YamlNode) {
        if !matches!(value.kind, YamlValue::Null) {
            replace_entry(entries, key, value);
            return;
        }
        let before = entries.len();
        let known: Vec<String> = entries.iter().map(|(key, _)| key.text.clone()).collect();
        entries.retain(|(known, _)| known.text != key.text);
        if entries.len() == before {
            let hint = suggest::suggest_name(&key.text, known.iter().map(String::as_str));
            let message = format!("null cannot remove `{}`, which the base suite does not have", key.text);
            self.report_error(key.place, "nothing-to-drop", message, hint);
        }
    }
}
