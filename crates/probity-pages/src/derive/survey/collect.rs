//! Reads tables, examples, headers and statuses of every page.

use super::pages::{PageContents, PageExample, PageSurvey, StrangeTable, ValueTable};
use crate::derive::doubts::{DraftDoubt, DraftDoubts, add_doubt, make_side};
use crate::derive::field::{BodyDirection, make_source};
use crate::derive::field_table::{FieldTable, PageNames, extract_base_name};
use crate::derive::input::PageInput;
use crate::derive::lenient_json;
use crate::derive::page_parts::{PagePart, PlacedBlock, parse_status_label, place_blocks};
use crate::derive::patterns::pattern;
use crate::derive::tables::{self, TableKind, flatten_text};
use crate::derive::words::PageWords;
use crate::document::{BlockText, PageBlock, PageTable};
use probity_schema::catalog::{DocumentedStatus, SourceLines};
use std::collections::BTreeSet;

pattern!(CODE, r"^\s*([1-5]\d{2})\b");
// Sentences about responses without body.
pattern!(
    NO_BODY,
    r"(?i)\bdoes not return (?:any )?content in the response body\b|\bno body content for the response\b"
);
// Sentences about requests without body, and links to the headers that every request has.
pattern!(
    NO_REQUEST,
    r"(?i)\b(?:no (?:request )?(?:body|parameters?)|without (?:a )?(?:body|parameters?)|parameters? (?:is|are) (?:not )?required|body is (?:empty|not required)|none)\b"
);
pattern!(CALL_LINE, r"^\s*(?:GET|POST|PUT|DELETE|PATCH|HEAD)\s+(?:https?:/)?/\S");
pattern!(HEADER_LINE, r"^([A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+)\s*:\s*(\S.*)$");

/// Reads all pages.
pub(in crate::derive) fn survey_pages(inputs: &[PageInput], words: &PageWords, drafts: &mut DraftDoubts) -> PageSurvey {
    let mut out = PageSurvey { words: words.clone(), ..PageSurvey::default() };
    for (nth, input) in inputs.iter().enumerate() {
        let start = drafts.all.len();
        let placed = place_blocks(&input.document, words);
        let mut labels = input.document.labels.clone();
        labels.extend(input.document.sections.iter().flat_map(|it| it.labels.clone()));
        out.names.push(PageNames { id: input.entry.id.clone(), file: extract_base_name(&input.entry.file), labels });
        let mut page = PageContents::default();
        let mut mode = BodyDirection::Request;
        page.has_request = placed.iter().any(|it| it.part == PagePart::Request);
        for it in &placed {
            match it.block {
                PageBlock::Table(table) => read_page_table(nth, input, it, table, &mut page, &mut out, &mut drafts.all),
                PageBlock::Code { text, first, .. } => {
                    read_page_code(it, text, *first, input, &mut mode, &mut page, &mut drafts.all)
                }
                PageBlock::Paragraph(text) | PageBlock::Item { text, .. } => {
                    read_page_text(it, text, input, &mut mode, &mut page)
                }
            }
        }
        out.pages.push(page);
        drafts.assign_unit(start, nth);
    }
    out
}

fn read_page_table(
    nth: usize,
    input: &PageInput,
    it: &PlacedBlock,
    table: &PageTable,
    page: &mut PageContents,
    out: &mut PageSurvey,
    drafts: &mut Vec<DraftDoubt>,
) {
    let id = &input.entry.id;
    match tables::recognise_shape(table, &out.words) {
        // Parameter tables with a column for the place are read by version.
        TableKind::Fields(columns) if columns.place.is_some() && input.document.dialect == "pipes" => {}
        TableKind::Fields(columns) => {
            // The item before a table without caption serves as the caption, with the labels of the item.
            let own = !table.caption.lines.is_empty();
            let caption = if own { Some(&table.caption) } else { it.hint };
            if matches!(it.part, PagePart::Uri | PagePart::Request | PagePart::Response) {
                let heads = tables::list_unread_columns(table, &out.words);
                out.strange_columns.extend(heads.into_iter().map(|it| (it, make_source(id, table.first, table.last))));
            }
            let strong = caption.map(|text| {
                text.lines.iter().flat_map(|line| line.strong.clone()).map(|word| word.trim().to_string()).collect()
            });
            out.tables.push(FieldTable {
                page: nth,
                labels: table.labels.clone(),
                caption: caption.map(flatten_text).unwrap_or_default(),
                strong: strong.unwrap_or_default(),
                part: it.part,
                abnormal: it.abnormal,
                section_labels: it.labels.to_vec(),
                heading: it.heading.to_string(),
                fields: tables::read_fields(table, &columns, id, drafts),
                at: make_source(id, table.first, table.last),
            });
        }
        TableKind::Codes(column) => {
            for row in &table.rows {
                let text = row.cells.get(column).map(|cell| flatten_text(&cell.text)).unwrap_or_default();
                if let Some(code) = CODE.captures(&text).and_then(|it| it[1].parse().ok()) {
                    add_code(page, code, make_source(id, row.first, row.last));
                }
            }
        }
        TableKind::Values(word) => {
            let strong = table.caption.lines.iter().flat_map(|line| line.strong.first()).next();
            let values = table.rows.iter().filter_map(|row| {
                let text = flatten_text(&row.cells.first()?.text);
                (!text.is_empty() && !text.contains(' ')).then(|| (text, make_source(id, row.first, row.last)))
            });
            out.values.push(ValueTable {
                field: strong.cloned().unwrap_or(word).trim().to_string(),
                values: values.collect(),
                at: make_source(id, table.first, table.last),
            });
        }
        TableKind::Other => {
            if matches!(it.part, PagePart::Uri | PagePart::Request | PagePart::Response) && table.rows.len() > 1 {
                let heads: Vec<String> = table.header.iter().map(|cell| flatten_text(&cell.text)).collect();
                let at = make_source(id, table.first, table.last);
                out.strange.push(StrangeTable { page: nth, heads: heads.join(", "), at });
            }
            for (column, head) in table.header.iter().enumerate() {
                let name = flatten_text(&head.text);
                let null = table.rows.iter().find(|row| {
                    row.cells
                        .get(column)
                        .is_some_and(|cell| cell.text.lines.iter().any(|line| line.text.trim() == "null"))
                });
                if let Some(row) = null.filter(|_| !name.is_empty() && !name.contains(' ')) {
                    out.nulls.push((name, make_source(id, row.first, row.last)));
                }
            }
        }
    }
}

fn add_code(page: &mut PageContents, code: u16, at: SourceLines) {
    if !page.codes.iter().any(|it| it.code == code) {
        page.codes.push(DocumentedStatus { code, general: false, at });
    }
}

fn read_page_code(
    it: &PlacedBlock,
    text: &str,
    first: u32,
    input: &PageInput,
    mode: &mut BodyDirection,
    page: &mut PageContents,
    drafts: &mut Vec<DraftDoubt>,
) {
    let way = match it.part {
        PagePart::ExampleRequest => BodyDirection::Request,
        PagePart::ExampleResponse => BodyDirection::Response,
        // A body can stand in the part itself, without the word "example".
        PagePart::Request if shows_body(text) => BodyDirection::Request,
        PagePart::Response if shows_body(text) => BodyDirection::Response,
        PagePart::Example => {
            let opens_call = text.lines().any(|line| {
                let line = line.trim_start();
                ["GET ", "POST ", "PUT ", "DELETE ", "PATCH "].iter().any(|verb| line.starts_with(verb))
            });
            if opens_call {
                *mode = BodyDirection::Request;
            }
            *mode
        }
        _ => return,
    };
    if way == BodyDirection::Request {
        for (nth, line) in text.lines().enumerate().take_while(|(_, line)| !line.trim_start().starts_with(['{', '['])) {
            let Some(found) = HEADER_LINE.captures(line.trim()) else {
                continue;
            };
            let at = make_source(&input.entry.id, first + nth as u32, first + nth as u32);
            let name = found[1].to_string();
            let common =
                ["content-type", "content-length", "user-agent", "accept"].contains(&name.to_lowercase().as_str());
            if !common && !page.headers.iter().any(|(it, _)| *it == name) {
                page.headers.push((name, at));
            }
        }
    }
    let (nodes, faults) = lenient_json::read_documents(text, first);
    note_absent_body(way, text, nodes.is_empty(), make_source(&input.entry.id, first, first), page);
    // One doubt for each kind of fault in a block: the first place stands for the others.
    let mut kinds = BTreeSet::new();
    for fault in faults.into_iter().filter(|it| kinds.insert(it.kind)) {
        let at = make_source(&input.entry.id, fault.line, fault.line);
        let sides = vec![make_side(fault.kind, Some(at)), make_side("the value that was meant", None)];
        add_doubt(
            drafts,
            "example-not-json",
            format!("{}/{}", way.word(), fault.kind),
            sides,
            Some(1),
            "lenient-reading",
        );
    }
    for node in nodes {
        page.examples.push(PageExample { way, abnormal: it.abnormal, node });
    }
}

/// Whether a block is a body: a JSON document, perhaps below the line of a call.
fn shows_body(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|it| !it.is_empty());
    let first = lines.next().unwrap_or_default();
    first.starts_with(['{', '[']) || CALL_LINE.is_match(first)
}

/// Notes an example that shows that there is no body: a call without a body, or the word "None".
fn note_absent_body(way: BodyDirection, text: &str, empty: bool, at: SourceLines, page: &mut PageContents) {
    let word = matches!(text.trim().trim_end_matches('.').to_lowercase().as_str(), "none" | "n/a" | "null");
    match way {
        BodyDirection::Request if word || empty && text.lines().any(|line| CALL_LINE.is_match(line)) => {
            page.no_request.get_or_insert(at);
        }
        BodyDirection::Response if word => {
            page.no_example.get_or_insert(at);
        }
        _ => {}
    }
}

fn read_page_text(
    it: &PlacedBlock,
    text: &BlockText,
    input: &PageInput,
    mode: &mut BodyDirection,
    page: &mut PageContents,
) {
    let words = flatten_text(text);
    let first = text.lines.first().map_or(1, |line| line.first);
    let last = text.lines.last().map_or(first, |line| line.last);
    let at = make_source(&input.entry.id, first, last);
    let none =
        matches!(words.trim().trim_end_matches('.').to_lowercase().as_str(), "none" | "n/a" | "无" | "null" | "{}");
    let labelled = Some(it.part).filter(|it| matches!(it, PagePart::Response | PagePart::ExampleResponse));
    if let Some(code) = labelled.and_then(|_| parse_status_label(&words)) {
        add_code(page, code, at.clone());
    }
    match it.part {
        PagePart::Response => {
            if none || NO_BODY.is_match(&words) {
                page.no_response = Some(at);
            }
            page.response_links.extend(text.links.clone());
        }
        PagePart::Request => {
            if none || NO_REQUEST.is_match(&words) {
                page.no_request = Some(at);
            }
            page.request_links.extend(text.links.clone());
        }
        PagePart::ExampleResponse if none => page.no_example = Some(at),
        PagePart::Example => {
            let lower = words.to_lowercase();
            if lower.contains("response") {
                *mode = BodyDirection::Response;
            } else if lower.contains("request") {
                *mode = BodyDirection::Request;
            }
        }
        PagePart::Statuses => {
            for line in &text.lines {
                if let Some(code) = CODE.captures(&line.text).and_then(|it| it[1].parse().ok()) {
                    add_code(page, code, make_source(&input.entry.id, line.first, line.last));
                }
            }
            page.status_links.extend(text.links.clone());
        }
        _ => {}
    }
}
