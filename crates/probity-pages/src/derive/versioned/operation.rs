//! Builds the operation of a page with sections for each version.

use super::bodies::{parameters, responses};
use super::sections::{Group, groups};
use crate::derive::doubts::{Draft, Drafts, doubt, side};
use crate::derive::field::{Field, Need, source};
use crate::derive::input::PageInput;
use crate::derive::operation_draft::{Made, camel};
use crate::derive::survey::Survey;
use crate::derive::types::Type;
use crate::derive::{notes, page_parts};
use probity_schema::catalog::ApiVersion;

/// Returns the operation of a page; `None` for a page without a URI.
pub(in crate::derive) fn make(
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
        notes: Vec::new(),
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
    let placed = page_parts::place(&input.document);
    // Each version repeats the description. Equal notes are kept once, from the newest version.
    for it in notes::read(&placed, page) {
        if !made.notes.iter().any(|old| old.note.digest == it.note.digest) {
            made.notes.push(it);
        }
    }
    drafts.tag(start, nth);
    Some(made)
}

/// Returns the headers of examples. A header whose value ends in the version asks for the version.
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

/// Returns the API versions with states and dates.
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
            // The words are the same before and after the date. Only the date of today decides.
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
