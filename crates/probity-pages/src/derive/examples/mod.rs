//! Compares examples with the fields of tables and schemas.

mod contradictions;
mod inferred_fields;
mod reconcile;
mod values;
mod wrappers;

pub(super) use reconcile::reconcile;
pub(super) use values::{Scene, members_of, objects};
pub(super) use wrappers::{gather, wrap};
