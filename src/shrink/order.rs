//! The order of plans by simplicity.

use super::handles::rename_handles;
use crate::plan::Step;
use std::collections::BTreeSet;

/// The definition of simpler, in order of priority: fewer steps, fewer branches, fewer created resources, shorter
/// inputs, fewer waits, shorter waits, fewer bindings, fewer callers besides the owner. Between equals, the smaller
/// JSON text wins, hence the smaller number of numbers with equal length.
///
/// Inputs have a second criterion: a value offered by the caller of [`super::shrink_plan`] counts as simpler even if the
/// JSON text is longer, because only a schema knows the first member of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlanComplexity {
    /// Number of calls.
    pub steps: usize,
    /// Number of concurrent branches; 0 for a sequential plan.
    pub branches: usize,
    /// Number of handles bound.
    pub resources: usize,
    /// Bytes of path, query, headers and body as JSON.
    pub input_bytes: usize,
    /// Number of steps followed by polling.
    pub polls: usize,
    /// Total time before the first polls, in milliseconds.
    pub delay_ms: u64,
    /// Number of different binding ids.
    pub bindings: usize,
    /// Number of steps with another caller than the owner.
    pub other_callers: usize,
    /// The steps as JSON, to decide between equals.
    pub json: String,
}

/// The complexity of the steps; the least is the simplest. The names of handles do not count.
#[must_use]
pub fn measure_complexity(steps: &[Step]) -> PlanComplexity {
    measure_canonical_steps(&rename_handles(steps.to_vec()))
}

/// The sort key of steps with canonical handles.
pub(super) fn measure_canonical_steps(steps: &[Step]) -> PlanComplexity {
    let branches: BTreeSet<u32> = steps.iter().map(|step| step.branch).filter(|&branch| branch > 0).collect();
    let bindings: BTreeSet<&str> = steps.iter().map(|step| step.call.binding.as_str()).collect();
    let delays = steps.iter().filter_map(|step| step.settle.first_poll_ms());
    PlanComplexity {
        steps: steps.len(),
        branches: branches.len(),
        resources: steps.iter().flat_map(|step| step.births.values()).map(Vec::len).sum(),
        input_bytes: steps.iter().map(count_input_bytes).sum(),
        polls: delays.clone().count(),
        delay_ms: delays.fold(0, u64::saturating_add),
        bindings: bindings.len(),
        other_callers: steps.iter().filter(|step| step.call.caller != OWNER).count(),
        json: serialize_steps(steps),
    }
}

/// The simplest caller.
pub(super) const OWNER: &str = "owner";

/// The steps as JSON.
pub(super) fn serialize_steps(steps: &[Step]) -> String {
    serde_json::to_string(steps).expect("steps have only text keys; was a map with other keys added to `Step`?")
}

/// Bytes of the inputs of a step, as JSON.
pub(super) fn count_input_bytes(step: &Step) -> usize {
    serde_json::to_string(&(&step.call.path, &step.call.query, &step.call.headers, &step.call.body))
        .expect("inputs have only text keys; was a map with other keys added to `Step`?")
        .len()
}
