//! Headers that ask for a version, for operations whose pages omit the headers.

use super::emit;
use super::field::Field;
use super::input::PageInput;
use super::operation_draft::Made;
use super::operation_page::headers;
use super::page_parts::place;
use super::survey::Survey;
use probity_schema::catalog::FieldBound;

/// Adds the header for microversions: to every operation with microversion bounds if the page of an operation names
/// the header, and to every operation if a page without operation names the header.
pub(super) fn lend_version_header(inputs: &[PageInput], survey: &Survey, made: &mut [Made]) {
    let asks = |it: &Field| it.name.ends_with("-Version") && it.name.contains("API");
    let named = made.iter().flat_map(|it| &it.headers).find(|it| asks(it)).cloned();
    let apart = || {
        let pages = inputs.iter().enumerate().filter(|(nth, _)| !made.iter().any(|it| it.page == *nth));
        let mut all = pages.flat_map(|(nth, it)| headers(survey, nth, &[], &place(&it.document), &it.entry.id));
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
        let mut bounds: Vec<FieldBound> = Vec::new();
        for body in one.requests.iter().chain(&one.responses) {
            emit::bounds(&body.fields, "", body.way, &mut bounds);
        }
        if (every || !bounds.is_empty()) && !one.headers.iter().any(|it| it.name == header.name) {
            one.headers.push(header.clone());
        }
    }
}

/// Adds the header for API versions to every operation if one page shows the header. Versions belong to the API, and
/// most pages omit the header.
pub(super) fn lend_version_choice(made: &mut [Made]) {
    let named = made.iter().flat_map(|it| &it.headers).find(|it| !it.shown_values.is_empty()).cloned();
    let Some(header) = named else { return };
    for one in made {
        if !one.headers.iter().any(|it| it.name.eq_ignore_ascii_case(&header.name)) {
            one.headers.push(header.clone());
        }
    }
}
