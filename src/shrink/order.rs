//! The order of plans by simplicity.

use super::handles::canonical;
use crate::plan::{Settle, Step};
use std::collections::BTreeSet;

/// The definition of simpler, in order of priority: fewer steps, fewer branches, fewer created resources, shorter
/// inputs, fewer waits, shorter waits, fewer bindings, fewer callers besides the owner. Between equals, the smaller
/// JSON text wins, hence the smaller number of numbers with equal length.
///
/// Inputs have a second criterion: a value offered by the caller of [`super::shrink`] counts as simpler even if the
/// JSON text is longer, because only a schema knows the first member of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey {
    /// Number of calls.
    pub steps: usize,
    /// Number of concurrent branches; 0 for a sequential plan.
    pub branches: usize,
    /// Number of handles bound.
    pub things: usize,
    /// Bytes of path, query, headers and body as JSON.
    pub text: usize,
    /// Number of steps followed by polling.
    pub polls: usize,
    /// Total time before the first polls, in milliseconds.
    pub delay_ms: u64,
    /// Number of different binding ids.
    pub bindings: usize,
    /// Number of steps with another caller than the owner.
    pub strangers: usize,
    /// The steps as JSON, to decide between equals.
    pub written: String,
}

/// The complexity of the steps; the least is the simplest. The names of handles do not count.
#[must_use]
pub fn sort_key(steps: &[Step]) -> SortKey {
    canonical_key(&canonical(steps.to_vec()))
}

/// The sort key of steps with canonical handles.
pub(super) fn canonical_key(steps: &[Step]) -> SortKey {
    let branches: BTreeSet<u32> = steps.iter().map(|step| step.branch).filter(|&branch| branch > 0).collect();
    let bindings: BTreeSet<&str> = steps.iter().map(|step| step.binding.as_str()).collect();
    let delays = steps.iter().filter_map(|step| match step.settle {
        Settle::Leave => None,
        Settle::Poll { after_ms } => Some(after_ms),
    });
    SortKey {
        steps: steps.len(),
        branches: branches.len(),
        things: steps.iter().flat_map(|step| step.births.values()).map(Vec::len).sum(),
        text: steps.iter().map(text).sum(),
        polls: delays.clone().count(),
        delay_ms: delays.fold(0, u64::saturating_add),
        bindings: bindings.len(),
        strangers: steps.iter().filter(|step| step.caller != OWNER).count(),
        written: written(steps),
    }
}

/// The simplest caller.
pub(super) const OWNER: &str = "owner";

/// The steps as JSON.
pub(super) fn written(steps: &[Step]) -> String {
    serde_json::to_string(steps).expect("steps have only text keys; was a map with other keys added to `Step`?")
}

/// Bytes of the inputs of a step, as JSON.
pub(super) fn text(step: &Step) -> usize {
    serde_json::to_string(&(&step.path, &step.query, &step.headers, &step.body))
        .expect("inputs have only text keys; was a map with other keys added to `Step`?")
        .len()
}
