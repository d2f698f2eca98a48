//! Cells of tables: blocks, flattened into the lines of one text.

use super::inline;
use super::page::{RstPage, SourceLine, dedent_common};
use crate::dialect::assembly::PagePiece;
use crate::document::{BlockText, PageBlock, TableCell};

/// Reads a cell. Each block becomes a line of the text.
pub(super) fn read_cell(page: &mut RstPage, lines: &[SourceLine], depth: usize) -> TableCell {
    let first = lines.first().map_or(1, |line| line.number);
    let last = lines.last().map_or(first, |line| line.number);
    let lines = dedent_common(lines);
    let text = flatten_pieces(page.read_blocks(&lines, depth + 1, 0), first);
    TableCell { text, first, last }
}

/// The lines of all blocks as one text.
fn flatten_pieces(pieces: Vec<PagePiece>, first: u32) -> BlockText {
    let mut out = BlockText::default();
    for piece in pieces {
        match piece {
            PagePiece::Block(PageBlock::Paragraph(text)) => add_text(&mut out, text, false),
            PagePiece::Block(PageBlock::Item { text, .. }) => add_text(&mut out, text, true),
            PagePiece::Block(PageBlock::Code { text, first, last, .. }) => {
                for (index, line) in text.lines().enumerate() {
                    let at = (first + index as u32).min(last);
                    add_text(&mut out, inline::make_plain(line, at), false);
                }
            }
            PagePiece::Block(PageBlock::Table(table)) => {
                let rows = table.rows.into_iter().map(|row| row.cells);
                for cells in std::iter::once(table.header).chain(rows) {
                    let words: Vec<String> =
                        cells.iter().flat_map(|cell| &cell.text.lines).map(|line| line.text.clone()).collect();
                    let at = cells.first().map_or(first, |cell| cell.first);
                    add_text(&mut out, inline::make_plain(&words.join(" "), at), false);
                    out.links.extend(cells.into_iter().flat_map(|cell| cell.text.links));
                }
            }
            PagePiece::Heading { title, line, .. } => add_text(&mut out, inline::make_plain(&title, line), false),
            PagePiece::Label(_) => {}
        }
    }
    out
}

fn add_text(out: &mut BlockText, text: BlockText, bullet: bool) {
    for (index, mut line) in text.lines.into_iter().enumerate() {
        if line.text.trim().is_empty() {
            continue;
        }
        line.bullet = bullet && index == 0;
        out.lines.push(line);
    }
    out.links.extend(text.links);
}
