//! Parameters of path, query and headers.

use crate::derive::field::{DraftField, FieldNeed, make_source};
use crate::derive::field_table::FieldTable;
use crate::derive::page_parts::{PagePart, PlacedBlock};
use crate::derive::patterns::pattern;
use crate::derive::survey::PageSurvey;
use crate::derive::types::FieldType;
use crate::derive::uri::{OperationUris, is_read_method};
use crate::document::{PageBlock, PageLine};

pattern!(VERSION_HEADER, r"\b([A-Z][A-Za-z]*(?:-[A-Z][A-Za-z]*)+-Version)\b");

pattern!(
    HEADER_NAME,
    r"^(?:X-[\w-]+|[A-Z][A-Za-z0-9]*(?:-[A-Z][A-Za-z0-9]*)+|Authorization|Host|Accept|Location|Date)$"
);

/// Returns the place of a table's parameters: by the words of the caption or the heading, or because every name is the
/// name of a header.
pub(in crate::derive) fn find_table_place(table: &FieldTable) -> Option<&'static str> {
    let caption = table.caption.to_lowercase();
    let by_caption =
        ["query", "header", "path"].into_iter().find(|word| caption.contains(word) && caption.contains("parameter"));
    let says_header = |text: &str| {
        let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
        words.any(|it| matches!(it, "header" | "headers"))
    };
    let heading = table.heading.to_lowercase();
    by_caption
        .or_else(|| (table.strong.is_empty() && says_header(&caption)).then_some("header"))
        .or_else(|| says_header(&heading).then_some("header"))
        .or_else(|| ["query", "path"].into_iter().find(|word| heading.starts_with(&format!("{word} parameter"))))
        .or_else(|| {
            let named = |it: &DraftField| HEADER_NAME.is_match(&it.name);
            (!table.fields.is_empty() && table.fields.iter().all(named)).then_some("header")
        })
}

/// Returns the path parameters and the query parameters.
pub(super) fn build_address(
    uris: &OperationUris,
    survey: &PageSurvey,
    own: &[usize],
    method: &str,
    page: &str,
) -> (Vec<DraftField>, Vec<DraftField>) {
    let mut rows: Vec<&DraftField> = Vec::new();
    let mut asked: Vec<&DraftField> = Vec::new();
    for at in own {
        let table = &survey.tables[*at];
        match (table.part, find_table_place(table)) {
            (_, Some("header")) => {}
            (PagePart::Uri, _) => rows.extend(&table.fields),
            (PagePart::Request, Some(_)) => rows.extend(&table.fields),
            (PagePart::Request, None) if is_read_method(method) => asked.extend(&table.fields),
            _ => {}
        }
    }
    let in_path = |name: &str| uris.path.iter().any(|(it, _)| it == name);
    let path = uris.path.iter().map(|(name, at)| {
        let row = rows.iter().chain(&asked).find(|it| it.name == *name);
        let mut field = row.map_or_else(|| DraftField::new(name, FieldType::String, at.clone()), |it| (*it).clone());
        field.need = FieldNeed::Yes;
        field.value_type = if field.value_type == FieldType::Any { FieldType::String } else { field.value_type };
        field
    });
    let path = path.collect();
    let mut query: Vec<DraftField> = Vec::new();
    for row in rows.into_iter().chain(asked) {
        if !in_path(&row.name) && !query.iter().any(|it| it.name == row.name) {
            let mut field = row.clone();
            field.value_type = if field.value_type == FieldType::Any { FieldType::String } else { field.value_type };
            query.push(field);
        }
    }
    for (name, at) in &uris.query {
        if !query.iter().any(|it| it.name == *name) && !in_path(name) {
            query.push(DraftField::new(name, FieldType::String, make_source(page, at.first, at.last)));
        }
    }
    (path, query)
}

/// Returns headers from tables and from example requests, and the version header if prose names the header.
pub(in crate::derive) fn collect_headers(
    survey: &PageSurvey,
    nth: usize,
    own: &[usize],
    placed: &[PlacedBlock],
    page: &str,
) -> Vec<DraftField> {
    let mut out: Vec<DraftField> = Vec::new();
    let mut add = |field: DraftField| {
        if !out.iter().any(|it| it.name.eq_ignore_ascii_case(&field.name)) {
            out.push(field);
        }
    };
    for at in own {
        let table = &survey.tables[*at];
        if find_table_place(table) == Some("header") && matches!(table.part, PagePart::Request | PagePart::Uri) {
            table.fields.iter().cloned().for_each(&mut add);
        }
    }
    for (name, at) in &survey.pages[nth].headers {
        add(DraftField::new(name, FieldType::String, at.clone()));
    }
    for it in placed {
        for line in collect_lines(it.block) {
            if let Some(found) = VERSION_HEADER.captures(&line.text) {
                add(DraftField::new(&found[1], FieldType::String, make_source(page, line.first, line.last)));
            }
        }
        // Prose can show the header on a separate line. Headers in examples are read elsewhere.
        if let (PageBlock::Code { text, first, .. }, PagePart::Other | PagePart::Function) = (it.block, it.part) {
            for (at, line) in (*first..).zip(text.lines()) {
                if let Some(found) =
                    VERSION_HEADER.captures(line).filter(|it| line.trim().starts_with(&format!("{}:", &it[1])))
                {
                    add(DraftField::new(&found[1], FieldType::String, make_source(page, at, at)));
                }
            }
        }
    }
    out
}

/// Returns the lines of paragraphs, items and table cells.
fn collect_lines(block: &PageBlock) -> Vec<&PageLine> {
    match block {
        PageBlock::Paragraph(text) | PageBlock::Item { text, .. } => text.lines.iter().collect(),
        PageBlock::Table(table) => {
            table.rows.iter().flat_map(|row| row.cells.iter().flat_map(|cell| cell.text.lines.iter())).collect()
        }
        PageBlock::Code { .. } => Vec::new(),
    }
}
