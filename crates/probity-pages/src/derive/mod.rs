//! Derivation: the documents of an API become its catalog, JSON Schemas, citations and doubts.
//!
//! Tables, examples and prose are read apart and held against each other; what they
//! leave open or contradict is a doubt with both sides and the rule that settled it
//! (`docs/DOUBTS.md`). Nothing here knows a particular operation, field or state.

mod catalog;
pub mod cite;
mod cited_sources;
mod claims;
mod cross_page;
mod derivation;
mod doubts;
mod duplicates;
mod emit;
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
mod page_parts;
mod survey;
mod table_join;
mod tables;
#[cfg(test)]
mod tests;
mod types;
mod uri;
mod version_headers;
mod versioned;

pub use derivation::derive;
pub use files::{DeriveError, Sources, Warning, derive_files, write};
pub use input::{Derived, Options, PageInput};
