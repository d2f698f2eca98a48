//! What the clauses say about a call that no plan has sent.

use crate::model::{ApplicableClauses, ClauseId, Model};
use crate::suite::{Clause, ClauseDecision, PermittedStatuses};
use std::collections::BTreeSet;

/// The clauses that apply to a call, by possible state. Never empty.
#[derive(Debug, Clone)]
pub struct CallPrediction(pub Vec<ApplicableClauses>);

impl CallPrediction {
    /// Whether a clause decides the outcome in every possible state.
    #[must_use]
    pub fn applies_everywhere(&self, clause: ClauseId) -> bool {
        self.0.iter().all(|reading| {
            // A permitted refusal decides the outcome next to a demanded acceptance, or without any other
            // clause.
            let otherwise =
                reading.accepts.is_empty() && (!reading.demanded.is_empty() || !reading.may_accept.is_empty());
            let refused = reading.demanded.contains(&clause) || (reading.permitted.contains(&clause) && !otherwise);
            refused || (reading.demanded.is_empty() && reading.accepts.contains(&clause))
        })
    }

    /// Every clause that decides the outcome, sorted.
    #[must_use]
    pub fn list_applying(&self) -> BTreeSet<ClauseId> {
        let Some(first) = self.0.first() else {
            return BTreeSet::new();
        };
        let all = first.demanded.iter().chain(&first.permitted).chain(&first.accepts).copied();
        all.filter(|clause| self.applies_everywhere(*clause)).collect()
    }

    /// Whether acceptance is demanded in every possible state, and a refusal in none.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.0.iter().all(|reading| reading.demanded.is_empty() && !reading.accepts.is_empty())
    }

    /// Whether a refusal is permitted in some possible state, not counting requests to retry.
    #[must_use]
    pub fn may_refuse(&self, model: &Model) -> bool {
        self.count_permitting(model) > 0
    }

    /// The highest number of clauses in a possible state that permit a refusal, not counting requests to retry.
    #[must_use]
    pub fn count_permitting(&self, model: &Model) -> usize {
        let passing = |clause: &Clause| match &clause.decision {
            ClauseDecision::MayRefuse(PermittedStatuses::Exactly(codes)) => codes.iter().all(|code| *code >= 500),
            _ => false,
        };
        let lasting = |clause: &ClauseId| !model.find_suite_clause(*clause).is_some_and(passing);
        let of_world = |reading: &ApplicableClauses| reading.permitted.iter().filter(|clause| lasting(clause)).count();
        self.0.iter().map(of_world).max().unwrap_or(0)
    }

    /// Whether a refusal is demanded in every possible state.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.0.iter().all(|reading| !reading.demanded.is_empty())
    }

    /// Whether no clause determines the outcome in some possible state.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.0.iter().any(|reading| reading.demanded.is_empty() && reading.accepts.is_empty())
    }

    /// The highest number of demanded refusals in a possible state: with a single one, a response shows its
    /// reason.
    #[must_use]
    pub fn count_demanding(&self) -> usize {
        self.0.iter().map(|reading| reading.demanded.len()).max().unwrap_or(0)
    }
}
