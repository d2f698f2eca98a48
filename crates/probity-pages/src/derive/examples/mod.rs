//! Compares examples with the fields of tables and schemas.

mod comparison;
mod contradictions;
mod inferred_fields;
mod values;
mod wrappers;

pub(super) use comparison::reconcile;
pub(super) use values::{Scene, members_of, objects};
pub(super) use wrappers::{gather, wrap};
