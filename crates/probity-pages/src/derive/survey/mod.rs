//! A first pass over all pages, so that a page can use the contents of a second page.

mod collect;
mod pages;

pub(super) use collect::survey_pages;
pub(super) use pages::PageSurvey;
