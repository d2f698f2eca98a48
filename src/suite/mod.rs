//! Suite files: the promises of one API as resource kinds, states and clauses.
//!
//! A suite is parsed and type-checked against the catalog; every problem has a line. The module uses no time, no
//! random numbers and no HTTP.

mod citations;
mod fmt;
mod grammar;
mod json_schema;
mod lint;
mod merge;
mod offset;
mod pages;
mod parse;
mod place;
mod problem;
mod sheets;
mod suggest;
mod tree;
mod types;

#[cfg(test)]
mod tests;

pub use fmt::format;
pub use json_schema::file_schema;
pub use lint::{Evidence, Freshness, SilentCell, ill_typed, lint, silent_cells};
pub use pages::{Pages, pages_of};
pub use parse::{parse, parse_sheets};
pub use place::Place;
pub use problem::{Problem, Severity, has_errors, render};
pub use sheets::{Sheets, builds_on, catalog_name};
pub use types::{
    About, Alternative, Basis, Binding, Calls, Clause, Each, Effect, EffectValue, Event, Field, FieldClass, Let, Mark,
    Paging, Resource, Shows, Stage, Statuses, Suite, Target, UNNAMED, Verb, View, While,
};
