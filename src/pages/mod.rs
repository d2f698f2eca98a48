//! Documentation pages: the text of a page becomes a [`document::Document`], whatever the page was written in.
//!
//! This room knows how pages are written. It does not know suites, states, endpoints,
//! or any vendor's operations.

pub mod dialect;
pub mod document;
mod outline;
pub mod text;
