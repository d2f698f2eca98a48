//! Turns the events of the Markdown parser into pieces of a page.

use super::line_index::LineIndex;
use super::regions::HtmlRegion;
use crate::dialect::assembly::PagePiece;
use crate::dialect::pipes;
use crate::dialect::text_builder::TextBuilder;
use crate::document::{BlockText, PageBlock, PageTable, ReadingTrouble, TableCell, TableRow};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};
use std::ops::Range;

/// Turns events into pieces.
pub(super) fn collect_pieces<'a>(
    events: impl Iterator<Item = (Event<'a>, Range<usize>)>,
    source: &str,
    lines: &LineIndex,
    regions: &[HtmlRegion],
    troubles: &mut Vec<ReadingTrouble>,
) -> Vec<PagePiece> {
    let mut walk = MarkdownWalk {
        source,
        lines,
        regions: regions.iter().peekable(),
        troubles,
        pieces: Vec::new(),
        text: TextBuilder::default(),
        lists: 0,
        item: None,
        html: None,
        code: None,
        heading: None,
        images: 0,
        table: None,
    };
    for (event, range) in events {
        walk.handle_event(event, range);
    }
    walk.flush_text();
    walk.push_regions_until(usize::MAX);
    walk.pieces
}

pub(super) struct MarkdownWalk<'w> {
    pub(super) source: &'w str,
    pub(super) lines: &'w LineIndex,
    pub(super) regions: std::iter::Peekable<std::slice::Iter<'w, HtmlRegion>>,
    pub(super) troubles: &'w mut Vec<ReadingTrouble>,
    pub(super) pieces: Vec<PagePiece>,
    pub(super) text: TextBuilder,
    pub(super) lists: u8,
    /// Depth of an item whose text has not been read yet.
    item: Option<u8>,
    pub(super) html: Option<Range<usize>>,
    code: Option<(String, Range<usize>, String, Option<u32>)>,
    pub(super) heading: Option<Vec<String>>,
    images: u32,
    table: Option<PageTable>,
}

impl MarkdownWalk<'_> {
    fn handle_event(&mut self, event: Event, range: Range<usize>) {
        let line = self.lines.line_at(range.start);
        match event {
            Event::Start(tag) => self.start_tag(tag, range),
            Event::End(tag) => self.end_tag(tag, range),
            Event::Text(text) => self.push_words(&text, line, range),
            Event::Code(text) => {
                self.text.begin_strong();
                self.text.push_text(&text, line);
                self.text.end_strong();
            }
            Event::Html(_) => match &mut self.html {
                Some(open) => open.end = range.end,
                None => self.html = Some(range),
            },
            Event::InlineHtml(_) => self.read_inline_html(range),
            Event::SoftBreak => self.text.push_text(" ", line),
            Event::HardBreak => self.text.break_line(),
            Event::Rule => self.flush_text(),
            Event::TaskListMarker(_) | Event::FootnoteReference(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn push_words(&mut self, text: &str, line: u32, range: Range<usize>) {
        match &mut self.code {
            Some((_, _, code, first)) => {
                code.push_str(text);
                first.get_or_insert(self.lines.line_at(range.start));
            }
            None if self.images == 0 => self.text.push_text(text, line),
            None => {}
        }
    }

    fn start_tag(&mut self, tag: Tag, range: Range<usize>) {
        let line = self.lines.line_at(range.start);
        match tag {
            Tag::Heading { .. } => {
                self.flush_text();
                self.heading = Some(Vec::new());
            }
            Tag::List(_) => {
                self.flush_text();
                self.lists = self.lists.saturating_add(1);
            }
            Tag::Item => {
                self.flush_text();
                self.item = Some(self.lists.saturating_sub(1));
            }
            Tag::CodeBlock(kind) => {
                self.flush_text();
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, range, String::new(), None));
            }
            Tag::HtmlBlock => {
                self.flush_text();
                self.html = Some(range.start..range.start);
            }
            Tag::Paragraph | Tag::BlockQuote(_) => self.flush_text(),
            Tag::Strong => self.text.begin_strong(),
            Tag::Link { dest_url, .. } => self.text.begin_link(&dest_url, line),
            Tag::Image { .. } => self.images += 1,
            Tag::Table(_) => {
                self.flush_text();
                let (first, last) = self.line_span(&range);
                self.table = Some(PageTable {
                    caption: BlockText::default(),
                    labels: vec![],
                    header: vec![],
                    rows: vec![],
                    first,
                    last,
                });
            }
            Tag::TableRow => {
                let (first, last) = self.line_span(&range);
                if let Some(table) = &mut self.table {
                    table.rows.push(TableRow { cells: Vec::new(), first, last });
                }
            }
            _ => {}
        }
    }

    fn end_tag(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Heading(level) => self.end_heading(level, range),
            TagEnd::Paragraph | TagEnd::BlockQuote(_) => self.flush_text(),
            TagEnd::Item => {
                self.flush_text();
                self.push_empty_item();
            }
            TagEnd::List(_) => {
                self.flush_text();
                self.lists = self.lists.saturating_sub(1);
            }
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::HtmlBlock => self.end_html_block(),
            TagEnd::Strong => self.text.end_strong(),
            TagEnd::Link => self.text.end_link(),
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            TagEnd::TableCell => self.end_cell(range),
            TagEnd::TableRow => self.end_row(range),
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.push_block(PageBlock::Table(table));
                }
            }
            _ => {}
        }
    }

    fn end_heading(&mut self, level: HeadingLevel, range: Range<usize>) {
        let text = self.text.take_text();
        let title = text.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ");
        let labels = self.heading.take().unwrap_or_default();
        let line = self.lines.line_at(range.start);
        self.pieces.push(PagePiece::Heading { level: level as u8, title, line, labels });
    }

    fn end_code(&mut self) {
        let Some((language, range, text, first)) = self.code.take() else {
            return;
        };
        if self.regions.peek().is_some_and(|table| range.contains(&table.range.start)) {
            // A table that is indented as deep as code.
            self.push_empty_item();
            return self.push_regions_until(range.end);
        }
        let first = first.unwrap_or_else(|| self.lines.line_at(range.start));
        let last = (first + (text.lines().count() as u32).saturating_sub(1)).min(self.lines.count);
        self.push_block(PageBlock::Code { language, text, first, last });
    }

    fn end_cell(&mut self, range: Range<usize>) {
        let (first, last) = self.line_span(&range);
        let cell = TableCell { text: self.text.take_text(), first, last };
        let Some(table) = &mut self.table else { return };
        match table.rows.last_mut() {
            // The parser pads short rows; a padded cell has an empty range.
            Some(row) if range.is_empty() && cell.text.lines.is_empty() => row.last = row.last.max(row.first),
            Some(row) => row.cells.push(cell),
            None => table.header.push(cell),
        }
    }

    /// Adds the cells beyond the width of the header, which the parser drops.
    fn end_row(&mut self, range: Range<usize>) {
        let at = self.lines.line_at(range.start);
        let written = pipes::read_pipe_cells(self.source[range].trim(), at);
        if let Some(row) = self.table.as_mut().and_then(|table| table.rows.last_mut()) {
            let known = row.cells.len();
            row.cells.extend(written.into_iter().skip(known));
        }
    }

    /// Ends a run of text: the text of an item, or a paragraph.
    pub(super) fn flush_text(&mut self) {
        if self.table.is_some() || self.heading.is_some() {
            return;
        }
        let text = self.text.take_text();
        if !text.lines.is_empty() {
            self.push_block(PageBlock::Paragraph(text));
        }
    }

    pub(super) fn push_empty_item(&mut self) {
        if let Some(depth) = self.item.take() {
            self.pieces.push(PagePiece::Block(PageBlock::Item { depth, text: BlockText::default() }));
        }
    }

    pub(super) fn push_block(&mut self, block: PageBlock) {
        let block = match (block, self.item.take()) {
            (PageBlock::Paragraph(text), Some(depth)) => PageBlock::Item { depth, text },
            (block, Some(item)) => {
                self.item = Some(item);
                self.push_empty_item();
                block
            }
            (block, None) => block,
        };
        self.pieces.push(PagePiece::Block(block));
    }

    pub(super) fn line_span(&self, range: &Range<usize>) -> (u32, u32) {
        let end = range.start + self.source[range.clone()].trim_end().len();
        (self.lines.line_at(range.start), self.lines.line_at(end.saturating_sub(1).max(range.start)))
    }
}
