//! Which clauses applied to a call, and which of them alone explain its outcome.

use super::applicability::Reading;
use super::belief::Belief;
use super::call_view::Asked;
use super::clause_info::ClauseId;
use super::compile::{Model, state_of};
use super::factor::Factor;
use super::observation_filter::See;
use super::outcome_filter::{How, Judged};
use super::possible_state::Held;
use super::reply_kind::Heard;
use super::resource_state::{Id, Life};
use super::tally::Cell;
use crate::expr::Val;
use crate::history::Exchange;
use crate::schema::Class;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Belief {
    /// Counts the clauses that apply to a call, and the clauses that alone explain the outcome.
    pub(super) fn settle_accounts(
        &mut self,
        asked: &Asked,
        heard: &Heard,
        judged: &Judged,
        exchange: &Exchange,
        before: &Factor,
    ) {
        let everywhere = |has: &dyn Fn(&Reading) -> bool| judged.readings.iter().all(has);
        let spoken: BTreeSet<ClauseId> = judged
            .readings
            .iter()
            .flat_map(|reading| reading.demanded.iter().chain(&reading.accepts))
            .copied()
            .collect();
        for clause in spoken {
            let count = self.tally.count(clause);
            if everywhere(&|reading| reading.demanded.contains(&clause) || reading.accepts.contains(&clause)) {
                count.applied += 1;
            } else {
                count.unclear += 1;
            }
        }
        for permitted in judged.readings.iter().flat_map(|reading| &reading.permitted).collect::<BTreeSet<_>>() {
            self.note_permitted(*permitted, judged);
        }
        let sole = sole_refusal(judged);
        if let (Some(clause), Heard::Refusal(_) | Heard::ServerError(_)) = (sole, heard) {
            self.tally.count(clause).passed += 1;
        }
        if judged.server_error.is_none() && !matches!(heard, Heard::Lost) {
            let clause = self.model.operations[&asked.operation].no_server_error;
            let count = self.tally.count(clause);
            count.applied += 1;
            count.passed += 1;
        }
        let silent = judged.next.iter().all(|next| matches!(next.how, How::Open { silent: true }));
        if silent
            && asked.class == Class::Valid
            && asked.caller == "owner"
            && let Some(states) = cell(&self.model, asked, before)
            && let Heard::Success(status, _) | Heard::Refusal(status) = heard
        {
            let cell = Cell { operation: asked.operation.clone(), states };
            *self.tally.silent.entry(cell).or_default().entry(*status).or_default() += 1;
        }
        let changes = self.model.operations[&asked.operation].changes;
        if changes && !matches!(heard, Heard::Refusal(_)) {
            self.changed = exchange.number + 1;
        }
    }

    /// Counts a `may refuse` clause: the clause passes if no other clause explains the refusal, and applies if
    /// its guard held.
    fn note_permitted(&mut self, clause: ClauseId, judged: &Judged) {
        let may = self.model.written(clause).is_some_and(|c| matches!(c.verb, crate::suite::Verb::MayRefuse(_)));
        if !may || !judged.readings.iter().all(|reading| reading.permitted.contains(&clause)) {
            return;
        }
        let alone = judged.next.iter().all(|next| match &next.how {
            How::Refused { explaining, .. } => explaining.as_slice() == [clause],
            _ => false,
        });
        let count = self.tally.count(clause);
        count.applied += 1;
        if alone {
            count.passed += 1;
        }
    }

    /// Counts a compared frame clause. The clause passes only if a call changed something after the last
    /// observation of a resource.
    pub(super) fn note_compared(&mut self, see: &See<'_>, clause: ClauseId) {
        let changed = self.changed;
        let since = |id: &Id| self.seen.get(id).is_some_and(|seen| *seen < changed);
        let fresh = see.sights.things.iter().any(|sight| since(&sight.id));
        let count = self.tally.count(clause);
        count.applied += 1;
        if fresh {
            count.passed += 1;
        }
    }
}

fn sole_refusal(judged: &Judged) -> Option<ClauseId> {
    let mut sole = None;
    for next in &judged.next {
        let How::Refused { demanded, explaining } = &next.how else { return None };
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
pub fn cell(model: &Model, asked: &Asked, before: &Factor) -> Option<Vec<String>> {
    let mut states = Vec::new();
    for id in asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()) {
        let possible: Vec<Arc<Held>> = before.possibilities(id);
        let [held] = possible.as_slice() else { return None };
        if !held.thing.at_rest() || held.thing.life != Life::Alive {
            return None;
        }
        let state = state_of(model, usize::from(id.kind)).map(|index| &held.thing.fields[index]);
        let shown = match state {
            Some(Val::Str(state)) => state.to_string(),
            _ => "exists".to_string(),
        };
        states.push(format!("{} {shown}", model.resource(id).name));
    }
    Some(states)
}
