//! A suite that builds on another: what it takes over, changes and leaves out.
//!
//! It works on the trees of the files, so that what comes out is read like any suite. What comes
//! from elsewhere keeps its place there.

mod entries;
mod parts;

use super::problem::{Problem, Severity};
use super::sheets::Pages;
use super::suggest;
use super::tree::{Key, Kind, Node};
use super::types::Place;
use entries::{find, get, id_of, is_cited, list_of, map_in, map_of, strip, take};
use std::collections::{BTreeMap, BTreeSet};

/// What a suite may build on, and what decides what comes along.
pub(super) struct Ground<'a> {
    /// What messages call the suite's own file.
    pub file: &'a str,
    /// The other suites by name, with the pages that they cite.
    pub bases: &'a BTreeMap<String, (Node, Pages)>,
    /// The pages of the suite itself.
    pub pages: &'a Pages,
    /// The operations of its catalog; none where they are not known yet, and then all views come along.
    pub operations: &'a [&'a str],
}

type Entries = Vec<(Key, Node)>;

/// Parts of a suite that are maps by name, in which a name given again goes before the other suite's.
const NAMED: [&str; 4] = ["let", "pools", "resources", "about"];
/// Parts that are lists of things with an `id`.
const LISTED: [&str; 3] = ["general", "clauses", "events"];
/// Parts of a resource that are maps by name.
const OF_RESOURCE: [&str; 6] = ["fields", "keeps", "grows", "shows", "views", "remembers"];

/// The suite with all that it takes over. The keys that say so are gone from it.
pub(super) fn merged(own: Node, ground: &Ground, problems: &mut Vec<Problem>) -> Node {
    let Kind::Map(entries) = own.kind else { return own };
    let mut merge = Merge { ground, problems };
    let entries = merge.suite(entries);
    Node { kind: Kind::Map(entries), ..own }
}

struct Merge<'a> {
    ground: &'a Ground<'a>,
    problems: &'a mut Vec<Problem>,
}

impl Merge<'_> {
    fn error(&mut self, place: Place, code: &'static str, message: String, hint: Option<String>) {
        let file = self.ground.file.to_string();
        self.problems.push(Problem { file, place, severity: Severity::Error, code, message, hint, excerpt: None });
    }

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
                let message = format!("`{}` is about the clauses of another suite, which `extends` names", key.text);
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

    /// The entries of the suite that a node names.
    fn base(&mut self, node: &Node, place: Place) -> Option<Entries> {
        let Kind::Text(name) = &node.kind else {
            self.error(node.place, "wrong-kind", "a suite is named by a text".to_string(), None);
            return None;
        };
        let Some((tree, _)) = self.ground.bases.get(name) else {
            let hint = suggest::hint(name, self.ground.bases.keys().map(String::as_str));
            self.error(node.place, "unknown-suite", format!("there is no suite `{name}` to build on"), hint);
            return None;
        };
        let Kind::Map(entries) = &tree.kind else { return None };
        let entries = entries.clone();
        for further in ["extends", "import"] {
            if get(&entries, further).is_some() {
                let message = format!("`{name}` builds on another suite itself; only one level is read");
                self.error(place, "too-deep", message, None);
                return None;
            }
        }
        Some(entries)
    }

    /// Takes away citations of pages that this suite does not have, and views, marks and releases of
    /// calls that its catalog does not have.
    fn only_what_carries(&mut self, base: &mut Entries, name: &Node) {
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

    fn change(&mut self, base: &mut Entries, change: Option<Node>) {
        let Some(change) = change else { return };
        let Kind::Map(changes) = change.kind else {
            self.error(change.place, "wrong-kind", "`change` is a map of clauses by their id".to_string(), None);
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
            self.error(drop.place, "wrong-kind", "`drop` is a list of ids of clauses".to_string(), None);
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
        self.error(place, "unknown-clause", format!("the other suite has no clause or event `{id}`"), hint);
    }

    /// A promise of another vendor's page is none of this one's: what comes along is cited again, or dropped.
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
                "`{id}` is taken over, and the pages that it or one of its exceptions cites are not those of this suite"
            );
            let hint = "give it `cites` (or `or` with citations) under `change`, or name it under `drop`".to_string();
            self.error(extends.place, "missing-citation", message, Some(hint));
        }
    }
}
