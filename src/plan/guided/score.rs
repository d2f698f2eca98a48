//! How much a candidate call would show.

use super::context::View;
use crate::model::{ClauseId, undecided};
use crate::plan::masking::hiddenness;
use crate::plan::novelty::{least_hidden, novelty};
use crate::plan::planning_context::Call;
use crate::plan::prediction::Outlook;
use crate::suite::Verb;

/// The score of a call for a clause; the lowest is best. In order: whether the outcome is open, the masking of
/// the refusal, the lack of novelty, and the number of tests.
pub(super) type Score = (bool, usize, u64, u64);

/// The lack of novelty of a call without any novelty.
const STALE: u64 = 1_000;

/// Whether the clause decides the outcome, and no other clause explains the response.
pub(super) fn plain_to_see((doubtful, rivals, ..): &Score) -> bool {
    !doubtful && *rivals == 0
}

pub(super) fn score(view: &View<'_, '_>, clause: ClauseId, call: &Call, outlook: &Outlook) -> Score {
    let model = view.situation.model;
    let count = view.situation.coverage.count(&model.info(clause).id);
    // Some calls are always novel, so the contexts of the clause reduce the novelty.
    let new = novelty(view.situation, view.scene, call, outlook) * 4 / u64::from(3 + (count + 1).ilog2());
    let stale = STALE.saturating_sub(new);
    let others = others(view, call, outlook);
    // A demanded refusal does not depend on doubtful input.
    let accepts = model.written(clause).is_some_and(|clause| matches!(clause.verb, Verb::Accept(_)));
    let undecided = |reading| undecided(model, &call.asked, reading);
    let open =
        (accepts && (outlook.may_refuse(model) || outlook.0.iter().any(undecided))) || obscures(view, call, outlook);
    (open, others, stale, count)
}

/// Whether no clause determines the outcome of a change. If accepted, the call makes its resources
/// undetermined, perhaps for the rest of the plan.
pub(super) fn obscures(view: &View<'_, '_>, call: &Call, outlook: &Outlook) -> bool {
    outlook.silent() && view.situation.model.operations[&call.step.operation].changes
}

/// The masking of a demanded refusal; 0 for an unmasked refusal and for other calls.
pub(super) fn others(view: &View<'_, '_>, call: &Call, outlook: &Outlook) -> usize {
    if outlook.rivals() == 0 { 0 } else { hiddenness(view.scene, call, outlook) - 1 }
}

/// Whether some refusing clause of the call never had an unmasked test.
pub(super) fn never_alone(view: &View<'_, '_>, call: &Call) -> bool {
    let Some(outlook) = view.scene.outlook(call) else { return false };
    let refusing = outlook.0.iter().flat_map(|reading| reading.demanded.iter().chain(&reading.permitted));
    let demands =
        |clause: &&ClauseId| view.situation.model.written(**clause).is_some_and(|c| matches!(c.verb, Verb::Refuse(_)));
    refusing.filter(demands).any(|clause| least_hidden(view.situation, *clause, 1).is_none())
}

/// Whether every trait of a call was tested often.
pub(super) fn nothing_new(view: &View<'_, '_>, call: &Call) -> bool {
    let outlook = view.scene.outlook(call);
    outlook.is_some_and(|outlook| novelty(view.situation, view.scene, call, &outlook) == 0)
}

/// The best score of a call for any clause that applies.
pub(super) fn score_of_any(view: &View<'_, '_>, call: &Call, outlook: &Outlook) -> Score {
    // A permitted refusal is no reason for a call that must be accepted.
    let accepts = |clause: &ClauseId| {
        let written = view.situation.model.written(*clause);
        !outlook.accepted() || written.is_some_and(|clause| matches!(clause.verb, Verb::Accept(_)))
    };
    let clauses = outlook.applying().into_iter().filter(accepts);
    let scores = clauses.map(|clause| score(view, clause, call, outlook));
    scores.min().unwrap_or((true, usize::MAX, u64::MAX, u64::MAX))
}
