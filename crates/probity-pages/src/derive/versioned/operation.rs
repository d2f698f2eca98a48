//! Builds the operation of a page with sections for each version.

use super::bodies::{read_version_parameters, read_version_responses};
use super::sections::{VersionContents, collect_version_contents};
use crate::derive::doubts::{DraftDoubt, DraftDoubts, add_doubt, make_side};
use crate::derive::field::{DraftField, FieldNeed, make_source};
use crate::derive::input::PageInput;
use crate::derive::operation_draft::{DraftOperation, to_camel_case};
use crate::derive::survey::PageSurvey;
use crate::derive::types::FieldType;
use crate::derive::{notes, page_parts};
use probity_schema::catalog::ApiVersion;

/// Returns the operation of a page; `None` for a page without a URI.
pub(in crate::derive) fn make_versioned_operation(
    nth: usize,
    input: &PageInput,
    survey: &PageSurvey,
    today: Option<&str>,
    drafts: &mut DraftDoubts,
) -> Option<DraftOperation> {
    let page = &input.entry.id;
    let start = drafts.all.len();
    let groups = collect_version_contents(&input.document.sections, page, &survey.words, &mut drafts.all);
    let newest = groups.first()?;
    let title = input.entry.title.clone().unwrap_or_else(|| input.document.title.clone());
    let mut made = DraftOperation {
        page: nth,
        unit: nth,
        id: input.entry.operation.clone().unwrap_or_else(|| to_camel_case(&title)),
        title,
        at: make_source(page, input.document.title_line, input.document.title_line),
        deprecated: groups.iter().all(|it| it.state.as_ref().is_some_and(|(state, _)| state == "deprecated")),
        bindings: newest.uris.bindings.clone(),
        action: None,
        path: Vec::new(),
        query: Vec::new(),
        headers: collect_version_headers(&groups),
        requests: Vec::new(),
        responses: Vec::new(),
        statuses: Vec::new(),
        versions: collect_versions(&groups, today, &mut drafts.all),
        notes: Vec::new(),
    };
    for group in &groups {
        read_version_parameters(group, page, survey, &mut made, &mut drafts.all);
        read_version_responses(group, page, survey, &mut made, &mut drafts.all);
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
            let mut field = DraftField::new(name, FieldType::String, at.clone());
            field.need = FieldNeed::Yes;
            made.path.push(field);
        }
    }
    let placed = page_parts::place_blocks(&input.document, &survey.words);
    // Each version repeats the description. Equal notes are kept once, from the newest version.
    for it in notes::read_notes(&placed, page) {
        if !made.notes.iter().any(|old| old.note.digest == it.note.digest) {
            made.notes.push(it);
        }
    }
    drafts.assign_unit(start, nth);
    Some(made)
}

/// Returns the headers of examples. A header whose value ends in the version asks for the version.
fn collect_version_headers(groups: &[VersionContents]) -> Vec<DraftField> {
    let mut out: Vec<DraftField> = Vec::new();
    for group in groups {
        for (name, value, at) in &group.headers {
            let asks = group.version.as_ref().is_some_and(|(version, _)| value.ends_with(version.as_str()));
            match out.iter_mut().find(|it| it.name == *name) {
                None => {
                    let mut field = DraftField::new(name, FieldType::String, at.clone());
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

/// Returns the API versions with states and dates.
fn collect_versions(groups: &[VersionContents], today: Option<&str>, drafts: &mut Vec<DraftDoubt>) -> Vec<ApiVersion> {
    let mut out = Vec::new();
    for group in groups {
        let Some((version, _)) = &group.version else {
            continue;
        };
        let Some((state, at)) = &group.state else {
            add_doubt(
                drafts,
                "version-without-state",
                version.clone(),
                vec![make_side("no state", None)],
                None,
                "nothing-promised",
            );
            continue;
        };
        let at = make_source(&at.page, at.first, group.date.as_ref().map_or(at.last, |(_, it)| it.last.max(at.last)));
        if let (Some((date, dated)), Some(expiry)) = (&group.date, &group.expiry) {
            // The words are the same before and after the date. Only the date of today decides.
            let taken = today.map(|today| usize::from(date.as_str() <= today));
            let sides = vec![
                make_side(format!("{version} active, {state}"), group.state.as_ref().map(|(_, at)| at.clone())),
                make_side(
                    format!("{version} not supported from {date}"),
                    Some(make_source(&dated.page, expiry.first, dated.last)),
                ),
            ];
            add_doubt(drafts, "expired-version", version.clone(), sides, taken, "date-decides");
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
