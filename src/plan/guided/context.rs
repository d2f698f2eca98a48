//! What one decision of the guided chooser depends on.

use crate::plan::chooser_input::Situation;
use crate::plan::compose::{Ask, build};
use crate::plan::live_count::live;
use crate::plan::planning_context::{Call, Scene};
use crate::plan::prediction::Outlook;
use crate::schema::Rng;

/// The input of one decision.
pub(super) struct View<'a, 'b> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) situation: &'a Situation<'a>,
    pub(super) rng: &'b mut Rng,
}

impl View<'_, '_> {
    /// Whether a create would exceed the limit of live resources if the endpoint accepted the call.
    pub(super) fn beyond(&self, operation: &str) -> bool {
        self.scene.hints.creating.contains(operation) && live(self.scene) >= self.situation.limits.live_max
    }
}

/// Highest number of clauses for one step, and of calls for each clause.
pub(super) const CLAUSES_MAX: usize = 8;

pub(super) const CALLS_MAX: usize = 6;

/// Whether the plan is in its last tenth.
pub(super) fn late(view: &View<'_, '_>) -> bool {
    view.situation.steps.len() * 10 >= view.situation.limits.steps_max * 9
}

pub(super) fn tried(view: &mut View<'_, '_>, ask: &Ask) -> Option<(Call, Outlook)> {
    let call = build(view.scene, ask, view.rng)?;
    let outlook = view.scene.outlook(&call)?;
    Some((call, outlook))
}
