//! How much a candidate call would show.

use super::context::ChoiceContext;
use crate::model::{ClauseId, leaves_outcome_open};
use crate::plan::masking::measure_masking;
use crate::plan::novelty::{find_least_masking, measure_novelty};
use crate::plan::planning_context::CandidateCall;
use crate::plan::prediction::CallPrediction;
use crate::suite::ClauseDecision;

/// The score of a call for a clause; the lowest is best. In order: whether the outcome is open, the masking of
/// the refusal, the lack of novelty, and the number of tests.
pub(super) type CallScore = (bool, usize, u64, u64);

/// The lack of novelty of a call without any novelty.
const STALE: u64 = 1_000;

/// Whether the clause decides the outcome, and no other clause explains the response.
pub(super) fn is_conclusive((doubtful, rivals, ..): &CallScore) -> bool {
    !doubtful && *rivals == 0
}

/// What the score of a call for any clause consists of.
struct CallWorth {
    novelty: u64,
    masking: usize,
    /// Whether the endpoint may refuse a call that a clause accepts.
    refusable: bool,
    /// As [`makes_undetermined`].
    undetermined: bool,
}

impl CallWorth {
    fn new(view: &ChoiceContext<'_, '_>, call: &CandidateCall, outlook: &CallPrediction) -> CallWorth {
        let model = view.input.model;
        let undecided = |reading| leaves_outcome_open(model, &call.view, reading);
        CallWorth {
            novelty: measure_novelty(view.input, view.planning, call, outlook),
            masking: masking_of(view, call, outlook),
            refusable: outlook.may_refuse(model) || outlook.0.iter().any(undecided),
            undetermined: makes_undetermined(view, call, outlook),
        }
    }

    fn score_for(&self, view: &ChoiceContext<'_, '_>, clause: ClauseId) -> CallScore {
        let model = view.input.model;
        let count = view.input.coverage.count_tests(&model.clause_info(clause).id);
        // Some calls are always novel, so the contexts of the clause reduce the novelty.
        let stale = STALE.saturating_sub(self.novelty * 4 / u64::from(3 + (count + 1).ilog2()));
        // A demanded refusal does not depend on doubtful input.
        let accepts =
            model.find_suite_clause(clause).is_some_and(|clause| matches!(clause.decision, ClauseDecision::Accept(_)));
        ((accepts && self.refusable) || self.undetermined, self.masking, stale, count)
    }
}

pub(super) fn score_call(
    view: &ChoiceContext<'_, '_>,
    clause: ClauseId,
    call: &CandidateCall,
    outlook: &CallPrediction,
) -> CallScore {
    CallWorth::new(view, call, outlook).score_for(view, clause)
}

/// Whether no clause determines the outcome of a change. If accepted, the call makes its resources
/// undetermined, perhaps for the rest of the plan.
pub(super) fn makes_undetermined(view: &ChoiceContext<'_, '_>, call: &CandidateCall, outlook: &CallPrediction) -> bool {
    outlook.is_silent() && view.input.model.operations[&call.step.call.operation].changes
}

/// The masking of a demanded refusal; 0 for an unmasked refusal and for other calls.
pub(super) fn masking_of(view: &ChoiceContext<'_, '_>, call: &CandidateCall, outlook: &CallPrediction) -> usize {
    if outlook.count_demanding() == 0 { 0 } else { measure_masking(view.planning, call, outlook) - 1 }
}

/// Whether some refusing clause of the call never had an unmasked test.
pub(super) fn is_always_masked(view: &ChoiceContext<'_, '_>, call: &CandidateCall) -> bool {
    let Some(outlook) = view.planning.predict(call) else { return false };
    let refusing = outlook.0.iter().flat_map(|reading| reading.demanded.iter().chain(&reading.permitted));
    let demands = |clause: &&ClauseId| {
        view.input.model.find_suite_clause(**clause).is_some_and(|c| matches!(c.decision, ClauseDecision::Refuse(_)))
    };
    refusing.filter(demands).any(|clause| find_least_masking(view.input, *clause, 1).is_none())
}

/// Whether every trait of a call was tested often.
pub(super) fn lacks_novelty(view: &ChoiceContext<'_, '_>, call: &CandidateCall) -> bool {
    let outlook = view.planning.predict(call);
    outlook.is_some_and(|outlook| measure_novelty(view.input, view.planning, call, &outlook) == 0)
}

/// The best score of a call for any clause that applies.
pub(super) fn score_best_clause(
    view: &ChoiceContext<'_, '_>,
    call: &CandidateCall,
    outlook: &CallPrediction,
) -> CallScore {
    // A permitted refusal is no reason for a call that must be accepted.
    let accepts = |clause: &ClauseId| {
        let written = view.input.model.find_suite_clause(*clause);
        !outlook.is_accepted() || written.is_some_and(|clause| matches!(clause.decision, ClauseDecision::Accept(_)))
    };
    let worth = CallWorth::new(view, call, outlook);
    let clauses = outlook.list_applying().into_iter().filter(accepts);
    clauses.map(|clause| worth.score_for(view, clause)).min().unwrap_or((true, usize::MAX, u64::MAX, u64::MAX))
}
