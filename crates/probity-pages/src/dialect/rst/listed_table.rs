//! Tables in the form of lists or of comma separated values.

use super::directive::Directive;
use super::page::{RstPage, SourceLine, dedent_by};
use super::{cells, inline};
use crate::dialect::html::merge_header;
use crate::document::{BlockText, PageTable, TableCell, TableRow};

/// Reads a table of nested lists: outer items are rows, inner items are cells.
pub(super) fn read_list_table(page: &mut RstPage, directive: &Directive, depth: usize) -> Option<PageTable> {
    let mut rows = Vec::new();
    for row in split_items(&directive.content)? {
        let cells: Vec<TableCell> = split_items(&row)?.iter().map(|cell| cells::read_cell(page, cell, depth)).collect();
        let (first, last) = line_bounds(&row);
        rows.push(TableRow { cells, first, last });
    }
    let header_rows = directive.option("header-rows").and_then(|count| count.parse().ok()).unwrap_or(0);
    Some(finish_table(directive, rows, header_rows))
}

/// Reads comma separated values: a row is a line, and a cell in quotes may have several lines.
pub(super) fn read_csv_table(page: &mut RstPage, directive: &Directive, depth: usize) -> Option<PageTable> {
    let _ = depth;
    let mut rows = Vec::new();
    let mut header_rows = directive.option("header-rows").and_then(|count| count.parse().ok()).unwrap_or(0);
    if let Some(header) = directive.option("header") {
        let line = SourceLine { number: directive.first, text: header.to_string() };
        rows.extend(read_records(page, &[line]));
        header_rows += rows.len();
    }
    rows.extend(read_records(page, &directive.content));
    (!rows.is_empty()).then(|| finish_table(directive, rows, header_rows))
}

fn finish_table(directive: &Directive, mut rows: Vec<TableRow>, header_rows: usize) -> PageTable {
    let body = rows.split_off(header_rows.min(rows.len()));
    PageTable {
        caption: BlockText::default(),
        labels: vec![],
        header: merge_header(&rows),
        rows: body,
        first: directive.first,
        last: directive.last,
    }
}

/// The items of a bullet list, each with its lines; `None` if the lines are no such list.
fn split_items(lines: &[SourceLine]) -> Option<Vec<Vec<SourceLine>>> {
    let mut out: Vec<Vec<SourceLine>> = Vec::new();
    for line in lines {
        let bullet = line.text.strip_prefix(['-', '*', '+']).filter(|rest| rest.is_empty() || rest.starts_with(' '));
        match (bullet, out.last_mut()) {
            (Some(rest), _) => out.push(vec![SourceLine { number: line.number, text: rest.trim_start().to_string() }]),
            (None, Some(item)) if line.is_blank() || line.indent() >= 2 => {
                item.extend(dedent_by(std::slice::from_ref(line), 2));
            }
            (None, None) if line.is_blank() => {}
            _ => return None,
        }
    }
    for item in &mut out {
        while item.len() > 1 && item.last().is_some_and(SourceLine::is_blank) {
            item.pop();
        }
    }
    (!out.is_empty()).then_some(out)
}

fn line_bounds(lines: &[SourceLine]) -> (u32, u32) {
    let first = lines.first().map_or(1, |line| line.number);
    (first, lines.last().map_or(first, |line| line.number))
}

fn read_records(page: &RstPage, lines: &[SourceLine]) -> Vec<TableRow> {
    let mut rows = Vec::new();
    let mut cells: Vec<Vec<SourceLine>> = Vec::new();
    let mut quoted = false;
    for line in lines.iter().filter(|line| !line.is_blank()) {
        match quoted {
            true => cells.last_mut().expect("a quote is open in a cell").push(blank_line(line)),
            false => cells.push(vec![blank_line(line)]),
        }
        let mut chars = line.text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => {
                    push_char(&mut cells, chars.next().expect("a quote was seen"))
                }
                '"' => quoted = !quoted,
                ',' if !quoted => {
                    cells.push(vec![blank_line(line)]);
                }
                _ => push_char(&mut cells, c),
            }
        }
        if !quoted {
            rows.push(make_record(page, std::mem::take(&mut cells)));
        }
    }
    if !cells.is_empty() {
        rows.push(make_record(page, cells));
    }
    rows
}

fn blank_line(line: &SourceLine) -> SourceLine {
    SourceLine { number: line.number, text: String::new() }
}

fn push_char(cells: &mut [Vec<SourceLine>], c: char) {
    if let Some(line) = cells.last_mut().and_then(|cell| cell.last_mut()) {
        line.text.push(c);
    }
}

fn make_record(page: &RstPage, cells: Vec<Vec<SourceLine>>) -> TableRow {
    let cells: Vec<TableCell> = cells
        .into_iter()
        .map(|lines| {
            let (first, last) = line_bounds(&lines);
            TableCell { text: inline::read_paragraph(page, &lines), first, last }
        })
        .collect();
    let first = cells.first().map_or(1, |cell| cell.first);
    let last = cells.last().map_or(first, |cell| cell.last);
    TableRow { cells, first, last }
}
