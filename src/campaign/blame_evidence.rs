//! What further runs tell about the blamed clauses of a counterexample. This module runs nothing.

use crate::model::ClauseId;

/// How a run differs from the counterexample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TellingChange {
    /// A step is left out.
    WithoutStep {
        /// Index of the step in the counterexample.
        step: usize,
        /// The operation of the step.
        operation: String,
    },
    /// The owner makes the last call.
    ByOwner {
        /// Index of the last step.
        step: usize,
    },
    /// The owner makes the last call alone, for a resource that never existed.
    WithUnknownId {
        /// Index of the step in the counterexample.
        step: usize,
    },
    /// Reads before the last call show the resources of the call. The counterexample then has these reads.
    WithReads {
        /// The operations of the reads.
        operations: Vec<String>,
    },
}

/// What a run showed about the blamed clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TellingRun {
    /// How the run differs from the counterexample.
    pub change: TellingChange,
    /// The blamed clauses that hold in the run.
    pub held: Vec<ClauseId>,
    /// The blamed clauses that the run contradicts, if these are some of them only.
    pub contradicted: Vec<ClauseId>,
}

/// What the runs tell about the blamed clauses of a counterexample.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BlameEvidence {
    /// The runs that told clauses apart.
    pub runs: Vec<TellingRun>,
    /// Changes that were not run, because the requests for shrinking were used up.
    pub untried: Vec<TellingChange>,
}

impl BlameEvidence {
    /// Sorts clauses: a clause that a run contradicts without the others comes first, and a clause that holds in a run comes
    /// last. Otherwise the order stays.
    pub fn sort_clauses(&self, clauses: &mut [ClauseId]) {
        let is_in = |list: fn(&TellingRun) -> &Vec<ClauseId>, clause: &ClauseId| {
            self.runs.iter().any(|run| list(run).contains(clause))
        };
        clauses.sort_by_key(|clause| match (is_in(|run| &run.contradicted, clause), is_in(|run| &run.held, clause)) {
            (true, false) => 0,
            (false, true) => 2,
            _ => 1,
        });
    }
}
