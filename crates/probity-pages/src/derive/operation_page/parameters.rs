//! Parameters of path, query and headers.

use crate::derive::field::{Field, Need, source};
use crate::derive::field_table::FieldTable;
use crate::derive::page_parts::{Part, Placed};
use crate::derive::patterns::pattern;
use crate::derive::survey::Survey;
use crate::derive::types::Type;
use crate::derive::uri::{Uris, is_read};
use crate::document::{Block, Line};

pattern!(VERSION_HEADER, r"\b([A-Z][A-Za-z]*(?:-[A-Z][A-Za-z]*)+-Version)\b");

/// Returns the place of a table's parameters, if the caption names the place.
pub(super) fn placed_by_caption(table: &FieldTable) -> Option<&'static str> {
    let lower = table.caption.to_lowercase();
    ["query", "header", "path"].into_iter().find(|word| lower.contains(word) && lower.contains("parameter"))
}

/// Returns the path parameters and the query parameters.
pub(super) fn address(
    uris: &Uris,
    survey: &Survey,
    own: &[usize],
    method: &str,
    page: &str,
) -> (Vec<Field>, Vec<Field>) {
    let mut rows: Vec<&Field> = Vec::new();
    let mut asked: Vec<&Field> = Vec::new();
    for at in own {
        let table = &survey.tables[*at];
        match (table.part, placed_by_caption(table)) {
            (_, Some("header")) => {}
            (Part::Uri, _) => rows.extend(&table.fields),
            (Part::Request, Some(_)) => rows.extend(&table.fields),
            (Part::Request, None) if is_read(method) => asked.extend(&table.fields),
            _ => {}
        }
    }
    let in_path = |name: &str| uris.path.iter().any(|(it, _)| it == name);
    let path = uris.path.iter().map(|(name, at)| {
        let row = rows.iter().chain(&asked).find(|it| it.name == *name);
        let mut field = row.map_or_else(|| Field::new(name, Type::String, at.clone()), |it| (*it).clone());
        field.need = Need::Yes;
        field.value_type = if field.value_type == Type::Any { Type::String } else { field.value_type };
        field
    });
    let path = path.collect();
    let mut query: Vec<Field> = Vec::new();
    for row in rows.into_iter().chain(asked) {
        if !in_path(&row.name) && !query.iter().any(|it| it.name == row.name) {
            let mut field = row.clone();
            field.value_type = if field.value_type == Type::Any { Type::String } else { field.value_type };
            query.push(field);
        }
    }
    for (name, at) in &uris.query {
        if !query.iter().any(|it| it.name == *name) && !in_path(name) {
            query.push(Field::new(name, Type::String, source(page, at.first, at.last)));
        }
    }
    (path, query)
}

/// Returns headers from tables and from example requests, and the version header if prose names the header.
pub(in crate::derive) fn headers(
    survey: &Survey,
    nth: usize,
    own: &[usize],
    placed: &[Placed],
    page: &str,
) -> Vec<Field> {
    let mut out: Vec<Field> = Vec::new();
    let mut add = |field: Field| {
        if !out.iter().any(|it| it.name.eq_ignore_ascii_case(&field.name)) {
            out.push(field);
        }
    };
    for at in own {
        let table = &survey.tables[*at];
        if placed_by_caption(table) == Some("header") && matches!(table.part, Part::Request | Part::Uri) {
            table.fields.iter().cloned().for_each(&mut add);
        }
    }
    for (name, at) in &survey.pages[nth].headers {
        add(Field::new(name, Type::String, at.clone()));
    }
    for it in placed {
        for line in lines_of(it.block) {
            if let Some(found) = VERSION_HEADER.captures(&line.text) {
                add(Field::new(&found[1], Type::String, source(page, line.first, line.last)));
            }
        }
        // Prose can show the header on a separate line. Headers in examples are read elsewhere.
        if let (Block::Code { text, first, .. }, Part::Other | Part::Function) = (it.block, it.part) {
            for (at, line) in (*first..).zip(text.lines()) {
                if let Some(found) =
                    VERSION_HEADER.captures(line).filter(|it| line.trim().starts_with(&format!("{}:", &it[1])))
                {
                    add(Field::new(&found[1], Type::String, source(page, at, at)));
                }
            }
        }
    }
    out
}

/// Returns the lines of paragraphs, items and table cells.
fn lines_of(block: &Block) -> Vec<&Line> {
    match block {
        Block::Paragraph(text) | Block::Item { text, .. } => text.lines.iter().collect(),
        Block::Table(table) => {
            table.rows.iter().flat_map(|row| row.cells.iter().flat_map(|cell| cell.text.lines.iter())).collect()
        }
        Block::Code { .. } => Vec::new(),
    }
}
