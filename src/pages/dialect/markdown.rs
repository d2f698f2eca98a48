//! Markdown, with tables in HTML or in pipes.
//!
//! Tables in HTML are cut out of the source before the Markdown parser sees it: a blank line inside
//! one would end the parser's block in the middle of a row.

mod regions;
mod walk;

use super::assembly::assemble;
use crate::pages::document::{Document, Trouble};
use pulldown_cmark::{Options, Parser};

/// The most containers (quotes, list items) that one line may open, and the widest indentation.
const MARKERS_MAX: usize = 50;
const INDENT_MAX: usize = 500;

/// Reads a page; what cannot be read is in the document's troubles.
pub(super) fn read(text: &str) -> Document {
    let mut troubles = Vec::new();
    let text = without_bombs(text, &mut troubles);
    let lines = LineIndex::of(&text);
    let (masked, tables) = regions::cut(&text, &lines, &mut troubles);
    let parser = Parser::new_ext(
        &masked,
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH,
    );
    let pieces = walk::walk(
        parser.into_offset_iter(),
        &masked,
        &lines,
        &tables,
        &mut troubles,
    );
    troubles.sort_by_key(|trouble| trouble.line);
    assemble("markdown", pieces, troubles)
}

/// Blanks lines that open so many containers that parsing them takes quadratic time.
fn without_bombs(text: &str, troubles: &mut Vec<Trouble>) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        let markers = content
            .split_whitespace()
            .take_while(|word| word.chars().all(|c| matches!(c, '>' | '-' | '*' | '+')))
            .map(|word| word.matches('>').count().max(1))
            .sum::<usize>();
        let rule =
            content.trim_end().chars().all(|c| matches!(c, '-' | ' ')) && content.contains("--");
        if (markers > MARKERS_MAX && !rule) || indent > INDENT_MAX && !content.is_empty() {
            let cause =
                "the line opens too many quotes or lists, or is indented too far; it is left out"
                    .into();
            troubles.push(Trouble {
                line: index as u32 + 1,
                cause,
            });
            out.extend(line.chars().filter(|c| *c == '\n'));
        } else {
            out.push_str(line);
        }
    }
    out
}

/// Where each line of a text begins.
struct LineIndex {
    starts: Vec<usize>,
    count: u32,
}

impl LineIndex {
    fn of(text: &str) -> LineIndex {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        let count = text.lines().count().max(1) as u32;
        LineIndex { starts, count }
    }

    /// The 1-based line of a byte offset.
    fn line(&self, at: usize) -> u32 {
        (self.starts.partition_point(|start| *start <= at) as u32).clamp(1, self.count)
    }
}
