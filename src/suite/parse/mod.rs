//! Parses a suite file into a [`super::Suite`]: first YAML, then names, kinds and expressions.
//!
//! One pass reports every problem: a wrong part is left out, and parsing continues.

mod about;
mod basis;
mod clauses;
mod each;
mod effects;
mod events;
mod lets;
mod reader;
mod resources;
mod suite;
mod verb;
mod views;

pub use suite::{parse, parse_sheets};
