//! Simple tables: a column is the text under a run of `=`.

use super::cells;
use super::grid_table::split_columns;
use super::page::{RstPage, SourceLine};
use crate::dialect::html::merge_header;
use crate::document::{BlockText, PageTable, TableCell, TableRow};

/// Most lines of one table.
const LINES_MAX: usize = 5_000;

type ColumnBounds = Vec<(usize, usize)>;

/// Reads a table that begins with a rule. Returns the table and its number of lines. Without a last rule, returns no
/// table and the number of lines before the first blank line.
pub(super) fn read_simple_table(page: &mut RstPage, lines: &[SourceLine], depth: usize) -> (Option<PageTable>, usize) {
    let bounds = parse_runs(&lines[0].text);
    let is_rule = |line: &SourceLine| {
        let text = line.text.trim_end();
        text.starts_with('=') && text.chars().all(|c| matches!(c, '=' | ' ')) && parse_runs(text).len() == bounds.len()
    };
    let ends = |index: usize| lines.get(index + 1).is_none_or(SourceLine::is_blank);
    let mut rules = (1..lines.len().min(LINES_MAX)).filter(|index| is_rule(&lines[*index]));
    let Some(end) = rules.find(|index| ends(*index)) else {
        let count = lines.iter().position(SourceLine::is_blank).unwrap_or(lines.len());
        return (None, count);
    };
    let header_rule = (1..end).find(|index| is_rule(&lines[*index]));
    let mut rows = Vec::new();
    let mut header_rows = 0;
    let mut open: Vec<SourceLine> = Vec::new();
    for (index, line) in lines.iter().enumerate().take(end + 1).skip(1) {
        let text = line.text.trim_end();
        let spans = !text.is_empty() && text.starts_with('-') && text.chars().all(|c| matches!(c, '-' | ' '));
        if index == end || Some(index) == header_rule || is_rule(line) {
            close_row(page, &mut open, &bounds, None, &mut rows, depth);
            if Some(index) == header_rule {
                header_rows = rows.len();
            }
        } else if spans && !open.is_empty() {
            let spanned = parse_runs(text);
            close_row(page, &mut open, &bounds, Some(spanned), &mut rows, depth);
        } else {
            let begins = !line.is_blank() && !column_text(&line.text, bounds[0], bounds.get(1)).trim().is_empty();
            if begins {
                close_row(page, &mut open, &bounds, None, &mut rows, depth);
            }
            if begins || !open.is_empty() || !line.is_blank() {
                open.push(line.clone());
            }
        }
    }
    let body = rows.split_off(header_rows);
    let table = PageTable {
        caption: BlockText::default(),
        labels: vec![],
        header: merge_header(&rows),
        rows: body,
        first: lines[0].number,
        last: lines[end].number,
    };
    (Some(table), end + 1)
}

/// Ends the open row. `spanned` are the columns by the line of dashes under the row.
fn close_row(
    page: &mut RstPage,
    open: &mut Vec<SourceLine>,
    bounds: &ColumnBounds,
    spanned: Option<ColumnBounds>,
    rows: &mut Vec<TableRow>,
    depth: usize,
) {
    while open.last().is_some_and(SourceLine::is_blank) {
        open.pop();
    }
    let (Some(first), Some(last)) = (open.first(), open.last()) else {
        return;
    };
    let (first, last) = (first.number, last.number);
    let parts = spanned.as_ref().unwrap_or(bounds);
    let mut cells: Vec<TableCell> = Vec::new();
    for (index, column) in parts.iter().enumerate() {
        let lines: Vec<SourceLine> = open
            .iter()
            .map(|line| SourceLine {
                number: line.number,
                text: column_text(&line.text, *column, parts.get(index + 1)),
            })
            .collect();
        let cell = cells::read_cell(page, &lines, depth);
        let covered =
            bounds.iter().filter(|(start, _)| *start >= column.0 && *start < column.1.max(column.0 + 1)).count();
        cells.extend(std::iter::repeat_n(cell, covered.max(1)));
    }
    rows.push(TableRow { cells, first, last });
    open.clear();
}

/// First column and end column of each run of a rule.
fn parse_runs(rule: &str) -> ColumnBounds {
    let mut out: ColumnBounds = Vec::new();
    let mut at = 0;
    for run in rule.split(' ') {
        let length = run.chars().count();
        if length > 0 {
            out.push((at, at + length));
        }
        at += length + 1;
    }
    out
}

/// The text of one column of a line. The last column reaches to the end of the line.
fn column_text(line: &str, column: (usize, usize), next: Option<&(usize, usize)>) -> String {
    let all = split_columns(line);
    let end = next.map_or(all.len(), |next| next.0).min(all.len());
    let start = column.0.min(end);
    let text: String = all[start..end].iter().filter(|c| **c != '\0').collect();
    // A backslash alone means a blank first cell.
    match text.trim() {
        "\\" => "\\ ".to_string(),
        _ => text.trim_end().to_string(),
    }
}
