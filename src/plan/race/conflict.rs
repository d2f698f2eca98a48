//! Whether two calls conflict in a state.

use crate::model::{EvaluationLog, PossibleState, close_states, evaluate_clauses};
use crate::plan::planning_context::{CandidateCall, PlanningContext};
use crate::plan::successor_state::{accept_call, invent_ids, settle_state, state_signature};

/// How two calls conflict that a state accepts, the conflict with the most to tell first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RaceConflict {
    /// In neither order the second call is accepted.
    Exclusive,
    /// In one order the second call is refused.
    OneExcludes,
    /// Both orders accept both calls, with different results.
    Ordered,
    /// Both orders accept both calls with one result; a lost update would show.
    Shared,
    /// No clause says what the second call finds while the first is under way: only a server error would show.
    Silent,
}

impl RaceConflict {
    /// The conflict in words, for reports.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            RaceConflict::Exclusive => "each excludes the other",
            RaceConflict::OneExcludes => "one excludes the other",
            RaceConflict::Ordered => "the order matters",
            RaceConflict::Shared => "both change one resource",
            RaceConflict::Silent => "the pages are silent about the second call",
        }
    }
}

/// Most possible states after one call.
const AFTER_MAX: usize = 64;

/// The conflict of two calls that a state accepts; `None` if the state does not accept both.
pub(super) fn find_conflict(
    scene: &PlanningContext<'_>,
    world: &PossibleState,
    (one, two): (&CandidateCall, &CandidateCall),
) -> Option<RaceConflict> {
    Some(match (follow(scene, world, one, two)?, follow(scene, world, two, one)?) {
        (Following::Refused, Following::Refused) => RaceConflict::Exclusive,
        (Following::Refused, _) | (_, Following::Refused) => RaceConflict::OneExcludes,
        (Following::Open, _) | (_, Following::Open) => RaceConflict::Silent,
        (Following::Accepted(one), Following::Accepted(two)) if one != two => RaceConflict::Ordered,
        (Following::Accepted(_), Following::Accepted(_)) => RaceConflict::Shared,
    })
}

/// What becomes of a call right after another.
enum Following {
    /// Refused in every possible state.
    Refused,
    /// Accepted; with what guards and effects can tell about the settled state.
    Accepted(String),
    /// In some possible state no clause says.
    Open,
}

/// What becomes of the second call after the first; `None` if the state does not accept the first, or has too many
/// successors.
fn follow(
    scene: &PlanningContext<'_>,
    world: &PossibleState,
    first: &CandidateCall,
    second: &CandidateCall,
) -> Option<Following> {
    let after = apply_call(scene, world, first)?;
    let log = EvaluationLog::discarding();
    let states = close_states(scene.model, std::slice::from_ref(&after), AFTER_MAX, &log)?;
    let readings: Vec<_> =
        states.iter().map(|state| evaluate_clauses(scene.model, &second.view, state, &[], &log)).collect();
    if readings.iter().all(|reading| !reading.demanded.is_empty()) {
        return Some(Following::Refused);
    }
    if readings.iter().any(|reading| reading.demanded.is_empty() && reading.accepts.is_empty()) {
        return Some(Following::Open);
    }
    let settled = settle_state(scene.model, &after);
    let last = apply_call(scene, &settled, second).map(|state| settle_state(scene.model, &state));
    let signature = last.map(|state| state_signature(scene.model, scene.hints, &state));
    Some(Following::Accepted(signature.unwrap_or_default()))
}

/// The state right after an accepted call; `None` if the state does not accept the call.
fn apply_call(scene: &PlanningContext<'_>, world: &PossibleState, call: &CandidateCall) -> Option<PossibleState> {
    accept_call(scene, call, world, &invent_ids(scene, call, world, usize::MAX)?)
}
