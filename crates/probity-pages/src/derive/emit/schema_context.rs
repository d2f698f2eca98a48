//! The context of a field's schema.

use crate::derive::field::BodyDirection;

/// The context of a schema.
#[derive(Clone, Copy)]
pub(in crate::derive) struct SchemaContext<'a> {
    pub way: BodyDirection,
    /// Ids of the doubts, by index.
    pub doubt_ids: &'a [String],
}
