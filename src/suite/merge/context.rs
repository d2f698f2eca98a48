//! The state of a merge: the available base suites and the problems so far.

use super::entries::{YamlEntries, get_entry, get_map, get_map_in, remove_foreign_citations};
use crate::suite::pages::PageDigests;
use crate::suite::place::SuitePlace;
use crate::suite::problem::{ProblemSeverity, SuiteProblem};
use crate::suite::suggest;
use crate::suite::yaml::{YamlKey, YamlNode, YamlValue};
use std::collections::BTreeMap;

/// The inputs of a merge.
pub(in crate::suite) struct MergeInputs<'a> {
    /// Name of the suite's own file for messages.
    pub file: &'a str,
    /// The base suites by name, with the pages of each.
    pub bases: &'a BTreeMap<String, (YamlNode, PageDigests)>,
    /// The pages of the suite itself.
    pub pages: &'a PageDigests,
    /// The operations of the suite's catalog. If empty, the operations are not known yet, and all views are
    /// inherited.
    pub operations: &'a [&'a str],
}

pub(super) struct SuiteMerge<'a> {
    pub(super) inputs: &'a MergeInputs<'a>,
    pub(super) problems: &'a mut Vec<SuiteProblem>,
}

impl SuiteMerge<'_> {
    pub(super) fn report_error(
        &mut self,
        place: SuitePlace,
        code: &'static str,
        message: String,
        hint: Option<String>,
    ) {
        let file = self.inputs.file.to_string();
        self.problems.push(SuiteProblem {
            file,
            place,
            severity: ProblemSeverity::Error,
            code,
            message,
            hint,
            excerpt: None,
        });
    }

    /// The entries of the base suite named by a node.
    pub(super) fn read_base_entries(&mut self, node: &YamlNode, place: SuitePlace) -> Option<YamlEntries> {
        let YamlValue::Text(name) = &node.kind else {
            self.report_error(node.place, "wrong-kind", "the name of a suite must be a text".to_string(), None);
            return None;
        };
        let Some((tree, _)) = self.inputs.bases.get(name) else {
            let hint = suggest::suggest_name(name, self.inputs.bases.keys().map(String::as_str));
            self.report_error(node.place, "unknown-suite", format!("there is no suite `{name}`"), hint);
            return None;
        };
        let YamlValue::Map(entries) = &tree.kind else { return None };
        let entries = entries.clone();
        for further in ["extends", "import"] {
            if get_entry(&entries, further).is_some() {
                let message = format!("`{name}` builds on another suite; only one level is supported");
                self.report_error(place, "too-deep", message, None);
                return None;
            }
        }
        Some(entries)
    }

    /// Removes citations of pages that the suite does not share, and views, marks and releases of operations absent
    /// from the catalog.
    pub(super) fn remove_foreign_parts(&mut self, base: &mut YamlEntries, name: &YamlNode) {
        let YamlValue::Text(name) = &name.kind else { return };
        let Some((_, theirs)) = self.inputs.bases.get(name) else { return };
        let ours = self.inputs.pages;
        let same = |page: &str| ours.get(page).is_some_and(|own| theirs.get(page) == Some(own));
        base.iter_mut().for_each(|(_, node)| remove_foreign_citations(node, &same));
        if self.inputs.operations.is_empty() {
            return;
        }
        let known = |key: &YamlKey| key.text == "*" || self.inputs.operations.contains(&key.text.as_str());
        for (_, resource) in get_map(base, "resources").into_iter().flatten() {
            if let Some(views) = get_map_in(resource, "views") {
                views.retain(|(key, _)| known(key));
            }
            if let Some(release) = get_map_in(resource, "release") {
                release.retain(|(key, _)| known(key));
            }
            if let Some(marks) = get_map_in(resource, "marks") {
                for (_, places) in marks.iter_mut() {
                    if let YamlValue::Map(places) = &mut places.kind {
                        places.retain(|(key, _)| known(key));
                    }
                }
                marks.retain(|(_, places)| !matches!(&places.kind, YamlValue::Map(places) if places.is_empty()));
            }
        }
        if let Some(about) = get_map(base, "about") {
            about.retain(|(key, _)| known(key));
        }
    }
}
