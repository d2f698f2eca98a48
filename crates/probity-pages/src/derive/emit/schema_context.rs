//! The context of a field's schema.

use crate::derive::field::BodyDirection;
use std::collections::BTreeMap;

/// The context of a schema.
#[derive(Clone, Copy)]
pub(in crate::derive) struct SchemaContext<'a> {
    pub way: BodyDirection,
    /// Ids of the doubts, by index.
    pub doubt_ids: &'a [String],
    /// Disputes of a following page, by pointer.
    pub disputes: &'a BTreeMap<String, Vec<&'static str>>,
}
