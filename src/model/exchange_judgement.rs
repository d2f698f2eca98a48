//! What the judgement of one exchange yields.

use super::call_cell::CallCell;
use super::clause_info::ClauseId;
use super::evidence::DeviationEvidence;
use super::factor::BeliefNarrowing;

/// The result of one exchange.
#[derive(Debug, Clone, Default)]
pub struct ExchangeJudgement {
    /// The deviations of the exchange.
    pub deviations: Vec<Deviation>,
    /// Whether a success must have the documented shape.
    pub shape_demanded: bool,
    /// A reached limit.
    pub excess: Option<ExceededLimit>,
    /// The cell that the call fills, if a response came.
    pub cell: Option<CallCell>,
    /// The possible states before and after, if [`BeliefLimits::insight`](super::BeliefLimits::insight) is set.
    pub insight: Option<BeliefChange>,
}

/// A deviation: every possible state contradicts one of the clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// Number of the exchange.
    pub exchange: u64,
    /// Index of the step.
    pub step: usize,
    /// Id of the operation.
    pub operation: String,
    /// The blamed clauses, the most specific first.
    pub clauses: Vec<ClauseId>,
    /// Less specific clauses that every possible state contradicts too.
    pub further_clauses: Vec<ClauseId>,
    /// The blamed clauses, and those that every possible state contradicts too, sorted.
    pub suspected_clauses: Vec<ClauseId>,
    /// The outcome, in words.
    pub outcome: String,
    /// The permitted outcomes or states, in words.
    pub expected: Vec<String>,
    /// How the nearest possible state differs from the response, and why that state was expected.
    pub evidence: DeviationEvidence,
    /// The last earlier exchange that ruled out states of the resources, and the clauses behind that exchange.
    pub narrowed_by: Option<BeliefNarrowing>,
}

/// A reached limit: the resources of the call are undetermined from here on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceededLimit {
    /// Number of the exchange.
    pub exchange: u64,
    /// The limit, in words.
    pub reason: String,
}

/// The possible states before and after an exchange, in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BeliefChange {
    /// Possible states before.
    pub before: Vec<String>,
    /// Possible states after.
    pub after: Vec<String>,
    /// States that were ruled out, with the contradicted clauses.
    pub ruled_out: Vec<(String, Vec<ClauseId>)>,
}
