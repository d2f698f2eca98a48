//! A suite that extends another: changes, drops, and citations.

use super::context::{Ground, Merge};
use super::entries::{Entries, LISTED, find, id_of, is_cited, list_of, take};
use crate::suite::place::Place;
use crate::suite::problem::Problem;
use crate::suite::suggest;
use crate::suite::tree::{Key, Kind, Node};
use std::collections::BTreeSet;

/// The suite with everything inherited and imported, and without the keys `extends`, `import`, `change` and `drop`.
pub(in crate::suite) fn merged(own: Node, ground: &Ground, problems: &mut Vec<Problem>) -> Node {
    let Kind::Map(entries) = own.kind else { return own };
    let mut merge = Merge { ground, problems };
    let entries = merge.suite(entries);
    Node { kind: Kind::Map(entries), ..own }
}

impl Merge<'_> {
    fn suite(&mut self, mut own: Entries) -> Entries {
        let extends = take(&mut own, "extends");
        let import = take(&mut own, "import");
        let change = take(&mut own, "change");
        let drop = take(&mut own, "drop");
        if let Some((_, import)) = import {
            self.import(&mut own, &import);
        }
        let Some((key, extends)) = extends else {
            for (key, _) in [change, drop].into_iter().flatten() {
                let message = format!("`{}` needs `extends`, the suite with the clauses", key.text);
                self.error(key.place, "missing-key", message, None);
            }
            return own;
        };
        let Some(mut base) = self.base(&extends, key.place) else { return own };
        self.only_what_carries(&mut base, &extends);
        self.change(&mut base, change.map(|(_, node)| node));
        self.drop(&mut base, drop.map(|(_, node)| node));
        self.cited_again(&mut base, &key);
        self.combine(own, base)
    }

    fn change(&mut self, base: &mut Entries, change: Option<Node>) {
        let Some(change) = change else { return };
        let Kind::Map(changes) = change.kind else {
            self.error(change.place, "wrong-kind", "`change` must be a map from clause ids to keys".to_string(), None);
            return;
        };
        for (id, change) in changes {
            let Some(clause) = find(base, &id.text) else {
                self.unknown_clause(base, &id.text, id.place);
                continue;
            };
            let (Kind::Map(entries), Kind::Map(new)) = (&mut clause.kind, change.kind) else { continue };
            for (key, value) in new {
                self.put(entries, key, value);
            }
        }
    }

    fn drop(&mut self, base: &mut Entries, drop: Option<Node>) {
        let Some(drop) = drop else { return };
        let Kind::List(ids) = drop.kind else {
            self.error(drop.place, "wrong-kind", "`drop` must be a list of clause ids".to_string(), None);
            return;
        };
        for id in ids {
            let Kind::Text(text) = &id.kind else { continue };
            if find(base, text).is_none() {
                self.unknown_clause(base, text, id.place);
            }
            for part in LISTED {
                if let Some(items) = list_of(base, part) {
                    items.retain(|item| id_of(item) != Some(text));
                }
            }
        }
    }

    fn unknown_clause(&mut self, base: &mut Entries, id: &str, place: Place) {
        let known: BTreeSet<String> = LISTED
            .iter()
            .flat_map(|part| {
                list_of(base, part).map(|items| items.iter().filter_map(id_of).map(str::to_string).collect::<Vec<_>>())
            })
            .flatten()
            .collect();
        let hint = suggest::hint(id, known.iter().map(String::as_str));
        self.error(place, "unknown-clause", format!("the base suite has no clause or event `{id}`"), hint);
    }

    /// Removes each inherited clause without a citation, and reports an error: a page of another vendor is no
    /// evidence about the vendor of the suite.
    fn cited_again(&mut self, base: &mut Entries, extends: &Key) {
        let mut lost = Vec::new();
        for part in LISTED {
            let Some(items) = list_of(base, part) else { continue };
            items.retain(|item| {
                let fine = is_cited(item);
                if !fine {
                    lost.push(id_of(item).unwrap_or_default().to_string());
                }
                fine
            });
        }
        for id in lost {
            let message = format!(
                "`{id}` is inherited, and the clause or one of its alternatives cites a page that this suite does not share"
            );
            let hint = "add `cites` (or `or` with citations) under `change`, or list the id under `drop`".to_string();
            self.error(extends.place, "missing-citation", message, Some(hint));
        }
    }
}
