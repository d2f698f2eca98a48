//! The kind of call that a chooser requests.

use crate::model::ClauseId;

/// The requirements for a candidate call.
#[derive(Debug, Clone, Default)]
pub struct CallRequirements {
    /// Id of the operation.
    pub operation: String,
    /// The clause that should apply.
    pub goal: Option<ClauseId>,
    /// Whether resources in a transition are preferred.
    pub prefer_moving: bool,
    /// Whether only settled resources are allowed, regardless of the goal, so that a plan can continue after
    /// the call.
    pub settled_only: bool,
    /// Whether bounded fields have values at their bounds.
    pub boundary: bool,
    /// Probability of each optional field, in percent.
    pub optional_percent: u32,
    /// Handle for the first reference.
    pub target: Option<String>,
    /// Name in `about` of a resource that must be absent for every caller.
    pub absent: Option<String>,
    /// The caller, if already decided.
    pub caller: Option<String>,
}
