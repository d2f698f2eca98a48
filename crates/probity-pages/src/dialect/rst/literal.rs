//! Literal text.

use super::page::{SourceLine, dedent_common};
use crate::dialect::assembly::PagePiece;
use crate::document::PageBlock;

/// The lines as a code block, without common indentation and without blank lines at both ends.
pub(super) fn read_code(language: String, lines: &[SourceLine]) -> PagePiece {
    let lines = dedent_common(lines);
    let first = lines.iter().position(|line| !line.is_blank()).unwrap_or(0);
    let last = lines.iter().rposition(|line| !line.is_blank()).unwrap_or(0);
    let shown = lines.get(first..=last).unwrap_or(&[]);
    let text: String = shown.iter().flat_map(|line| [line.text.as_str(), "\n"]).collect();
    let number = |index: usize| lines.get(index).map_or(1, |line| line.number);
    PagePiece::Block(PageBlock::Code { language, text, first: number(first), last: number(last) })
}
