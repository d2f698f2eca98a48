//! Invented pages of each dialect, and properties of the readers for arbitrary text.

use super::read_page;
use crate::document::{BlockText, Document, PageBlock};

fn check_outline(page: &str, expected: &str) {
    let document = read_page("page.txt", page.as_bytes()).expect("the page is readable");
    let found = document.write_outline();
    assert!(found.trim() == expected.trim(), "--- expected\n{}\n--- found\n{}", expected.trim(), found.trim());
}

mod corpus;
mod markdown;
mod openapi;
mod swagger;
mod pipes;
mod properties;
mod reference;
mod refusals;
mod rst;

/// Panics unless every line number of a document is a line of the text, within the lines of the enclosing block.
fn assert_lines_in_bounds(document: &Document, text: &str) {
    let count = text.lines().count().max(1) as u32;
    let within = |first: u32, last: u32, outer: (u32, u32), what: &str| {
        assert!(
            outer.0 <= first && first <= last && last <= outer.1,
            "{what} is on lines {first}-{last}, outside {outer:?}"
        );
    };
    let text_within = |text: &BlockText, outer: (u32, u32)| {
        text.lines.iter().for_each(|line| within(line.first, line.last, outer, &line.text));
        text.links.iter().for_each(|link| within(link.line, link.line, outer, &link.text));
    };
    let page = (1, count);
    for section in &document.sections {
        within(section.line, section.line, page, &section.title);
        for block in &section.blocks {
            match block {
                PageBlock::Paragraph(text) | PageBlock::Item { text, .. } => text_within(text, page),
                PageBlock::Code { first, last, .. } => within(*first, *last, page, "code"),
                PageBlock::Table(table) => {
                    let outer = (table.first, table.last);
                    within(table.first, table.last, page, "a table");
                    text_within(&table.caption, page);
                    for row in &table.rows {
                        within(row.first, row.last, outer, "a row");
                    }
                    for cell in table.header.iter().chain(table.rows.iter().flat_map(|row| &row.cells)) {
                        within(cell.first, cell.last, outer, "a cell");
                        text_within(&cell.text, outer);
                    }
                }
            }
        }
    }
    document.troubles.iter().for_each(|trouble| within(trouble.line, trouble.line, page, &trouble.cause));
}
