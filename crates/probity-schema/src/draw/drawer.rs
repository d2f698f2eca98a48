//! The state of a draw, and the choices of branches and boundaries.

use super::settings::DrawSettings;
use crate::compiled_schema::CompiledSchema;
use crate::node::SchemaNodeId;
use crate::rng::SeededRng;
use crate::version::RequestedVersion;

/// Attempts before a schema counts as undrawable.
pub(super) const ATTEMPTS: usize = 24;
/// Below this nesting optional parts are left out, so that a recursive schema ends.
pub(super) const DEPTH_OPTIONAL: usize = 8;
/// Below this nesting a draw fails.
pub(super) const DEPTH_MAX: usize = 64;
/// Longest list for a boundary.
pub(super) const ITEMS_MAX: u64 = 256;

/// A draw in progress.
pub(super) struct ValueDrawer<'a> {
    pub shape: &'a CompiledSchema,
    pub rng: &'a mut SeededRng,
    pub how: &'a DrawSettings,
    pub asked: RequestedVersion,
    /// Whether to place fields on boundaries.
    pub boundary: bool,
    /// Number of fields on a boundary.
    pub on_boundary: usize,
}

impl ValueDrawer<'_> {
    /// The node, its included nodes, and a random branch of each choice.
    pub(super) fn choose_branches(&mut self, id: SchemaNodeId) -> Vec<SchemaNodeId> {
        let mut ids = self.shape.included_nodes(id);
        let mut next = 0;
        while next < ids.len() {
            let node = self.shape.node(ids[next]);
            for branches in [&node.any_of, &node.one_of] {
                if let Some(&branch) = self.rng.pick_element(branches) {
                    for part in self.shape.included_nodes(branch) {
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
    pub(super) fn choose_bound<T: Clone>(&mut self, bounds: &[Option<T>]) -> Option<T> {
        let given: Vec<T> = bounds.iter().flatten().cloned().collect();
        let wanted = self.boundary && self.rng.draw_chance(3, 4);
        if wanted { self.rng.pick_element(&given).cloned() } else { None }
    }
}
