//! The state while the schemas of one operation are read.

use super::node::spot;
use crate::derive::doubts::{Draft, doubt, side};
use crate::derive::field::{Field, Way};
use crate::value::Node;

/// Limit of nesting. Deeper parts are not promised.
pub(super) const DEPTH_MAX: usize = 20;

/// Reads the schemas of one operation.
pub(super) struct Reader<'a, 'd> {
    pub root: &'a Node,
    pub page: &'a str,
    pub drafts: &'d mut Vec<Draft>,
    pub way: Way,
    /// References that are being read, so that a recursive schema ends.
    pub open: Vec<&'a str>,
    pub fields: usize,
}

impl<'a, 'd> Reader<'a, 'd> {
    pub fn new(root: &'a Node, page: &'a str, drafts: &'d mut Vec<Draft>) -> Reader<'a, 'd> {
        Reader { root, page, drafts, way: Way::Request, open: Vec::new(), fields: 0 }
    }

    /// Records a doubt of a field without a decision.
    pub fn note(
        &mut self,
        field: &mut Field,
        kind: &'static str,
        at: &str,
        says: &str,
        node: &Node,
        rule: &'static str,
    ) {
        let sides = vec![side(says, Some(spot(self.page, node)))];
        field.doubts.push(doubt(self.drafts, kind, at, sides, None, rule));
    }
}
