//! The context of a field's schema.

use crate::derive::field::Way;
use std::collections::BTreeMap;

/// The context of a schema.
#[derive(Clone, Copy)]
pub(in crate::derive) struct Frame<'a> {
    pub way: Way,
    /// Ids of the doubts, by index.
    pub doubt_ids: &'a [String],
    /// Disputes of a following page, by pointer.
    pub disputes: &'a BTreeMap<String, Vec<&'static str>>,
}
