//! Compares examples with the fields of tables and schemas.

mod comparison;
mod contradictions;
mod inferred_fields;
mod values;
mod wrappers;

pub(super) use comparison::reconcile_fields;
pub(super) use values::{ExampleScope, find_member_objects, find_objects};
pub(super) use wrappers::{gather_nested_rows, wrap_fields};
