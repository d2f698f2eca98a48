//! What one decision of the guided chooser depends on.

use crate::plan::chooser_input::ChooserInput;
use crate::plan::compose::{CallRequirements, compose_call};
use crate::plan::planning_context::{CandidateCall, PlanningContext};
use crate::plan::prediction::CallPrediction;
use crate::schema::SeededRng;

/// The input of one decision.
pub(super) struct ChoiceContext<'a, 'b> {
    pub(super) planning: &'a PlanningContext<'a>,
    pub(super) input: &'a ChooserInput<'a>,
    pub(super) rng: &'b mut SeededRng,
}

impl ChoiceContext<'_, '_> {
    /// Whether a create would exceed the limit of live resources if the endpoint accepted the call.
    pub(super) fn exceeds_live_limit(&self, operation: &str) -> bool {
        self.planning.hints.creating.contains(operation) && self.planning.count_live() >= self.input.limits.live_max
    }
}

/// Highest number of clauses for one step, and of calls for each clause.
pub(super) const CLAUSES_MAX: usize = 8;

pub(super) const CALLS_MAX: usize = 6;

/// Whether the plan is in its last tenth.
pub(super) fn is_late(view: &ChoiceContext<'_, '_>) -> bool {
    view.input.steps.len() * 10 >= view.input.limits.steps_max * 9
}

pub(super) fn try_call(
    view: &mut ChoiceContext<'_, '_>,
    ask: &CallRequirements,
) -> Option<(CandidateCall, CallPrediction)> {
    let call = compose_call(view.planning, ask, view.rng)?;
    let outlook = view.planning.predict(&call)?;
    Some((call, outlook))
}
