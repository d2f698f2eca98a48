//! A suite that builds on another: what it takes over, changes and leaves out.
//!
//! It works on the trees of the files, so that what comes out is read like any suite. What comes
//! from elsewhere keeps its place there.

use super::problem::{Problem, Severity};
use super::sheets::Pages;
use super::suggest;
use super::tree::{Key, Kind, Node};
use super::types::Place;
use crate::expr::Expr;
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

    fn combine(&mut self, own: Entries, mut base: Entries) -> Entries {
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
    fn named(&mut self, base: &mut Node, own: Node, part: &str) {
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

    fn resource(&mut self, base: &mut Node, own: Node) {
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
    fn member(&mut self, known: &mut Entries, name: Key, value: Node) {
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
    fn put(&mut self, entries: &mut Entries, key: Key, value: Node) {
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
    fn import(&mut self, own: &mut Entries, import: &Node) {
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

    fn import_one(&mut self, own: &mut Entries, base: &Entries, wanted: &Node) {
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

fn take(entries: &mut Entries, name: &str) -> Option<(Key, Node)> {
    let at = entries.iter().position(|(key, _)| key.text == name)?;
    Some(entries.remove(at))
}

fn get<'e>(entries: &'e Entries, name: &str) -> Option<&'e Node> {
    entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
}

fn replace(entries: &mut Entries, key: Key, value: Node) {
    match entries.iter_mut().find(|(known, _)| known.text == key.text) {
        Some(entry) => *entry = (key, value),
        None => entries.push((key, value)),
    }
}

fn map_of<'e>(entries: &'e mut Entries, name: &str) -> Option<&'e mut Entries> {
    let node = entries.iter_mut().find(|(key, _)| key.text == name).map(|(_, node)| node)?;
    match &mut node.kind {
        Kind::Map(entries) => Some(entries),
        _ => None,
    }
}

fn map_in<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Entries> {
    match &mut node.kind {
        Kind::Map(entries) => map_of(entries, name),
        _ => None,
    }
}

fn map_or_new<'e>(entries: &'e mut Entries, name: &str, place: Place) -> &'e mut Entries {
    if map_of(entries, name).is_none() {
        let node = Node { place, offset: 0, kind: Kind::Map(Vec::new()) };
        replace(entries, Key { text: name.to_string(), place }, node);
    }
    map_of(entries, name).expect("it was just made")
}

fn list_of<'e>(entries: &'e mut Entries, name: &str) -> Option<&'e mut Vec<Node>> {
    let node = entries.iter_mut().find(|(key, _)| key.text == name).map(|(_, node)| node)?;
    match &mut node.kind {
        Kind::List(items) => Some(items),
        _ => None,
    }
}

fn find<'e>(base: &'e mut Entries, id: &str) -> Option<&'e mut Node> {
    let lists = base.iter_mut().filter(|(key, _)| LISTED.contains(&key.text.as_str()));
    let items = lists.filter_map(|(_, node)| match &mut node.kind {
        Kind::List(items) => Some(items),
        _ => None,
    });
    items.flatten().find(|item| id_of(item) == Some(id))
}

fn id_of(item: &Node) -> Option<&str> {
    let Kind::Map(entries) = &item.kind else { return None };
    match get(entries, "id").map(|node| &node.kind) {
        Some(Kind::Text(id)) => Some(id),
        _ => None,
    }
}

/// Takes away each list of citations that names a page which is not the same for both.
fn strip(node: &mut Node, same: &dyn Fn(&str) -> bool) {
    match &mut node.kind {
        Kind::List(items) => items.iter_mut().for_each(|item| strip(item, same)),
        Kind::Map(entries) => {
            entries.retain(|(key, value)| key.text != "cites" || carries(value, same));
            entries.iter_mut().for_each(|(_, value)| strip(value, same));
        }
        _ => {}
    }
}

fn carries(cites: &Node, same: &dyn Fn(&str) -> bool) -> bool {
    match &cites.kind {
        Kind::Text(text) => text.split_once(':').is_some_and(|(page, _)| same(page)),
        Kind::List(items) => items.iter().all(|item| carries(item, same)),
        _ => true,
    }
}

/// A clause that needs a citation has one, and so have its exceptions.
fn is_cited(item: &Node) -> bool {
    let Kind::Map(entries) = &item.kind else { return true };
    let convention =
        matches!(get(entries, "basis").map(|node| &node.kind), Some(Kind::Text(basis)) if basis == "convention");
    let exceptions = match get(entries, "or").map(|node| &node.kind) {
        Some(Kind::List(items)) => items.as_slice(),
        _ => &[],
    };
    let cited = |item: &Node| matches!(&item.kind, Kind::Map(entries) if get(entries, "cites").is_some());
    (convention || cited(item)) && exceptions.iter().all(cited)
}

/// The names under `let` that the expressions of a node read, and those which these read.
fn names_read(node: &Node, lets: &Entries, needed: &mut BTreeSet<String>) {
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|item| names_read(item, lets, needed)),
        Kind::Map(entries) => entries.iter().for_each(|(_, value)| names_read(value, lets, needed)),
        Kind::Text(text) => {
            let Ok(expr) = Expr::parse(text.strip_prefix('=').unwrap_or(text)) else { return };
            for root in expr.roots().iter().map(AsRef::<str>::as_ref) {
                if let Some((key, value)) = lets.iter().find(|(key, _)| key.text == root)
                    && needed.insert(key.text.clone())
                {
                    names_read(value, lets, needed);
                }
            }
        }
        _ => {}
    }
}
