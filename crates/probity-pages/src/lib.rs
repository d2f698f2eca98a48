//! Documentation pages: the text of a page becomes a [`document::Document`], whatever the
//! page was written in, and the documents of an API become its catalog and JSON Schemas.
//!
//! This room knows how pages are written. It does not know suites, states, endpoints,
//! or any vendor's operations.

pub mod derive;
pub mod dialect;
pub mod document;
pub mod manifest;
mod outline;
pub mod text;
pub mod value;
