//! Parameters and bodies of one version.

use super::sections::VersionContents;
use crate::derive::doubts::{DraftDoubt, add_doubt, make_side};
use crate::derive::examples::{ExampleScope, find_objects, reconcile_fields};
use crate::derive::field::{BodyDirection, DraftField, make_source};
use crate::derive::field_table::FieldTable;
use crate::derive::operation_draft::{DraftBody, DraftOperation};
use crate::derive::patterns::pattern;
use crate::derive::survey::PageSurvey;
use crate::derive::tables::{self, TableKind, flatten_text};
use crate::derive::types;
use crate::document::PageTable;
use crate::value::{SourceValue, SourceValueKind};
use probity_schema::catalog::{DocumentedStatus, SourceLines};

pattern!(EXAMPLE, r"(?i)\bExample\s*:\s*(\S.*)$");

/// Reads the parameters and request bodies of one version.
pub(super) fn read_version_parameters(
    group: &VersionContents,
    page: &str,
    survey: &PageSurvey,
    made: &mut DraftOperation,
    drafts: &mut Vec<DraftDoubt>,
) {
    for table in &group.params {
        let TableKind::Fields(columns) = tables::recognise_shape(table, &survey.words) else {
            continue;
        };
        for row in &table.rows {
            let one = PageTable { rows: vec![row.clone()], ..(*table).clone() };
            let Some(mut field) = tables::read_fields(&one, &columns, page, drafts).pop() else {
                continue;
            };
            let place = columns
                .place
                .and_then(|it| row.cells.get(it))
                .map(|cell| flatten_text(&cell.text).to_lowercase())
                .unwrap_or_default();
            let list = match place.as_str() {
                "path" => &mut made.path,
                "query" => &mut made.query,
                "header" => &mut made.headers,
                _ => {
                    let body = build_version_request(group, &field, page, survey, drafts);
                    add_body(&mut made.requests, body);
                    continue;
                }
            };
            // "Example : v" is no claim.
            field.claims.oddities.retain(|it| !EXAMPLE.is_match(&it.says));
            if !list.iter().any(|it| it.name == field.name) {
                list.push(field);
            }
        }
    }
}

/// The sources of one body.
struct BodySources<'a> {
    way: BodyDirection,
    /// Name of the model whose table describes the body.
    model: Option<&'a str>,
    examples: &'a [SourceValue],
    at: &'a SourceLines,
    /// Indexes of doubts about the body as a whole.
    doubts: Vec<usize>,
}

/// Returns the body of a version's request from the table of the model, else from the example.
fn build_version_request(
    group: &VersionContents,
    row: &DraftField,
    page: &str,
    survey: &PageSurvey,
    drafts: &mut Vec<DraftDoubt>,
) -> DraftBody {
    let sources = BodySources {
        way: BodyDirection::Request,
        model: row.model.as_deref(),
        examples: &group.request,
        at: &row.at,
        doubts: row.doubts.clone(),
    };
    build_version_body(sources, group, page, survey, drafts)
}

/// Builds a body from the table of the model and the examples.
fn build_version_body(
    sources: BodySources,
    group: &VersionContents,
    page: &str,
    survey: &PageSurvey,
    drafts: &mut Vec<DraftDoubt>,
) -> DraftBody {
    let BodySources { way, model, examples: shown, at, mut doubts } = sources;
    let described = model.and_then(|model| find_model_table(survey, model));
    let mut fields = described.map(|it| it.fields.clone()).unwrap_or_default();
    let list = !shown.is_empty() && shown.iter().all(|it| matches!(it.kind, SourceValueKind::Array(_)));
    let examples: Vec<&SourceValue> = shown.iter().flat_map(find_objects).collect();
    let version = group.version.as_ref().map_or(String::new(), |(it, _)| it.clone());
    if let (Some(model), None) = (model, described) {
        let sides = vec![
            make_side(model, Some(at.clone())),
            make_side("fields of the example", examples.first().map(|it| make_source(page, it.first, it.last))),
        ];
        let subject = format!("{}/{version}", way.word());
        doubts.push(add_doubt(drafts, "model-absent", subject, sides, Some(1), "example-adds-optional"));
    }
    let silent = fields.is_empty();
    reconcile_fields(&mut fields, &examples, way.word(), ExampleScope { page, way, silent }, drafts, 0);
    for field in &mut fields {
        field.doubts.extend(&doubts);
    }
    let versions = group.version.iter().map(|(it, _)| it.clone()).collect();
    DraftBody { versions, fields, list, ..DraftBody::empty(way, at.clone()) }
}

/// Returns the table of a model, from any page of the manifest.
fn find_model_table<'a>(survey: &'a PageSurvey, model: &str) -> Option<&'a FieldTable> {
    let same = |text: &str| text.trim().eq_ignore_ascii_case(model);
    survey.tables.iter().find(|it| {
        same(&it.caption)
            || same(&it.heading)
            || survey.names.get(it.page).is_some_and(|name| {
                name.file.rsplit_once('.').map_or(name.file.as_str(), |(stem, _)| stem).eq_ignore_ascii_case(model)
            })
    })
}

/// Reads the response bodies and statuses of one version.
pub(super) fn read_version_responses(
    group: &VersionContents,
    page: &str,
    survey: &PageSurvey,
    made: &mut DraftOperation,
    drafts: &mut Vec<DraftDoubt>,
) {
    for table in &group.codes {
        let schema = table.header.iter().position(|cell| flatten_text(&cell.text).eq_ignore_ascii_case("schema"));
        for row in &table.rows {
            let cells: Vec<String> = row.cells.iter().map(|cell| flatten_text(&cell.text)).collect();
            let Some(code) = cells.first().and_then(|it| it.get(..3)).and_then(|it| it.parse::<u16>().ok()) else {
                continue;
            };
            let at = make_source(page, row.first, row.last);
            if !made.statuses.iter().any(|it| it.code == code) {
                made.statuses.push(DocumentedStatus { code, general: false, at: at.clone() });
            }
            let shown: Vec<SourceValue> = group
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
                model.map(|it| types::parse_type_cell(it).and_then(|read| read.model).unwrap_or_else(|| it.clone()));
            let mut body = if model.is_none() && shown.is_empty() {
                let versions = group.version.iter().map(|(it, _)| it.clone()).collect();
                DraftBody { versions, ..DraftBody::empty(BodyDirection::Response, at) }
            } else {
                let sources = BodySources {
                    way: BodyDirection::Response,
                    model: model.as_deref(),
                    examples: &shown,
                    at: &at,
                    doubts: Vec::new(),
                };
                build_version_body(sources, group, page, survey, drafts)
            };
            body.statuses = vec![code];
            if code >= 300 {
                body.suffix = code.to_string();
            }
            add_body(&mut made.responses, body);
        }
    }
}

/// Adds a body. Versions with equal bodies share one body.
fn add_body(bodies: &mut Vec<DraftBody>, body: DraftBody) {
    let alike = bodies
        .iter_mut()
        .find(|it| it.statuses == body.statuses && it.list == body.list && have_equal_fields(&it.fields, &body.fields));
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

/// Whether two lists of fields are equal apart from their sources.
fn have_equal_fields(a: &[DraftField], b: &[DraftField]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            a.name == b.name
                && a.value_type == b.value_type
                && a.need == b.need
                && a.from_example == b.from_example
                && have_equal_fields(&a.children, &b.children)
        })
}
