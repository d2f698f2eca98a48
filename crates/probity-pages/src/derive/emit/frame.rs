//! The context in which the schema of a field is written.

use crate::derive::field::Way;
use std::collections::BTreeMap;

/// What a schema needs to know besides its fields.
#[derive(Clone, Copy)]
pub(in crate::derive) struct Frame<'a> {
    pub way: Way,
    /// Ids of the doubts, by index.
    pub doubt_ids: &'a [String],
    /// A follower's disputes, by pointer.
    pub disputes: &'a BTreeMap<String, Vec<&'static str>>,
}
