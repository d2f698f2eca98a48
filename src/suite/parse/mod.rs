//! Parses a suite file into a [`super::Suite`]: first YAML, then names, kinds and expressions.
//!
//! One pass reports every problem: a wrong part is left out, and parsing continues.

mod about;
mod basis;
mod clauses;
mod selections;
mod effects;
mod events;
mod lets;
mod reader;
mod resources;
mod suite;
mod decision;
mod views;

pub use suite::{parse_suite, parse_suite_files};
