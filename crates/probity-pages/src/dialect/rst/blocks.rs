//! The blocks of reStructuredText: titles, paragraphs, lists, literal blocks. Tables and explicit markup have files of
//! their own.

use super::literal::code;
use super::page::{DEPTH_MAX, Page, Source, dedent, dedent_all};
use super::{explicit, grid, inline, reference, simple};
use crate::dialect::assembly::Piece;
use crate::dialect::pattern::pattern;
use crate::document::{Block, Text};
use regex::Regex;
use std::sync::LazyLock;

static BULLET: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[-*+•‣⁃](\s+|$)"));
static ENUMERATOR: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\((\d+|[A-Za-z]|[ivxlIVXL]+|#)\)|(\d+|[A-Za-z]|[ivxlIVXL]+|#)[.)])(\s+|$)"));
static FIELD: LazyLock<Regex> = LazyLock::new(|| pattern(r"^:([A-Za-z][^:`]*):(\s+(.*))?$"));
static GRID: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\+[-=]+(\+[-=]+)*\+$"));
static SIMPLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^=+( +=+)+$"));

/// Reads blocks. `depth` counts all nesting, `list` the lists around the lines.
pub(super) fn blocks(page: &mut Page, lines: &[Source], depth: usize, list: u8) -> Vec<Piece> {
    let mut reader = Reader { page, lines, depth, list, pieces: Vec::new() };
    let mut at = 0;
    while at < lines.len() {
        let next = reader.block(at);
        assert!(next > at, "a block of reStructuredText took no line: its reader lacks an end");
        at = next;
    }
    reader.pieces
}

struct Reader<'r> {
    page: &'r mut Page,
    lines: &'r [Source],
    depth: usize,
    list: u8,
    pieces: Vec<Piece>,
}

impl Reader<'_> {
    /// Reads the block at an index. Returns the index of the next block.
    fn block(&mut self, at: usize) -> usize {
        let line = &self.lines[at];
        let text = line.text.trim_end();
        if line.is_blank() {
            return at + 1;
        }
        if self.depth > DEPTH_MAX {
            self.page
                .trouble(line.number, format!("blocks nest more than {DEPTH_MAX} deep; what is inside is left out"));
            return self.lines.len();
        }
        if line.indent() > 0 {
            let end = self.indented(at, 1);
            let inner = dedent_all(&self.lines[at..end]);
            let pieces = blocks(self.page, &inner, self.depth + 1, self.list);
            self.pieces.extend(pieces);
            return end;
        }
        if text == ".." || text.starts_with(".. ") {
            let end = self.indented(at + 1, 1);
            let pieces = explicit::explicit(self.page, &self.lines[at..end], self.depth, self.list);
            self.pieces.extend(pieces);
            return end;
        }
        if self.depth == 0
            && let Some(end) = self.title(at)
        {
            return end;
        }
        if GRID.is_match(text) {
            return self.grid(at);
        }
        let lone = self.depth > 0 && text.len() >= 2 && text.bytes().all(|byte| byte == b'=');
        if SIMPLE.is_match(text) || lone {
            return self.simple(at);
        }
        if let Some(found) = BULLET.find(text) {
            return self.item(at, found.end());
        }
        if let Some(found) = ENUMERATOR.find(text)
            && self.enumerates(at, found.end())
        {
            return self.item(at, found.end());
        }
        if let Some(end) = self.field(at) {
            return end;
        }
        if text.starts_with("| ") || text == "|" {
            return self.line_block(at);
        }
        if is_rule(text) && self.lines.get(at + 1).is_none_or(Source::is_blank) {
            return at + 1;
        }
        self.paragraph(at)
    }

    /// The end of the lines from `at` on that are blank or indented by `columns`, without blank lines at the end.
    fn indented(&self, at: usize, columns: usize) -> usize {
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

    fn title(&mut self, at: usize) -> Option<usize> {
        let text = |index: usize| self.lines.get(index).map_or("", |line| line.text.trim_end());
        let over = rule_char(text(at));
        let (title, sign, end) = match over {
            Some(sign) if rule_char(text(at + 2)) == Some(sign) && !text(at + 1).is_empty() => {
                (at + 1, (sign, true), at + 3)
            }
            Some(_) => return None,
            None => (at, (rule_char(text(at + 1))?, false), at + 2),
        };
        let content = text(title).trim();
        let rule = text(end - 1).chars().count();
        // A rule may be shorter than its title by mistake; with fewer than four signs the line is no rule.
        if rule < 4 && rule < content.chars().count() || rule_char(content).is_some() {
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
        let read = inline::paragraph(self.page, &[Source { number: line, text: content.to_string() }]);
        let title = read.lines.first().map_or(String::new(), |line| line.text.clone());
        let level = (level + 1).min(u8::MAX as usize) as u8;
        self.page.level = level;
        self.pieces.push(Piece::Heading { level, title, line, labels: vec![] });
        Some(end)
    }

    fn grid(&mut self, at: usize) -> usize {
        let end = self.lines[at..]
            .iter()
            .position(|line| !line.text.starts_with(['+', '|']))
            .map_or(self.lines.len(), |count| at + count);
        match grid::table(self.page, &self.lines[at..end], self.depth) {
            Some(table) => self.pieces.push(Piece::Block(Block::Table(table))),
            None => {
                let lines = &self.lines[at..end];
                self.page.trouble(lines[0].number, "a grid table could not be read; its lines are taken as they stand");
                self.pieces.push(code(String::new(), lines));
            }
        }
        end
    }

    fn simple(&mut self, at: usize) -> usize {
        let (table, count) = simple::table(self.page, &self.lines[at..], self.depth);
        match table {
            Some(table) => self.pieces.push(Piece::Block(Block::Table(table))),
            None => {
                let lines = &self.lines[at..at + count];
                self.page.trouble(lines[0].number, "a table has no last rule; its lines are taken as they stand");
                self.pieces.push(code(String::new(), lines));
            }
        }
        at + count
    }

    /// Reads an item. The first paragraph becomes the text of the item; further blocks follow.
    fn item(&mut self, at: usize, marker: usize) -> usize {
        let line = &self.lines[at];
        let columns = line.text[..marker.min(line.text.len())].chars().count().max(2);
        let end = self.indented(at + 1, 2);
        let rest = line.text.get(marker..).unwrap_or("").to_string();
        let mut inner = vec![Source { number: line.number, text: rest }];
        inner.extend(dedent(&self.lines[at + 1..end], columns));
        let deeper = self.list.saturating_add(1);
        let pieces = blocks(self.page, &inner, self.depth + 1, deeper);
        self.pieces.extend(with_item(pieces, self.list));
        end
    }

    /// Whether a letter or number with a full stop begins an item: the next line must belong to the item.
    fn enumerates(&self, at: usize, marker: usize) -> bool {
        let columns = self.lines[at].text[..marker].chars().count();
        match self.lines.get(at + 1) {
            None => true,
            Some(next) => next.is_blank() || next.indent() >= columns || ENUMERATOR.is_match(&next.text),
        }
    }

    fn field(&mut self, at: usize) -> Option<usize> {
        let line = &self.lines[at];
        let found = FIELD.captures(line.text.trim_end())?;
        let (name, value) = (found[1].to_string(), found.get(3).map_or("", |value| value.as_str()));
        let end = self.indented(at + 1, 1);
        if name == "original_name" {
            let name = value.trim();
            let label = name.strip_suffix(".html").unwrap_or(name);
            self.pieces.push(Piece::Label(label.to_string()));
            return Some(end);
        }
        let mut lines = vec![Source { number: line.number, text: format!("{name}: {value}") }];
        lines.extend(dedent_all(&self.lines[at + 1..end]));
        let text = inline::paragraph(self.page, &lines);
        self.pieces.push(Piece::paragraph(text));
        Some(end)
    }

    fn line_block(&mut self, at: usize) -> usize {
        let mut text = Text::default();
        let mut end = at;
        while let Some(line) = self.lines.get(end).filter(|line| line.text.starts_with("| ") || line.text == "|") {
            let content = line.text[1..].trim().to_string();
            let read = inline::paragraph(self.page, &[Source { number: line.number, text: content }]);
            text.lines.extend(read.lines);
            text.links.extend(read.links);
            end += 1;
        }
        self.pieces.push(Piece::paragraph(text));
        end
    }

    fn paragraph(&mut self, at: usize) -> usize {
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
        match reference::response_codes(&lines) {
            Some(codes) => self.pieces.push(codes),
            None => {
                let text = inline::paragraph(self.page, &lines);
                if !text.lines.is_empty() {
                    self.pieces.push(Piece::paragraph(text));
                }
            }
        }
        let body = self.indented(end, 1);
        if literal && body > end {
            self.pieces.push(code(String::new(), &self.lines[end..body]));
            return body;
        }
        end
    }
}

/// Turns the first paragraph of an item into the item. Labels before the paragraph stay first.
fn with_item(mut pieces: Vec<Piece>, depth: u8) -> Vec<Piece> {
    let labels = pieces.iter().take_while(|piece| matches!(piece, Piece::Label(_))).count();
    let text = match pieces.get_mut(labels) {
        Some(Piece::Block(Block::Paragraph(text))) => Some(std::mem::take(text)),
        _ => None,
    };
    let item = |text| Piece::Block(Block::Item { depth, text });
    match text {
        Some(text) => pieces[labels] = item(text),
        None => pieces.insert(labels, item(Text::default())),
    }
    pieces
}

fn is_rule(text: &str) -> bool {
    rule_char(text).is_some() && text.chars().count() >= 4
}

/// The punctuation sign of a line that consists of one sign only.
fn rule_char(text: &str) -> Option<char> {
    let first = text.chars().next().filter(char::is_ascii_punctuation)?;
    (text.len() >= 2 && text.chars().all(|c| c == first)).then_some(first)
}
