//! Type checks of every expression, against the JSON Schemas of the catalog.

mod check;
mod expressions;
mod records;
mod scope;
mod states;
mod values;

pub(super) use check::check_types;
