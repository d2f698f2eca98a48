//! A suite file into a [`super::Suite`]: YAML first, then names, kinds and expressions.
//!
//! Everything wrong is found in one reading; a part that is wrong is left out and the
//! rest is read on.

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
