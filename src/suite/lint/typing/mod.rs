//! Every expression against the types that the catalog's schemas give to what it reads.

mod check;
mod expressions;
mod records;
mod scope;
mod states;
mod values;

pub(super) use check::check;
