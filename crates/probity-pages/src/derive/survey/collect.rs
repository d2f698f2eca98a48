//! Reads tables, examples, headers and statuses of every page.

use super::pages::{Example, Page, Survey, ValueTable};
use crate::derive::doubts::{Draft, Drafts, doubt, side};
use crate::derive::field::{Way, source};
use crate::derive::field_table::{FieldTable, PageName, base_name};
use crate::derive::input::PageInput;
use crate::derive::lenient_json;
use crate::derive::page_parts::{Part, Placed, place, status_label};
use crate::derive::patterns::pattern;
use crate::derive::tables::{self, Shape, flat};
use crate::document::{Block, Table, Text};
use probity_schema::catalog::{Source, Status};

pattern!(CODE, r"^\s*([1-5]\d{2})\b");
// Sentences about responses without body.
pattern!(
    NO_BODY,
    r"(?i)\bdoes not return (?:any )?content in the response body\b|\bno body content for the response\b"
);
pattern!(HEADER_LINE, r"^([A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+)\s*:\s*(\S.*)$");

/// Reads all pages.
pub(in crate::derive) fn survey(inputs: &[PageInput], drafts: &mut Drafts) -> Survey {
    let mut out = Survey::default();
    for (nth, input) in inputs.iter().enumerate() {
        let start = drafts.all.len();
        let placed = place(&input.document);
        let mut labels = input.document.labels.clone();
        labels.extend(input.document.sections.iter().flat_map(|it| it.labels.clone()));
        out.names.push(PageName { id: input.entry.id.clone(), file: base_name(&input.entry.file), labels });
        let mut page = Page::default();
        let mut mode = Way::Request;
        for it in &placed {
            match it.block {
                Block::Table(table) => look_at_table(nth, input, it, table, &mut page, &mut out, &mut drafts.all),
                Block::Code { text, first, .. } => {
                    look_at_code(it, text, *first, input, &mut mode, &mut page, &mut drafts.all)
                }
                Block::Paragraph(text) | Block::Item { text, .. } => {
                    look_at_text(it, text, input, &mut mode, &mut page)
                }
            }
        }
        out.pages.push(page);
        drafts.tag(start, nth);
    }
    out
}

fn look_at_table(
    nth: usize,
    input: &PageInput,
    it: &Placed,
    table: &Table,
    page: &mut Page,
    out: &mut Survey,
    drafts: &mut Vec<Draft>,
) {
    let id = &input.entry.id;
    match tables::shape(table) {
        // Parameter tables with a column for the place are read by version.
        Shape::Fields(columns) if columns.place.is_some() && input.document.dialect == "pipes" => {}
        Shape::Fields(columns) => {
            // The item before a table without caption serves as the caption, with the labels of the item.
            let own = !table.caption.lines.is_empty();
            let caption = if own { Some(&table.caption) } else { it.hint };
            let strong = caption.map(|text| {
                text.lines.iter().flat_map(|line| line.strong.clone()).map(|word| word.trim().to_string()).collect()
            });
            out.tables.push(FieldTable {
                page: nth,
                labels: table.labels.clone(),
                caption: caption.map(flat).unwrap_or_default(),
                strong: strong.unwrap_or_default(),
                part: it.part,
                abnormal: it.abnormal,
                section_labels: it.labels.to_vec(),
                heading: it.heading.to_string(),
                fields: tables::fields(table, &columns, id, drafts),
                at: source(id, table.first, table.last),
            });
        }
        Shape::Codes(column) => {
            for row in &table.rows {
                let text = row.cells.get(column).map(|cell| flat(&cell.text)).unwrap_or_default();
                if let Some(code) = CODE.captures(&text).and_then(|it| it[1].parse().ok()) {
                    add_code(page, code, source(id, row.first, row.last));
                }
            }
        }
        Shape::Values(word) => {
            let strong = table.caption.lines.iter().flat_map(|line| line.strong.first()).next();
            let values = table.rows.iter().filter_map(|row| {
                let text = flat(&row.cells.first()?.text);
                (!text.is_empty() && !text.contains(' ')).then(|| (text, source(id, row.first, row.last)))
            });
            out.values.push(ValueTable {
                page: nth,
                field: strong.cloned().unwrap_or(word).trim().to_string(),
                values: values.collect(),
                at: source(id, table.first, table.last),
            });
        }
        Shape::Other => {
            for (column, head) in table.header.iter().enumerate() {
                let name = flat(&head.text);
                let null = table.rows.iter().find(|row| {
                    row.cells
                        .get(column)
                        .is_some_and(|cell| cell.text.lines.iter().any(|line| line.text.trim() == "null"))
                });
                if let Some(row) = null.filter(|_| !name.is_empty() && !name.contains(' ')) {
                    out.nulls.push((name, source(id, row.first, row.last)));
                }
            }
        }
    }
}

fn add_code(page: &mut Page, code: u16, at: Source) {
    if !page.codes.iter().any(|it| it.code == code) {
        page.codes.push(Status { code, general: false, at });
    }
}

fn look_at_code(
    it: &Placed,
    text: &str,
    first: u32,
    input: &PageInput,
    mode: &mut Way,
    page: &mut Page,
    drafts: &mut Vec<Draft>,
) {
    let way = match it.part {
        Part::ExampleRequest => Way::Request,
        Part::ExampleResponse => Way::Response,
        Part::Example => {
            let opens_call = text.lines().any(|line| {
                let line = line.trim_start();
                ["GET ", "POST ", "PUT ", "DELETE ", "PATCH "].iter().any(|verb| line.starts_with(verb))
            });
            if opens_call {
                *mode = Way::Request;
            }
            *mode
        }
        _ => return,
    };
    if way == Way::Request {
        for (nth, line) in text.lines().enumerate().take_while(|(_, line)| !line.trim_start().starts_with(['{', '['])) {
            let Some(found) = HEADER_LINE.captures(line.trim()) else {
                continue;
            };
            let at = source(&input.entry.id, first + nth as u32, first + nth as u32);
            let name = found[1].to_string();
            let common =
                ["content-type", "content-length", "user-agent", "accept"].contains(&name.to_lowercase().as_str());
            if !common && !page.headers.iter().any(|(it, _)| *it == name) {
                page.headers.push((name, at));
            }
        }
    }
    let (nodes, faults) = lenient_json::documents(text, first);
    for fault in faults {
        let at = source(&input.entry.id, fault.line, fault.line);
        let sides = vec![side(fault.kind, Some(at)), side("the value that was meant", None)];
        doubt(drafts, "example-not-json", format!("{}/{}", way.word(), fault.kind), sides, Some(1), "lenient-reading");
    }
    for node in nodes {
        page.examples.push(Example { way, abnormal: it.abnormal, node });
    }
}

fn look_at_text(it: &Placed, text: &Text, input: &PageInput, mode: &mut Way, page: &mut Page) {
    let words = flat(text);
    let first = text.lines.first().map_or(1, |line| line.first);
    let last = text.lines.last().map_or(first, |line| line.last);
    let at = source(&input.entry.id, first, last);
    let none = matches!(words.trim().trim_end_matches('.').to_lowercase().as_str(), "none" | "n/a" | "无" | "null");
    let labelled = Some(it.part).filter(|it| matches!(it, Part::Response | Part::ExampleResponse));
    if let Some(code) = labelled.and_then(|_| status_label(&words)) {
        add_code(page, code, at.clone());
    }
    match it.part {
        Part::Request if none => page.no_request = Some(at),
        Part::Response => {
            if none || NO_BODY.is_match(&words) {
                page.no_response = Some(at);
            }
            page.response_links.extend(text.links.clone());
        }
        Part::ExampleResponse if none => page.no_example = Some(at),
        Part::Example => {
            let lower = words.to_lowercase();
            if lower.contains("response") {
                *mode = Way::Response;
            } else if lower.contains("request") {
                *mode = Way::Request;
            }
        }
        Part::Statuses => {
            for line in &text.lines {
                if let Some(code) = CODE.captures(&line.text).and_then(|it| it[1].parse().ok()) {
                    add_code(page, code, source(&input.entry.id, line.first, line.last));
                }
            }
            page.status_links.extend(text.links.clone());
        }
        _ => {}
    }
}
