//! The lines of a page in reStructuredText, and the state of its reading.

use crate::dialect::assembly::PagePiece;
use crate::document::{IncludedFile, ReadingTrouble};
use std::collections::BTreeMap;

/// Deepest nesting of blocks that is read.
pub(super) const DEPTH_MAX: usize = 30;

/// A line of the page, or a part of a line, with the number in the file.
#[derive(Debug, Clone)]
pub(super) struct SourceLine {
    pub(super) number: u32,
    pub(super) text: String,
}

impl SourceLine {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    pub(super) fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start_matches(' ').len()
    }
}

/// Reads the blocks of some lines: [`RstPage::read_blocks`].
pub(super) type BlockReader = fn(&mut RstPage, &[SourceLine], usize, u8) -> Vec<PagePiece>;

/// The state of reading one page.
pub(super) struct RstPage {
    /// Replacement texts by name.
    pub(super) substitutions: BTreeMap<String, String>,
    /// Styles of titles in order of appearance: the punctuation, and whether a rule stands above the title too.
    pub(super) styles: Vec<(char, bool)>,
    /// Level of the last title.
    pub(super) level: u8,
    /// Texts of the included files, by path as written on the page.
    pub(super) files: BTreeMap<String, String>,
    /// The included files, in the order of their line numbers.
    pub(super) included: Vec<IncludedFile>,
    pub(super) troubles: Vec<ReadingTrouble>,
    block_reader: BlockReader,
}

impl RstPage {
    /// A page without content. Cells and directives hold blocks, and blocks hold tables and directives: their
    /// readers call `block_reader` through [`RstPage::read_blocks`], so that no two files import each other.
    pub(super) fn new(block_reader: BlockReader) -> RstPage {
        RstPage {
            substitutions: BTreeMap::new(),
            styles: Vec::new(),
            level: 0,
            files: BTreeMap::new(),
            included: Vec::new(),
            troubles: Vec::new(),
            block_reader,
        }
    }

    /// Reads the blocks of nested content. `depth` counts all nesting, `list` the lists around the content.
    pub(super) fn read_blocks(&mut self, lines: &[SourceLine], depth: usize, list: u8) -> Vec<PagePiece> {
        (self.block_reader)(self, lines, depth, list)
    }

    /// Notes that a line cannot be read as written.
    pub(super) fn add_trouble(&mut self, line: u32, cause: impl Into<String>) {
        self.troubles.push(ReadingTrouble { line, cause: cause.into() });
    }
}

/// Removes a number of leading blanks from each line; all blanks if a line has fewer.
pub(super) fn dedent_by(lines: &[SourceLine], columns: usize) -> Vec<SourceLine> {
    lines
        .iter()
        .map(|line| SourceLine { number: line.number, text: line.text[columns.min(line.indent())..].to_string() })
        .collect()
}

/// Removes the common indentation.
pub(super) fn dedent_common(lines: &[SourceLine]) -> Vec<SourceLine> {
    let indent = lines.iter().filter(|line| !line.is_blank()).map(SourceLine::indent).min().unwrap_or(0);
    dedent_by(lines, indent)
}
