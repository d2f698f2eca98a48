//! Directives of API references: the call, its parameters by key, its status codes, and examples in included files.

use super::directive::Directive;
use super::page::{RstPage, SourceLine};
use super::{cells, inline};
use crate::dialect::assembly::PagePiece;
use crate::dialect::parameters::{self, ListedParameter};
use crate::dialect::pattern::compile_pattern;
use crate::document::{BlockText, IncludedFile, LINES_APART, PageBlock, PageLink, PageTable, TableCell, TableRow};
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static TAKES_IN: LazyLock<Regex> =
    LazyLock::new(|| compile_pattern(r"^\s*\.\. (?:rest_parameters|literalinclude)::\s+(\S+)"));
static ENTRY: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^\s*[-*]\s+(\S+?):\s+(\S+)\s*$"));
static CODES: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^(?:Normal|Error) response codes?:"));
static CODE: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"\b[1-5]\d\d\b"));

/// Most files that one page may include, because lines of included files need numbers of their own.
const FILES_MAX: usize = 500;

/// Reads every file that the page includes.
pub(super) fn read_included_files(page: &mut RstPage, text: &str, file: &dyn Fn(&str) -> Option<String>) {
    for (index, line) in text.lines().enumerate() {
        let Some(found) = TAKES_IN.captures(line) else {
            continue;
        };
        let path = found[1].to_string();
        if page.files.contains_key(&path) || page.included.len() >= FILES_MAX {
            continue;
        }
        if let Some(text) = file(&path) {
            page.included.push(IncludedFile { file: path.clone(), line: index as u32 + 1 });
            page.files.insert(path, text);
        }
    }
}

/// The text of the included file of a directive, and the number before its first line.
fn included_text(page: &mut RstPage, directive: &Directive) -> Option<(String, u32)> {
    let path = directive.argument[0].text.split_whitespace().next().unwrap_or_default();
    let found = page.included.iter().position(|it| it.file == path);
    let Some(nth) = found else {
        page.add_trouble(directive.first, format!("the included file {path} was not found"));
        return None;
    };
    Some((page.files[path].clone(), LINES_APART * (nth as u32 + 1)))
}

/// Writes the call as a section `URI`, as other dialects have one, and begins a section for the prose that follows.
pub(super) fn read_method(page: &mut RstPage, directive: &Directive) -> Vec<PagePiece> {
    let line = directive.first;
    let heading = |title: &str| PagePiece::Heading {
        level: page.level.saturating_add(1),
        title: title.into(),
        line,
        labels: vec![],
    };
    let call = directive.argument.iter().map(|it| it.text.trim()).collect::<Vec<_>>().join(" ");
    let call = call.split_whitespace().collect::<Vec<_>>().join(" ");
    vec![heading("URI"), PagePiece::paragraph(inline::make_plain(&call, line)), heading("Description")]
}

/// Reads an example as a code block with the lines of the included file.
pub(super) fn read_example(page: &mut RstPage, directive: &Directive) -> Vec<PagePiece> {
    let Some((text, from)) = included_text(page, directive) else {
        return vec![];
    };
    let language = directive.option("language").unwrap_or_default().to_string();
    let last = from + text.lines().count().max(1) as u32;
    vec![PagePiece::Block(PageBlock::Code { language, text, first: from + 1, last })]
}

/// Writes the parameters as one table for each place (path, query, header, body). A name with dots is a row of the
/// table that belongs to the parameter before the last dot.
pub(super) fn read_parameters(page: &mut RstPage, directive: &Directive, depth: usize) -> Vec<PagePiece> {
    let Some((text, from)) = included_text(page, directive) else {
        return vec![];
    };
    let list: BTreeMap<String, ListedParameter> =
        parameters::parse_parameters(&text).into_iter().map(|it| (it.key.clone(), it)).collect();
    let mut tables: Vec<(String, PageTable)> = Vec::new();
    for line in &directive.content {
        let Some(found) = ENTRY.captures(&line.text) else {
            if !line.is_blank() {
                page.add_trouble(line.number, "an entry that is no `- name: key` is left out");
            }
            continue;
        };
        let Some(parameter) = list.get(&found[2]) else {
            page.add_trouble(line.number, format!("the list of parameters has no key `{}`", &found[2]));
            continue;
        };
        add_parameter(page, &mut tables, &found[1], parameter, (line.number, from), depth);
    }
    let orphans: Vec<String> = tables
        .iter()
        .map(|(name, _)| name.clone())
        .filter(|it| it.starts_with("body.") && !is_linked(&tables, it))
        .collect();
    for orphan in orphans {
        let line = tables.iter().find(|it| it.0 == orphan).map_or(directive.first, |it| it.1.first);
        page.add_trouble(line, format!("no row is named `{}`, so its members are left out", &orphan[5..]));
        tables.retain(|it| it.0 != orphan);
    }
    tables.into_iter().map(|(_, table)| PagePiece::Block(PageBlock::Table(table))).collect()
}

fn is_linked(tables: &[(String, PageTable)], name: &str) -> bool {
    let label = table_label(tables, name);
    let links = tables.iter().flat_map(|it| &it.1.rows).flat_map(|row| &row.cells[0].text.links);
    links.into_iter().any(|link| link.label == label)
}

fn table_label(tables: &[(String, PageTable)], name: &str) -> String {
    tables.iter().find(|it| it.0 == name).and_then(|it| it.1.labels.first()).cloned().unwrap_or_default()
}

/// Adds a row to the table of the place, and in the body to the table of the parent.
fn add_parameter(
    page: &mut RstPage,
    tables: &mut Vec<(String, PageTable)>,
    name: &str,
    parameter: &ListedParameter,
    (line, from): (u32, u32),
    depth: usize,
) {
    let (parent, own) = match name.rsplit_once('.').filter(|_| parameter.place == "body") {
        Some((parent, own)) => (format!("body.{parent}"), own),
        None => (parameter.place.clone(), name),
    };
    if !tables.iter().any(|it| it.0 == parent) {
        let caption = match parent.as_str() {
            "path" | "query" | "header" => format!("{parent} parameters"),
            _ => String::new(),
        };
        let labels = vec![format!("{}@{line}", parent.to_lowercase())];
        tables.push((parent.clone(), make_parameter_table(&caption, labels, line)));
    }
    let mut row = make_parameter_row(page, own, parameter, from, depth);
    // The table of the members may follow later and is then linked from this row.
    let below = format!("body.{name}");
    if let Some(found) = tables.iter().find(|it| it.0 == below) {
        add_row_link(&mut row, &found.1.labels[0].clone(), line);
    }
    let at = tables.iter().position(|it| it.0 == parent).expect("the table was just made");
    tables[at].1.rows.push(row);
    tables[at].1.last = line;
    if tables[at].1.rows.len() == 1
        && let Some(path) = parent.strip_prefix("body.")
    {
        let label = tables[at].1.labels[0].clone();
        let (above, own) = path.rsplit_once('.').map_or(("body".into(), path), |(a, b)| (format!("body.{a}"), b));
        let above = tables.iter_mut().find(|it| it.0 == above);
        if let Some(row) = above.and_then(|it| it.1.rows.iter_mut().find(|row| first_word(row) == own)) {
            add_row_link(row, &label, line);
        }
    }
}

fn first_word(row: &TableRow) -> &str {
    row.cells[0].text.lines.first().map_or("", |line| line.text.as_str())
}

fn add_row_link(row: &mut TableRow, label: &str, line: u32) {
    row.cells[0].text.links.push(PageLink { text: String::new(), label: label.to_string(), file: None, line });
}

fn make_parameter_table(caption: &str, labels: Vec<String>, line: u32) -> PageTable {
    let head = ["Parameter", "Mandatory", "Type", "First microversion", "Last microversion", "Description"];
    let header = head.iter().map(|it| make_cell(it, line)).collect();
    let caption = if caption.is_empty() { BlockText::default() } else { inline::make_plain(caption, line) };
    PageTable { caption, labels, header, rows: Vec::new(), first: line, last: line }
}

fn make_parameter_row(
    page: &mut RstPage,
    name: &str,
    parameter: &ListedParameter,
    from: u32,
    depth: usize,
) -> TableRow {
    let (first, last) = (from + parameter.first, from + parameter.last);
    let about: Vec<SourceLine> = parameter
        .description
        .iter()
        .map(|(number, text)| SourceLine { number: from + number, text: text.clone() })
        .collect();
    let mandatory = match parameter.required.as_str() {
        "true" => "yes",
        "false" => "no",
        other => other,
    };
    // `none` is the word of the dialect for a value that is always null.
    let is = if parameter.type_name == "none" { "null" } else { &parameter.type_name };
    let mut row: Vec<TableCell> =
        [name, mandatory, is, &parameter.since, &parameter.until].iter().map(|it| make_cell(it, first)).collect();
    row.push(if about.is_empty() { make_cell("", first) } else { cells::read_cell(page, &about, depth) });
    TableRow { cells: row, first, last }
}

fn make_cell(text: &str, line: u32) -> TableCell {
    let text = if text.is_empty() { BlockText::default() } else { inline::make_plain(text, line) };
    TableCell { text, first: line, last: line }
}

/// Reads the status codes of a directive, each with or without a reason.
pub(super) fn read_status_codes(directive: &Directive) -> Vec<PagePiece> {
    let entries = directive.content.iter().filter(|line| line.text.trim_start().starts_with(['-', '*']));
    make_status_table(entries).into_iter().collect()
}

/// Reads the status codes of a paragraph such as `Normal response codes: 200`.
pub(super) fn read_code_paragraph(lines: &[SourceLine]) -> Option<PagePiece> {
    CODES.is_match(&lines.first()?.text).then(|| make_status_table(lines.iter()))?
}

fn make_status_table<'a>(lines: impl Iterator<Item = &'a SourceLine>) -> Option<PagePiece> {
    let rows: Vec<TableRow> = lines
        .flat_map(|line| {
            let codes = CODE.find_iter(&line.text);
            codes.map(|it| TableRow {
                cells: vec![make_cell(it.as_str(), line.number)],
                first: line.number,
                last: line.number,
            })
        })
        .collect();
    let (first, last) = (rows.first()?.first, rows.last()?.last);
    let header = vec![make_cell("Status code", first)];
    Some(PagePiece::Block(PageBlock::Table(PageTable {
        caption: BlockText::default(),
        labels: vec![],
        header,
        rows,
        first,
        last,
    })))
}
