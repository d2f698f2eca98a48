//! The suite file: the promises of one API as resources, states and clauses.
//!
//! Parsed and type-checked against the catalog; every trouble points at its line.
//! It does not know time, randomness or HTTP.

mod file;
mod fmt;
mod lint;
mod parse;
mod problem;
mod suggest;
mod tree;
mod types;

#[cfg(test)]
mod tests;

pub use file::file_schema;
pub use fmt::format;
pub use lint::{Evidence, Freshness, SilentCell, cited_places, lint, silent_cells};
pub use parse::{catalog_name, parse};
pub use problem::{Problem, Severity, has_errors, render};
pub use types::{
    About, Alternative, Basis, Binding, Calls, Clause, Effect, EffectValue, Event, Field, FieldClass, Let, Place,
    Resource, Shows, Stage, Statuses, Suite, Verb, View, While,
};
