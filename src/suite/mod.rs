//! The suite file: the promises of one API as resources, states and clauses.
//!
//! Parsed and type-checked against the catalog; every trouble points at its line.
//! It does not know time, randomness or HTTP.

mod file;
mod fmt;
mod lint;
mod merge;
mod parse;
mod problem;
mod sheets;
mod suggest;
mod tree;
mod types;

#[cfg(test)]
mod tests;

pub use file::file_schema;
pub use fmt::format;
pub use lint::{Evidence, Freshness, SilentCell, ill_typed, lint, silent_cells};
pub use parse::{parse, parse_sheets};
pub use problem::{Problem, Severity, has_errors, render};
pub use sheets::{Pages, Sheets, builds_on, catalog_name, pages_of};
pub use types::UNNAMED;
pub use types::{
    About, Alternative, Basis, Binding, Calls, Clause, Each, Effect, EffectValue, Event, Field, FieldClass, Let, Mark,
    Paging, Place, Resource, Shows, Stage, Statuses, Suite, Target, Verb, View, While,
};
