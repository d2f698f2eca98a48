//! Text pages with tables of pipes, and with headings that are lines without markup.
//!
//! The pages have no other markup and no blank lines. Headings and examples are recognised by their form and by the
//! lines that follow.

use super::assembly::{PagePiece, assemble_document};
use super::pattern::compile_pattern;
use super::text_builder::parse_link_target;
use crate::document::{
    BlockText, Document, PageBlock, PageLine, PageLink, PageTable, ReadingTrouble, TableCell, TableRow,
};
use regex::Regex;
use std::sync::LazyLock;

static NUMBERED: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^(\d+(?:\.\d+)*) - \S.*$"));
/// Words that are headings if alone on a line.
static SECTION: LazyLock<Regex> = LazyLock::new(|| {
    compile_pattern(
        r"(?i)^(description|overview|version|parameters|responses|properties|example|example http (request|response)|openapi url)$",
    )
});
static EXAMPLE_PART: LazyLock<Regex> = LazyLock::new(|| {
    compile_pattern(r"(?i)^(request (path|header|headers|body|query)|response( header| body)?( \d{3})?)$")
});
static PAIR: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r#"^"?[A-Za-z][\w-]* = [^"]*"?,?$"#));
static RULE: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^\|(\s*:?-{3,}:?\s*\|)+$"));
static CALL: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"(?i)^(get|post|put|patch|delete|head) /"));
static LINK: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"\[([^\]\[]+)\]\(([^)\s]+)\)"));
static BREAK: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"(?i)<br\s*/?>"));

/// Reads a page. Parts that cannot be read are troubles of the document.
pub(super) fn read_pipe_page(text: &str) -> Document {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut page = PipePage { lines, pieces: Vec::new(), troubles: Vec::new(), level: 1, titled: false };
    let mut at = 0;
    while at < page.lines.len() {
        at = page.read_block(at);
    }
    assemble_document("pipes", page.pieces, page.troubles)
}

struct PipePage<'a> {
    lines: Vec<&'a str>,
    pieces: Vec<PagePiece>,
    troubles: Vec<ReadingTrouble>,
    /// Level of the last title or numbered heading. Section words are one level below.
    level: u8,
    titled: bool,
}

impl PipePage<'_> {
    /// Reads the block at an index. Returns the index of the next block.
    fn read_block(&mut self, at: usize) -> usize {
        let line = self.lines[at];
        if line.is_empty() {
            return at + 1;
        }
        if line.starts_with('|') {
            return self.read_table(at);
        }
        if let Some(level) = self.heading_level(at) {
            let title = line.to_string();
            self.pieces.push(PagePiece::Heading { level, title, line: line_number(at), labels: vec![] });
            return at + 1;
        }
        if line.starts_with(['{', '[']) {
            return self.read_example(at);
        }
        if PAIR.is_match(line) {
            let end = self.end_of_run(at, |line| PAIR.is_match(line));
            self.push_code(at, end);
            return end;
        }
        if let Some(item) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
            let text = read_cell_text(item, line_number(at));
            self.pieces.push(PagePiece::Block(PageBlock::Item { depth: 0, text }));
            return at + 1;
        }
        self.pieces.push(PagePiece::paragraph(read_cell_text(line, line_number(at))));
        at + 1
    }

    /// The level of a heading; `None` if the line is no heading.
    fn heading_level(&mut self, at: usize) -> Option<u8> {
        let line = self.lines[at];
        if let Some(found) = NUMBERED.captures(line) {
            self.level = 2 + found[1].matches('.').count().min(200) as u8;
            self.titled = true;
            return Some(self.level);
        }
        if !self.titled {
            self.titled = is_bare_heading(line);
            return self.titled.then_some(1);
        }
        if SECTION.is_match(line) {
            return Some(self.level + 1);
        }
        if EXAMPLE_PART.is_match(line) {
            return Some(self.level + 2);
        }
        let next = self.lines.get(at + 1).copied().unwrap_or("");
        let shows = next.starts_with(['|', '{', '[']) || PAIR.is_match(next) || next.starts_with('/');
        (is_bare_heading(line) && !line.contains('(') && shows).then_some(self.level + 1)
    }

    fn read_table(&mut self, at: usize) -> usize {
        let end = self.end_of_run(at, |line| line.starts_with('|'));
        let rules: Vec<usize> = (at..end).filter(|index| RULE.is_match(self.lines[*index])).collect();
        // A second rule belongs to a second table, without a line between the tables.
        let end = match rules.get(1) {
            Some(second) if *second > at + 2 => second - 1,
            _ => end,
        };
        let mut table = PageTable {
            caption: BlockText::default(),
            labels: vec![],
            header: vec![],
            rows: vec![],
            first: line_number(at),
            last: line_number(end - 1),
        };
        let body = match rules.first() {
            Some(rule) if *rule == at + 1 => {
                table.header = read_pipe_cells(self.lines[at], line_number(at));
                at + 2
            }
            _ => {
                let cause = "a table of pipes has no rule under its first line, so it has no header".into();
                self.troubles.push(ReadingTrouble { line: line_number(at), cause });
                at
            }
        };
        for index in body..end {
            if !RULE.is_match(self.lines[index]) {
                let (first, last) = (line_number(index), line_number(index));
                table.rows.push(TableRow { cells: read_pipe_cells(self.lines[index], first), first, last });
            }
        }
        self.pieces.push(PagePiece::Block(PageBlock::Table(table)));
        end
    }

    /// Reads an example up to the bracket that closes the first bracket, or up to the next heading.
    fn read_example(&mut self, at: usize) -> usize {
        let mut depth = 0usize;
        let mut quoted = false;
        for index in at..self.lines.len() {
            let line = self.lines[index];
            if index > at && !quoted && (NUMBERED.is_match(line) || SECTION.is_match(line) || CALL.is_match(line)) {
                let cause = "an example ends before its brackets are closed".into();
                self.troubles.push(ReadingTrouble { line: line_number(at), cause });
                self.push_code(at, index);
                return index;
            }
            let mut escaped = false;
            for c in line.chars() {
                match c {
                    _ if escaped => escaped = false,
                    '\\' if quoted => escaped = true,
                    '"' => quoted = !quoted,
                    '{' | '[' if !quoted => depth += 1,
                    '}' | ']' if !quoted => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            // A text in an example ends on its line: an open quote is a mistake of the page.
            quoted = false;
            if depth == 0 {
                self.push_code(at, index + 1);
                return index + 1;
            }
        }
        self.troubles.push(ReadingTrouble { line: line_number(at), cause: "an example has no end".into() });
        self.push_code(at, self.lines.len());
        self.lines.len()
    }

    fn push_code(&mut self, at: usize, end: usize) {
        let text = self.lines[at..end].iter().flat_map(|line| [*line, "\n"]).collect();
        let (first, last) = (line_number(at), line_number(end - 1));
        self.pieces.push(PagePiece::Block(PageBlock::Code { language: String::new(), text, first, last }));
    }

    fn end_of_run(&self, at: usize, belongs: impl Fn(&str) -> bool) -> usize {
        self.lines[at..].iter().position(|line| !belongs(line)).map_or(self.lines.len(), |count| at + count)
    }
}

fn line_number(index: usize) -> u32 {
    index as u32 + 1
}

/// Whether a line is short and has no punctuation of a sentence.
fn is_bare_heading(line: &str) -> bool {
    let words = line.split_whitespace().count();
    (1..=10).contains(&words)
        && line.chars().count() <= 80
        && line.starts_with(|c: char| c.is_alphanumeric())
        && !line.ends_with(['.', ',', ';', ':', '?', '!', '。'])
        && !line.contains(['|', '{', '}', '=', '"'])
        && !line.contains(". ")
        && !CALL.is_match(line)
}

/// The cells of a row as written. Missing cells are not added.
pub(super) fn read_pipe_cells(line: &str, at: u32) -> Vec<TableCell> {
    let inner = line.strip_prefix('|').unwrap_or(line);
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in inner.chars() {
        let part = parts.last_mut().expect("there is always a part");
        match c {
            '|' if escaped => {
                part.pop();
                part.push('|');
            }
            '|' => parts.push(String::new()),
            _ => part.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    if parts.len() > 1 && parts.last().is_some_and(|part| part.trim().is_empty()) {
        parts.pop();
    }
    parts.iter().map(|part| TableCell { text: read_cell_text(part, at), first: at, last: at }).collect()
}

fn read_cell_text(source: &str, at: u32) -> BlockText {
    let mut out = BlockText::default();
    for found in LINK.captures_iter(source) {
        if let Some((label, file)) = parse_link_target(&found[2]) {
            out.links.push(PageLink { text: found[1].trim().to_string(), label, file, line: at });
        }
    }
    for part in BREAK.split(&LINK.replace_all(source, "$1")) {
        let text = part.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            out.lines.push(PageLine { text, bullet: false, strong: vec![], first: at, last: at });
        }
    }
    out
}
