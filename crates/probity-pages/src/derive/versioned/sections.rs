//! The sections of one version on a page.

use crate::derive::doubts::{Draft, doubt, side};
use crate::derive::field::source;
use crate::derive::lenient_json;
use crate::derive::patterns::pattern;
use crate::derive::tables::{self, Shape, flat};
use crate::derive::uri::{self, Uris};
use crate::document::{Block, Section, Table, Text};
use crate::value::Node;
use probity_schema::catalog::Source;

pattern!(VERSION, r"^\s*\d+\s*-\s*(v?\d+(?:\.\d+)*)\s*$");
pattern!(STATE, r"^(?:State|상태)\s*:?\s+(\w+)(?:\s*\((\w+)\))?");
pattern!(DATE, r"^(\d{4})-?(\d{2})-?(\d{2})$");
pattern!(EXPIRES, r"(?i)no longer supported|not supported any ?more|are not supported|지원되지|지원하지");
pattern!(HEADER, r#"^["“]?([A-Za-z][\w-]*)\s*[=:]\s*(.*?)["”]?,?$"#);
pattern!(RESPONSE, r"(?i)^response\s+(\d{3})$");

/// The contents of one version's sections.
#[derive(Default)]
pub(super) struct Group<'a> {
    pub version: Option<(String, u32)>,
    pub uris: Uris,
    pub state: Option<(String, Source)>,
    pub date: Option<(String, Source)>,
    pub expiry: Option<Source>,
    pub params: Vec<&'a Table>,
    pub codes: Vec<&'a Table>,
    pub headers: Vec<(String, String, Source)>,
    pub request: Vec<Node>,
    pub responses: Vec<(u16, Vec<Node>, Source)>,
}

/// Returns the contents of each version with a URI, in the order of the page.
pub(super) fn groups<'a>(sections: &'a [Section], page: &str, drafts: &mut Vec<Draft>) -> Vec<Group<'a>> {
    let mut out: Vec<Group> = Vec::new();
    let mut open: Option<Group> = None;
    for section in sections {
        if let Some(found) = VERSION.captures(&section.title) {
            out.extend(open.take());
            open = Some(Group {
                version: Some((found[1].trim_start_matches('v').to_string(), section.line)),
                ..Group::default()
            });
        }
        let group = open.get_or_insert_with(Group::default);
        take_in(group, section, page, drafts);
    }
    out.extend(open);
    out.retain(|group| !group.uris.bindings.is_empty());
    out
}

/// Adds one section to a version.
fn take_in<'a>(group: &mut Group<'a>, section: &'a Section, page: &str, drafts: &mut Vec<Draft>) {
    let title = section.title.trim().to_lowercase();
    if let Some(code) = RESPONSE.captures(&title).and_then(|it| it[1].parse().ok()) {
        group.responses.push((code, Vec::new(), source(page, section.line, section.line)));
    }
    for block in &section.blocks {
        match block {
            Block::Paragraph(text) | Block::Item { text, .. } => take_in_text(group, text, page),
            Block::Table(table) => match tables::shape(table) {
                Shape::Codes(_) => group.codes.push(table),
                Shape::Fields(columns) if columns.place.is_some() => group.params.push(table),
                _ => take_in_date(group, table, page),
            },
            Block::Code { text, first, .. } => {
                if title.contains("header") {
                    take_in_headers(group, text, *first, page);
                    continue;
                }
                let (nodes, faults) = lenient_json::documents(text, *first);
                for fault in faults {
                    let sides = vec![
                        side(fault.kind, Some(source(page, fault.line, fault.line))),
                        side("the value that was meant", None),
                    ];
                    doubt(drafts, "example-not-json", fault.kind, sides, Some(1), "lenient-reading");
                }
                match group.responses.last_mut() {
                    Some((_, shown, _)) if RESPONSE.is_match(&title) => shown.extend(nodes),
                    _ if title.contains("response") => group.responses.push((200, nodes, source(page, *first, *first))),
                    _ => group.request.extend(nodes),
                }
            }
        }
    }
}

/// Reads URI, state and expiry from text.
fn take_in_text(group: &mut Group, text: &Text, page: &str) {
    for line in &text.lines {
        let at = source(page, line.first, line.last);
        uri::add(&mut group.uris, &line.text, at.clone());
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
fn take_in_date(group: &mut Group, table: &Table, page: &str) {
    let Some((version, _)) = &group.version else {
        return;
    };
    for row in &table.rows {
        let cells: Vec<String> = row.cells.iter().map(|cell| flat(&cell.text)).collect();
        if cells.first().map(|it| it.trim_start_matches('v')) != Some(version.as_str()) {
            continue;
        }
        if let Some(found) = cells.iter().skip(1).find_map(|it| DATE.captures(it.trim())) {
            group.date =
                Some((format!("{}-{}-{}", &found[1], &found[2], &found[3]), source(page, row.first, row.last)));
        }
    }
}

/// Reads header lines of an example.
fn take_in_headers(group: &mut Group, text: &str, first: u32, page: &str) {
    for (nth, line) in text.lines().enumerate() {
        if let Some(found) = HEADER.captures(line.trim()) {
            let at = first + nth as u32;
            group.headers.push((found[1].to_string(), found[2].to_string(), source(page, at, at)));
        }
    }
}
