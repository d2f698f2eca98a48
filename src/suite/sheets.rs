//! A suite file and the files of its base suites, as one text.
//!
//! A [`Place`] counts lines through all files, own file first, so one number identifies a line inside the program.
//! Messages name the file and the line within the file.

use super::citations::citations_in;
use super::merge::{self, Ground};
use super::pages::Pages;
use super::place::Place;
use super::problem::{Problem, Severity};
use super::tree::{self, Kind, Node};
use crate::schema::catalog::Source;
use std::collections::BTreeMap;

/// The file of a suite, with the files of the suites that it extends or imports from.
#[derive(Clone)]
pub struct Sheets {
    text: String,
    /// The files in the order of the text; the suite's own file is first.
    sheets: Vec<Sheet>,
}

impl std::fmt::Debug for Sheets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.sheets.iter().map(|sheet| &sheet.file)).finish()
    }
}

/// One file within the text.
#[derive(Debug, Clone)]
struct Sheet {
    /// Name of the suite; empty for the suite's own file.
    name: String,
    file: String,
    /// Number of lines before the file; `byte` is the number of bytes.
    line: u32,
    byte: usize,
    pages: Pages,
}

impl Sheets {
    /// A suite file without base suites.
    #[must_use]
    pub fn alone(file: &str, text: &str) -> Sheets {
        let own = Sheet { name: String::new(), file: file.to_string(), line: 0, byte: 0, pages: Pages::new() };
        Sheets { text: text.to_string(), sheets: vec![own] }
    }

    /// Adds the file of a base suite, with the pages of the base suite.
    #[must_use]
    pub fn on(mut self, name: &str, file: &str, text: &str, pages: Pages) -> Sheets {
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        let line = self.text.matches('\n').count() as u32;
        let (name, file) = (name.to_string(), file.to_string());
        self.sheets.push(Sheet { name, file, line, byte: self.text.len(), pages });
        self.text.push_str(text);
        self
    }

    /// The text of all files, in order.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file with a line of the whole text, and the number of the line within the file.
    #[must_use]
    pub fn whence(&self, line: u32) -> (&str, u32) {
        let sheet = self.sheets.iter().rev().find(|sheet| line > sheet.line).unwrap_or(&self.sheets[0]);
        (&sheet.file, line.saturating_sub(sheet.line))
    }

    /// Every cited place of a page, including inherited citations, for `derive` to lock. The suite may have other
    /// errors. `pages` are the pages of the suite itself.
    #[must_use]
    pub fn cited_places(&self, pages: &Pages) -> Vec<Source> {
        let (tree, _) = self.tree(pages, &[]);
        let written = tree.map(|tree| citations_in(&tree)).unwrap_or_default();
        let mut places: Vec<Source> = written.iter().filter_map(|(text, _)| text.parse().ok()).collect();
        places.sort();
        places.dedup();
        places
    }

    /// The merged tree of the files, with the problems of YAML and of the merge. `operations` are the operations of
    /// the suite's catalog.
    pub(super) fn tree(&self, pages: &Pages, operations: &[&str]) -> (Option<Node>, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut trees = Vec::new();
        for (index, sheet) in self.sheets.iter().enumerate() {
            let end = self.sheets.get(index + 1).map_or(self.text.len(), |next| next.byte);
            let (tree, troubles) = tree::read(&self.text[sheet.byte..end]);
            for trouble in troubles {
                let place = Place { line: trouble.place.line + sheet.line, ..trouble.place };
                problems.push(Problem::not_yaml(&self.sheets[0].file, place, trouble.message));
            }
            trees.push(tree.map(|tree| shifted(tree, sheet.line, sheet.byte)));
        }
        let own = trees.remove(0);
        let mut bases = BTreeMap::new();
        for (sheet, tree) in self.sheets[1..].iter().zip(trees) {
            if let Some(tree) = tree {
                bases.insert(sheet.name.clone(), (tree, sheet.pages.clone()));
            }
        }
        let ground = Ground { file: &self.sheets[0].file, bases: &bases, pages, operations };
        let whole = own.map(|own| merge::merged(own, &ground, &mut problems));
        (whole, problems)
    }

    /// Sorts the problems by place, and replaces each place by the file and line for users.
    pub(super) fn told(&self, mut problems: Vec<Problem>) -> Vec<Problem> {
        problems.sort_by(|a, b| (a.place, a.code, &a.message).cmp(&(b.place, b.code, &b.message)));
        problems.dedup();
        for problem in &mut problems {
            let (file, line) = self.whence(problem.place.line);
            if line != problem.place.line {
                let excerpt = self.text.lines().nth(problem.place.line.saturating_sub(1) as usize);
                problem.excerpt = Some(excerpt.unwrap_or_default().to_string());
                problem.file = file.to_string();
                problem.place.line = line;
            }
        }
        problems
    }
}

/// Names of the suites that a suite file extends or imports from, for loading their files before parsing.
#[must_use]
pub fn builds_on(text: &str) -> Vec<String> {
    let Some(Node { kind: Kind::Map(entries), .. }) = tree::read(text).0 else { return Vec::new() };
    let mut names = Vec::new();
    for (key, node) in &entries {
        match (key.text.as_str(), &node.kind) {
            ("extends", Kind::Text(name)) => names.push(name.clone()),
            ("import", Kind::Map(from)) => names.extend(from.iter().map(|(name, _)| name.text.clone())),
            _ => {}
        }
    }
    names.sort();
    names.dedup();
    names
}

/// The catalog named in a suite file, for loading the catalog before parsing.
///
/// # Errors
///
/// The problems that prevent reading the name.
pub fn catalog_name(file: &str, text: &str) -> Result<String, Vec<Problem>> {
    let problem = |place, code, message: String| {
        let file = file.to_string();
        vec![Problem { file, place, severity: Severity::Error, code, message, hint: None, excerpt: None }]
    };
    let (tree, troubles) = tree::read(text);
    let first = Place { line: 1, column: 1 };
    let Some(tree) = tree else {
        let each = troubles.into_iter().flat_map(|t| problem(t.place, "not-yaml", t.message));
        return Err(each.collect());
    };
    let Kind::Map(entries) = &tree.kind else {
        return Err(problem(first, "wrong-kind", format!("a suite must be a map, not {}", tree.kind_word())));
    };
    match entries.iter().find(|(key, _)| key.text == "catalog").map(|(_, node)| &node.kind) {
        Some(Kind::Text(name)) => Ok(name.clone()),
        _ => Err(problem(first, "missing-key", "a suite needs the key `catalog`".to_string())),
    }
}

/// A node of a later file, with places counted through the whole text.
fn shifted(mut node: Node, lines: u32, bytes: usize) -> Node {
    if lines == 0 {
        return node;
    }
    node.place.line += lines;
    node.offset += bytes;
    node.kind = match node.kind {
        Kind::List(items) => Kind::List(items.into_iter().map(|item| shifted(item, lines, bytes)).collect()),
        Kind::Map(entries) => Kind::Map(
            entries
                .into_iter()
                .map(|(mut key, value)| {
                    key.place.line += lines;
                    (key, shifted(value, lines, bytes))
                })
                .collect(),
        ),
        scalar => scalar,
    };
    node
}
