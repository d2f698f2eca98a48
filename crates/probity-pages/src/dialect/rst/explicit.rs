//! Explicit markup blocks, which begin with two dots: targets, directives, comments.

use super::directive::{Directive, divide};
use super::literal::code;
use super::page::{Page, Source, dedent_all};
use super::{inline, listed, reference};
use crate::dialect::assembly::{Piece, without_number};
use crate::dialect::growing::link_target;
use crate::dialect::html;
use crate::dialect::pattern::pattern;
use crate::document::{Block, Link, Table, Text};
use regex::Regex;
use std::sync::LazyLock;

static TARGET: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\.\. _(`[^`]+`|(?:[^:\\]|\\.|:\S)+):\s*(.*)$"));
static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\.\. ([A-Za-z][\w.+:-]*?)::(?:\s+(.*))?$"));

/// Reads an explicit markup block with its indented lines.
pub(super) fn explicit(page: &mut Page, lines: &[Source], depth: usize, list: u8) -> Vec<Piece> {
    let text = lines[0].text.trim_end();
    if let Some(found) = TARGET.captures(text) {
        // A target with an address defines a link and is no place on the page.
        return match found[2].trim().is_empty() {
            true => {
                let mut out = vec![Piece::Label(found[1].trim_matches('`').replace('\\', ""))];
                out.extend(page.read_blocks(&dedent_all(&lines[1..]), depth + 1, list));
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

/// Reads the argument and the content as blocks.
fn content(page: &mut Page, directive: Directive, depth: usize, list: u8) -> Vec<Piece> {
    let mut argument = directive.argument;
    // The name of a version note is part of the text.
    if directive.name.starts_with("version") || directive.name == "deprecated" {
        argument[0].text = format!("{}: {}", directive.name, argument[0].text);
    }
    let mut out = Vec::new();
    let is_text = !matches!(directive.name.as_str(), "class" | "rst-class" | "container");
    if is_text && argument.iter().any(|line| !line.is_blank()) {
        out.push(Piece::paragraph(inline::paragraph(page, &argument)));
    }
    out.extend(page.read_blocks(&dedent_all(&directive.content), depth + 1, list));
    out
}

fn table(page: &mut Page, directive: Directive, depth: usize, list: u8) -> Vec<Piece> {
    let caption = without_number(inline::paragraph(page, &directive.argument));
    let mut pieces = page.read_blocks(&dedent_all(&directive.content), depth + 1, list);
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

/// Reads the entries as items with links to pages. A hidden list repeats the links of the page and is left out.
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
