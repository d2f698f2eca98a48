//! Turns a page with a URI into an operation.

use super::bodies::{build_request, build_responses};
use super::parameters::{build_address, collect_headers};
use crate::derive::doubts::{DraftDoubt, DraftDoubts, add_doubt, make_side};
use crate::derive::field::{DraftField, FieldNeed, make_source};
use crate::derive::input::PageInput;
use crate::derive::operation_draft::{DraftBody, DraftOperation, make_word, name_operation};
use crate::derive::page_parts::{PagePart, place_blocks};
use crate::derive::survey::PageSurvey;
use crate::derive::types::FieldType;
use crate::derive::{notes, uri};
use probity_schema::catalog::{ActionKey, DocumentedStatus};

/// Returns the operation of a page; `None` for a page without a URI.
pub(in crate::derive) fn make_operation(
    nth: usize,
    input: &PageInput,
    survey: &PageSurvey,
    drafts: &mut DraftDoubts,
) -> Option<DraftOperation> {
    let placed = place_blocks(&input.document, &survey.words);
    let page = &input.entry.id;
    let uris = uri::read_uris(&placed, page);
    let first = uris.bindings.first()?.clone();
    let start = drafts.all.len();
    let own: Vec<usize> = (0..survey.tables.len()).filter(|it| survey.tables[*it].page == nth).collect();
    let (path, query) = build_address(&uris, survey, &own, &first.method, page);
    let headers = collect_headers(survey, nth, &own, &placed, page);
    let mut requests = Vec::new();
    requests.extend(build_request(nth, survey, &own, &first.method, page, &mut drafts.all));
    let page_says = &survey.pages[nth];
    let silent = requests.is_empty() && page_says.no_request.is_none() && page_says.has_request;
    let lacks_table = !own.iter().any(|it| survey.tables[*it].part == PagePart::Request);
    if silent && lacks_table && !uri::is_read_method(&first.method) && page_says.request_links.is_empty() {
        let sides = vec![make_side("no table, no example, no \"none\"", None)];
        add_doubt(&mut drafts.all, "request-unsaid", "request", sides, None, "nothing-promised");
    }
    let action = find_action(&first.path, &mut requests);
    let responses = build_responses(nth, survey, &own, page, &mut drafts.all);
    let statuses = collect_statuses(nth, survey, page, &mut drafts.all);
    for (call, at) in &uris.others {
        let sides = vec![
            make_side(first.method.clone(), Some(first.at.clone())),
            make_side(call.split(' ').next().unwrap_or_default(), Some(at.clone())),
        ];
        add_doubt(&mut drafts.all, "several-methods", "", sides, Some(0), "first-method");
    }
    let title = input.entry.title.clone().unwrap_or_else(|| input.document.title.clone());
    let id = input
        .entry
        .operation
        .clone()
        .or(action.as_ref().map(|it| make_word(&it.name)))
        .unwrap_or_else(|| name_operation(&title, &first.method, &first.path));
    let notes = notes::read_notes(&placed, page);
    drafts.assign_unit(start, nth);
    Some(DraftOperation {
        page: nth,
        unit: nth,
        id,
        deprecated: is_withdrawn_title(&input.document.title),
        title,
        at: make_source(page, input.document.title_line, input.document.title_line),
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
fn find_action(path: &str, requests: &mut [DraftBody]) -> Option<ActionKey> {
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    if !last.eq_ignore_ascii_case("action") {
        return None;
    }
    let body = requests.first_mut()?;
    let top: Vec<&DraftField> = body.fields.iter().filter(|it| !it.any_key).collect();
    let chosen = match top.as_slice() {
        [only] => *only,
        several => {
            let mandatory: Vec<&DraftField> = several.iter().copied().filter(|it| it.need == FieldNeed::Yes).collect();
            match mandatory.as_slice() {
                [only] if only.value_type.holds_fields() || only.value_type == FieldType::Null => *only,
                _ => return None,
            }
        }
    };
    if !(chosen.value_type.holds_fields() || chosen.value_type == FieldType::Null) {
        return None;
    }
    let action = ActionKey { name: chosen.name.clone(), at: chosen.at.clone() };
    // Without the property the request is a different call, so the property is mandatory.
    if let Some(it) = body.fields.iter_mut().find(|it| it.name == action.name) {
        it.need = FieldNeed::Yes;
    }
    Some(action)
}

/// Returns the statuses of a page, and records a doubt unless the page has one success status.
fn collect_statuses(
    nth: usize,
    survey: &PageSurvey,
    page: &str,
    drafts: &mut Vec<DraftDoubt>,
) -> Vec<DocumentedStatus> {
    let all = survey.collect_codes(nth);
    let own: Vec<&DocumentedStatus> = all.iter().filter(|it| !it.general && (200..300).contains(&it.code)).collect();
    if own.len() != 1 {
        let offered: Vec<&DocumentedStatus> = all.iter().filter(|it| (200..300).contains(&it.code)).collect();
        let mut sides = vec![make_side(
            if own.is_empty() { "no success status on the page" } else { "several success statuses on the page" },
            Some(make_source(page, 1, 1)),
        )];
        sides[0].at = own.first().map(|it| it.at.clone());
        let codes: Vec<String> = offered.iter().map(|it| it.code.to_string()).collect();
        if let Some(first) = offered.first() {
            sides.push(make_side(codes.join(", "), Some(first.at.clone())));
        }
        add_doubt(drafts, "no-success-status", "", sides, None, "any-documented-success");
    }
    all
}

/// Whether a title declares the operation withdrawn.
fn is_withdrawn_title(title: &str) -> bool {
    let lower = title.to_lowercase();
    ["(discarded", "(deprecated", "abandoned", "（废弃", "(废弃", "obsolete)"].iter().any(|it| lower.contains(it))
}
