//! A suite that extends another: changes, drops, and citations.

use super::context::{MergeInputs, SuiteMerge};
use super::entries::{LIST_PARTS, YamlEntries, find_item, get_list, is_cited, read_id, take_entry};
use crate::suite::place::SuitePlace;
use crate::suite::problem::SuiteProblem;
use crate::suite::suggest;
use crate::suite::yaml::{YamlKey, YamlNode, YamlValue};
use std::collections::BTreeSet;

/// The suite with everything inherited and imported, and without the keys `extends`, `import`, `change` and `drop`.
pub(in crate::suite) fn merge_suite(own: YamlNode, ground: &MergeInputs, problems: &mut Vec<SuiteProblem>) -> YamlNode {
    let YamlValue::Map(entries) = own.kind else { return own };
    let mut merge = SuiteMerge { inputs: ground, problems };
    let entries = merge.merge_own_suite(entries);
    YamlNode { kind: YamlValue::Map(entries), ..own }
}

impl SuiteMerge<'_> {
    fn merge_own_suite(&mut self, mut own: YamlEntries) -> YamlEntries {
        let extends = take_entry(&mut own, "extends");
        let import = take_entry(&mut own, "import");
        let change = take_entry(&mut own, "change");
        let drop = take_entry(&mut own, "drop");
        if let Some((_, import)) = import {
            self.import_resources(&mut own, &import);
        }
        let Some((key, extends)) = extends else {
            for (key, _) in [change, drop].into_iter().flatten() {
                let message = format!("`{}` needs `extends`, the suite with the clauses", key.text);
                self.report_error(key.place, "missing-key", message, None);
            }
            return own;
        };
        let Some(mut base) = self.read_base_entries(&extends, key.place) else { return own };
        self.remove_foreign_parts(&mut base, &extends);
        self.apply_changes(&mut base, change.map(|(_, node)| node));
        self.drop_clauses(&mut base, drop.map(|(_, node)| node));
        self.drop_uncited_clauses(&mut base, &key);
        self.combine_suites(own, base)
    }

    fn apply_changes(&mut self, base: &mut YamlEntries, change: Option<YamlNode>) {
        let Some(change) = change else { return };
        let YamlValue::Map(changes) = change.kind else {
            self.report_error(
                change.place,
                "wrong-kind",
                "`change` must be a map from clause ids to keys".to_string(),
                None,
            );
            return;
        };
        for (id, change) in changes {
            let Some(clause) = find_item(base, &id.text) else {
                self.report_unknown_clause(base, &id.text, id.place);
                continue;
            };
            let (YamlValue::Map(entries), YamlValue::Map(new)) = (&mut clause.kind, change.kind) else { continue };
            for (key, value) in new {
                self.set_entry(entries, key, value);
            }
        }
    }

    fn drop_clauses(&mut self, base: &mut YamlEntries, drop: Option<YamlNode>) {
        let Some(drop) = drop else { return };
        let YamlValue::List(ids) = drop.kind else {
            self.report_error(drop.place, "wrong-kind", "`drop` must be a list of clause ids".to_string(), None);
            return;
        };
        for id in ids {
            let YamlValue::Text(text) = &id.kind else { continue };
            if find_item(base, text).is_none() {
                self.report_unknown_clause(base, text, id.place);
            }
            for part in LIST_PARTS {
                if let Some(items) = get_list(base, part) {
                    items.retain(|item| read_id(item) != Some(text));
                }
            }
        }
    }

    fn report_unknown_clause(&mut self, base: &mut YamlEntries, id: &str, place: SuitePlace) {
        let known: BTreeSet<String> = LIST_PARTS
            .iter()
            .flat_map(|part| {
                get_list(base, part)
                    .map(|items| items.iter().filter_map(read_id).map(str::to_string).collect::<Vec<_>>())
            })
            .flatten()
            .collect();
        let hint = suggest::suggest_name(id, known.iter().map(String::as_str));
        self.report_error(place, "unknown-clause", format!("the base suite has no clause or event `{id}`"), hint);
    }

    /// Removes each inherited clause without a citation, and reports an error: a page of another vendor is no
    /// evidence about the vendor of the suite.
    fn drop_uncited_clauses(&mut self, base: &mut YamlEntries, extends: &YamlKey) {
        let mut lost = Vec::new();
        for part in LIST_PARTS {
            let Some(items) = get_list(base, part) else { continue };
            items.retain(|item| {
                let fine = is_cited(item);
                if !fine {
                    lost.push(read_id(item).unwrap_or_default().to_string());
                }
                fine
            });
        }
        for id in lost {
            let message = format!(
                "`{id}` is inherited, and the clause or one of its alternatives cites a page that this suite does not share"
            );
            let hint = "add `cites` (or `or` with citations) under `change`, or list the id under `drop`".to_string();
            self.report_error(extends.place, "missing-citation", message, Some(hint));
        }
    }
}
