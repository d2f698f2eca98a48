//! Builds a document from the pieces of a page: sections, and tables with their captions and labels.

use crate::document::{BlockText, Document, PageBlock, PageSection, PageTable, ReadingTrouble, TableCell};
use regex::Regex;
use std::sync::LazyLock;

/// A part of a page, as a reader finds the parts in order.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum PagePiece {
    Heading {
        level: u8,
        title: String,
        line: u32,
        labels: Vec<String>,
    },
    /// A label (anchor) of the section or table that follows.
    Label(String),
    Block(PageBlock),
}

impl PagePiece {
    pub(super) fn paragraph(text: BlockText) -> PagePiece {
        PagePiece::Block(PageBlock::Paragraph(text))
    }
}

static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| super::pattern::compile_pattern(r"^(?i:table|表)\s*\d+(?:[-.]\d+)*[.:：]?(?:\s+|$)"));

/// Builds a document from pieces in the order of the page.
pub(super) fn assemble_document(
    dialect: &'static str,
    pieces: Vec<PagePiece>,
    troubles: Vec<ReadingTrouble>,
) -> Document {
    let mut document = Document {
        dialect,
        title: String::new(),
        title_line: 1,
        labels: Vec::new(),
        sections: Vec::new(),
        included: Vec::new(),
        troubles,
        described: None,
    };
    let mut pending = PendingTable::default();
    for piece in pieces {
        match piece {
            PagePiece::Label(label) => pending.add_label(label),
            PagePiece::Heading { level, title, line, labels } => {
                pending.flush_caption(&mut document);
                pending.labels.extend(labels.into_iter().map(|label| label.to_lowercase()));
                open_section(
                    &mut document,
                    PageSection { level, title, line, labels: pending.take_labels(), blocks: Vec::new() },
                );
            }
            PagePiece::Block(PageBlock::Table(table)) => pending.push_table(&mut document, table),
            PagePiece::Block(PageBlock::Paragraph(text)) if is_caption(&text) => {
                pending.flush_caption(&mut document);
                pending.caption = Some(text);
            }
            PagePiece::Block(block) => {
                pending.flush_caption(&mut document);
                pending.pass_block();
                push_block(&mut document, block);
            }
        }
    }
    pending.flush_caption(&mut document);
    if document.title.is_empty() {
        document.troubles.push(ReadingTrouble { line: 1, cause: "the page has no heading".into() });
    }
    document
}

/// Removes `Table 3` from the start of a caption, also if a part of the number is in bold.
pub(super) fn strip_table_number(mut caption: BlockText) -> BlockText {
    if let Some(line) = caption.lines.first_mut() {
        let cut = NUMBER.find(&line.text).map_or(0, |found| found.end());
        line.text = line.text[cut..].to_string();
        if line.strong.first().is_some_and(|word| NUMBER.is_match(word)) {
            let word = NUMBER.replace(&line.strong[0], "").to_string();
            match word.is_empty() {
                true => drop(line.strong.remove(0)),
                false => line.strong[0] = word,
            }
        }
    }
    caption.lines.retain(|line| !line.text.is_empty());
    caption
}

/// Whether a paragraph is the caption of the table that follows: a table number in bold, or a table number in a short
/// text that is no sentence. `Table 1 describes ...` is prose about a table.
fn is_caption(text: &BlockText) -> bool {
    let [line] = text.lines.as_slice() else {
        return false;
    };
    if !NUMBER.is_match(&line.text) || !text.links.is_empty() {
        return false;
    }
    let bold = line.strong.first().is_some_and(|word| NUMBER.is_match(word));
    bold || (line.text.chars().count() < 80 && !line.text.ends_with(['.', ':', '。']))
}

/// Moves a first row in bold to the header, if the table marks no header.
fn promote_header(table: &mut PageTable) {
    let bold = |cell: &TableCell| match cell.text.lines.as_slice() {
        [line] => line.strong.len() == 1 && line.strong[0] == line.text,
        _ => false,
    };
    let found = table.header.is_empty()
        && table.rows.len() > 1
        && table.rows[0].cells.len() > 1
        && table.rows[0].cells.iter().all(bold);
    if found {
        table.header = table.rows.remove(0).cells;
    }
}

/// The caption and the labels that were read before their table.
#[derive(Default)]
struct PendingTable {
    caption: Option<BlockText>,
    labels: Vec<String>,
    passed: u32,
}

impl PendingTable {
    fn add_label(&mut self, label: String) {
        if self.passed > 0 {
            self.labels.clear();
        }
        self.passed = 0;
        self.labels.push(label.to_lowercase());
    }

    /// Counts a paragraph or item between a label and its table. One is permitted, such as a list item that introduces
    /// the table; a second one drops the label.
    fn pass_block(&mut self) {
        self.passed += 1;
        if self.passed > 1 {
            self.labels.clear();
        }
    }

    fn take_labels(&mut self) -> Vec<String> {
        self.passed = 0;
        let mut labels = std::mem::take(&mut self.labels);
        let mut seen = std::collections::BTreeSet::new();
        labels.retain(|label| seen.insert(label.clone()));
        labels
    }

    fn flush_caption(&mut self, document: &mut Document) {
        if let Some(text) = self.caption.take() {
            push_block(document, PageBlock::Paragraph(text));
        }
    }

    fn push_table(&mut self, document: &mut Document, mut table: PageTable) {
        match self.caption.take() {
            Some(caption) if table.caption.lines.is_empty() => table.caption = caption,
            Some(caption) => push_block(document, PageBlock::Paragraph(caption)),
            None => {}
        }
        table.caption = strip_table_number(table.caption);
        promote_header(&mut table);
        let mut labels = self.take_labels();
        for label in &table.labels {
            let label = label.to_lowercase();
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        table.labels = labels;
        push_block(document, PageBlock::Table(table));
    }
}

fn open_section(document: &mut Document, section: PageSection) {
    let named = !document.title.is_empty();
    if !named {
        document.title = section.title.clone();
        document.title_line = section.line;
    }
    if !named || section.level == 1 {
        document.labels.extend(section.labels.iter().cloned());
    }
    document.sections.push(section);
}

fn push_block(document: &mut Document, block: PageBlock) {
    if document.sections.is_empty() {
        let line = first_block_line(&block);
        document.sections.push(PageSection { line, ..PageSection::default() });
    }
    let section = document.sections.last_mut().expect("a section was just made");
    section.blocks.push(block);
}

fn first_block_line(block: &PageBlock) -> u32 {
    match block {
        PageBlock::Paragraph(text) | PageBlock::Item { text, .. } => text.lines.first().map_or(1, |line| line.first),
        PageBlock::Code { first, .. } => *first,
        PageBlock::Table(table) => table.first,
    }
}
