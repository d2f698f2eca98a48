//! The sections of one version on a page.

use crate::derive::doubts::{DraftDoubt, add_doubt, make_side};
use crate::derive::field::make_source;
use crate::derive::lenient_json;
use crate::derive::patterns::pattern;
use crate::derive::tables::{self, TableKind, flatten_text};
use crate::derive::uri::{self, OperationUris};
use crate::derive::words::PageWords;
use crate::document::{BlockText, PageBlock, PageSection, PageTable};
use crate::value::SourceValue;
use probity_schema::catalog::SourceLines;

pattern!(VERSION, r"^\s*\d+\s*-\s*(v?\d+(?:\.\d+)*)\s*$");
pattern!(STATE, r"^(?:State|상태)\s*:?\s+(\w+)(?:\s*\((\w+)\))?");
pattern!(DATE, r"^(\d{4})-?(\d{2})-?(\d{2})$");
pattern!(EXPIRES, r"(?i)no longer supported|not supported any ?more|are not supported|지원되지|지원하지");
pattern!(HEADER, r#"^["“]?([A-Za-z][\w-]*)\s*[=:]\s*(.*?)["”]?,?$"#);
pattern!(RESPONSE, r"(?i)^response\s+(\d{3})$");

/// The contents of one version's sections.
#[derive(Default)]
pub(super) struct VersionContents<'a> {
    pub version: Option<(String, u32)>,
    pub uris: OperationUris,
    pub state: Option<(String, SourceLines)>,
    pub date: Option<(String, SourceLines)>,
    pub expiry: Option<SourceLines>,
    pub params: Vec<&'a PageTable>,
    pub codes: Vec<&'a PageTable>,
    pub headers: Vec<(String, String, SourceLines)>,
    pub request: Vec<SourceValue>,
    pub responses: Vec<(u16, Vec<SourceValue>, SourceLines)>,
}

/// Returns the contents of each version with a URI, in the order of the page.
pub(super) fn collect_version_contents<'a>(
    sections: &'a [PageSection],
    page: &str,
    words: &PageWords,
    drafts: &mut Vec<DraftDoubt>,
) -> Vec<VersionContents<'a>> {
    let mut out: Vec<VersionContents> = Vec::new();
    let mut open: Option<VersionContents> = None;
    for section in sections {
        if let Some(found) = VERSION.captures(&section.title) {
            out.extend(open.take());
            open = Some(VersionContents {
                version: Some((found[1].trim_start_matches('v').to_string(), section.line)),
                ..VersionContents::default()
            });
        }
        let group = open.get_or_insert_with(VersionContents::default);
        read_section(group, section, page, words, drafts);
    }
    out.extend(open);
    out.retain(|group| !group.uris.bindings.is_empty());
    out
}

/// Adds one section to a version.
fn read_section<'a>(
    group: &mut VersionContents<'a>,
    section: &'a PageSection,
    page: &str,
    words: &PageWords,
    drafts: &mut Vec<DraftDoubt>,
) {
    let title = section.title.trim().to_lowercase();
    if let Some(code) = RESPONSE.captures(&title).and_then(|it| it[1].parse().ok()) {
        group.responses.push((code, Vec::new(), make_source(page, section.line, section.line)));
    }
    for block in &section.blocks {
        match block {
            PageBlock::Paragraph(text) | PageBlock::Item { text, .. } => read_section_text(group, text, page),
            PageBlock::Table(table) => match tables::recognise_shape(table, words) {
                TableKind::Codes(_) => group.codes.push(table),
                TableKind::Fields(columns) if columns.place.is_some() => group.params.push(table),
                _ => read_version_date(group, table, page),
            },
            PageBlock::Code { text, first, .. } => {
                if title.contains("header") {
                    read_section_headers(group, text, *first, page);
                    continue;
                }
                let (nodes, faults) = lenient_json::read_documents(text, *first);
                for fault in faults {
                    let sides = vec![
                        make_side(fault.kind, Some(make_source(page, fault.line, fault.line))),
                        make_side("the value that was meant", None),
                    ];
                    add_doubt(drafts, "example-not-json", fault.kind, sides, Some(1), "lenient-reading");
                }
                match group.responses.last_mut() {
                    Some((_, shown, _)) if RESPONSE.is_match(&title) => shown.extend(nodes),
                    _ if title.contains("response") => {
                        group.responses.push((200, nodes, make_source(page, *first, *first)))
                    }
                    _ => group.request.extend(nodes),
                }
            }
        }
    }
}

/// Reads URI, state and expiry from text.
fn read_section_text(group: &mut VersionContents, text: &BlockText, page: &str) {
    for line in &text.lines {
        let at = make_source(page, line.first, line.last);
        uri::add_uri(&mut group.uris, &line.text, at.clone());
        if let Some(found) = STATE.captures(&line.text) {
            let word = found.get(2).or(found.get(1)).map_or("", |it| it.as_str());
            group.state = Some((word.to_lowercase(), at.clone()));
        }
        if EXPIRES.is_match(&line.text) {
            group.expiry = Some(at);
        }
    }
}

/// Reads the date of a version from a table. The column of the date has several names.
fn read_version_date(group: &mut VersionContents, table: &PageTable, page: &str) {
    let Some((version, _)) = &group.version else {
        return;
    };
    for row in &table.rows {
        let cells: Vec<String> = row.cells.iter().map(|cell| flatten_text(&cell.text)).collect();
        if cells.first().map(|it| it.trim_start_matches('v')) != Some(version.as_str()) {
            continue;
        }
        if let Some(found) = cells.iter().skip(1).find_map(|it| DATE.captures(it.trim())) {
            group.date =
                Some((format!("{}-{}-{}", &found[1], &found[2], &found[3]), make_source(page, row.first, row.last)));
        }
    }
}

/// Reads header lines of an example.
fn read_section_headers(group: &mut VersionContents, text: &str, first: u32, page: &str) {
    for (nth, line) in text.lines().enumerate() {
        if let Some(found) = HEADER.captures(line.trim()) {
            let at = first + nth as u32;
            group.headers.push((found[1].to_string(), found[2].to_string(), make_source(page, at, at)));
        }
    }
}
