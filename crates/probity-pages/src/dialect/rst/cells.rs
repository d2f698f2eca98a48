//! Cells of tables: blocks, flattened into the lines of one text.

use super::inline;
use super::page::{Page, Source, dedent_all};
use crate::dialect::assembly::Piece;
use crate::document::{Block, Cell, Text};

/// Reads a cell. Each block becomes a line of the text.
pub(super) fn cell(page: &mut Page, lines: &[Source], depth: usize) -> Cell {
    let first = lines.first().map_or(1, |line| line.number);
    let last = lines.last().map_or(first, |line| line.number);
    let lines = dedent_all(lines);
    let text = flatten(page.read_blocks(&lines, depth + 1, 0), first);
    Cell { text, first, last }
}

/// The lines of all blocks as one text.
fn flatten(pieces: Vec<Piece>, first: u32) -> Text {
    let mut out = Text::default();
    for piece in pieces {
        match piece {
            Piece::Block(Block::Paragraph(text)) => add(&mut out, text, false),
            Piece::Block(Block::Item { text, .. }) => add(&mut out, text, true),
            Piece::Block(Block::Code { text, first, last, .. }) => {
                for (index, line) in text.lines().enumerate() {
                    let at = (first + index as u32).min(last);
                    add(&mut out, inline::plain(line, at), false);
                }
            }
            Piece::Block(Block::Table(table)) => {
                let rows = table.rows.into_iter().map(|row| row.cells);
                for cells in std::iter::once(table.header).chain(rows) {
                    let words: Vec<String> =
                        cells.iter().flat_map(|cell| &cell.text.lines).map(|line| line.text.clone()).collect();
                    let at = cells.first().map_or(first, |cell| cell.first);
                    add(&mut out, inline::plain(&words.join(" "), at), false);
                    out.links.extend(cells.into_iter().flat_map(|cell| cell.text.links));
                }
            }
            Piece::Heading { title, line, .. } => add(&mut out, inline::plain(&title, line), false),
            Piece::Label(_) => {}
        }
    }
    out
}

fn add(out: &mut Text, text: Text, bullet: bool) {
    for (index, mut line) in text.lines.into_iter().enumerate() {
        if line.text.trim().is_empty() {
            continue;
        }
        line.bullet = bullet && index == 0;
        out.lines.push(line);
    }
    out.links.extend(text.links);
}
