//! Which clauses applied to a call, and which of them alone explain its outcome.

use super::applicability::ApplicableClauses;
use super::belief::Belief;
use super::call_view::CallView;
use super::clause_info::ClauseId;
use super::clause_tally::ObservedSilentCell;
use super::compile::{Model, find_state_field};
use super::factor::Factor;
use super::observation_filter::ObservationContext;
use super::outcome_filter::{OutcomeExplanation, OutcomeJudgement};
use super::outcome_kind::OutcomeKind;
use super::possible_state::PossibleResource;
use super::resource_state::{Existence, ResourceId};
use crate::expr::ExprValue;
use crate::history::Exchange;
use crate::schema::InputClass;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Belief {
    /// Counts the clauses that apply to a call, and the clauses that alone explain the outcome.
    pub(super) fn count_applied(
        &mut self,
        asked: &CallView,
        heard: &OutcomeKind,
        judged: &OutcomeJudgement,
        exchange: &Exchange,
        before: &Factor,
    ) {
        let everywhere = |has: &dyn Fn(&ApplicableClauses) -> bool| judged.applicable.iter().all(has);
        let spoken: BTreeSet<ClauseId> = judged
            .applicable
            .iter()
            .flat_map(|reading| reading.demanded.iter().chain(&reading.accepts))
            .copied()
            .collect();
        for clause in spoken {
            let count = self.tally.count_mut(clause);
            if everywhere(&|reading| reading.demanded.contains(&clause) || reading.accepts.contains(&clause)) {
                count.applied += 1;
            } else {
                count.unclear += 1;
            }
        }
        for permitted in judged.applicable.iter().flat_map(|reading| &reading.permitted).collect::<BTreeSet<_>>() {
            self.count_permitted(*permitted, judged);
        }
        if matches!(heard, OutcomeKind::Success(..)) && !self.tally.accepted.contains(&asked.operation) {
            self.tally.accepted.insert(asked.operation.clone());
        }
        let sole = find_sole_refusal(judged);
        if let (Some(clause), OutcomeKind::Refusal(_) | OutcomeKind::ServerError(_)) = (sole, heard) {
            self.tally.count_mut(clause).passed += 1;
        }
        if judged.server_error.is_none() && !matches!(heard, OutcomeKind::Lost) {
            let clause = self.model.operations[&asked.operation].no_server_error;
            let count = self.tally.count_mut(clause);
            count.applied += 1;
            count.passed += 1;
        }
        let silent =
            judged.states.iter().all(|next| matches!(next.explanation, OutcomeExplanation::Open { silent: true }));
        if silent
            && asked.class == InputClass::Valid
            && asked.caller == "owner"
            && let Some(states) = find_settled_states(&self.model, asked, before)
            && let OutcomeKind::Success(status, _) | OutcomeKind::Refusal(status) = heard
        {
            let cell = ObservedSilentCell { operation: asked.operation.clone(), states };
            *self.tally.silent.entry(cell).or_default().entry(*status).or_default() += 1;
        }
        let changes = self.model.operations[&asked.operation].changes;
        if changes && !matches!(heard, OutcomeKind::Refusal(_)) {
            self.changed = exchange.number + 1;
        }
    }

    /// Counts a `may refuse` clause: the clause passes if no other clause explains the refusal, and applies if
    /// its guard held.
    fn count_permitted(&mut self, clause: ClauseId, judged: &OutcomeJudgement) {
        let may = self
            .model
            .find_suite_clause(clause)
            .is_some_and(|c| matches!(c.decision, crate::suite::ClauseDecision::MayRefuse(_)));
        if !may || !judged.applicable.iter().all(|reading| reading.permitted.contains(&clause)) {
            return;
        }
        let alone = judged.states.iter().all(|next| match &next.explanation {
            OutcomeExplanation::Refused { explaining, .. } => explaining.as_slice() == [clause],
            _ => false,
        });
        let count = self.tally.count_mut(clause);
        count.applied += 1;
        if alone {
            count.passed += 1;
        }
    }

    /// Counts a compared frame clause. The clause passes only if a call changed something after the last
    /// observation of a resource.
    pub(super) fn count_compared(&mut self, see: &ObservationContext<'_>, clause: ClauseId) {
        let changed = self.changed;
        let since = |id: &ResourceId| self.last_observed.get(id).is_some_and(|seen| *seen < changed);
        let fresh = see.observations.resources.iter().any(|sight| since(&sight.id));
        let count = self.tally.count_mut(clause);
        count.applied += 1;
        if fresh {
            count.passed += 1;
        }
    }
}

fn find_sole_refusal(judged: &OutcomeJudgement) -> Option<ClauseId> {
    let mut sole = None;
    for next in &judged.states {
        let OutcomeExplanation::Refused { demanded, explaining } = &next.explanation else { return None };
        let [clause] = explaining.as_slice() else { return None };
        if !demanded.contains(clause) || sole.is_some_and(|known| known != *clause) {
            return None;
        }
        sole = Some(*clause);
    }
    sole
}

/// The state of each resource of a call, if every resource is settled and has one state in all possible states.
#[must_use]
pub fn find_settled_states(model: &Model, asked: &CallView, before: &Factor) -> Option<Vec<String>> {
    let mut states = Vec::new();
    for id in asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()) {
        let possible: Vec<Arc<PossibleResource>> = before.list_states(id);
        let [held] = possible.as_slice() else { return None };
        if !held.state.is_settled() || held.state.existence != Existence::Present {
            return None;
        }
        let state = find_state_field(model, usize::from(id.kind)).map(|index| &held.state.fields[index]);
        let shown = match state {
            Some(ExprValue::Str(state)) => state.to_string(),
            _ => "exists".to_string(),
        };
        states.push(format!("{} {shown}", model.resource_kind(id).name));
    }
    Some(states)
}
