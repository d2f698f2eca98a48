//! What makes one plan simpler than another.

use super::handles::canonical;
use crate::plan::{Settle, Step};
use std::collections::BTreeSet;

/// The definition of simpler. In this order: fewer steps, fewer branches, fewer things
/// brought to life, less text in the inputs, fewer waits, shorter waits, fewer bindings,
/// fewer callers that are not the owner; among equals the text that sorts first, which for
/// numbers of one length is the smaller number.
///
/// Inputs have a second judge: what the caller of [`super::shrink`] offers as a simpler value
/// is taken as simpler even where its text is not shorter, for only a schema knows that an
/// enumeration has a first member.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey {
    /// Calls.
    pub steps: usize,
    /// Branches that run side by side; 0 for a sequential plan.
    pub branches: usize,
    /// Handles that are born.
    pub things: usize,
    /// Bytes of path, query, headers and body as JSON.
    pub text: usize,
    /// Steps that poll until rest.
    pub polls: usize,
    /// Milliseconds before first polls, in all.
    pub delay_ms: u64,
    /// Different binding ids.
    pub bindings: usize,
    /// Steps whose caller is not the owner.
    pub strangers: usize,
    /// The steps as JSON: what decides between equals.
    pub written: String,
}

/// How simple these steps are; the least is the simplest. What handles are called does not count.
#[must_use]
pub fn sort_key(steps: &[Step]) -> SortKey {
    canonical_key(&canonical(steps.to_vec()))
}

/// The same for steps whose handles already have their canonical names.
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

/// The caller that is simpler than any other.
pub(super) const OWNER: &str = "owner";

/// The steps as JSON.
pub(super) fn written(steps: &[Step]) -> String {
    serde_json::to_string(steps).expect("steps have only text keys; was a map with other keys added to `Step`?")
}

/// Bytes of one step's inputs.
pub(super) fn text(step: &Step) -> usize {
    serde_json::to_string(&(&step.path, &step.query, &step.headers, &step.body))
        .expect("inputs have only text keys; was a map with other keys added to `Step`?")
        .len()
}
