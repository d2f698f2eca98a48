//! Rows of a table as fields.
//!
//! The header decides the meaning of a column, unless a cell contradicts the header: a type under "Mandatory" with a
//! yes or no under "Type" is read as swapped, row by row.

use super::cells::{describe_condition, flatten_text, is_plain_need, parse_need, split_name, take_first_word};
use super::shape::FieldColumns;
use crate::derive::claims;
use crate::derive::doubts::{DraftDoubt, add_doubt, make_side};
use crate::derive::field::{DraftField, FieldNeed, make_source};
use crate::derive::types::{self, FieldType};
use crate::document::{BlockText, PageTable, TableCell, TableRow};
use probity_schema::catalog::SourceLines;

/// Returns the rows of a table as fields.
pub(in crate::derive) fn read_fields(
    table: &PageTable,
    columns: &FieldColumns,
    page: &str,
    drafts: &mut Vec<DraftDoubt>,
) -> Vec<DraftField> {
    let mut out: Vec<DraftField> = Vec::new();
    for row in &table.rows {
        let Some(field) = read_field_row(row, columns, table.header.len(), page, drafts) else {
            continue;
        };
        match out.iter().find(|old| old.name == field.name && !field.any_key) {
            // A row that spans several lines repeats the name.
            Some(old) if old.value_type != field.value_type => {
                let sides = vec![
                    make_side(old.value_type.type_word(), Some(old.at.clone())),
                    make_side(field.value_type.type_word(), Some(field.at.clone())),
                ];
                add_doubt(drafts, "duplicate-row", field.name.clone(), sides, Some(0), "first-row-wins");
            }
            Some(_) => {}
            None => out.push(field),
        }
    }
    out
}

/// The texts of a row by meaning, wherever they stand.
struct SortedCells<'a> {
    value_type: String,
    need: String,
    about: Vec<&'a TableCell>,
    doubts: Vec<usize>,
}

fn read_field_row(
    row: &TableRow,
    columns: &FieldColumns,
    width: usize,
    page: &str,
    drafts: &mut Vec<DraftDoubt>,
) -> Option<DraftField> {
    let at = make_source(page, row.first, row.last);
    let first = row.cells.get(columns.name).map(|cell| flatten_text(&cell.text)).unwrap_or_default();
    let (name, name_need) = split_name(&first);
    if name.is_empty() || name == "-" {
        return None;
    }
    let SortedCells { value_type, need: need_text, about, doubts } =
        sort_cells(row, columns, width, &name, &at, drafts);
    let mut out = DraftField::new(&name, FieldType::Any, at.clone());
    out.doubts = doubts;
    read_type(&value_type, columns.value_type.is_some(), &mut out, drafts);
    out.any_key = name.contains(char::is_whitespace);
    out.need = name_need.unwrap_or_else(|| parse_need(&need_text));
    out.links = row.cells.iter().flat_map(|cell| cell.text.links.clone()).collect();
    let lines = about.iter().flat_map(|cell| cell.text.lines.clone()).collect();
    out.claims = claims::read_claims(&BlockText { lines, links: Vec::new() }, &out.value_type);
    read_default_cell(row, columns, &mut out);
    read_version_cells(row, columns, &mut out);
    let optional = out.claims.optional.as_ref().map(|it| make_source(page, it.first, it.last));
    let sides = match (out.need, optional) {
        (FieldNeed::When, _) => vec![make_side(describe_condition(&need_text), Some(at)), make_side("no", None)],
        (FieldNeed::Yes, Some(about)) if columns.need.is_some() => {
            vec![make_side("yes", Some(at)), make_side("optional", Some(about))]
        }
        _ => return Some(out),
    };
    out.doubts.push(add_doubt(drafts, "conditional-mandatory", name, sides, Some(1), "condition-not-modelled"));
    out.need = FieldNeed::When;
    Some(out)
}

/// Sorts the cells by header, or by content if cells are missing or contradict the header.
fn sort_cells<'a>(
    row: &'a TableRow,
    columns: &FieldColumns,
    width: usize,
    name: &str,
    at: &SourceLines,
    drafts: &mut Vec<DraftDoubt>,
) -> SortedCells<'a> {
    let text = |column: Option<usize>| {
        column.and_then(|it| row.cells.get(it)).map(|cell| flatten_text(&cell.text)).unwrap_or_default()
    };
    let about = columns.about.iter().filter_map(|it| row.cells.get(*it)).collect();
    let mut out =
        SortedCells { value_type: text(columns.value_type), need: text(columns.need), about, doubts: Vec::new() };
    let cut = |column: &usize| *column >= row.cells.len();
    let missing = columns.about.iter().chain(&columns.value_type).chain(&columns.need).any(cut);
    if row.cells.len() < width && missing {
        out.doubts.push(record_ragged_row(row, width, at, name, drafts));
        let spare = row.cells.iter().enumerate().filter(|(nth, _)| *nth != columns.name).map(|(_, cell)| cell);
        let spare: Vec<&TableCell> = spare.collect();
        let find = |fits: &dyn Fn(&str) -> bool| {
            spare.iter().map(|cell| flatten_text(&cell.text)).find(|it| fits(it)).unwrap_or_default()
        };
        out.value_type = find(&|it| types::parse_type_cell(it).is_some());
        out.need = find(&|it| parse_need(it) != FieldNeed::Unsaid && types::parse_type_cell(it).is_none());
        out.about = spare.last().copied().into_iter().collect();
    }
    if is_plain_need(&out.value_type) && types::parse_type_cell(&out.need).is_some() {
        std::mem::swap(&mut out.value_type, &mut out.need);
        let sides = vec![
            make_side(format!("type {}, mandatory {}", out.need, out.value_type), Some(at.clone())),
            make_side(format!("type {}, mandatory {}", out.value_type, out.need), None),
        ];
        out.doubts.push(add_doubt(drafts, "swapped-columns", name, sides, Some(1), "column-by-content"));
    }
    out
}

fn read_type(text: &str, has_column: bool, out: &mut DraftField, drafts: &mut Vec<DraftDoubt>) {
    let Some(read) = types::parse_type_cell(text) else {
        if has_column && !matches!(text, "" | "-" | "N/A" | "None" | "none") {
            let sides = vec![make_side(take_first_word(text), Some(out.at.clone()))];
            out.doubts.push(add_doubt(drafts, "unread-type", out.name.clone(), sides, None, "no-type"));
        }
        return;
    };
    if read.misspelt {
        let sides = vec![make_side(text, Some(out.at.clone())), make_side(read.value_type.type_word(), None)];
        out.doubts.push(add_doubt(drafts, "misspelt-type", out.name.clone(), sides, Some(1), "nearest-type"));
    }
    out.value_type = read.value_type;
    out.model = read.model;
}

fn record_ragged_row(
    row: &TableRow,
    width: usize,
    at: &SourceLines,
    name: &str,
    drafts: &mut Vec<DraftDoubt>,
) -> usize {
    let sides = vec![
        make_side(format!("{} cells under {width} headers", row.cells.len()), Some(at.clone())),
        make_side("cells read by content", None),
    ];
    add_doubt(drafts, "ragged-row", name, sides, Some(1), "cells-by-content")
}

/// Reads the default column. `None` and dashes stand for no default.
fn read_default_cell(row: &TableRow, columns: &FieldColumns, out: &mut DraftField) {
    let Some(cell) = columns.default.and_then(|it| row.cells.get(it)) else {
        return;
    };
    let text = flatten_text(&cell.text);
    let none = matches!(text.to_lowercase().as_str(), "" | "none" | "-" | "n/a" | "null");
    if !none && !text.contains(' ') && text != "[]" && out.claims.default.is_none() {
        out.claims.default = Some(claims::CitedClaim { value: text, first: cell.first, last: cell.last });
    }
}

/// Reads the columns of microversions. The columns replace claims of the description.
fn read_version_cells(row: &TableRow, columns: &FieldColumns, out: &mut DraftField) {
    let cited = |column: Option<usize>| {
        let cell = column.and_then(|it| row.cells.get(it))?;
        let text = flatten_text(&cell.text);
        (!text.is_empty()).then_some(claims::CitedClaim { value: text, first: cell.first, last: cell.last })
    };
    if let Some(since) = cited(columns.since) {
        out.claims.since = Some(since);
    }
    if let Some(until) = cited(columns.until) {
        out.claims.until = Some(until);
    }
}
