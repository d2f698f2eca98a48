//! A suite file and the files of its base suites, as one text.
//!
//! A [`SuitePlace`] counts lines through all files, own file first, so one number identifies a line inside the program.
//! Messages name the file and the line within the file.

use super::citations::collect_citations;
use super::merge::{self, MergeInputs};
use super::pages::PageDigests;
use super::place::SuitePlace;
use super::problem::{ProblemSeverity, SuiteProblem};
use super::yaml::{self, YamlNode, YamlValue};
use crate::schema::catalog::SourceLines;
use std::collections::BTreeMap;

/// The file of a suite, with the files of the suites that it extends or imports from.
#[derive(Clone)]
pub struct SuiteFiles {
    text: String,
    /// The files in the order of the text; the suite's own file is first.
    files: Vec<SuiteFile>,
}

impl std::fmt::Debug for SuiteFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.files.iter().map(|sheet| &sheet.file)).finish()
    }
}

/// One file within the text.
#[derive(Debug, Clone)]
struct SuiteFile {
    /// Name of the suite; empty for the suite's own file.
    name: String,
    file: String,
    /// Number of lines before the file; `byte` is the number of bytes.
    line: u32,
    byte: usize,
    pages: PageDigests,
}

impl SuiteFiles {
    /// A suite file without base suites.
    #[must_use]
    pub fn from_file(file: &str, text: &str) -> SuiteFiles {
        let own =
            SuiteFile { name: String::new(), file: file.to_string(), line: 0, byte: 0, pages: PageDigests::new() };
        SuiteFiles { text: text.to_string(), files: vec![own] }
    }

    /// The text of the suite's own file, without its base suites.
    #[must_use]
    pub fn get_own_text(&self) -> &str {
        let end = self.files.get(1).map_or(self.text.len(), |base| base.byte);
        &self.text[..end]
    }

    /// Adds the file of a base suite, with the pages of the base suite.
    #[must_use]
    pub fn with_base(mut self, name: &str, file: &str, text: &str, pages: PageDigests) -> SuiteFiles {
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        let line = self.text.matches('\n').count() as u32;
        let (name, file) = (name.to_string(), file.to_string());
        self.files.push(SuiteFile { name, file, line, byte: self.text.len(), pages });
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
    pub fn find_file(&self, line: u32) -> (&str, u32) {
        let sheet = self.files.iter().rev().find(|sheet| line > sheet.line).unwrap_or(&self.files[0]);
        (&sheet.file, line.saturating_sub(sheet.line))
    }

    /// Every cited place of a page, including inherited citations, for `derive` to lock. The suite may have other
    /// errors. `pages` are the pages of the suite itself.
    #[must_use]
    pub fn collect_cited_lines(&self, pages: &PageDigests) -> Vec<SourceLines> {
        let (tree, _) = self.merge_trees(pages, &[]);
        let written = tree.map(|tree| collect_citations(&tree)).unwrap_or_default();
        let mut places: Vec<SourceLines> = written.iter().filter_map(|(text, _)| text.parse().ok()).collect();
        places.sort();
        places.dedup();
        places
    }

    /// The merged tree of the files, with the problems of YAML and of the merge. `operations` are the operations of
    /// the suite's catalog.
    pub(super) fn merge_trees(
        &self,
        pages: &PageDigests,
        operations: &[&str],
    ) -> (Option<YamlNode>, Vec<SuiteProblem>) {
        let mut problems = Vec::new();
        let mut trees = Vec::new();
        for (index, sheet) in self.files.iter().enumerate() {
            let end = self.files.get(index + 1).map_or(self.text.len(), |next| next.byte);
            let (tree, troubles) = yaml::read_yaml(&self.text[sheet.byte..end]);
            for trouble in troubles {
                let place = SuitePlace { line: trouble.place.line + sheet.line, ..trouble.place };
                problems.push(SuiteProblem::new_yaml_problem(&self.files[0].file, place, trouble.message));
            }
            trees.push(tree.map(|tree| shift_places(tree, sheet.line, sheet.byte)));
        }
        let own = trees.remove(0);
        let mut bases = BTreeMap::new();
        for (sheet, tree) in self.files[1..].iter().zip(trees) {
            if let Some(tree) = tree {
                bases.insert(sheet.name.clone(), (tree, sheet.pages.clone()));
            }
        }
        let ground = MergeInputs { file: &self.files[0].file, bases: &bases, pages, operations };
        let whole = own.map(|own| merge::merge_suite(own, &ground, &mut problems));
        (whole, problems)
    }

    /// Sorts the problems by place, and replaces each place by the file and line for users.
    pub(super) fn place_problems(&self, mut problems: Vec<SuiteProblem>) -> Vec<SuiteProblem> {
        problems.sort_by(|a, b| (a.place, a.code, &a.message).cmp(&(b.place, b.code, &b.message)));
        problems.dedup();
        for problem in &mut problems {
            let (file, line) = self.find_file(problem.place.line);
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
pub fn list_base_suites(text: &str) -> Vec<String> {
    let Some(YamlNode { kind: YamlValue::Map(entries), .. }) = yaml::read_yaml(text).0 else { return Vec::new() };
    let mut names = Vec::new();
    for (key, node) in &entries {
        match (key.text.as_str(), &node.kind) {
            ("extends", YamlValue::Text(name)) => names.push(name.clone()),
            ("import", YamlValue::Map(from)) => names.extend(from.iter().map(|(name, _)| name.text.clone())),
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
pub fn read_catalog_name(file: &str, text: &str) -> Result<String, Vec<SuiteProblem>> {
    let problem = |place, code, message: String| {
        let file = file.to_string();
        vec![SuiteProblem { file, place, severity: ProblemSeverity::Error, code, message, hint: None, excerpt: None }]
    };
    let (tree, troubles) = yaml::read_yaml(text);
    let first = SuitePlace { line: 1, column: 1 };
    let Some(tree) = tree else {
        let each = troubles.into_iter().flat_map(|t| problem(t.place, "not-yaml", t.message));
        return Err(each.collect());
    };
    let YamlValue::Map(entries) = &tree.kind else {
        return Err(problem(first, "wrong-kind", format!("a suite must be a map, not {}", tree.describe_kind())));
    };
    match entries.iter().find(|(key, _)| key.text == "catalog").map(|(_, node)| &node.kind) {
        Some(YamlValue::Text(name)) => Ok(name.clone()),
        _ => Err(problem(first, "missing-key", "a suite needs the key `catalog`".to_string())),
    }
}

/// A node of a later file, with places counted through the whole text.
fn shift_places(mut node: YamlNode, lines: u32, bytes: usize) -> YamlNode {
    if lines == 0 {
        return node;
    }
    node.place.line += lines;
    node.offset += bytes;
    node.kind = match node.kind {
        YamlValue::List(items) => {
            YamlValue::List(items.into_iter().map(|item| shift_places(item, lines, bytes)).collect())
        }
        YamlValue::Map(entries) => YamlValue::Map(
            entries
                .into_iter()
                .map(|(mut key, value)| {
                    key.place.line += lines;
                    (key, shift_places(value, lines, bytes))
                })
                .collect(),
        ),
        scalar => scalar,
    };
    node
}
