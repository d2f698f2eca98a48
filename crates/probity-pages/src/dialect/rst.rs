//! reStructuredText, as far as documentation pages use the notation.
//!
//! The lines of nested content (an item, a directive, a cell of a table) are cut out with their numbers, and read by
//! the same rules.

mod blocks;
mod cells;
mod directive;
mod explicit;
mod grid_table;
mod inline;
mod listed_table;
mod literal;
mod page;
mod api_reference;
mod simple_table;

use super::assembly::assemble_document;
use super::pattern::compile_pattern;
use crate::document::Document;
use page::{RstPage, SourceLine};
use regex::Regex;
use std::sync::LazyLock;

/// Widest indentation that is read, in columns.
const INDENT_MAX: usize = 500;
/// Columns of a tab stop.
const TAB: usize = 8;

static SUBSTITUTION: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^\s*\.\. \|([^|]+)\| replace::\s*(.*)$"));

/// Reads a page. Parts that cannot be read are troubles of the document. `file` returns the text of an included file.
pub(super) fn read_rst(text: &str, file: &dyn Fn(&str) -> Option<String>) -> Document {
    let mut page = RstPage::new(blocks::read_blocks);
    api_reference::read_included_files(&mut page, text, file);
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index as u32 + 1;
        if let Some(found) = SUBSTITUTION.captures(line) {
            page.substitutions.insert(found[1].to_string(), found[2].to_string());
        }
        let mut text = expand_tabs(line.trim_end());
        if text.len() - text.trim_start().len() > INDENT_MAX {
            page.add_trouble(number, "the line is indented too far; it is left out");
            text.clear();
        }
        lines.push(SourceLine { number, text });
    }
    let pieces = blocks::read_blocks(&mut page, &lines, 0, 0);
    page.troubles.sort_by_key(|trouble| trouble.line);
    let included = page.included;
    Document { included, ..assemble_document("rst", pieces, page.troubles) }
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
