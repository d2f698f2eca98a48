//! Explicit markup blocks, which begin with two dots: targets, directives, comments.

use super::directive::{Directive, divide_directive};
use super::literal::read_code;
use super::page::{RstPage, SourceLine, dedent_common};
use super::{api_reference, inline, listed_table};
use crate::dialect::assembly::{PagePiece, strip_table_number};
use crate::dialect::html;
use crate::dialect::pattern::compile_pattern;
use crate::dialect::text_builder::parse_link_target;
use crate::document::{BlockText, PageBlock, PageLink, PageTable};
use regex::Regex;
use std::sync::LazyLock;

static TARGET: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^\.\. _(`[^`]+`|(?:[^:\\]|\\.|:\S)+):\s*(.*)$"));
static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^\.\. ([A-Za-z][\w.+:-]*?)::(?:\s+(.*))?$"));

/// Reads an explicit markup block with its indented lines.
pub(super) fn read_explicit(page: &mut RstPage, lines: &[SourceLine], depth: usize, list: u8) -> Vec<PagePiece> {
    let text = lines[0].text.trim_end();
    if let Some(found) = TARGET.captures(text) {
        // A target with an address defines a link and is no place on the page.
        return match found[2].trim().is_empty() {
            true => {
                let mut out = vec![PagePiece::Label(found[1].trim_matches('`').replace('\\', ""))];
                out.extend(page.read_blocks(&dedent_common(&lines[1..]), depth + 1, list));
                out
            }
            false => vec![],
        };
    }
    match DIRECTIVE.captures(text) {
        Some(found) => {
            let directive = divide_directive(&found[1], found.get(2).map_or("", |rest| rest.as_str()), lines);
            read_directive(page, directive, depth, list)
        }
        None => vec![],
    }
}

fn read_directive(page: &mut RstPage, directive: Directive, depth: usize, list: u8) -> Vec<PagePiece> {
    match directive.name.as_str() {
        "table" => read_table_directive(page, directive, depth, list),
        "list-table" | "flat-table" => {
            read_captioned(page, &directive, |page| listed_table::read_list_table(page, &directive, depth))
        }
        "csv-table" => read_captioned(page, &directive, |page| listed_table::read_csv_table(page, &directive, depth)),
        "code-block" | "code" | "sourcecode" | "parsed-literal" | "literal" => {
            let language = directive.argument[0].text.split_whitespace().next().unwrap_or("").to_string();
            match directive.content.iter().all(SourceLine::is_blank) {
                true => vec![],
                false => vec![read_code(language, &directive.content)],
            }
        }
        "toctree" => read_toctree(&directive),
        "rest_method" => api_reference::read_method(page, &directive),
        "rest_parameters" => api_reference::read_parameters(page, &directive, depth),
        "rest_status_code" => api_reference::read_status_codes(&directive),
        "literalinclude" => api_reference::read_example(page, &directive),
        "image" | "figure" | "contents" | "index" | "meta" | "highlight" | "include" | "sectnum" | "default-role"
        | "role" | "replace" | "unicode" | "title" => vec![],
        "raw" => read_raw(page, &directive),
        "note" | "important" | "warning" | "caution" | "tip" | "hint" | "attention" | "danger" | "error"
        | "admonition" | "seealso" | "topic" | "sidebar" | "rubric" | "container" | "class" | "rst-class"
        | "versionadded" | "versionchanged" | "deprecated" | "compound" | "epigraph" => {
            read_content(page, directive, depth, list)
        }
        name => {
            page.add_trouble(
                directive.first,
                format!("the directive `{name}` is not known; its content is read as text"),
            );
            read_content(page, directive, depth, list)
        }
    }
}

/// Reads the argument and the content as blocks.
fn read_content(page: &mut RstPage, directive: Directive, depth: usize, list: u8) -> Vec<PagePiece> {
    let mut argument = directive.argument;
    // The name of a version note is part of the text.
    if directive.name.starts_with("version") || directive.name == "deprecated" {
        argument[0].text = format!("{}: {}", directive.name, argument[0].text);
    }
    let mut out = Vec::new();
    let is_text = !matches!(directive.name.as_str(), "class" | "rst-class" | "container");
    if is_text && argument.iter().any(|line| !line.is_blank()) {
        out.push(PagePiece::paragraph(inline::read_paragraph(page, &argument)));
    }
    out.extend(page.read_blocks(&dedent_common(&directive.content), depth + 1, list));
    out
}

fn read_table_directive(page: &mut RstPage, directive: Directive, depth: usize, list: u8) -> Vec<PagePiece> {
    let caption = strip_table_number(inline::read_paragraph(page, &directive.argument));
    let mut pieces = page.read_blocks(&dedent_common(&directive.content), depth + 1, list);
    let found = pieces.iter_mut().find_map(|piece| match piece {
        PagePiece::Block(PageBlock::Table(table)) => Some(table),
        _ => None,
    });
    match found {
        Some(table) => table.caption = caption,
        None => {
            page.add_trouble(directive.first, "a table directive holds no table");
            pieces.insert(0, PagePiece::paragraph(caption));
        }
    }
    pieces
}

fn read_captioned(
    page: &mut RstPage,
    directive: &Directive,
    read: impl FnOnce(&mut RstPage) -> Option<PageTable>,
) -> Vec<PagePiece> {
    match read(page) {
        Some(mut table) => {
            table.caption = strip_table_number(inline::read_paragraph(page, &directive.argument));
            vec![PagePiece::Block(PageBlock::Table(table))]
        }
        None => {
            page.add_trouble(
                directive.first,
                format!("a `{}` could not be read; its lines are taken as they stand", directive.name),
            );
            vec![read_code(String::new(), &directive.content)]
        }
    }
}

/// Reads the entries as items with links to pages. A hidden list repeats the links of the page and is left out.
fn read_toctree(directive: &Directive) -> Vec<PagePiece> {
    if directive.option("hidden").is_some() {
        return vec![];
    }
    let entries = directive.content.iter().filter(|line| !line.is_blank());
    let item = |line: &SourceLine| {
        let entry = line.text.trim();
        let (shown, target) = match entry.strip_suffix('>').and_then(|body| body.split_once(" <")) {
            Some((shown, target)) => (shown.trim(), target),
            None => (entry, entry),
        };
        let mut text: BlockText = inline::make_plain(shown, line.number);
        if let Some((label, file)) = parse_link_target(target) {
            text.links.push(PageLink { text: shown.to_string(), label, file, line: line.number });
        }
        PagePiece::Block(PageBlock::Item { depth: 0, text })
    };
    entries.map(item).collect()
}

fn read_raw(page: &mut RstPage, directive: &Directive) -> Vec<PagePiece> {
    if !directive.argument[0].text.contains("html") {
        return vec![];
    }
    let source = directive.content.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
    if source.contains("<table") {
        page.add_trouble(directive.first, "a table in raw HTML is read as text");
    }
    let first = directive.content.first().map_or(directive.first, |line| line.number);
    let (text, labels) = html::read_html_fragment(&source, first, directive.last);
    let labels = labels.into_iter().map(PagePiece::Label);
    labels.chain((!text.lines.is_empty()).then(|| PagePiece::paragraph(text))).collect()
}
