//! The state of a draw, and the choices of branches and boundaries.

use super::settings::Draw;
use crate::node::NodeId;
use crate::rng::Rng;
use crate::shape::Shape;
use crate::version::Asked;

/// Attempts before a schema counts as undrawable.
pub(super) const ATTEMPTS: usize = 24;
/// Below this nesting optional parts are left out, so that a recursive schema ends.
pub(super) const DEPTH_OPTIONAL: usize = 8;
/// Below this nesting a draw fails.
pub(super) const DEPTH_MAX: usize = 64;
/// Longest list for a boundary.
pub(super) const ITEMS_MAX: u64 = 256;

/// A draw in progress.
pub(super) struct Drawer<'a> {
    pub shape: &'a Shape,
    pub rng: &'a mut Rng,
    pub how: &'a Draw,
    pub asked: Asked,
    /// Whether to place fields on boundaries.
    pub boundary: bool,
    /// Number of fields on a boundary.
    pub on_boundary: usize,
}

impl Drawer<'_> {
    /// The node, its included nodes, and a random branch of each choice.
    pub(super) fn chosen(&mut self, id: NodeId) -> Vec<NodeId> {
        let mut ids = self.shape.parts(id);
        let mut next = 0;
        while next < ids.len() {
            let node = self.shape.node(ids[next]);
            for branches in [&node.any_of, &node.one_of] {
                if let Some(&branch) = self.rng.pick(branches) {
                    for part in self.shape.parts(branch) {
                        if !ids.contains(&part) {
                            ids.push(part);
                        }
                    }
                }
            }
            next += 1;
        }
        ids
    }

    /// A random bound of the given bounds, in boundary mode and in three of four cases.
    pub(super) fn bound<T: Clone>(&mut self, bounds: &[Option<T>]) -> Option<T> {
        let given: Vec<T> = bounds.iter().flatten().cloned().collect();
        let wanted = self.boundary && self.rng.chance(3, 4);
        if wanted { self.rng.pick(&given).cloned() } else { None }
    }
}
