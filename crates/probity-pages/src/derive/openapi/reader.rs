//! The state while the schemas of one operation are read.

use super::node::locate_node;
use crate::derive::doubts::{DraftDoubt, add_doubt, make_side};
use crate::derive::field::{BodyDirection, DraftField};
use crate::value::SourceValue;

/// Limit of nesting. Deeper parts are not promised.
pub(super) const DEPTH_MAX: usize = 20;

/// Reads the schemas of one operation.
pub(super) struct SchemaReader<'a, 'd> {
    pub root: &'a SourceValue,
    pub page: &'a str,
    pub drafts: &'d mut Vec<DraftDoubt>,
    pub way: BodyDirection,
    /// References that are being read, so that a recursive schema ends.
    pub open: Vec<&'a str>,
    pub fields: usize,
}

impl<'a, 'd> SchemaReader<'a, 'd> {
    pub fn new(root: &'a SourceValue, page: &'a str, drafts: &'d mut Vec<DraftDoubt>) -> SchemaReader<'a, 'd> {
        SchemaReader { root, page, drafts, way: BodyDirection::Request, open: Vec::new(), fields: 0 }
    }

    /// Records a doubt of a field without a decision.
    pub fn note_doubt(
        &mut self,
        field: &mut DraftField,
        kind: &'static str,
        at: &str,
        says: &str,
        node: &SourceValue,
        rule: &'static str,
    ) {
        let sides = vec![make_side(says, Some(locate_node(self.page, node)))];
        field.doubts.push(add_doubt(self.drafts, kind, at, sides, None, rule));
    }
}
