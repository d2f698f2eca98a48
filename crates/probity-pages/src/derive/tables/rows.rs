//! Rows of a table as fields.
//!
//! The header decides the meaning of a column, unless a cell contradicts the header: a type under "Mandatory" with a
//! yes or no under "Type" is read as swapped, row by row.

use super::cells::{flat, lead, need, plain_need, short, split_name};
use super::shape::Columns;
use crate::derive::claims;
use crate::derive::doubts::{Draft, doubt, side};
use crate::derive::field::{Field, Need, source};
use crate::derive::types::{self, Type};
use crate::document::{Cell, Row, Table, Text};
use probity_schema::catalog::Source;

/// Returns the rows of a table as fields.
pub(in crate::derive) fn fields(table: &Table, columns: &Columns, page: &str, drafts: &mut Vec<Draft>) -> Vec<Field> {
    let mut out: Vec<Field> = Vec::new();
    for row in &table.rows {
        let Some(field) = field(row, columns, table.header.len(), page, drafts) else {
            continue;
        };
        match out.iter().find(|old| old.name == field.name && !field.any_key) {
            // A row that spans several lines repeats the name.
            Some(old) if old.value_type != field.value_type => {
                let sides = vec![
                    side(old.value_type.word(), Some(old.at.clone())),
                    side(field.value_type.word(), Some(field.at.clone())),
                ];
                doubt(drafts, "duplicate-row", field.name.clone(), sides, Some(0), "first-row-wins");
            }
            Some(_) => {}
            None => out.push(field),
        }
    }
    out
}

/// The texts of a row by meaning, wherever they stand.
struct Sorted<'a> {
    value_type: String,
    need: String,
    about: Vec<&'a Cell>,
    doubts: Vec<usize>,
}

fn field(row: &Row, columns: &Columns, width: usize, page: &str, drafts: &mut Vec<Draft>) -> Option<Field> {
    let at = source(page, row.first, row.last);
    let first = row.cells.get(columns.name).map(|cell| flat(&cell.text)).unwrap_or_default();
    let (name, name_need) = split_name(&first);
    if name.is_empty() || name == "-" {
        return None;
    }
    let Sorted { value_type, need: need_text, about, doubts } = sort(row, columns, width, &name, &at, drafts);
    let mut out = Field::new(&name, Type::Any, at.clone());
    out.doubts = doubts;
    read_type(&value_type, columns.value_type.is_some(), &mut out, drafts);
    out.any_key = name.contains(char::is_whitespace);
    out.need = name_need.unwrap_or_else(|| need(&need_text));
    out.links = row.cells.iter().flat_map(|cell| cell.text.links.clone()).collect();
    let lines = about.iter().flat_map(|cell| cell.text.lines.clone()).collect();
    out.claims = claims::read(&Text { lines, links: Vec::new() }, &out.value_type);
    default_cell(row, columns, &mut out);
    version_cells(row, columns, &mut out);
    let optional = out.claims.optional.as_ref().map(|it| source(page, it.first, it.last));
    let sides = match (out.need, optional) {
        (Need::When, _) => vec![side(lead(&need_text), Some(at)), side("no", None)],
        (Need::Yes, Some(about)) if columns.need.is_some() => {
            vec![side("yes", Some(at)), side("optional", Some(about))]
        }
        _ => return Some(out),
    };
    out.doubts.push(doubt(drafts, "conditional-mandatory", name, sides, Some(1), "condition-not-modelled"));
    out.need = Need::When;
    Some(out)
}

/// Sorts the cells by header, or by content if cells are missing or contradict the header.
fn sort<'a>(
    row: &'a Row,
    columns: &Columns,
    width: usize,
    name: &str,
    at: &Source,
    drafts: &mut Vec<Draft>,
) -> Sorted<'a> {
    let text = |column: Option<usize>| {
        column.and_then(|it| row.cells.get(it)).map(|cell| flat(&cell.text)).unwrap_or_default()
    };
    let about = columns.about.iter().filter_map(|it| row.cells.get(*it)).collect();
    let mut out = Sorted { value_type: text(columns.value_type), need: text(columns.need), about, doubts: Vec::new() };
    let cut = |column: &usize| *column >= row.cells.len();
    let missing = columns.about.iter().chain(&columns.value_type).chain(&columns.need).any(cut);
    if row.cells.len() < width && missing {
        out.doubts.push(ragged(row, width, at, name, drafts));
        let spare = row.cells.iter().enumerate().filter(|(nth, _)| *nth != columns.name).map(|(_, cell)| cell);
        let spare: Vec<&Cell> = spare.collect();
        let find = |fits: &dyn Fn(&str) -> bool| {
            spare.iter().map(|cell| flat(&cell.text)).find(|it| fits(it)).unwrap_or_default()
        };
        out.value_type = find(&|it| types::read(it).is_some());
        out.need = find(&|it| need(it) != Need::Unsaid && types::read(it).is_none());
        out.about = spare.last().copied().into_iter().collect();
    }
    if plain_need(&out.value_type) && types::read(&out.need).is_some() {
        std::mem::swap(&mut out.value_type, &mut out.need);
        let sides = vec![
            side(format!("type {}, mandatory {}", out.need, out.value_type), Some(at.clone())),
            side(format!("type {}, mandatory {}", out.value_type, out.need), None),
        ];
        out.doubts.push(doubt(drafts, "swapped-columns", name, sides, Some(1), "column-by-content"));
    }
    out
}

fn read_type(text: &str, has_column: bool, out: &mut Field, drafts: &mut Vec<Draft>) {
    let Some(read) = types::read(text) else {
        if has_column && !matches!(text, "" | "-" | "N/A") {
            let sides = vec![side(short(text), Some(out.at.clone()))];
            out.doubts.push(doubt(drafts, "unread-type", out.name.clone(), sides, None, "no-type"));
        }
        return;
    };
    if read.misspelt {
        let sides = vec![side(text, Some(out.at.clone())), side(read.value_type.word(), None)];
        out.doubts.push(doubt(drafts, "misspelt-type", out.name.clone(), sides, Some(1), "nearest-type"));
    }
    out.value_type = read.value_type;
    out.model = read.model;
}

fn ragged(row: &Row, width: usize, at: &Source, name: &str, drafts: &mut Vec<Draft>) -> usize {
    let sides = vec![
        side(format!("{} cells under {width} headers", row.cells.len()), Some(at.clone())),
        side("cells read by content", None),
    ];
    doubt(drafts, "ragged-row", name, sides, Some(1), "cells-by-content")
}

/// Reads the default column. `None` and dashes stand for no default.
fn default_cell(row: &Row, columns: &Columns, out: &mut Field) {
    let Some(cell) = columns.default.and_then(|it| row.cells.get(it)) else {
        return;
    };
    let text = flat(&cell.text);
    let none = matches!(text.to_lowercase().as_str(), "" | "none" | "-" | "n/a" | "null");
    if !none && !text.contains(' ') && text != "[]" && out.claims.default.is_none() {
        out.claims.default = Some(claims::Cited { value: text, first: cell.first, last: cell.last });
    }
}

/// Reads the columns of microversions. The columns replace claims of the description.
fn version_cells(row: &Row, columns: &Columns, out: &mut Field) {
    let cited = |column: Option<usize>| {
        let cell = column.and_then(|it| row.cells.get(it))?;
        let text = flat(&cell.text);
        (!text.is_empty()).then_some(claims::Cited { value: text, first: cell.first, last: cell.last })
    };
    if let Some(since) = cited(columns.since) {
        out.claims.since = Some(since);
    }
    if let Some(until) = cited(columns.until) {
        out.claims.until = Some(until);
    }
}
