//! reStructuredText, as far as documentation pages use it.
//!
//! Nested content (an item, a directive, a cell of a table) is cut out as lines of its own that
//! remember their numbers, and read by the same rules.

mod blocks;
mod cells;
mod directive;
mod grid;
mod inline;
mod listed;
mod reference;
mod simple;

use super::assembly::assemble;
use super::recognise::pattern;
use crate::document::{Document, Included, Trouble};
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Deepest nesting of blocks that is read.
const DEPTH_MAX: usize = 30;
/// Widest indentation that is looked at, in columns.
const INDENT_MAX: usize = 500;
const TAB: usize = 8;

static SUBSTITUTION: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*\.\. \|([^|]+)\| replace::\s*(.*)$"));

/// A line of the page, or a part of one.
#[derive(Debug, Clone)]
struct Source {
    number: u32,
    text: String,
}

impl Source {
    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start_matches(' ').len()
    }
}

/// What holds for a whole page while it is read.
#[derive(Default)]
struct Page {
    substitutions: BTreeMap<String, String>,
    /// Styles of titles in order of appearance: punctuation, and whether it stands above too.
    styles: Vec<(char, bool)>,
    /// Level of the last title.
    level: u8,
    /// Texts of the files that the page takes in, by the path that it writes.
    files: BTreeMap<String, String>,
    /// The same files, in the order of their line numbers.
    included: Vec<Included>,
    troubles: Vec<Trouble>,
}

impl Page {
    fn trouble(&mut self, line: u32, cause: impl Into<String>) {
        self.troubles.push(Trouble { line, cause: cause.into() });
    }
}

/// Reads a page; what cannot be read is in the document's troubles. `file` gives the text of
/// a file that the page takes in.
pub(super) fn read(text: &str, file: &dyn Fn(&str) -> Option<String>) -> Document {
    let mut page = Page::default();
    reference::take_in(&mut page, text, file);
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index as u32 + 1;
        if let Some(found) = SUBSTITUTION.captures(line) {
            page.substitutions.insert(found[1].to_string(), found[2].to_string());
        }
        let mut text = expand_tabs(line.trim_end());
        if text.len() - text.trim_start().len() > INDENT_MAX {
            page.trouble(number, "the line is indented too far; it is left out");
            text.clear();
        }
        lines.push(Source { number, text });
    }
    let pieces = blocks::blocks(&mut page, &lines, 0, 0);
    page.troubles.sort_by_key(|trouble| trouble.line);
    let included = page.included;
    Document { included, ..assemble("rst", pieces, page.troubles) }
}

fn expand_tabs(line: &str) -> String {
    if !line.contains('\t') {
        return line.to_string();
    }
    let mut out = String::new();
    for c in line.chars() {
        match c {
            '\t' => out.extend(std::iter::repeat_n(' ', TAB - out.chars().count() % TAB)),
            _ => out.push(c),
        }
    }
    out
}

/// Lines with a number of leading blanks removed; a line with fewer loses those it has.
fn dedent(lines: &[Source], columns: usize) -> Vec<Source> {
    lines
        .iter()
        .map(|line| Source { number: line.number, text: line.text[columns.min(line.indent())..].to_string() })
        .collect()
}

/// Lines with their common indentation removed.
fn dedent_all(lines: &[Source]) -> Vec<Source> {
    let indent = lines.iter().filter(|line| !line.is_blank()).map(Source::indent).min().unwrap_or(0);
    dedent(lines, indent)
}
