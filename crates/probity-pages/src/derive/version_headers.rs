//! Headers that ask for a version, for operations whose pages omit the headers.

use super::emit;
use super::field::DraftField;
use super::input::PageInput;
use super::operation_draft::DraftOperation;
use super::operation_page::collect_headers;
use super::page_parts::place_blocks;
use super::survey::PageSurvey;
use probity_schema::catalog::FieldVersions;

/// Adds the header for microversions: to every operation with microversion bounds if the page of an operation names
/// the header, and to every operation if a page without operation names the header.
pub(super) fn lend_version_header(inputs: &[PageInput], survey: &PageSurvey, made: &mut [DraftOperation]) {
    let asks = |it: &DraftField| it.name.ends_with("-Version") && it.name.contains("API");
    let named = made.iter().flat_map(|it| &it.headers).find(|it| asks(it)).cloned();
    let apart = || {
        let pages = inputs.iter().enumerate().filter(|(nth, _)| !made.iter().any(|it| it.page == *nth));
        let mut all = pages.flat_map(|(nth, it)| {
            collect_headers(survey, nth, &[], &place_blocks(&it.document, &survey.words), &it.entry.id)
        });
        all.find(|it| asks(it))
    };
    let (header, every) = match named {
        Some(header) => (header, false),
        None => match apart() {
            Some(header) => (header, true),
            None => return,
        },
    };
    for one in made {
        let mut bounds: Vec<FieldVersions> = Vec::new();
        for body in one.requests.iter().chain(&one.responses) {
            emit::collect_microversion_bounds(&body.fields, "", body.way, &mut bounds);
        }
        if (every || !bounds.is_empty()) && !one.headers.iter().any(|it| it.name == header.name) {
            one.headers.push(header.clone());
        }
    }
}

/// Adds the header for API versions to every operation if one page shows the header. Versions belong to the API, and
/// most pages omit the header.
pub(super) fn add_api_version_header(made: &mut [DraftOperation]) {
    let named = made.iter().flat_map(|it| &it.headers).find(|it| !it.shown_values.is_empty()).cloned();
    let Some(header) = named else { return };
    for one in made {
        if !one.headers.iter().any(|it| it.name.eq_ignore_ascii_case(&header.name)) {
            one.headers.push(header.clone());
        }
    }
}
