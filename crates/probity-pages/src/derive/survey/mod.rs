//! A first pass over all pages, so that a page can use what another page describes.

mod collect;
mod pages;

pub(super) use collect::survey;
pub(super) use pages::Survey;
