//! The state shared by all parts of the parser: the file, the catalog, the problems so far.

use crate::expr::Expr;
use crate::schema::catalog::{Catalog, SourceLines};
use crate::suite::grammar::MapGrammar;
use crate::suite::offset::locate_in_node;
use crate::suite::place::SuitePlace;
use crate::suite::problem::{ProblemSeverity, SuiteProblem};
use crate::suite::suggest;
use crate::suite::yaml::{YamlKey, YamlNode, YamlValue};
use std::collections::{BTreeMap, BTreeSet};

/// The file being parsed and the problems found so far.
pub(super) struct SuiteReader<'a> {
    pub file: &'a str,
    pub text: &'a str,
    pub catalog: &'a Catalog,
    pub problems: Vec<SuiteProblem>,
    /// Names under `let`, each with the roots that the name reads, directly and through other names.
    pub lets: BTreeMap<String, BTreeSet<String>>,
}

/// The roots of an expression about a call, besides `let` and the resources of the call.
pub(super) const CALL_ROOTS: [&str; 12] =
    ["path", "query", "body", "header", "pools", "caller", "input", "op", "binding", "version", "today", "world"];

/// Names with a fixed meaning in expressions, forbidden for resources and `let`.
pub(super) const RESERVED_NAMES: [&str; 14] = [
    "path", "query", "body", "header", "reply", "it", "pools", "caller", "input", "op", "binding", "version", "today",
    "world",
];

/// The roots that an expression may read.
#[derive(Debug, Clone, Default)]
pub(super) struct RootNames {
    pub roots: BTreeSet<String>,
}

/// The entries of a map with a fixed set of keys.
#[derive(Clone, Copy)]
pub(super) struct MapEntries<'n> {
    pub place: SuitePlace,
    entries: &'n [(YamlKey, YamlNode)],
}

impl<'n> MapEntries<'n> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&'n YamlNode> {
        self.entries.iter().find(|(k, _)| k.text == key).map(|(_, node)| node)
    }

    /// Whether the map has a key that its grammar lacks, such as a misspelt one.
    pub fn has_unknown_key(&self, grammar: &MapGrammar) -> bool {
        self.entries.iter().any(|(key, _)| !grammar.parsed_keys().any(|known| known == key.text))
    }

    /// The place of the key; the place of the map if the key is absent.
    pub fn get_key_place(&self, key: &str) -> SuitePlace {
        self.entries.iter().find(|(k, _)| k.text == key).map_or(self.place, |(k, _)| k.place)
    }
}

impl<'a> SuiteReader<'a> {
    /// Reports an error.
    pub fn report_error(&mut self, place: SuitePlace, code: &'static str, message: impl Into<String>) {
        self.report_error_with(place, code, message, None);
    }

    /// Reports an error with a hint.
    pub fn report_error_with(
        &mut self,
        place: SuitePlace,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<Option<String>>,
    ) {
        self.problems.push(SuiteProblem {
            file: self.file.to_string(),
            place,
            severity: ProblemSeverity::Error,
            code,
            message: message.into(),
            hint: hint.into(),
            excerpt: None,
        });
    }

    /// The entries of a map with a fixed set of keys, and none if the value is no map. A key that is unknown or missing
    /// is a problem, and the other keys are read.
    pub fn read_map<'n>(&mut self, node: &'n YamlNode, what: &str, map: &MapGrammar) -> Option<MapEntries<'n>> {
        let entries = self.read_entries(node, what)?;
        for (key, _) in entries {
            let known = map.parsed_keys();
            if !known.clone().any(|k| k == key.text) {
                let message = format!("{what} has no key `{}`", key.text);
                self.report_error_with(key.place, "unknown-key", message, suggest::suggest_name(&key.text, known));
            }
        }
        for key in map.required_keys() {
            if !entries.iter().any(|(k, _)| k.text == key) {
                self.report_error(node.place, "missing-key", format!("{what} needs the key `{key}`"));
            }
        }
        Some(MapEntries { place: node.place, entries })
    }

    /// The entries of a map with keys of the author's choice.
    pub fn read_entries<'n>(&mut self, node: &'n YamlNode, what: &str) -> Option<&'n [(YamlKey, YamlNode)]> {
        match &node.kind {
            YamlValue::Map(entries) => Some(entries),
            _ => {
                self.report_wrong_kind(node, what, "a map");
                None
            }
        }
    }

    /// The items of a list; empty if the value is no list.
    pub fn read_list<'n>(&mut self, node: &'n YamlNode, what: &str) -> &'n [YamlNode] {
        match &node.kind {
            YamlValue::List(items) => items,
            _ => {
                self.report_wrong_kind(node, what, "a list");
                &[]
            }
        }
    }

    /// A text.
    pub fn read_text<'n>(&mut self, node: &'n YamlNode, what: &str) -> Option<&'n str> {
        match &node.kind {
            YamlValue::Text(text) => Some(text),
            _ => {
                self.report_wrong_kind(node, what, "a text");
                None
            }
        }
    }

    /// A text that must not be empty; empty if the value is wrong.
    pub fn read_nonempty_text(&mut self, node: Option<&YamlNode>, what: &str) -> String {
        let Some(node) = node else {
            return String::new();
        };
        let text = self.read_text(node, what).unwrap_or_default().trim().to_string();
        if text.is_empty() && matches!(node.kind, YamlValue::Text(_)) {
            self.report_error(node.place, "empty", format!("{what} is empty"));
        }
        text
    }

    /// A list of texts.
    pub fn read_texts(&mut self, node: &YamlNode, what: &str) -> Vec<String> {
        let items = self.read_list(node, what);
        items.iter().filter_map(|item| self.read_text(item, what).map(str::to_string)).collect()
    }

    /// A boolean; false if the value is absent or wrong.
    pub fn read_boolean(&mut self, node: Option<&YamlNode>, what: &str) -> bool {
        match node.map(|n| (&n.kind, n)) {
            None => false,
            Some((YamlValue::Bool(value), _)) => *value,
            Some((_, node)) => {
                self.report_wrong_kind(node, what, "true or false");
                false
            }
        }
    }

    /// Reports a value of a wrong kind.
    pub fn report_wrong_kind(&mut self, node: &YamlNode, what: &str, wanted: &str) {
        let message = format!("{what} must be {wanted}, not {}", node.describe_kind());
        self.report_error(node.place, "wrong-kind", message);
    }

    /// Citations: a list, or a single text. The pages must be in the catalog.
    pub fn read_citations(&mut self, node: Option<&YamlNode>, what: &str) -> Vec<SourceLines> {
        let Some(node) = node else { return Vec::new() };
        let items = match &node.kind {
            YamlValue::Text(_) => std::slice::from_ref(node),
            _ => self.read_list(node, what),
        };
        items.iter().filter_map(|item| self.read_citation(item, what)).collect()
    }

    fn read_citation(&mut self, node: &YamlNode, what: &str) -> Option<SourceLines> {
        let text = self.read_text(node, what)?;
        let source: SourceLines = match text.parse() {
            Ok(source) => source,
            Err(message) => {
                self.report_error(node.place, "bad-citation", message);
                return None;
            }
        };
        let catalog = self.catalog;
        let mut pages = catalog.pages.iter().map(|p| p.id.as_str());
        if !pages.any(|id| id == source.page) {
            let message = format!("the catalog `{}` has no page `{}`", catalog.api, source.page);
            let hint = suggest::suggest_name(&source.page, catalog.pages.iter().map(|p| p.id.as_str()));
            self.report_error_with(node.place, "unknown-page", message, hint);
        }
        Some(source)
    }

    /// An expression with all roots in `scope`. A number, a boolean or null is a literal, so `lamp.level: 0` needs no
    /// quotes.
    pub fn read_expression(&mut self, node: &YamlNode, what: &str, scope: &RootNames) -> Option<Expr> {
        let Some(text) = node.scalar_text() else {
            self.report_wrong_kind(node, what, "an expression");
            return None;
        };
        self.read_expression_text(node, &text, 0, what, scope)
    }

    /// As [`SuiteReader::read_expression`], for the part of the node's text that begins at byte `skipped`.
    pub fn read_expression_text(
        &mut self,
        node: &YamlNode,
        text: &str,
        skipped: usize,
        what: &str,
        scope: &RootNames,
    ) -> Option<Expr> {
        if skipped == 0 && text.trim_start().starts_with('=') {
            let hint = "remove the `=`, which is only needed where a literal is possible too".to_string();
            self.report_error_with(node.place, "needless-mark", format!("{what} is always an expression"), hint);
            return None;
        }
        match Expr::parse(text) {
            Err(error) => {
                let place = locate_in_node(self.text, node, skipped + error.offset);
                self.report_error(place, "bad-expression", format!("{what}: {}", error.message));
                None
            }
            Ok(expr) => {
                self.check_roots(node, &expr, skipped, what, scope);
                Some(expr)
            }
        }
    }

    fn check_roots(&mut self, node: &YamlNode, expr: &Expr, skipped: usize, what: &str, scope: &RootNames) {
        for root in expr.roots().iter().map(AsRef::<str>::as_ref) {
            let place = locate_in_node(self.text, node, skipped + find_word(expr.text(), root));
            self.check_root(place, root, what, scope);
        }
    }

    /// Checks the roots of an expression that is a key of the file.
    pub fn check_names(&mut self, place: SuitePlace, expr: &Expr, what: &str, scope: &RootNames) {
        expr.roots().iter().for_each(|root| self.check_root(place, root, what, scope));
    }

    fn check_root(&mut self, place: SuitePlace, root: &str, what: &str, scope: &RootNames) {
        if let Some(read) = self.lets.get(root) {
            if let Some(foreign) = read.iter().find(|r| !scope.roots.contains(*r)).cloned() {
                let message = format!("{what}: `{root}` reads `{foreign}`, which is not known here");
                self.report_error(place, "unknown-name", message);
            }
        } else if !scope.roots.contains(root) {
            let known: Vec<&str> = scope.roots.iter().chain(self.lets.keys()).map(String::as_str).collect();
            let hint = suggest::suggest_name(root, known.iter().copied());
            self.report_error_with(place, "unknown-name", format!("{what}: `{root}` is not known here"), hint);
        }
    }

    /// Whether the catalog has an operation; reports an error if not.
    pub fn check_operation(&mut self, node_place: SuitePlace, id: &str) -> bool {
        let catalog = self.catalog;
        let known = catalog.operations.iter().any(|o| o.id == id);
        if !known {
            let hint = suggest::suggest_name(id, catalog.operations.iter().map(|o| o.id.as_str()));
            let message = format!("the catalog `{}` has no operation `{id}`", catalog.api);
            self.report_error_with(node_place, "unknown-operation", message, hint);
        }
        known
    }
}

impl RootNames {
    /// The scope with the given roots.
    pub fn new(roots: &[&str]) -> RootNames {
        RootNames { roots: roots.iter().map(|r| r.to_string()).collect() }
    }

    /// The scope with more roots.
    pub fn with_roots<'r>(&self, more: impl IntoIterator<Item = &'r str>) -> RootNames {
        let mut roots = self.roots.clone();
        roots.extend(more.into_iter().map(str::to_string));
        RootNames { roots }
    }
}

/// Byte offset of a whole word in an expression; 0 if the word is absent.
fn find_word(text: &str, word: &str) -> usize {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let whole = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(|c| part(c) || c == '.' || c == '"' || c == '\'') && !after.is_some_and(part)
    };
    text.match_indices(word).map(|(at, _)| at).find(|at| whole(*at)).unwrap_or(0)
}
