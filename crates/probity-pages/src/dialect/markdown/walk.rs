//! Turns the events of the Markdown parser into pieces of a page.

use super::line_index::LineIndex;
use super::regions::Region;
use crate::dialect::assembly::Piece;
use crate::dialect::growing::Growing;
use crate::dialect::pipes;
use crate::document::{Block, Cell, Row, Table, Text, Trouble};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};
use std::ops::Range;

/// Turns events into pieces.
pub(super) fn walk<'a>(
    events: impl Iterator<Item = (Event<'a>, Range<usize>)>,
    source: &str,
    lines: &LineIndex,
    regions: &[Region],
    troubles: &mut Vec<Trouble>,
) -> Vec<Piece> {
    let mut walk = Walk {
        source,
        lines,
        regions: regions.iter().peekable(),
        troubles,
        pieces: Vec::new(),
        text: Growing::default(),
        lists: 0,
        item: None,
        html: None,
        code: None,
        heading: None,
        images: 0,
        table: None,
    };
    for (event, range) in events {
        walk.event(event, range);
    }
    walk.flush();
    walk.regions_until(usize::MAX);
    walk.pieces
}

pub(super) struct Walk<'w> {
    pub(super) source: &'w str,
    pub(super) lines: &'w LineIndex,
    pub(super) regions: std::iter::Peekable<std::slice::Iter<'w, Region>>,
    pub(super) troubles: &'w mut Vec<Trouble>,
    pub(super) pieces: Vec<Piece>,
    pub(super) text: Growing,
    pub(super) lists: u8,
    /// Depth of an item whose text has not been read yet.
    item: Option<u8>,
    pub(super) html: Option<Range<usize>>,
    code: Option<(String, Range<usize>, String, Option<u32>)>,
    pub(super) heading: Option<Vec<String>>,
    images: u32,
    table: Option<Table>,
}

impl Walk<'_> {
    fn event(&mut self, event: Event, range: Range<usize>) {
        let line = self.lines.line(range.start);
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => self.words(&text, line, range),
            Event::Code(text) => {
                self.text.strong_begin();
                self.text.push(&text, line);
                self.text.strong_end();
            }
            Event::Html(_) => match &mut self.html {
                Some(open) => open.end = range.end,
                None => self.html = Some(range),
            },
            Event::InlineHtml(_) => self.inline_html(range),
            Event::SoftBreak => self.text.push(" ", line),
            Event::HardBreak => self.text.break_line(),
            Event::Rule => self.flush(),
            Event::TaskListMarker(_) | Event::FootnoteReference(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn words(&mut self, text: &str, line: u32, range: Range<usize>) {
        match &mut self.code {
            Some((_, _, code, first)) => {
                code.push_str(text);
                first.get_or_insert(self.lines.line(range.start));
            }
            None if self.images == 0 => self.text.push(text, line),
            None => {}
        }
    }

    fn start(&mut self, tag: Tag, range: Range<usize>) {
        let line = self.lines.line(range.start);
        match tag {
            Tag::Heading { .. } => {
                self.flush();
                self.heading = Some(Vec::new());
            }
            Tag::List(_) => {
                self.flush();
                self.lists = self.lists.saturating_add(1);
            }
            Tag::Item => {
                self.flush();
                self.item = Some(self.lists.saturating_sub(1));
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, range, String::new(), None));
            }
            Tag::HtmlBlock => {
                self.flush();
                self.html = Some(range.start..range.start);
            }
            Tag::Paragraph | Tag::BlockQuote(_) => self.flush(),
            Tag::Strong => self.text.strong_begin(),
            Tag::Link { dest_url, .. } => self.text.link_begin(&dest_url, line),
            Tag::Image { .. } => self.images += 1,
            Tag::Table(_) => {
                self.flush();
                let (first, last) = self.span(&range);
                self.table =
                    Some(Table { caption: Text::default(), labels: vec![], header: vec![], rows: vec![], first, last });
            }
            Tag::TableRow => {
                let (first, last) = self.span(&range);
                if let Some(table) = &mut self.table {
                    table.rows.push(Row { cells: Vec::new(), first, last });
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Heading(level) => self.end_heading(level, range),
            TagEnd::Paragraph | TagEnd::BlockQuote(_) => self.flush(),
            TagEnd::Item => {
                self.flush();
                self.empty_item();
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists = self.lists.saturating_sub(1);
            }
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::HtmlBlock => self.end_html(),
            TagEnd::Strong => self.text.strong_end(),
            TagEnd::Link => self.text.link_end(),
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            TagEnd::TableCell => self.end_cell(range),
            TagEnd::TableRow => self.end_row(range),
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.block(Block::Table(table));
                }
            }
            _ => {}
        }
    }

    fn end_heading(&mut self, level: HeadingLevel, range: Range<usize>) {
        let text = self.text.take();
        let title = text.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ");
        let labels = self.heading.take().unwrap_or_default();
        let line = self.lines.line(range.start);
        self.pieces.push(Piece::Heading { level: level as u8, title, line, labels });
    }

    fn end_code(&mut self) {
        let Some((language, range, text, first)) = self.code.take() else {
            return;
        };
        if self.regions.peek().is_some_and(|table| range.contains(&table.range.start)) {
            // A table that is indented as deep as code.
            self.empty_item();
            return self.regions_until(range.end);
        }
        let first = first.unwrap_or_else(|| self.lines.line(range.start));
        let last = (first + (text.lines().count() as u32).saturating_sub(1)).min(self.lines.count);
        self.block(Block::Code { language, text, first, last });
    }

    fn end_cell(&mut self, range: Range<usize>) {
        let (first, last) = self.span(&range);
        let cell = Cell { text: self.text.take(), first, last };
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
        let at = self.lines.line(range.start);
        let written = pipes::cells(self.source[range].trim(), at);
        if let Some(row) = self.table.as_mut().and_then(|table| table.rows.last_mut()) {
            let known = row.cells.len();
            row.cells.extend(written.into_iter().skip(known));
        }
    }

    /// Ends a run of text: the text of an item, or a paragraph.
    pub(super) fn flush(&mut self) {
        if self.table.is_some() || self.heading.is_some() {
            return;
        }
        let text = self.text.take();
        if !text.lines.is_empty() {
            self.block(Block::Paragraph(text));
        }
    }

    pub(super) fn empty_item(&mut self) {
        if let Some(depth) = self.item.take() {
            self.pieces.push(Piece::Block(Block::Item { depth, text: Text::default() }));
        }
    }

    pub(super) fn block(&mut self, block: Block) {
        let block = match (block, self.item.take()) {
            (Block::Paragraph(text), Some(depth)) => Block::Item { depth, text },
            (block, Some(item)) => {
                self.item = Some(item);
                self.empty_item();
                block
            }
            (block, None) => block,
        };
        self.pieces.push(Piece::Block(block));
    }

    pub(super) fn span(&self, range: &Range<usize>) -> (u32, u32) {
        let end = range.start + self.source[range.clone()].trim_end().len();
        (self.lines.line(range.start), self.lines.line(end.saturating_sub(1).max(range.start)))
    }
}
