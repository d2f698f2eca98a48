//! The result of a campaign.

use super::blame_evidence::BlameEvidence;
use super::cell_results::CellResult;
use super::race_tally::RaceTally;
use super::transition_times::TransitionTimes;
use crate::history::{CallCause, Exchange, Outcome, RecordedHistory};
use crate::model::{ClauseId, ClauseTally, Model, OutcomeKind};
use crate::oracle::{ClauseResult, Finding};
use crate::plan::{Plan, SuiteHints};
use crate::plan_execution::{RequestShares, StopReason};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A finding with the plans that show the deviation.
#[derive(Debug, Clone)]
pub struct RecordedFinding {
    /// The finding.
    pub finding: Finding,
    /// The plan that showed the deviation first. Findings of one plan share the plan.
    pub plan: Arc<Plan>,
    /// The history of `plan`, in compressed form.
    pub history: RecordedHistory,
    /// Requests of the campaign up to and including the one with the deviation, in the order of plans.
    pub requests: u64,
    /// How often the campaign showed the deviation.
    pub count: u64,
    /// The counterexample; `None` if no repetition showed the deviation.
    pub counterexample: Option<ShownCounterexample>,
    /// The runs after the first one.
    pub repetition: FindingRepetition,
}

/// How often the plan of a finding was run again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FindingRepetition {
    /// Runs to the end: of the counterexample, or of the whole plan and its candidates if no run showed the deviation.
    /// Without a run, a missing counterexample proves nothing.
    pub runs: u64,
    /// Runs that showed the deviation.
    pub shown: u64,
    /// Why no run came to its end.
    pub prevented: Option<String>,
    /// Requests for shrinking the finding, the runs included.
    pub requests: u64,
}

/// A small plan that showed the deviation again.
#[derive(Debug, Clone)]
pub struct ShownCounterexample {
    /// The plan.
    pub plan: Plan,
    /// The history of `plan`, in compressed form.
    pub history: RecordedHistory,
    /// The deviation as `history` shows it.
    pub finding: Finding,
    /// What further runs tell about the blamed clauses.
    pub blame: BlameEvidence,
}

/// Most steps of a counterexample that is short enough for a reader.
const SHORT_STEPS_MAX: usize = 4;

impl RecordedFinding {
    /// Number of steps of the counterexample; the greatest number without one.
    #[must_use]
    pub(super) fn count_shown_steps(&self) -> usize {
        self.counterexample.as_ref().map_or(usize::MAX, |shown| shown.plan.steps.len())
    }

    /// Whether the counterexample is so short that fewer steps are not worth more than the usual requests.
    #[must_use]
    pub(super) fn has_short_counterexample(&self) -> bool {
        self.count_shown_steps() <= SHORT_STEPS_MAX
    }

    /// The finding, with the clauses that its counterexample contradicts as related clauses.
    #[must_use]
    pub fn with_shown_clauses(&self) -> Finding {
        let mut finding = self.finding.clone();
        let shown = self.counterexample.iter().flat_map(|shown| &shown.finding.clauses);
        finding.related_clauses.extend(shown.filter(|clause| !self.finding.clauses.contains(clause)));
        finding
    }

    /// The blamed clauses, the likeliest first: those of the counterexample, otherwise those of the whole plan.
    #[must_use]
    pub fn list_blamed(&self) -> Vec<ClauseId> {
        let Some(shown) = &self.counterexample else { return self.finding.clauses.clone() };
        let mut clauses = shown.finding.clauses.clone();
        shown.blame.sort_clauses(&mut clauses);
        clauses
    }
}

/// Counts of requests by purpose and outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpentRequests {
    /// All requests of plans.
    pub requests: u64,
    /// Answered reads that were steps of a plan.
    pub reads: u64,
    /// Answered polls.
    pub polls: u64,
    /// Refused changes.
    pub refusals: u64,
    /// Accepted changes, without creates.
    pub changes: u64,
    /// Accepted creates.
    pub creates: u64,
    /// Requests without a response.
    pub lost: u64,
    /// Requests that were refused because of the rate.
    pub throttled: u64,
    /// Requests for shrinking.
    pub shrinking: u64,
    /// Requests for cleaning up.
    pub cleaning: u64,
    /// Checks before the first plan, requests for tokens, and repetitions with a renewed token.
    pub checking: u64,
    /// Number of plans.
    pub plans: u64,
    /// Number of steps that were not sent.
    pub steps_skipped: u64,
}

impl SpentRequests {
    /// The counts of one plan.
    pub(super) fn count_plan(
        model: &Model,
        hints: &SuiteHints,
        exchanges: &[Exchange],
        steps_skipped: u64,
    ) -> SpentRequests {
        let mut spent = SpentRequests { plans: 1, steps_skipped, ..SpentRequests::default() };
        // The kind of an outcome does not depend on the body.
        for exchange in exchanges {
            spent.requests += 1;
            let operation = &model.operations[&exchange.call.operation];
            let creates = hints.creating.contains(&operation.id);
            match OutcomeKind::classify(&exchange.outcome) {
                OutcomeKind::NotExecuted if !matches!(exchange.outcome, Outcome::Unsent { .. }) => spent.throttled += 1,
                OutcomeKind::NotExecuted | OutcomeKind::Lost => spent.lost += 1,
                _ if exchange.cause == CallCause::Poll => spent.polls += 1,
                _ if !operation.changes => spent.reads += 1,
                OutcomeKind::Success(..) if creates => spent.creates += 1,
                OutcomeKind::Success(..) => spent.changes += 1,
                _ => spent.refusals += 1,
            }
        }
        spent
    }

    /// Takes over the numbers of requests outside of plans.
    pub fn note_shares(&mut self, shares: RequestShares) {
        (self.cleaning, self.checking) = (shares.cleaning, shares.checking);
    }

    /// Everything that was sent.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.requests + self.shrinking + self.cleaning + self.checking
    }

    /// Adds the counts of another plan.
    pub fn add_counts(&mut self, other: &SpentRequests) {
        self.requests += other.requests;
        self.reads += other.reads;
        self.polls += other.polls;
        self.refusals += other.refusals;
        self.changes += other.changes;
        self.creates += other.creates;
        self.lost += other.lost;
        self.throttled += other.throttled;
        self.shrinking += other.shrinking;
        self.cleaning += other.cleaning;
        self.checking += other.checking;
        self.plans += other.plans;
        self.steps_skipped += other.steps_skipped;
    }
}

/// The result of a campaign.
#[derive(Debug, Clone)]
pub struct Conclusion {
    /// The seed.
    pub seed: u64,
    /// The verdict of each selected clause.
    pub rows: Vec<ClauseResult>,
    /// The findings.
    pub findings: Vec<RecordedFinding>,
    /// Counts by clause.
    pub tally: ClauseTally,
    /// The cells of the operations.
    pub cells: Vec<CellResult>,
    /// Counts of requests.
    pub spent: SpentRequests,
    /// Times of transitions.
    pub transition_times: TransitionTimes,
    /// Clauses that started transitions whose end no response showed, with the number of these transitions. Only a wait for
    /// the bound would have told the end, and the campaign did not wait for the bound of such a transition.
    pub unproven_transitions: Vec<(String, u64)>,
    /// Whether the campaign ended before its requests were spent, because everything was covered.
    pub covered: bool,
    /// Why the campaign ended early; `None` if all clauses were decided or the limits were reached.
    pub stopped: Option<String>,
    /// What ended the campaign early and has to be mended; also in `stopped`, in words.
    pub failure: Option<StopReason>,
    /// The pairs of calls that were raced.
    pub races: RaceTally,
    /// Whether a reason other than its requests, its number of plans or a deviation ended the campaign, so that a resumed run
    /// has more to do.
    pub unfinished: bool,
}
