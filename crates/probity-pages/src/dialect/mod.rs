//! The ways in which pages are written, each read into a [`Document`](super::document::Document).
//!
//! A reader knows the notation of a page and not the meaning.
//!
//! | file | content |
//! |---|---|
//! | `read_page` | the entry: recognises the dialect and calls its reader |
//! | `recognise` | which dialect a page is written in |
//! | `markdown`, `rst`, `pipes`, `parameters`, `openapi` | one reader for each dialect |
//! | `html` | tables and fragments in HTML, inside of pages in Markdown or reStructuredText |
//! | `assembly` | pieces of a page, put together to sections and captioned tables |
//! | `growing` | text that a reader collects from markup |
//! | `unreadable` | the error of files without a reader |

mod assembly;
mod text_builder;
mod html;
mod markdown;
pub(crate) mod openapi;
mod parameters;
mod pattern;
mod pipes;
mod read;
mod recognise;
mod rst;
#[cfg(test)]
mod tests;
mod unreadable;

pub use read::{is_api_description, read_page, read_page_with_files};
pub use unreadable::{PAGE_BYTES_MAX, UnreadablePage};
