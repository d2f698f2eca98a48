//! Derivation: the documents of an API become a catalog, JSON Schemas, citations and doubts.
//!
//! Derivation reads tables, examples and prose separately and compares the results. Each gap and each contradiction
//! becomes a doubt with both sides and the rule that settled the doubt (`docs/DOUBTS.md`). No part of derivation
//! knows a particular operation, field or state.

mod alternatives;
mod catalog;
pub mod cite;
mod cited_sources;
mod claims;
mod cross_page;
mod derivation;
mod doubts;
mod duplicates;
mod emit;
mod example_check;
mod examples;
mod field;
mod field_table;
mod field_tree;
mod files;
mod formats;
mod included_files;
mod input;
mod lenient_json;
mod naming;
mod notes;
mod openapi;
mod operation_draft;
mod operation_page;
mod page_part;
mod page_parts;
mod patterns;
mod reading;
mod reading_summary;
mod survey;
mod table_join;
mod tables;
#[cfg(test)]
mod tests;
mod types;
mod uri;
mod version_headers;
mod versioned;
mod words;

pub use derivation::derive_api;
pub use files::{
    DeriveError, DeriveWarning, PageSources, READ_FORMS, derive_files, describe_pages_without_operation,
    write_derivation,
};
pub use input::{Derivation, DeriveOptions, PageInput};
pub use reading_summary::{ExampleCount, PageKind, PageReading, ReadingSummary};
pub use words::{PageWords, WORDS_BYTES_MAX};
