//! Tables in the form of lists or of comma separated values.

use super::directive::Directive;
use super::page::{Page, Source, dedent};
use super::{cells, inline};
use crate::dialect::html::merge_header;
use crate::document::{Cell, Row, Table, Text};

/// Reads a table of nested lists: outer items are rows, inner items are cells.
pub(super) fn list_table(page: &mut Page, directive: &Directive, depth: usize) -> Option<Table> {
    let mut rows = Vec::new();
    for row in items(&directive.content)? {
        let cells: Vec<Cell> = items(&row)?.iter().map(|cell| cells::cell(page, cell, depth)).collect();
        let (first, last) = bounds(&row);
        rows.push(Row { cells, first, last });
    }
    let header_rows = directive.option("header-rows").and_then(|count| count.parse().ok()).unwrap_or(0);
    Some(finish(directive, rows, header_rows))
}

/// Reads comma separated values: a row is a line, and a cell in quotes may have several lines.
pub(super) fn csv_table(page: &mut Page, directive: &Directive, depth: usize) -> Option<Table> {
    let _ = depth;
    let mut rows = Vec::new();
    let mut header_rows = directive.option("header-rows").and_then(|count| count.parse().ok()).unwrap_or(0);
    if let Some(header) = directive.option("header") {
        let line = Source { number: directive.first, text: header.to_string() };
        rows.extend(records(page, &[line]));
        header_rows += rows.len();
    }
    rows.extend(records(page, &directive.content));
    (!rows.is_empty()).then(|| finish(directive, rows, header_rows))
}

fn finish(directive: &Directive, mut rows: Vec<Row>, header_rows: usize) -> Table {
    let body = rows.split_off(header_rows.min(rows.len()));
    Table {
        caption: Text::default(),
        labels: vec![],
        header: merge_header(&rows),
        rows: body,
        first: directive.first,
        last: directive.last,
    }
}

/// The items of a bullet list, each with its lines; `None` if the lines are no such list.
fn items(lines: &[Source]) -> Option<Vec<Vec<Source>>> {
    let mut out: Vec<Vec<Source>> = Vec::new();
    for line in lines {
        let bullet = line.text.strip_prefix(['-', '*', '+']).filter(|rest| rest.is_empty() || rest.starts_with(' '));
        match (bullet, out.last_mut()) {
            (Some(rest), _) => out.push(vec![Source { number: line.number, text: rest.trim_start().to_string() }]),
            (None, Some(item)) if line.is_blank() || line.indent() >= 2 => {
                item.extend(dedent(std::slice::from_ref(line), 2));
            }
            (None, None) if line.is_blank() => {}
            _ => return None,
        }
    }
    for item in &mut out {
        while item.len() > 1 && item.last().is_some_and(Source::is_blank) {
            item.pop();
        }
    }
    (!out.is_empty()).then_some(out)
}

fn bounds(lines: &[Source]) -> (u32, u32) {
    let first = lines.first().map_or(1, |line| line.number);
    (first, lines.last().map_or(first, |line| line.number))
}

fn records(page: &Page, lines: &[Source]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut cells: Vec<Vec<Source>> = Vec::new();
    let mut quoted = false;
    for line in lines.iter().filter(|line| !line.is_blank()) {
        match quoted {
            true => cells.last_mut().expect("a quote is open in a cell").push(blank(line)),
            false => cells.push(vec![blank(line)]),
        }
        let mut chars = line.text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => put(&mut cells, chars.next().expect("a quote was seen")),
                '"' => quoted = !quoted,
                ',' if !quoted => {
                    cells.push(vec![blank(line)]);
                }
                _ => put(&mut cells, c),
            }
        }
        if !quoted {
            rows.push(record(page, std::mem::take(&mut cells)));
        }
    }
    if !cells.is_empty() {
        rows.push(record(page, cells));
    }
    rows
}

fn blank(line: &Source) -> Source {
    Source { number: line.number, text: String::new() }
}

fn put(cells: &mut [Vec<Source>], c: char) {
    if let Some(line) = cells.last_mut().and_then(|cell| cell.last_mut()) {
        line.text.push(c);
    }
}

fn record(page: &Page, cells: Vec<Vec<Source>>) -> Row {
    let cells: Vec<Cell> = cells
        .into_iter()
        .map(|lines| {
            let (first, last) = bounds(&lines);
            Cell { text: inline::paragraph(page, &lines), first, last }
        })
        .collect();
    let first = cells.first().map_or(1, |cell| cell.first);
    let last = cells.last().map_or(first, |cell| cell.last);
    Row { cells, first, last }
}
