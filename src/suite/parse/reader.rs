//! The state shared by all parts of the parser: the file, the catalog, the problems so far.

use crate::expr::Expr;
use crate::schema::catalog::{Catalog, Source};
use crate::suite::grammar::MapGrammar;
use crate::suite::offset::place_in;
use crate::suite::place::Place;
use crate::suite::problem::{Problem, Severity};
use crate::suite::suggest;
use crate::suite::tree::{Key, Kind, Node};
use std::collections::{BTreeMap, BTreeSet};

/// The file being parsed and the problems found so far.
pub(super) struct Reader<'a> {
    pub file: &'a str,
    pub text: &'a str,
    pub catalog: &'a Catalog,
    pub problems: Vec<Problem>,
    /// Names under `let`, each with the roots that the name reads, directly and through other names.
    pub lets: BTreeMap<String, BTreeSet<String>>,
}

/// The roots of an expression about a call, besides `let` and the resources of the call.
pub(super) const INPUTS: [&str; 12] =
    ["path", "query", "body", "header", "pools", "caller", "input", "op", "binding", "version", "today", "world"];

/// Names with a fixed meaning in expressions, forbidden for resources and `let`.
pub(super) const RESERVED: [&str; 14] = [
    "path", "query", "body", "header", "reply", "it", "pools", "caller", "input", "op", "binding", "version", "today",
    "world",
];

/// The roots that an expression may read.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub roots: BTreeSet<String>,
}

/// The entries of a map with a fixed set of keys.
#[derive(Clone, Copy)]
pub(super) struct Fields<'n> {
    pub place: Place,
    entries: &'n [(Key, Node)],
}

impl<'n> Fields<'n> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(k, _)| k.text == key).map(|(_, node)| node)
    }

    /// The place of the key; the place of the map if the key is absent.
    pub fn key_place(&self, key: &str) -> Place {
        self.entries.iter().find(|(k, _)| k.text == key).map_or(self.place, |(k, _)| k.place)
    }
}

impl<'a> Reader<'a> {
    /// Reports an error.
    pub fn error(&mut self, place: Place, code: &'static str, message: impl Into<String>) {
        self.error_with(place, code, message, None);
    }

    /// Reports an error with a hint.
    pub fn error_with(
        &mut self,
        place: Place,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<Option<String>>,
    ) {
        self.problems.push(Problem {
            file: self.file.to_string(),
            place,
            severity: Severity::Error,
            code,
            message: message.into(),
            hint: hint.into(),
            excerpt: None,
        });
    }

    /// The entries of a map with a fixed set of keys, and none if the value is no map. A key that is unknown or missing
    /// is a problem, and the other keys are read.
    pub fn fields<'n>(&mut self, node: &'n Node, what: &str, map: &MapGrammar) -> Option<Fields<'n>> {
        let entries = self.entries(node, what)?;
        for (key, _) in entries {
            let known = map.parsed_keys();
            if !known.clone().any(|k| k == key.text) {
                let message = format!("{what} has no key `{}`", key.text);
                self.error_with(key.place, "unknown-key", message, suggest::hint(&key.text, known));
            }
        }
        for key in map.required_keys() {
            if !entries.iter().any(|(k, _)| k.text == key) {
                self.error(node.place, "missing-key", format!("{what} needs the key `{key}`"));
            }
        }
        Some(Fields { place: node.place, entries })
    }

    /// The entries of a map with keys of the author's choice.
    pub fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [(Key, Node)]> {
        match &node.kind {
            Kind::Map(entries) => Some(entries),
            _ => {
                self.wrong_kind(node, what, "a map");
                None
            }
        }
    }

    /// The items of a list; empty if the value is no list.
    pub fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.kind {
            Kind::List(items) => items,
            _ => {
                self.wrong_kind(node, what, "a list");
                &[]
            }
        }
    }

    /// A text.
    pub fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        match &node.kind {
            Kind::Text(text) => Some(text),
            _ => {
                self.wrong_kind(node, what, "a text");
                None
            }
        }
    }

    /// A text that must not be empty; empty if the value is wrong.
    pub fn words(&mut self, node: Option<&Node>, what: &str) -> String {
        let Some(node) = node else {
            return String::new();
        };
        let text = self.text(node, what).unwrap_or_default().trim().to_string();
        if text.is_empty() && matches!(node.kind, Kind::Text(_)) {
            self.error(node.place, "empty", format!("{what} is empty"));
        }
        text
    }

    /// A list of texts.
    pub fn texts(&mut self, node: &Node, what: &str) -> Vec<String> {
        let items = self.list(node, what);
        items.iter().filter_map(|item| self.text(item, what).map(str::to_string)).collect()
    }

    /// A boolean; false if the value is absent or wrong.
    pub fn truth(&mut self, node: Option<&Node>, what: &str) -> bool {
        match node.map(|n| (&n.kind, n)) {
            None => false,
            Some((Kind::Bool(value), _)) => *value,
            Some((_, node)) => {
                self.wrong_kind(node, what, "true or false");
                false
            }
        }
    }

    /// Reports a value of a wrong kind.
    pub fn wrong_kind(&mut self, node: &Node, what: &str, wanted: &str) {
        let message = format!("{what} must be {wanted}, not {}", node.kind_word());
        self.error(node.place, "wrong-kind", message);
    }

    /// Citations: a list, or a single text. The pages must be in the catalog.
    pub fn cites(&mut self, node: Option<&Node>, what: &str) -> Vec<Source> {
        let Some(node) = node else { return Vec::new() };
        let items = match &node.kind {
            Kind::Text(_) => std::slice::from_ref(node),
            _ => self.list(node, what),
        };
        items.iter().filter_map(|item| self.cite(item, what)).collect()
    }

    fn cite(&mut self, node: &Node, what: &str) -> Option<Source> {
        let text = self.text(node, what)?;
        let source: Source = match text.parse() {
            Ok(source) => source,
            Err(message) => {
                self.error(node.place, "bad-citation", message);
                return None;
            }
        };
        let catalog = self.catalog;
        let mut pages = catalog.pages.iter().map(|p| p.id.as_str());
        if !pages.any(|id| id == source.page) {
            let message = format!("the catalog `{}` has no page `{}`", catalog.api, source.page);
            let hint = suggest::hint(&source.page, catalog.pages.iter().map(|p| p.id.as_str()));
            self.error_with(node.place, "unknown-page", message, hint);
        }
        Some(source)
    }

    /// An expression with all roots in `scope`. A number, a boolean or null is a literal, so `lamp.level: 0` needs no
    /// quotes.
    pub fn expr(&mut self, node: &Node, what: &str, scope: &Scope) -> Option<Expr> {
        let Some(text) = node.scalar_text() else {
            self.wrong_kind(node, what, "an expression");
            return None;
        };
        self.expr_text(node, &text, 0, what, scope)
    }

    /// As [`Reader::expr`], for the part of the node's text that begins at byte `skipped`.
    pub fn expr_text(&mut self, node: &Node, text: &str, skipped: usize, what: &str, scope: &Scope) -> Option<Expr> {
        if skipped == 0 && text.trim_start().starts_with('=') {
            let hint = "remove the `=`, which is only needed where a literal is possible too".to_string();
            self.error_with(node.place, "needless-mark", format!("{what} is always an expression"), hint);
            return None;
        }
        match Expr::parse(text) {
            Err(error) => {
                let place = place_in(self.text, node, skipped + error.offset);
                self.error(place, "bad-expression", format!("{what}: {}", error.message));
                None
            }
            Ok(expr) => {
                self.check_roots(node, &expr, skipped, what, scope);
                Some(expr)
            }
        }
    }

    fn check_roots(&mut self, node: &Node, expr: &Expr, skipped: usize, what: &str, scope: &Scope) {
        for root in expr.roots().iter().map(AsRef::<str>::as_ref) {
            let place = place_in(self.text, node, skipped + word_at(expr.text(), root));
            self.check_root(place, root, what, scope);
        }
    }

    /// Checks the roots of an expression that is a key of the file.
    pub fn check_names(&mut self, place: Place, expr: &Expr, what: &str, scope: &Scope) {
        expr.roots().iter().for_each(|root| self.check_root(place, root, what, scope));
    }

    fn check_root(&mut self, place: Place, root: &str, what: &str, scope: &Scope) {
        if let Some(read) = self.lets.get(root) {
            if let Some(foreign) = read.iter().find(|r| !scope.roots.contains(*r)).cloned() {
                let message = format!("{what}: `{root}` reads `{foreign}`, which is not known here");
                self.error(place, "unknown-name", message);
            }
        } else if !scope.roots.contains(root) {
            let known: Vec<&str> = scope.roots.iter().chain(self.lets.keys()).map(String::as_str).collect();
            let hint = suggest::hint(root, known.iter().copied());
            self.error_with(place, "unknown-name", format!("{what}: `{root}` is not known here"), hint);
        }
    }

    /// Whether the catalog has an operation; reports an error if not.
    pub fn operation_known(&mut self, node_place: Place, id: &str) -> bool {
        let catalog = self.catalog;
        let known = catalog.operations.iter().any(|o| o.id == id);
        if !known {
            let hint = suggest::hint(id, catalog.operations.iter().map(|o| o.id.as_str()));
            let message = format!("the catalog `{}` has no operation `{id}`", catalog.api);
            self.error_with(node_place, "unknown-operation", message, hint);
        }
        known
    }
}

impl Scope {
    /// The scope with the given roots.
    pub fn of(roots: &[&str]) -> Scope {
        Scope { roots: roots.iter().map(|r| r.to_string()).collect() }
    }

    /// The scope with more roots.
    pub fn and<'r>(&self, more: impl IntoIterator<Item = &'r str>) -> Scope {
        let mut roots = self.roots.clone();
        roots.extend(more.into_iter().map(str::to_string));
        Scope { roots }
    }
}

/// Byte offset of a whole word in an expression; 0 if the word is absent.
fn word_at(text: &str, word: &str) -> usize {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let whole = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(|c| part(c) || c == '.' || c == '"' || c == '\'') && !after.is_some_and(part)
    };
    text.match_indices(word).map(|(at, _)| at).find(|at| whole(*at)).unwrap_or(0)
}
