//! HTML inside of Markdown: tables and preformatted text that were cut out, anchors, and inline tags.

use super::regions::Region;
use super::walk::Walk;
use crate::dialect::assembly::Piece;
use crate::dialect::html;
use crate::document::{Block, Text};
use std::ops::Range;

impl Walk<'_> {
    pub(super) fn inline_html(&mut self, range: Range<usize>) {
        if self.regions.peek().is_some_and(|table| table.range.start == range.start) {
            self.flush();
            return self.regions_until(range.end);
        }
        let tag = &self.source[range.clone()];
        let lower = tag.to_lowercase();
        if lower.starts_with("<br") {
            self.text.break_line();
        } else if lower.starts_with("<a") {
            let (_, labels) = html::fragment(tag, self.lines.line(range.start), self.lines.count);
            match &mut self.heading {
                Some(found) => found.extend(labels),
                None => self.pieces.extend(labels.into_iter().map(Piece::Label)),
            }
        } else if matches!(lower.as_str(), "<b>" | "<strong>" | "<code>") {
            self.text.strong_begin();
        } else if matches!(lower.as_str(), "</b>" | "</strong>" | "</code>") {
            self.text.strong_end();
        }
    }

    /// Reads HTML between blocks: the regions that were cut out, and the text and anchors around them.
    pub(super) fn end_html(&mut self) {
        let Some(range) = self.html.take() else {
            return;
        };
        let mut at = range.start;
        while let Some(table) = self.regions.next_if(|table| range.contains(&table.range.start)) {
            self.markup(at..table.range.start);
            self.push_region(table);
            at = table.range.end.min(range.end);
        }
        self.markup(at..range.end);
    }

    fn push_code(&mut self, region: &Region) {
        let (text, _) = html::fragment(&region.html, region.first, region.last);
        let (Some(begin), Some(end)) = (text.lines.first(), text.lines.last()) else {
            return;
        };
        let (first, last) = (begin.first, end.last);
        let mut code = String::new();
        let mut next = first;
        for line in &text.lines {
            // Blank lines are no lines of the text, but are part of the code.
            code.extend(std::iter::repeat_n('\n', line.first.saturating_sub(next) as usize));
            code.push_str(&line.text);
            code.push('\n');
            next = line.first + 1;
        }
        self.block(Block::Code { language: String::new(), text: code, first, last });
    }

    fn markup(&mut self, range: Range<usize>) {
        let (first, last) = self.span(&range);
        let (mut text, labels) = html::fragment(&self.source[range], first, last);
        self.pieces.extend(labels.into_iter().map(Piece::Label));
        let mut links = std::mem::take(&mut text.links);
        for line in text.lines {
            // A link belongs to the line of text with the same line of the file.
            let (own, others) = links.into_iter().partition(|link| link.line <= line.last);
            links = others;
            let bullet = line.bullet;
            let text = Text { lines: vec![line], links: own };
            match bullet {
                true => self.block(Block::Item { depth: self.lists, text }),
                false => self.block(Block::Paragraph(text)),
            }
        }
    }

    fn push_region(&mut self, table: &Region) {
        self.empty_item();
        if table.is_code {
            return self.push_code(table);
        }
        let read = html::table(&table.html, table.first, table.last, self.troubles);
        self.pieces.push(Piece::Block(Block::Table(read)));
    }

    pub(super) fn regions_until(&mut self, end: usize) {
        while let Some(table) = self.regions.next_if(|table| table.range.start < end) {
            self.push_region(table);
        }
    }
}
