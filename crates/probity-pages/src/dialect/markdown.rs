//! Markdown, with tables in HTML or in pipes.
//!
//! Tables in HTML are cut out before the text is parsed as Markdown, because a blank line inside of a table would end
//! the parser's HTML block in the middle of a row.

mod embedded_html;
mod line_index;
mod regions;
mod walk;

use super::assembly::{PagePiece, assemble_document};
use crate::document::{Document, ReadingTrouble};
use line_index::LineIndex;
use pulldown_cmark::{Options, Parser};

/// Most containers (quotes, list items) that one line may open.
const MARKERS_MAX: usize = 50;
/// Widest indentation, in bytes.
const INDENT_MAX: usize = 500;
/// Most lines of settings before a page.
const FRONT_MATTER_MAX: usize = 100;

/// Reads a page. Parts that cannot be read are troubles of the document.
pub(super) fn read_markdown(text: &str) -> Document {
    let mut troubles = Vec::new();
    let (text, title) = strip_front_matter(text);
    let text = blank_deep_lines(&text, &mut troubles);
    let lines = LineIndex::new(&text);
    let (masked, tables) = regions::cut_regions(&text, &lines, &mut troubles);
    let parser = Parser::new_ext(&masked, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let mut pieces = walk::collect_pieces(parser.into_offset_iter(), &masked, &lines, &tables, &mut troubles);
    let has_title = pieces.iter().any(|piece| matches!(piece, PagePiece::Heading { level: 1, .. }));
    pieces.splice(0..0, title.filter(|_| !has_title));
    troubles.sort_by_key(|trouble| trouble.line);
    assemble_document("markdown", pieces, troubles)
}

/// Blanks the settings of a site generator at the start. The title in the settings counts if the page has no title.
fn strip_front_matter(text: &str) -> (String, Option<PagePiece>) {
    let mut lines = text.lines();
    let begins = lines.next().is_some_and(|line| line.trim_end() == "---");
    let length = lines.take(FRONT_MATTER_MAX).position(|line| line.trim_end() == "---");
    let (true, Some(length)) = (begins, length) else {
        return (text.to_string(), None);
    };
    let mut title = None;
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if index > length + 1 {
            out.push_str(line);
            continue;
        }
        out.extend(line.chars().filter(|c| *c == '\n'));
        if let Some(value) = line.strip_prefix("title:") {
            let value = value.trim().trim_matches(['"', '\'']).to_string();
            title = Some(PagePiece::Heading { level: 1, title: value, line: index as u32 + 1, labels: vec![] });
        }
    }
    (out, title)
}

/// Blanks lines with so many containers that parsing would take quadratic time.
fn blank_deep_lines(text: &str, troubles: &mut Vec<ReadingTrouble>) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        let markers = content
            .split_whitespace()
            .take_while(|word| word.chars().all(|c| matches!(c, '>' | '-' | '*' | '+')))
            .map(|word| word.matches('>').count().max(1))
            .sum::<usize>();
        let rule = content.trim_end().chars().all(|c| matches!(c, '-' | ' ')) && content.contains("--");
        if (markers > MARKERS_MAX && !rule) || indent > INDENT_MAX && !content.is_empty() {
            let cause = "the line opens too many quotes or lists, or is indented too far; it is left out".into();
            troubles.push(ReadingTrouble { line: index as u32 + 1, cause });
            out.extend(line.chars().filter(|c| *c == '\n'));
        } else {
            out.push_str(line);
        }
    }
    out
}
