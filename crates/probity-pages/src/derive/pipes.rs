//! Pages that hold one operation in several API versions, each in a section of its own.

use super::body::MadeBody;
use super::doubts::{Draft, doubt, side};
use super::field::{Field, Need, Way, source};
use super::json::{self, Kind, Node};
use super::nest::FieldTable;
use super::operation::{Made, camel};
use super::reconcile::{self, Scene};
use super::survey::Survey;
use super::tables::{self, Shape, flat};
use super::types::Type;
use super::uri::{self, Uris};
use super::{Drafts, PageInput};
use crate::document::{Block, Section, Table, Text};
use probity_schema::catalog::{ApiVersion, Source, Status};
use regex::Regex;
use std::sync::LazyLock;

macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($text).expect("a pattern of ours compiles"));
    };
}

pattern!(VERSION, r"^\s*\d+\s*-\s*(v?\d+(?:\.\d+)*)\s*$");
pattern!(STATE, r"^(?:State|상태)\s*:?\s+(\w+)(?:\s*\((\w+)\))?");
pattern!(DATE, r"^(\d{4})-?(\d{2})-?(\d{2})$");
pattern!(EXPIRES, r"(?i)no longer supported|not supported any ?more|are not supported|지원되지|지원하지");
pattern!(HEADER, r#"^["“]?([A-Za-z][\w-]*)\s*[=:]\s*(.*?)["”]?,?$"#);
pattern!(RESPONSE, r"(?i)^response\s+(\d{3})$");
pattern!(EXAMPLE, r"(?i)\bExample\s*:\s*(\S.*)$");

/// What one version's sections say.
#[derive(Default)]
struct Group<'a> {
    version: Option<(String, u32)>,
    uris: Uris,
    state: Option<(String, Source)>,
    date: Option<(String, Source)>,
    expiry: Option<Source>,
    params: Vec<&'a Table>,
    codes: Vec<&'a Table>,
    headers: Vec<(String, String, Source)>,
    request: Vec<Node>,
    responses: Vec<(u16, Vec<Node>, Source)>,
}

pub(super) fn make(
    nth: usize,
    input: &PageInput,
    survey: &Survey,
    today: Option<&str>,
    drafts: &mut Drafts,
) -> Option<Made> {
    let page = &input.entry.id;
    let start = drafts.all.len();
    let groups = groups(&input.document.sections, page, &mut drafts.all);
    let newest = groups.first()?;
    let title = input.entry.title.clone().unwrap_or_else(|| input.document.title.clone());
    let mut made = Made {
        page: nth,
        unit: nth,
        id: input.entry.operation.clone().unwrap_or_else(|| camel(&title)),
        title,
        at: source(page, input.document.title_line, input.document.title_line),
        deprecated: groups.iter().all(|it| it.state.as_ref().is_some_and(|(state, _)| state == "deprecated")),
        bindings: newest.uris.bindings.clone(),
        action: None,
        path: Vec::new(),
        query: Vec::new(),
        headers: headers(&groups),
        requests: Vec::new(),
        responses: Vec::new(),
        statuses: Vec::new(),
        versions: versions(&groups, today, &mut drafts.all),
        noted: Vec::new(),
    };
    for group in &groups {
        parameters(group, page, survey, &mut made, &mut drafts.all);
        responses(group, page, survey, &mut made, &mut drafts.all);
        for binding in &group.uris.bindings {
            if !made.bindings.iter().any(|it| it.path == binding.path) {
                let mut binding = binding.clone();
                binding.id = format!("{}-{}", binding.id, group.version.as_ref().map_or("", |(it, _)| it.as_str()));
                made.bindings.push(binding);
            }
        }
    }
    for (name, at) in &newest.uris.path {
        if !made.path.iter().any(|it| it.name == *name) {
            let mut field = Field::new(name, Type::String, at.clone());
            field.need = Need::Yes;
            made.path.push(field);
        }
    }
    let placed = super::layout::place(&input.document);
    // Every version repeats its description; the newest speaks for all that say the same.
    for it in super::notes::read(&placed, page) {
        if !made.noted.iter().any(|old| old.note.digest == it.note.digest) {
            made.noted.push(it);
        }
    }
    drafts.tag(start, nth);
    Some(made)
}

fn groups<'a>(sections: &'a [Section], page: &str, drafts: &mut Vec<Draft>) -> Vec<Group<'a>> {
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
                let (nodes, faults) = json::documents(text, *first);
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

/// A table of versions and dates; the date's column has had several names.
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

fn take_in_headers(group: &mut Group, text: &str, first: u32, page: &str) {
    for (nth, line) in text.lines().enumerate() {
        if let Some(found) = HEADER.captures(line.trim()) {
            let at = first + nth as u32;
            group.headers.push((found[1].to_string(), found[2].to_string(), source(page, at, at)));
        }
    }
}

/// Headers of the examples. One whose value ends in the version is how a version is asked for.
fn headers(groups: &[Group]) -> Vec<Field> {
    let mut out: Vec<Field> = Vec::new();
    for group in groups {
        for (name, value, at) in &group.headers {
            let asks = group.version.as_ref().is_some_and(|(version, _)| value.ends_with(version.as_str()));
            match out.iter_mut().find(|it| it.name == *name) {
                None => {
                    let mut field = Field::new(name, Type::String, at.clone());
                    field.from_example = true;
                    if asks {
                        field.shown_values.push(value.clone());
                    }
                    out.push(field);
                }
                Some(field) if asks && !field.shown_values.contains(value) => field.shown_values.push(value.clone()),
                Some(_) => {}
            }
        }
    }
    out
}

fn versions(groups: &[Group], today: Option<&str>, drafts: &mut Vec<Draft>) -> Vec<ApiVersion> {
    let mut out = Vec::new();
    for group in groups {
        let Some((version, _)) = &group.version else {
            continue;
        };
        let Some((state, at)) = &group.state else {
            doubt(
                drafts,
                "version-without-state",
                version.clone(),
                vec![side("no state", None)],
                None,
                "nothing-promised",
            );
            continue;
        };
        let at = source(&at.page, at.first, group.date.as_ref().map_or(at.last, |(_, it)| it.last.max(at.last)));
        if let (Some((date, dated)), Some(expiry)) = (&group.date, &group.expiry) {
            // The words are the same before and after the date; only the day tells which holds.
            let taken = today.map(|today| usize::from(date.as_str() <= today));
            let sides = vec![
                side(format!("{version} active, {state}"), group.state.as_ref().map(|(_, at)| at.clone())),
                side(
                    format!("{version} not supported from {date}"),
                    Some(source(&dated.page, expiry.first, dated.last)),
                ),
            ];
            doubt(drafts, "expired-version", version.clone(), sides, taken, "date-decides");
        }
        out.push(ApiVersion {
            version: version.clone(),
            state: state.clone(),
            not_before: group.date.as_ref().map(|(it, _)| it.clone()),
            at,
        });
    }
    out
}

fn parameters(group: &Group, page: &str, survey: &Survey, made: &mut Made, drafts: &mut Vec<Draft>) {
    for table in &group.params {
        let Shape::Fields(columns) = tables::shape(table) else {
            continue;
        };
        for row in &table.rows {
            let one = Table { rows: vec![row.clone()], ..(*table).clone() };
            let Some(mut field) = tables::fields(&one, &columns, page, drafts).pop() else {
                continue;
            };
            let place = columns
                .place
                .and_then(|it| row.cells.get(it))
                .map(|cell| flat(&cell.text).to_lowercase())
                .unwrap_or_default();
            let list = match place.as_str() {
                "path" => &mut made.path,
                "query" => &mut made.query,
                "header" => &mut made.headers,
                _ => {
                    let body = request(group, &field, page, survey, drafts);
                    add_body(&mut made.requests, body);
                    continue;
                }
            };
            // "Example : v" belongs to no claim.
            field.claims.oddities.retain(|it| !EXAMPLE.is_match(&it.says));
            if !list.iter().any(|it| it.name == field.name) {
                list.push(field);
            }
        }
    }
}

/// The body of a version's request: its model's table if there is one, else the example.
fn request(group: &Group, row: &Field, page: &str, survey: &Survey, drafts: &mut Vec<Draft>) -> MadeBody {
    body(Way::Request, group, row.model.as_deref(), &group.request, &row.at, row.doubts.clone(), page, survey, drafts)
}

#[allow(clippy::too_many_arguments, reason = "the same few values for both ways")]
fn body(
    way: Way,
    group: &Group,
    model: Option<&str>,
    shown: &[Node],
    at: &Source,
    mut noted: Vec<usize>,
    page: &str,
    survey: &Survey,
    drafts: &mut Vec<Draft>,
) -> MadeBody {
    let described = model.and_then(|model| model_table(survey, model));
    let mut fields = described.map(|it| it.fields.clone()).unwrap_or_default();
    let list = !shown.is_empty() && shown.iter().all(|it| matches!(it.kind, Kind::Array(_)));
    let examples: Vec<&Node> = shown.iter().flat_map(super::nest::objects).collect();
    let version = group.version.as_ref().map_or(String::new(), |(it, _)| it.clone());
    if let (Some(model), None) = (model, described) {
        let sides = vec![
            side(model, Some(at.clone())),
            side("fields of the example", examples.first().map(|it| source(page, it.first, it.last))),
        ];
        noted.push(doubt(
            drafts,
            "model-absent",
            format!("{}/{version}", way.word()),
            sides,
            Some(1),
            "example-adds-optional",
        ));
    }
    let silent = fields.is_empty();
    reconcile::reconcile(&mut fields, &examples, way.word(), Scene { page, way, silent }, drafts, 0);
    for field in &mut fields {
        field.doubts.extend(&noted);
    }
    MadeBody {
        way,
        versions: group.version.iter().map(|(it, _)| it.clone()).collect(),
        statuses: Vec::new(),
        suffix: String::new(),
        fields,
        list,
        at: at.clone(),
        root: None,
    }
}

/// The table of a model that another page of the manifest describes.
fn model_table<'a>(survey: &'a Survey, model: &str) -> Option<&'a FieldTable> {
    let same = |text: &str| text.trim().eq_ignore_ascii_case(model);
    survey.tables.iter().find(|it| {
        same(&it.caption)
            || same(&it.heading)
            || survey.names.get(it.page).is_some_and(|name| {
                name.file.rsplit_once('.').map_or(name.file.as_str(), |(stem, _)| stem).eq_ignore_ascii_case(model)
            })
    })
}

fn responses(group: &Group, page: &str, survey: &Survey, made: &mut Made, drafts: &mut Vec<Draft>) {
    for table in &group.codes {
        let schema = table.header.iter().position(|cell| flat(&cell.text).eq_ignore_ascii_case("schema"));
        for row in &table.rows {
            let cells: Vec<String> = row.cells.iter().map(|cell| flat(&cell.text)).collect();
            let Some(code) = cells.first().and_then(|it| it.get(..3)).and_then(|it| it.parse::<u16>().ok()) else {
                continue;
            };
            let at = source(page, row.first, row.last);
            if !made.statuses.iter().any(|it| it.code == code) {
                made.statuses.push(Status { code, general: false, at: at.clone() });
            }
            let shown: Vec<Node> = group
                .responses
                .iter()
                .filter(|(it, _, _)| *it == code)
                .flat_map(|(_, nodes, _)| nodes.clone())
                .collect();
            let model =
                schema.and_then(|it| cells.get(it)).filter(|it| !matches!(it.as_str(), "None" | "" | "-" | "null"));
            if code >= 300 && model.is_none() && shown.is_empty() {
                continue;
            }
            let model =
                model.map(|it| super::types::read(it).and_then(|read| read.model).unwrap_or_else(|| it.clone()));
            let mut body = match (model, shown.is_empty()) {
                (None, true) => MadeBody {
                    way: Way::Response,
                    versions: group.version.iter().map(|(it, _)| it.clone()).collect(),
                    statuses: Vec::new(),
                    suffix: String::new(),
                    fields: Vec::new(),
                    list: false,
                    at: at.clone(),
                    root: None,
                },
                (model, _) => {
                    body(Way::Response, group, model.as_deref(), &shown, &at, Vec::new(), page, survey, drafts)
                }
            };
            body.statuses = vec![code];
            if code >= 300 {
                body.suffix = code.to_string();
            }
            add_body(&mut made.responses, body);
        }
    }
}

/// Versions with the same body share one.
fn add_body(bodies: &mut Vec<MadeBody>, body: MadeBody) {
    let alike = bodies
        .iter_mut()
        .find(|it| it.statuses == body.statuses && it.list == body.list && same(&it.fields, &body.fields));
    match alike {
        Some(old) => {
            old.versions.extend(body.versions);
            for (old, new) in old.fields.iter_mut().zip(&body.fields) {
                old.doubts.extend(&new.doubts);
            }
        }
        None => bodies.push(body),
    }
}

/// Equal but for where it was read.
fn same(a: &[Field], b: &[Field]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            a.name == b.name
                && a.is == b.is
                && a.need == b.need
                && a.from_example == b.from_example
                && same(&a.children, &b.children)
        })
}
