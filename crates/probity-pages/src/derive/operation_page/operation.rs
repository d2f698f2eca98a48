//! Turns a page with a URI into an operation.

use super::bodies::{request, responses};
use super::parameters::{address, headers};
use crate::derive::doubts::{Draft, Drafts, doubt, side};
use crate::derive::field::{Field, Need, source};
use crate::derive::input::PageInput;
use crate::derive::operation_draft::{Made, MadeBody, camel};
use crate::derive::page_parts::place;
use crate::derive::survey::Survey;
use crate::derive::types::Type;
use crate::derive::{notes, uri};
use probity_schema::catalog::{Action, Status};

/// Returns the operation of a page; `None` for a page without a URI.
pub(in crate::derive) fn make(nth: usize, input: &PageInput, survey: &Survey, drafts: &mut Drafts) -> Option<Made> {
    let placed = place(&input.document);
    let page = &input.entry.id;
    let uris = uri::read(&placed, page);
    let first = uris.bindings.first()?.clone();
    let start = drafts.all.len();
    let own: Vec<usize> = (0..survey.tables.len()).filter(|it| survey.tables[*it].page == nth).collect();
    let (path, query) = address(&uris, survey, &own, &first.method, page);
    let headers = headers(survey, nth, &own, &placed, page);
    let mut requests = Vec::new();
    requests.extend(request(nth, survey, &own, &first.method, page, &mut drafts.all));
    let action = action(&first.path, &mut requests);
    let responses = responses(nth, survey, &own, page, &mut drafts.all);
    let statuses = statuses(nth, survey, page, &mut drafts.all);
    for (call, at) in &uris.others {
        let sides = vec![
            side(first.method.clone(), Some(first.at.clone())),
            side(call.split(' ').next().unwrap_or_default(), Some(at.clone())),
        ];
        doubt(&mut drafts.all, "several-methods", "", sides, Some(0), "first-method");
    }
    let title = input.entry.title.clone().unwrap_or_else(|| input.document.title.clone());
    let id =
        input.entry.operation.clone().or(action.as_ref().map(|it| it.name.clone())).unwrap_or_else(|| camel(&title));
    let notes = notes::read(&placed, page);
    drafts.tag(start, nth);
    Some(Made {
        page: nth,
        unit: nth,
        id,
        deprecated: is_withdrawn(&input.document.title),
        title,
        at: source(page, input.document.title_line, input.document.title_line),
        bindings: uris.bindings,
        action,
        path,
        query,
        headers,
        requests,
        responses,
        statuses,
        versions: Vec::new(),
        notes,
    })
}

/// Returns the top-level property that selects the operation, for a path that ends in `action`.
fn action(path: &str, requests: &mut [MadeBody]) -> Option<Action> {
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    if !last.eq_ignore_ascii_case("action") {
        return None;
    }
    let body = requests.first_mut()?;
    let top: Vec<&Field> = body.fields.iter().filter(|it| !it.any_key).collect();
    let chosen = match top.as_slice() {
        [only] => *only,
        several => {
            let mandatory: Vec<&Field> = several.iter().copied().filter(|it| it.need == Need::Yes).collect();
            match mandatory.as_slice() {
                [only] if only.value_type.holds_fields() || only.value_type == Type::Null => *only,
                _ => return None,
            }
        }
    };
    if !(chosen.value_type.holds_fields() || chosen.value_type == Type::Null) {
        return None;
    }
    let action = Action { name: chosen.name.clone(), at: chosen.at.clone() };
    // Without the property the request is a different call, so the property is mandatory.
    if let Some(it) = body.fields.iter_mut().find(|it| it.name == action.name) {
        it.need = Need::Yes;
    }
    Some(action)
}

/// Returns the statuses of a page, and records a doubt unless the page has one success status.
fn statuses(nth: usize, survey: &Survey, page: &str, drafts: &mut Vec<Draft>) -> Vec<Status> {
    let all = survey.codes_of(nth);
    let own: Vec<&Status> = all.iter().filter(|it| !it.general && (200..300).contains(&it.code)).collect();
    if own.len() != 1 {
        let offered: Vec<&Status> = all.iter().filter(|it| (200..300).contains(&it.code)).collect();
        let mut sides = vec![side(
            if own.is_empty() { "no success status on the page" } else { "several success statuses on the page" },
            Some(source(page, 1, 1)),
        )];
        sides[0].at = own.first().map(|it| it.at.clone());
        let codes: Vec<String> = offered.iter().map(|it| it.code.to_string()).collect();
        if let Some(first) = offered.first() {
            sides.push(side(codes.join(", "), Some(first.at.clone())));
        }
        doubt(drafts, "no-success-status", "", sides, None, "any-documented-success");
    }
    all
}

/// Whether a title declares the operation withdrawn.
fn is_withdrawn(title: &str) -> bool {
    let lower = title.to_lowercase();
    ["(discarded", "(deprecated", "abandoned", "（废弃", "(废弃", "obsolete)"].iter().any(|it| lower.contains(it))
}
