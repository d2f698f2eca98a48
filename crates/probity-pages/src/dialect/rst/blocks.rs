//! The blocks of reStructuredText: titles, paragraphs, lists, literal blocks. Tables and explicit markup have files of
//! their own.

use super::literal::read_code;
use super::page::{DEPTH_MAX, RstPage, SourceLine, dedent_by, dedent_common};
use super::{api_reference, explicit, grid_table, inline, simple_table};
use crate::dialect::assembly::PagePiece;
use crate::dialect::pattern::compile_pattern;
use crate::document::{BlockText, PageBlock};
use regex::Regex;
use std::sync::LazyLock;

static BULLET: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^[-*+•‣⁃](\s+|$)"));
static ENUMERATOR: LazyLock<Regex> =
    LazyLock::new(|| compile_pattern(r"^(\((\d+|[A-Za-z]|[ivxlIVXL]+|#)\)|(\d+|[A-Za-z]|[ivxlIVXL]+|#)[.)])(\s+|$)"));
static FIELD: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^:([A-Za-z][^:`]*):(\s+(.*))?$"));
static GRID: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^\+[-=]+(\+[-=]+)*\+$"));
static SIMPLE: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^=+( +=+)+$"));

/// Reads blocks. `depth` counts all nesting, `list` the lists around the lines.
pub(super) fn read_blocks(page: &mut RstPage, lines: &[SourceLine], depth: usize, list: u8) -> Vec<PagePiece> {
    let mut reader = BlockWalk { page, lines, depth, list, pieces: Vec::new() };
    let mut at = 0;
    while at < lines.len() {
        let next = reader.read_block(at);
        assert!(next > at, "a block of reStructuredText took no line: its reader lacks an end");
        at = next;
    }
    reader.pieces
}

struct BlockWalk<'r> {
    page: &'r mut RstPage,
    lines: &'r [SourceLine],
    depth: usize,
    list: u8,
    pieces: Vec<PagePiece>,
}

impl BlockWalk<'_> {
    /// Reads the block at an index. Returns the index of the next block.
    fn read_block(&mut self, at: usize) -> usize {
        let line = &self.lines[at];
        let text = line.text.trim_end();
        if line.is_blank() {
            return at + 1;
        }
        if self.depth > DEPTH_MAX {
            self.page.add_trouble(
                line.number,
                format!("blocks nest more than {DEPTH_MAX} deep; what is inside is left out"),
            );
            return self.lines.len();
        }
        if line.indent() > 0 {
            let end = self.end_of_indented(at, 1);
            let inner = dedent_common(&self.lines[at..end]);
            let pieces = read_blocks(self.page, &inner, self.depth + 1, self.list);
            self.pieces.extend(pieces);
            return end;
        }
        if text == ".." || text.starts_with(".. ") {
            let end = self.end_of_indented(at + 1, 1);
            let pieces = explicit::read_explicit(self.page, &self.lines[at..end], self.depth, self.list);
            self.pieces.extend(pieces);
            return end;
        }
        if self.depth == 0
            && let Some(end) = self.read_title(at)
        {
            return end;
        }
        if GRID.is_match(text) {
            return self.read_grid(at);
        }
        let lone = self.depth > 0 && text.len() >= 2 && text.bytes().all(|byte| byte == b'=');
        if SIMPLE.is_match(text) || lone {
            return self.read_simple(at);
        }
        if let Some(found) = BULLET.find(text) {
            return self.read_item(at, found.end());
        }
        if let Some(found) = ENUMERATOR.find(text)
            && self.is_enumerator(at, found.end())
        {
            return self.read_item(at, found.end());
        }
        if let Some(end) = self.read_field(at) {
            return end;
        }
        if text.starts_with("| ") || text == "|" {
            return self.read_line_block(at);
        }
        if is_rule(text) && self.lines.get(at + 1).is_none_or(SourceLine::is_blank) {
            return at + 1;
        }
        self.read_paragraph(at)
    }

    /// The end of the lines from `at` on that are blank or indented by `columns`, without blank lines at the end.
    fn end_of_indented(&self, at: usize, columns: usize) -> usize {
        let mut end = at;
        for index in at..self.lines.len() {
            let line = &self.lines[index];
            if line.is_blank() {
                continue;
            }
            if line.indent() < columns {
                break;
            }
            end = index + 1;
        }
        end.max(at)
    }

    fn read_title(&mut self, at: usize) -> Option<usize> {
        let text = |index: usize| self.lines.get(index).map_or("", |line| line.text.trim_end());
        let over = rule_sign(text(at));
        let (title, sign, end) = match over {
            Some(sign) if rule_sign(text(at + 2)) == Some(sign) && !text(at + 1).is_empty() => {
                (at + 1, (sign, true), at + 3)
            }
            Some(_) => return None,
            None => (at, (rule_sign(text(at + 1))?, false), at + 2),
        };
        let content = text(title).trim();
        let rule = text(end - 1).chars().count();
        // A rule may be shorter than its title by mistake; with fewer than four signs the line is no rule.
        if rule < 4 && rule < content.chars().count() || rule_sign(content).is_some() {
            return None;
        }
        let level = match self.page.styles.iter().position(|style| *style == sign) {
            Some(found) => found,
            None => {
                self.page.styles.push(sign);
                self.page.styles.len() - 1
            }
        };
        let line = self.lines[title].number;
        let read = inline::read_paragraph(self.page, &[SourceLine { number: line, text: content.to_string() }]);
        let title = read.lines.first().map_or(String::new(), |line| line.text.clone());
        let level = (level + 1).min(u8::MAX as usize) as u8;
        self.page.level = level;
        self.pieces.push(PagePiece::Heading { level, title, line, labels: vec![] });
        Some(end)
    }

    fn read_grid(&mut self, at: usize) -> usize {
        let end = self.lines[at..]
            .iter()
            .position(|line| !line.text.starts_with(['+', '|']))
            .map_or(self.lines.len(), |count| at + count);
        match grid_table::read_grid_table(self.page, &self.lines[at..end], self.depth) {
            Some(table) => self.pieces.push(PagePiece::Block(PageBlock::Table(table))),
            None => {
                let lines = &self.lines[at..end];
                self.page
                    .add_trouble(lines[0].number, "a grid table could not be read; its lines are taken as they stand");
                self.pieces.push(read_code(String::new(), lines));
            }
        }
        end
    }

    fn read_simple(&mut self, at: usize) -> usize {
        let (table, count) = simple_table::read_simple_table(self.page, &self.lines[at..], self.depth);
        match table {
            Some(table) => self.pieces.push(PagePiece::Block(PageBlock::Table(table))),
            None => {
                let lines = &self.lines[at..at + count];
                self.page.add_trouble(lines[0].number, "a table has no last rule; its lines are taken as they stand");
                self.pieces.push(read_code(String::new(), lines));
            }
        }
        at + count
    }

    /// Reads an item. The first paragraph becomes the text of the item; further blocks follow.
    fn read_item(&mut self, at: usize, marker: usize) -> usize {
        let line = &self.lines[at];
        let columns = line.text[..marker.min(line.text.len())].chars().count().max(2);
        let end = self.end_of_indented(at + 1, 2);
        let rest = line.text.get(marker..).unwrap_or("").to_string();
        let mut inner = vec![SourceLine { number: line.number, text: rest }];
        inner.extend(dedent_by(&self.lines[at + 1..end], columns));
        let deeper = self.list.saturating_add(1);
        let pieces = read_blocks(self.page, &inner, self.depth + 1, deeper);
        self.pieces.extend(make_item(pieces, self.list));
        end
    }

    /// Whether a letter or number with a full stop begins an item: the next line must belong to the item.
    fn is_enumerator(&self, at: usize, marker: usize) -> bool {
        let columns = self.lines[at].text[..marker].chars().count();
        match self.lines.get(at + 1) {
            None => true,
            Some(next) => next.is_blank() || next.indent() >= columns || ENUMERATOR.is_match(&next.text),
        }
    }

    fn read_field(&mut self, at: usize) -> Option<usize> {
        let line = &self.lines[at];
        let found = FIELD.captures(line.text.trim_end())?;
        let (name, value) = (found[1].to_string(), found.get(3).map_or("", |value| value.as_str()));
        let end = self.end_of_indented(at + 1, 1);
        if name == "original_name" {
            let name = value.trim();
            let label = name.strip_suffix(".html").unwrap_or(name);
            self.pieces.push(PagePiece::Label(label.to_string()));
            return Some(end);
        }
        let mut lines = vec![SourceLine { number: line.number, text: format!("{name}: {value}") }];
        lines.extend(dedent_common(&self.lines[at + 1..end]));
        let text = inline::read_paragraph(self.page, &lines);
        self.pieces.push(PagePiece::paragraph(text));
        Some(end)
    }

    fn read_line_block(&mut self, at: usize) -> usize {
        let mut text = BlockText::default();
        let mut end = at;
        while let Some(line) = self.lines.get(end).filter(|line| line.text.starts_with("| ") || line.text == "|") {
            let content = line.text[1..].trim().to_string();
            let read = inline::read_paragraph(self.page, &[SourceLine { number: line.number, text: content }]);
            text.lines.extend(read.lines);
            text.links.extend(read.links);
            end += 1;
        }
        self.pieces.push(PagePiece::paragraph(text));
        end
    }

    fn read_paragraph(&mut self, at: usize) -> usize {
        let mut end = at + 1;
        while end < self.lines.len() && !self.lines[end].is_blank() && self.lines[end].indent() == 0 {
            // A table or directive directly under a paragraph ends the paragraph.
            let text = self.lines[end].text.trim_end();
            if GRID.is_match(text) || SIMPLE.is_match(text) || text.starts_with(".. ") {
                break;
            }
            end += 1;
        }
        let mut lines = self.lines[at..end].to_vec();
        let last = lines.last_mut().expect("a paragraph has a line");
        let literal = last.text.trim_end().ends_with("::");
        if literal {
            let text = last.text.trim_end();
            let cut = text.len() - if text.ends_with(" ::") || text == "::" { 2 } else { 1 };
            last.text = text[..cut].trim_end().to_string();
        }
        match api_reference::read_code_paragraph(&lines) {
            Some(codes) => self.pieces.push(codes),
            None => {
                let text = inline::read_paragraph(self.page, &lines);
                if !text.lines.is_empty() {
                    self.pieces.push(PagePiece::paragraph(text));
                }
            }
        }
        let body = self.end_of_indented(end, 1);
        if literal && body > end {
            self.pieces.push(read_code(String::new(), &self.lines[end..body]));
            return body;
        }
        end
    }
}

/// Turns the first paragraph of an item into the item. Labels before the paragraph stay first.
fn make_item(mut pieces: Vec<PagePiece>, depth: u8) -> Vec<PagePiece> {
    let labels = pieces.iter().take_while(|piece| matches!(piece, PagePiece::Label(_))).count();
    let text = match pieces.get_mut(labels) {
        Some(PagePiece::Block(PageBlock::Paragraph(text))) => Some(std::mem::take(text)),
        _ => None,
    };
    let item = |text| PagePiece::Block(PageBlock::Item { depth, text });
    match text {
        Some(text) => pieces[labels] = item(text),
        None => pieces.insert(labels, item(BlockText::default())),
    }
    pieces
}

fn is_rule(text: &str) -> bool {
    rule_sign(text).is_some() && text.chars().count() >= 4
}

/// The punctuation sign of a line that consists of one sign only.
fn rule_sign(text: &str) -> Option<char> {
    let first = text.chars().next().filter(char::is_ascii_punctuation)?;
    (text.len() >= 2 && text.chars().all(|c| c == first)).then_some(first)
}
