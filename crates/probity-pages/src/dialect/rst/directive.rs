//! What begins with two dots: targets, directives, comments.

use super::{Page, Source, blocks, dedent_all, inline, listed, reference};
use crate::dialect::assembly::{Piece, without_number};
use crate::dialect::growing::link_target;
use crate::dialect::html;
use crate::dialect::recognise::pattern;
use crate::document::{Block, Link, Table, Text};
use regex::Regex;
use std::sync::LazyLock;

static TARGET: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\.\. _(`[^`]+`|(?:[^:\\]|\\.|:\S)+):\s*(.*)$"));
static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\.\. ([A-Za-z][\w.+:-]*?)::(?:\s+(.*))?$"));
static OPTION: LazyLock<Regex> = LazyLock::new(|| pattern(r"^:([\w-]+):(?:\s+(.*))?$"));

/// A directive divided: what it is told on its line, its options, its content.
pub(super) struct Directive {
    pub(super) name: String,
    pub(super) argument: Vec<Source>,
    pub(super) options: Vec<(String, String)>,
    pub(super) content: Vec<Source>,
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Directive {
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Reads an explicit block with the indented lines under it.
pub(super) fn explicit(page: &mut Page, lines: &[Source], depth: usize, list: u8) -> Vec<Piece> {
    let text = lines[0].text.trim_end();
    if let Some(found) = TARGET.captures(text) {
        // A target with an address is a link's definition, not a place on the page.
        return match found[2].trim().is_empty() {
            true => {
                let mut out = vec![Piece::Label(found[1].trim_matches('`').replace('\\', ""))];
                out.extend(blocks::blocks(page, &dedent_all(&lines[1..]), depth + 1, list));
                out
            }
            false => vec![],
        };
    }
    match DIRECTIVE.captures(text) {
        Some(found) => {
            let directive = divide(&found[1], found.get(2).map_or("", |rest| rest.as_str()), lines);
            read(page, directive, depth, list)
        }
        None => vec![],
    }
}

/// Lines as they stand, without their common indentation and blank ends.
pub(super) fn code(language: String, lines: &[Source]) -> Piece {
    let lines = dedent_all(lines);
    let first = lines.iter().position(|line| !line.is_blank()).unwrap_or(0);
    let last = lines.iter().rposition(|line| !line.is_blank()).unwrap_or(0);
    let shown = lines.get(first..=last).unwrap_or(&[]);
    let text: String = shown.iter().flat_map(|line| [line.text.as_str(), "\n"]).collect();
    let number = |index: usize| lines.get(index).map_or(1, |line| line.number);
    Piece::Block(Block::Code { language, text, first: number(first), last: number(last) })
}

fn divide(name: &str, rest: &str, lines: &[Source]) -> Directive {
    let first = lines[0].number;
    let last = lines.last().map_or(first, |line| line.number);
    let mut argument = vec![Source { number: first, text: rest.trim().to_string() }];
    let body = dedent_all(&lines[1..]);
    let mut at = 0;
    // The argument may go on until the first option or blank line.
    while at < body.len() && !rest.trim().is_empty() && !body[at].is_blank() && !OPTION.is_match(&body[at].text) {
        argument.push(body[at].clone());
        at += 1;
    }
    let mut options = Vec::new();
    while let Some(found) = body.get(at).and_then(|line| OPTION.captures(line.text.trim_end())) {
        options.push((found[1].to_string(), found.get(2).map_or(String::new(), |v| v.as_str().trim().to_string())));
        at += 1;
    }
    Directive { name: name.to_lowercase(), argument, options, content: body[at..].to_vec(), first, last }
}

fn read(page: &mut Page, directive: Directive, depth: usize, list: u8) -> Vec<Piece> {
    match directive.name.as_str() {
        "table" => table(page, directive, depth, list),
        "list-table" | "flat-table" => captioned(page, &directive, |page| listed::list_table(page, &directive, depth)),
        "csv-table" => captioned(page, &directive, |page| listed::csv_table(page, &directive, depth)),
        "code-block" | "code" | "sourcecode" | "parsed-literal" | "literal" => {
            let language = directive.argument[0].text.split_whitespace().next().unwrap_or("").to_string();
            match directive.content.iter().all(Source::is_blank) {
                true => vec![],
                false => vec![code(language, &directive.content)],
            }
        }
        "toctree" => toctree(&directive),
        "rest_method" => reference::method(page, &directive),
        "rest_parameters" => reference::parameters(page, &directive, depth),
        "rest_status_code" => reference::codes(&directive),
        "literalinclude" => reference::example(page, &directive),
        "image" | "figure" | "contents" | "index" | "meta" | "highlight" | "include" | "sectnum" | "default-role"
        | "role" | "replace" | "unicode" | "title" => vec![],
        "raw" => raw(page, &directive),
        "note" | "important" | "warning" | "caution" | "tip" | "hint" | "attention" | "danger" | "error"
        | "admonition" | "seealso" | "topic" | "sidebar" | "rubric" | "container" | "class" | "rst-class"
        | "versionadded" | "versionchanged" | "deprecated" | "compound" | "epigraph" => {
            content(page, directive, depth, list)
        }
        name => {
            page.trouble(directive.first, format!("the directive `{name}` is not known; its content is read as text"));
            content(page, directive, depth, list)
        }
    }
}

/// The argument and the content as blocks.
fn content(page: &mut Page, directive: Directive, depth: usize, list: u8) -> Vec<Piece> {
    let mut argument = directive.argument;
    // What a version note says is in its name.
    if directive.name.starts_with("version") || directive.name == "deprecated" {
        argument[0].text = format!("{}: {}", directive.name, argument[0].text);
    }
    let mut out = Vec::new();
    let is_text = !matches!(directive.name.as_str(), "class" | "rst-class" | "container");
    if is_text && argument.iter().any(|line| !line.is_blank()) {
        out.push(Piece::paragraph(inline::paragraph(page, &argument)));
    }
    out.extend(blocks::blocks(page, &dedent_all(&directive.content), depth + 1, list));
    out
}

fn table(page: &mut Page, directive: Directive, depth: usize, list: u8) -> Vec<Piece> {
    let caption = without_number(inline::paragraph(page, &directive.argument));
    let mut pieces = blocks::blocks(page, &dedent_all(&directive.content), depth + 1, list);
    let found = pieces.iter_mut().find_map(|piece| match piece {
        Piece::Block(Block::Table(table)) => Some(table),
        _ => None,
    });
    match found {
        Some(table) => table.caption = caption,
        None => {
            page.trouble(directive.first, "a table directive holds no table");
            pieces.insert(0, Piece::paragraph(caption));
        }
    }
    pieces
}

fn captioned(page: &mut Page, directive: &Directive, read: impl FnOnce(&mut Page) -> Option<Table>) -> Vec<Piece> {
    match read(page) {
        Some(mut table) => {
            table.caption = without_number(inline::paragraph(page, &directive.argument));
            vec![Piece::Block(Block::Table(table))]
        }
        None => {
            page.trouble(
                directive.first,
                format!("a `{}` could not be read; its lines are taken as they stand", directive.name),
            );
            vec![code(String::new(), &directive.content)]
        }
    }
}

/// Entries are items that link to pages; a hidden list repeats what the page says.
fn toctree(directive: &Directive) -> Vec<Piece> {
    if directive.option("hidden").is_some() {
        return vec![];
    }
    let entries = directive.content.iter().filter(|line| !line.is_blank());
    let item = |line: &Source| {
        let entry = line.text.trim();
        let (shown, target) = match entry.strip_suffix('>').and_then(|body| body.split_once(" <")) {
            Some((shown, target)) => (shown.trim(), target),
            None => (entry, entry),
        };
        let mut text: Text = inline::plain(shown, line.number);
        if let Some((label, file)) = link_target(target) {
            text.links.push(Link { text: shown.to_string(), label, file, line: line.number });
        }
        Piece::Block(Block::Item { depth: 0, text })
    };
    entries.map(item).collect()
}

fn raw(page: &mut Page, directive: &Directive) -> Vec<Piece> {
    if !directive.argument[0].text.contains("html") {
        return vec![];
    }
    let source = directive.content.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
    if source.contains("<table") {
        page.trouble(directive.first, "a table in raw HTML is read as text");
    }
    let first = directive.content.first().map_or(directive.first, |line| line.number);
    let (text, labels) = html::fragment(&source, first, directive.last);
    let labels = labels.into_iter().map(Piece::Label);
    labels.chain((!text.lines.is_empty()).then(|| Piece::paragraph(text))).collect()
}
