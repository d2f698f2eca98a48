//! Tables as what they are: lists of fields, of statuses, of values.
//!
//! A column means what its header says, unless the cells say otherwise: a type under
//! "Mandatory" and a yes or no under "Type" are read as swapped, row by row.

use super::claims;
use super::doubts::{Draft, doubt, side};
use super::field::{Field, Need, source};
use super::types::{self, Type};
use crate::document::{Cell, Row, Table, Text};
use probity_schema::catalog::Source;

/// What a table lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    Fields(Columns),
    /// Status codes: column of the code.
    Codes(usize),
    /// Values of a field, as in a table of statuses: the header's word for it.
    Values(String),
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Columns {
    pub name: usize,
    pub is: Option<usize>,
    pub need: Option<usize>,
    pub default: Option<usize>,
    /// First and last microversion.
    pub since: Option<usize>,
    pub until: Option<usize>,
    /// Where the parameter stands: path, query, header or body.
    pub place: Option<usize>,
    pub about: Vec<usize>,
}

/// The shape of a table by its header.
pub(super) fn shape(table: &Table) -> Shape {
    let heads: Vec<String> = table.header.iter().map(|cell| flat(&cell.text).to_lowercase()).collect();
    let Some(first) = heads.first() else {
        return Shape::Other;
    };
    let find = |words: &[&str]| heads.iter().position(|head| words.contains(&head.as_str()));
    let codes = [
        "returned value",
        "returned values",
        "return value",
        "status code",
        "status codes",
        "http code",
        "http status code",
        "code",
        "normal",
        "返回值",
        "状态码",
    ];
    if codes.contains(&first.as_str()) && !heads.iter().any(|head| head == "type") {
        return Shape::Codes(0);
    }
    if matches!(first.as_str(), "status" | "state" | "状态" | "statuses") {
        return Shape::Values(first.clone());
    }
    let name = find(&[
        "parameter",
        "name",
        "attribute",
        "field",
        "key",
        "parameter name",
        "element",
        "参数",
        "参数名称",
        "名称",
        "이름",
    ]);
    let Some(name) = name else {
        return Shape::Other;
    };
    let is = find(&["type", "parameter type", "data type", "value type", "schema", "参数类型", "类型", "유형"]);
    let need = find(&[
        "mandatory",
        "required",
        "mandatory (yes/no)",
        "mandatory or not",
        "mandatory/optional",
        "optional or mandatory",
        "是否必选",
        "是否必须",
        "必选",
        "필수",
    ]);
    let about: Vec<usize> = heads
        .iter()
        .enumerate()
        .filter(|(_, head)| {
            ["description", "remarks", "remark", "constraint", "constraints", "meaning", "说明", "描述", "备注", "설명"]
                .contains(&head.as_str())
        })
        .map(|(at, _)| at)
        .collect();
    if is.is_none() && need.is_none() && about.is_empty() {
        return Shape::Other;
    }
    // A dialect with a schema column has the place of a parameter under "type".
    let schema = heads.iter().position(|head| head == "schema");
    let kind = heads.iter().position(|head| head == "type");
    let place = schema.and(kind);
    let default = find(&["default", "default value"]);
    let (since, until) = (find(&["first microversion"]), find(&["last microversion"]));
    Shape::Fields(Columns { name, is: schema.or(is), need, default, since, until, place, about })
}

/// The rows of a table of fields.
pub(super) fn fields(table: &Table, columns: &Columns, page: &str, drafts: &mut Vec<Draft>) -> Vec<Field> {
    let mut out: Vec<Field> = Vec::new();
    for row in &table.rows {
        let Some(field) = field(row, columns, table.header.len(), page, drafts) else {
            continue;
        };
        match out.iter().find(|old| old.name == field.name && !field.any_key) {
            // A row that spans or is split repeats its name.
            Some(old) if old.is != field.is => {
                let sides =
                    vec![side(old.is.word(), Some(old.at.clone())), side(field.is.word(), Some(field.at.clone()))];
                doubt(drafts, "duplicate-row", field.name.clone(), sides, Some(0), "first-row-wins");
            }
            Some(_) => {}
            None => out.push(field),
        }
    }
    out
}

/// The texts of a row by what they are, wherever they stand.
struct Sorted<'a> {
    is: String,
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
    let Sorted { is, need: need_text, about, doubts } = sort(row, columns, width, &name, &at, drafts);
    let mut out = Field::new(&name, Type::Any, at.clone());
    out.doubts = doubts;
    read_type(&is, columns.is.is_some(), &mut out, drafts);
    out.any_key = name.contains(char::is_whitespace);
    out.need = name_need.unwrap_or_else(|| need(&need_text));
    out.links = row.cells.iter().flat_map(|cell| cell.text.links.clone()).collect();
    let lines = about.iter().flat_map(|cell| cell.text.lines.clone()).collect();
    out.claims = claims::read(&Text { lines, links: Vec::new() }, &out.is);
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

/// Takes the cells by their headers, unless the row is cut short or the cells say otherwise.
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
    let mut out = Sorted { is: text(columns.is), need: text(columns.need), about, doubts: Vec::new() };
    let cut = |column: &usize| *column >= row.cells.len();
    let missing = columns.about.iter().chain(&columns.is).chain(&columns.need).any(cut);
    if row.cells.len() < width && missing {
        out.doubts.push(ragged(row, width, at, name, drafts));
        let spare = row.cells.iter().enumerate().filter(|(nth, _)| *nth != columns.name).map(|(_, cell)| cell);
        let spare: Vec<&Cell> = spare.collect();
        let find = |fits: &dyn Fn(&str) -> bool| {
            spare.iter().map(|cell| flat(&cell.text)).find(|it| fits(it)).unwrap_or_default()
        };
        out.is = find(&|it| types::read(it).is_some());
        out.need = find(&|it| need(it) != Need::Unsaid && types::read(it).is_none());
        out.about = spare.last().copied().into_iter().collect();
    }
    if plain_need(&out.is) && types::read(&out.need).is_some() {
        std::mem::swap(&mut out.is, &mut out.need);
        let sides = vec![
            side(format!("type {}, mandatory {}", out.need, out.is), Some(at.clone())),
            side(format!("type {}, mandatory {}", out.is, out.need), None),
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
        let sides = vec![side(text, Some(out.at.clone())), side(read.is.word(), None)];
        out.doubts.push(doubt(drafts, "misspelt-type", out.name.clone(), sides, Some(1), "nearest-type"));
    }
    out.is = read.is;
    out.model = read.model;
}

fn ragged(row: &Row, width: usize, at: &Source, name: &str, drafts: &mut Vec<Draft>) -> usize {
    let sides = vec![
        side(format!("{} cells under {width} headers", row.cells.len()), Some(at.clone())),
        side("cells read by content", None),
    ];
    doubt(drafts, "ragged-row", name, sides, Some(1), "cells-by-content")
}

/// The name without marks, and what a mark beside it says of its need.
fn split_name(text: &str) -> (String, Option<Need>) {
    let text = text.trim().trim_matches(['*', '`', '"']).trim();
    for (word, need) in [
        ("required", Need::Yes),
        ("optional", Need::No),
        ("(mandatory)", Need::Yes),
        ("(optional)", Need::No),
        ("(required)", Need::Yes),
    ] {
        if let Some(name) = text.strip_suffix(word).map(str::trim).filter(|name| !name.is_empty()) {
            return (name.to_string(), Some(need));
        }
    }
    (text.to_string(), None)
}

/// What a cell of the mandatory column says.
pub(super) fn need(text: &str) -> Need {
    let lower = text.trim().trim_end_matches('.').to_lowercase();
    match lower.as_str() {
        "yes" | "y" | "mandatory" | "required" | "m" | "true" | "是" | "必选" => Need::Yes,
        "no" | "n" | "optional" | "o" | "false" | "否" | "可选" => Need::No,
        "" | "-" | "n/a" | "--" | "/" => Need::Unsaid,
        _ => Need::When,
    }
}

fn plain_need(text: &str) -> bool {
    matches!(need(text), Need::Yes | Need::No)
}

/// The word before the condition, as `yes` in "Yes (when …)"; the condition is the page's text.
fn lead(text: &str) -> String {
    let word: String = text.chars().take_while(|c| c.is_alphanumeric()).collect();
    match need(&word) {
        Need::Yes => "yes, with a condition".into(),
        Need::No => "no, with a condition".into(),
        _ => "a condition".into(),
    }
}

fn short(text: &str) -> String {
    let word: String = text.split_whitespace().next().unwrap_or_default().chars().take(32).collect();
    word
}

/// The text of a cell on one line.
pub(super) fn flat(text: &Text) -> String {
    text.lines.iter().map(|line| line.text.trim()).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The default column; `None` and dashes there mean that there is none.
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

/// Columns of microversions; they go before what the description says of them.
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
