//! The second filter: whether the observations in a response match each possible state.

use super::belief::BeliefLimits;
use super::clause_info::{ClauseId, GeneratedClause};
use super::compile::{Model, find_state_field, frame_clause};
use super::evaluation_log::EvaluationLog;
use super::factor::{Factor, PromiseSubject};
use super::interpreted_exchange::InterpretedExchange;
use super::match_observation::{ObservationMismatch, match_observation, must_be_listed};
use super::observation::{Observation, ResponseObservations};
use super::possible_state::{PossibleResource, PossibleState, make_possible_resource, replace_resources};
use super::resource_state::{Existence, ResourceId, ResourceState};
use crate::expr::ExprValue;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The observations of a response, with the context for the comparison.
#[derive(Debug, Clone, Copy)]
pub struct ObservationContext<'a> {
    pub model: &'a Model,
    pub interpreted: &'a InterpretedExchange<'a>,
    pub observations: &'a ResponseObservations,
    pub bounds: BeliefLimits,
    /// Keeps the failures of expressions.
    pub log: &'a EvaluationLog,
}

/// The possible states that match, and the ruled-out states with the contradicted clauses.
#[derive(Debug, Clone, Default)]
pub struct ObservationFilterResult {
    pub states: Vec<PossibleState>,
    pub dropped: Vec<(PossibleState, Vec<ClauseId>)>,
    /// Clauses that were compared with a determined value.
    pub compared: BTreeSet<ClauseId>,
}

impl ObservationFilterResult {
    #[must_use]
    pub fn collect_contradicted_clauses(&self) -> Vec<ClauseId> {
        self.dropped.iter().flat_map(|(_, clauses)| clauses.iter().copied()).collect()
    }
}

impl ObservationContext<'_> {
    /// Whether the response shows a resource of the factor, or lists all resources of a kind.
    #[must_use]
    pub fn concerns_factor(&self, factor: &Factor) -> bool {
        factor.ids.iter().any(|id| {
            self.find_observation(id).is_some() || self.observations.whole_kinds.contains(&usize::from(id.kind))
        })
    }

    pub(super) fn find_observation(&self, id: &ResourceId) -> Option<&Observation> {
        self.observations.resources.iter().find(|sight| sight.id == *id)
    }

    /// The observations of one resource: a response may show a resource twice.
    pub(super) fn list_observations<'a>(&'a self, id: &'a ResourceId) -> impl Iterator<Item = &'a Observation> {
        self.observations.resources.iter().filter(move |sight| sight.id == *id)
    }

    fn find_list_clause(&self, kind: u16) -> Option<ClauseId> {
        let whole = self.observations.whole_kinds.contains(&usize::from(kind));
        whole.then(|| self.list_clause(kind))
    }

    /// The clause that a resource contradicts which is shown although its end is known: the clause of the list that shows the
    /// resource, or the frame clause of its state.
    fn find_absence_clause(&self, id: &ResourceId, state: u16) -> ClauseId {
        let kind = usize::from(id.kind);
        match self.observations.whole_kinds.contains(&kind) || self.observations.page_kinds.contains(&kind) {
            true => self.list_clause(id.kind),
            false => frame_clause(self.model, id, state),
        }
    }

    fn list_clause(&self, kind: u16) -> ClauseId {
        self.model
            .generated_clause(&GeneratedClause::Listed(usize::from(kind), self.interpreted.call.operation.clone()))
    }
}

/// Compares each possible state with the observations.
#[must_use]
pub fn filter_by_observations(see: &ObservationContext<'_>, factor: &Factor) -> ObservationFilterResult {
    let mut found = ObservationFilterResult::default();
    for world in &factor.states {
        let mut changed: BTreeMap<ResourceId, ResourceState> = BTreeMap::new();
        let mut reasons = Vec::new();
        for held in world {
            if let Some((clause, misses)) = check_list(see, held) {
                if misses {
                    reasons.push(clause);
                    break;
                }
                found.compared.insert(clause);
            }
            match match_resource(see, held, &mut found.compared) {
                Ok(Some(thing)) => {
                    changed.insert(held.id.clone(), thing);
                }
                Ok(None) => {}
                Err(misfit) => {
                    reasons.extend(find_contradicted_clauses(see, factor, &held.id, &misfit));
                    break;
                }
            }
        }
        if reasons.is_empty() {
            found.states.push(if changed.is_empty() {
                world.clone()
            } else {
                replace_resources(see.model, world, changed)
            });
        } else {
            found.dropped.push((world.clone(), reasons));
        }
    }
    found
}

/// The clause of a whole list that demands the presence or the absence of a resource, and whether the response
/// contradicts the clause. The clause that ended a resource covers its absence.
pub(super) fn check_list(see: &ObservationContext<'_>, held: &Arc<PossibleResource>) -> Option<(ClauseId, bool)> {
    let shown = see.find_observation(&held.id).is_some();
    let foreign = see.interpreted.call.owner != Some(held.state.owner);
    if see.observations.page_kinds.contains(&usize::from(held.id.kind)) {
        // A resource may stand on another page.
        return (shown && foreign).then(|| (see.list_clause(held.id.kind), true));
    }
    let clause = see.find_list_clause(held.id.kind)?;
    let demanded = if foreign { false } else { must_be_listed(held)? };
    let misses = if demanded { !shown } else { shown && foreign };
    Some((clause, misses))
}

fn match_resource(
    see: &ObservationContext<'_>,
    held: &Arc<PossibleResource>,
    compared: &mut BTreeSet<ClauseId>,
) -> Result<Option<ResourceState>, ObservationMismatch> {
    if see.interpreted.call.owner != Some(held.state.owner) {
        return Ok(None);
    }
    let mut now: Option<Arc<PossibleResource>> = None;
    for sight in see.list_observations(&held.id) {
        let before = now.as_ref().unwrap_or(held);
        let (now_ms, settle_percent) = (see.interpreted.exchange.sent_ms, see.bounds.settle_percent);
        let thing = match_observation(see.model, before, sight, now_ms, settle_percent, see.log)?;
        collect_compared(see, before, sight, compared);
        now = Some(make_possible_resource(see.model, held.id.clone(), thing));
    }
    Ok(now.map(|held| held.state.clone()))
}

fn collect_compared(
    see: &ObservationContext<'_>,
    held: &PossibleResource,
    sight: &Observation,
    compared: &mut BTreeSet<ClauseId>,
) {
    if !held.state.is_settled() || held.state.existence != Existence::Present {
        return;
    }
    let kind = usize::from(held.id.kind);
    for (index, shown) in sight.fields.iter().enumerate() {
        let known = &held.state.fields[index];
        // A time with and a time without an offset do not tell whether they are equal.
        let compared_with = |shown: &ExprValue| !known.has_unknown() && known.cel_eq(shown) != ExprValue::Unknown;
        if shown.as_ref().is_some_and(compared_with) {
            compared.insert(see.model.generated_clause(&GeneratedClause::Field(kind, index)));
        }
    }
    if sight.full {
        let shows = &see.model.suite.resources[kind].shows;
        let clauses = (0..shows.len()).map(|index| see.model.generated_clause(&GeneratedClause::Shows(kind, index)));
        compared.extend(clauses.filter(|clause| !see.log.has_failed(*clause)));
    }
}

pub(super) fn find_contradicted_clauses(
    see: &ObservationContext<'_>,
    factor: &Factor,
    id: &ResourceId,
    misfit: &ObservationMismatch,
) -> Vec<ClauseId> {
    let state = find_state_field(see.model, usize::from(id.kind)).unwrap_or_default() as u16;
    match misfit {
        ObservationMismatch::Clause(clause) => vec![*clause],
        ObservationMismatch::Field(field) => find_promising_clauses(factor, &PromiseSubject::Field(id.clone(), *field))
            .unwrap_or_else(|| vec![frame_clause(see.model, id, *field)]),
        ObservationMismatch::Absence => find_promising_clauses(factor, &PromiseSubject::Absence(id.clone()))
            .unwrap_or_else(|| vec![see.find_absence_clause(id, state)]),
    }
}

fn find_promising_clauses(factor: &Factor, what: &PromiseSubject) -> Option<Vec<ClauseId>> {
    factor.promises.get(what).map(|promises| promises.iter().map(|promise| promise.clause).collect())
}

/// The possible state with every observed resource undetermined.
#[must_use]
pub fn make_observed_undetermined(see: &ObservationContext<'_>, world: &[Arc<PossibleResource>]) -> PossibleState {
    let named: BTreeSet<&ResourceId> =
        see.interpreted.call.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
    let touched = |held: &&Arc<PossibleResource>| {
        named.contains(&held.id)
            || see.find_observation(&held.id).is_some()
            || see.observations.whole_kinds.contains(&usize::from(held.id.kind))
    };
    let changed = world
        .iter()
        .filter(touched)
        .map(|held| (held.id.clone(), held.state.make_undetermined(see.interpreted.exchange.received_ms)));
    replace_resources(see.model, world, changed.collect())
}
