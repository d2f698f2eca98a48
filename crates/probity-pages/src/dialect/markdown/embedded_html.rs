//! HTML inside of Markdown: tables and preformatted text that were cut out, anchors, and inline tags.

use super::regions::HtmlRegion;
use super::walk::MarkdownWalk;
use crate::dialect::assembly::PagePiece;
use crate::dialect::html;
use crate::document::{BlockText, PageBlock};
use std::ops::Range;

impl MarkdownWalk<'_> {
    pub(super) fn read_inline_html(&mut self, range: Range<usize>) {
        if self.regions.peek().is_some_and(|table| table.range.start == range.start) {
            self.flush_text();
            return self.push_regions_until(range.end);
        }
        let tag = &self.source[range.clone()];
        let lower = tag.to_lowercase();
        if lower.starts_with("<br") {
            self.text.break_line();
        } else if lower.starts_with("<a") {
            let (_, labels) = html::read_html_fragment(tag, self.lines.line_at(range.start), self.lines.count);
            match &mut self.heading {
                Some(found) => found.extend(labels),
                None => self.pieces.extend(labels.into_iter().map(PagePiece::Label)),
            }
        } else if matches!(lower.as_str(), "<b>" | "<strong>" | "<code>") {
            self.text.begin_strong();
        } else if matches!(lower.as_str(), "</b>" | "</strong>" | "</code>") {
            self.text.end_strong();
        }
    }

    /// Reads HTML between blocks: the regions that were cut out, and the text and anchors around them.
    pub(super) fn end_html_block(&mut self) {
        let Some(range) = self.html.take() else {
            return;
        };
        let mut at = range.start;
        while let Some(table) = self.regions.next_if(|table| range.contains(&table.range.start)) {
            self.push_markup(at..table.range.start);
            self.push_region(table);
            at = table.range.end.min(range.end);
        }
        self.push_markup(at..range.end);
    }

    fn push_preformatted(&mut self, region: &HtmlRegion) {
        let (text, _) = html::read_html_fragment(&region.html, region.first, region.last);
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
        self.push_block(PageBlock::Code { language: String::new(), text: code, first, last });
    }

    fn push_markup(&mut self, range: Range<usize>) {
        let (first, last) = self.line_span(&range);
        let (mut text, labels) = html::read_html_fragment(&self.source[range], first, last);
        self.pieces.extend(labels.into_iter().map(PagePiece::Label));
        let mut links = std::mem::take(&mut text.links);
        for line in text.lines {
            // A link belongs to the line of text with the same line of the file.
            let (own, others) = links.into_iter().partition(|link| link.line <= line.last);
            links = others;
            let bullet = line.bullet;
            let text = BlockText { lines: vec![line], links: own };
            match bullet {
                true => self.push_block(PageBlock::Item { depth: self.lists, text }),
                false => self.push_block(PageBlock::Paragraph(text)),
            }
        }
    }

    fn push_region(&mut self, table: &HtmlRegion) {
        self.push_empty_item();
        if table.is_code {
            return self.push_preformatted(table);
        }
        let read = html::read_html_table(&table.html, table.first, table.last, self.troubles);
        self.pieces.push(PagePiece::Block(PageBlock::Table(read)));
    }

    pub(super) fn push_regions_until(&mut self, end: usize) {
        while let Some(table) = self.regions.next_if(|table| table.range.start < end) {
            self.push_region(table);
        }
    }
}
