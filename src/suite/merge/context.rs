//! The state of a merge: the available base suites and the problems so far.

use super::entries::{Entries, get, map_in, map_of, strip};
use crate::suite::pages::Pages;
use crate::suite::place::Place;
use crate::suite::problem::{Problem, Severity};
use crate::suite::suggest;
use crate::suite::tree::{Key, Kind, Node};
use std::collections::BTreeMap;

/// The inputs of a merge.
pub(in crate::suite) struct Ground<'a> {
    /// Name of the suite's own file for messages.
    pub file: &'a str,
    /// The base suites by name, with the pages of each.
    pub bases: &'a BTreeMap<String, (Node, Pages)>,
    /// The pages of the suite itself.
    pub pages: &'a Pages,
    /// The operations of the suite's catalog. If empty, the operations are not known yet, and all views are
    /// inherited.
    pub operations: &'a [&'a str],
}

pub(super) struct Merge<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) problems: &'a mut Vec<Problem>,
}

impl Merge<'_> {
    pub(super) fn error(&mut self, place: Place, code: &'static str, message: String, hint: Option<String>) {
        let file = self.ground.file.to_string();
        self.problems.push(Problem { file, place, severity: Severity::Error, code, message, hint, excerpt: None });
    }

    /// The entries of the base suite named by a node.
    pub(super) fn base(&mut self, node: &Node, place: Place) -> Option<Entries> {
        let Kind::Text(name) = &node.kind else {
            self.error(node.place, "wrong-kind", "the name of a suite must be a text".to_string(), None);
            return None;
        };
        let Some((tree, _)) = self.ground.bases.get(name) else {
            let hint = suggest::hint(name, self.ground.bases.keys().map(String::as_str));
            self.error(node.place, "unknown-suite", format!("there is no suite `{name}`"), hint);
            return None;
        };
        let Kind::Map(entries) = &tree.kind else { return None };
        let entries = entries.clone();
        for further in ["extends", "import"] {
            if get(&entries, further).is_some() {
                let message = format!("`{name}` builds on another suite; only one level is supported");
                self.error(place, "too-deep", message, None);
                return None;
            }
        }
        Some(entries)
    }

    /// Removes citations of pages that the suite does not share, and views, marks and releases of operations absent
    /// from the catalog.
    pub(super) fn only_what_carries(&mut self, base: &mut Entries, name: &Node) {
        let Kind::Text(name) = &name.kind else { return };
        let Some((_, theirs)) = self.ground.bases.get(name) else { return };
        let ours = self.ground.pages;
        let same = |page: &str| ours.get(page).is_some_and(|own| theirs.get(page) == Some(own));
        base.iter_mut().for_each(|(_, node)| strip(node, &same));
        if self.ground.operations.is_empty() {
            return;
        }
        let known = |key: &Key| key.text == "*" || self.ground.operations.contains(&key.text.as_str());
        for (_, resource) in map_of(base, "resources").into_iter().flatten() {
            if let Some(views) = map_in(resource, "views") {
                views.retain(|(key, _)| known(key));
            }
            if let Some(release) = map_in(resource, "release") {
                release.retain(|(key, _)| known(key));
            }
            if let Some(marks) = map_in(resource, "marks") {
                for (_, places) in marks.iter_mut() {
                    if let Kind::Map(places) = &mut places.kind {
                        places.retain(|(key, _)| known(key));
                    }
                }
                marks.retain(|(_, places)| !matches!(&places.kind, Kind::Map(places) if places.is_empty()));
            }
        }
        if let Some(about) = map_of(base, "about") {
            about.retain(|(key, _)| known(key));
        }
    }
}
