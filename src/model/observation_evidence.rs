//! The evidence of an observation that matches no possible state.

use super::call_memory::{CallMemory, RememberedCall};
use super::clause_info::ClauseId;
use super::compile::find_state_field;
use super::evidence::{CallReference, DeviationEvidence, Difference, DifferenceKind, ExpectationReason};
use super::factor::{Factor, PromiseSubject};
use super::guard_account::CallSituation;
use super::match_observation::list_mismatches;
use super::observation_filter::{ObservationContext, check_list, find_contradicted_clauses};
use super::possible_state::{PossibleResource, PossibleState, count_events, make_possible_resource};
use super::resource_state::ResourceId;
use crate::suite::{ClauseOperations, Effect};
use std::sync::Arc;

/// Most calls, and most clauses of a call, that a field's evidence mentions.
const CALLS_MAX: usize = 2;
const CLAUSES_MAX: usize = 4;

/// The evidence of an observation, from the nearest possible state of the factor, and all clauses that the observation
/// contradicts in each possible state.
pub(super) fn collect_observation_evidence(
    see: &ObservationContext<'_>,
    factor: &Factor,
    memory: &CallMemory,
) -> (DeviationEvidence, Vec<Vec<ClauseId>>) {
    let mut nearest: Option<(usize, Vec<Difference>)> = None;
    let mut by_state = Vec::new();
    for world in &factor.states {
        let found = list_differences(see, factor, world);
        by_state.push(found.iter().flat_map(|difference| difference.clauses.iter().copied()).collect());
        let distance = measure_distance(see, world, &found);
        if !found.is_empty() && nearest.as_ref().is_none_or(|(known, _)| distance < *known) {
            nearest = Some((distance, found));
        }
    }
    let Some((_, differences)) = nearest else { return (DeviationEvidence::default(), by_state) };
    let mut evidence =
        DeviationEvidence { other_states: factor.states.len().saturating_sub(1), ..DeviationEvidence::default() };
    for difference in &differences {
        let reasons = ReasonFinder { see, factor, memory };
        reasons.add_reasons(difference, &mut evidence);
    }
    evidence.blamed.get_or_insert_with(|| CallReference::from_exchange(see.interpreted.exchange));
    evidence.differences = differences;
    (evidence, by_state)
}

/// The distance of a possible state from the observation: a difference of the state counts more than a difference
/// of another field, and of two states with equal differences the one without events and transitions is nearer.
fn measure_distance(see: &ObservationContext<'_>, world: &PossibleState, differences: &[Difference]) -> usize {
    let weigh = |difference: &Difference| match &difference.what {
        DifferenceKind::Field { resource, field, .. } => {
            let kind = see.model.resource_kind(resource);
            if kind.state.as_ref() == Some(field) { 30 } else { 20 }
        }
        _ => 20,
    };
    let moving = world.iter().filter(|held| held.state.transition.is_some()).count();
    differences.iter().map(weigh).sum::<usize>() + moving + 2 * count_events(see.model, world)
}

/// All differences between one possible state and the observations.
fn list_differences(see: &ObservationContext<'_>, factor: &Factor, world: &PossibleState) -> Vec<Difference> {
    let mut found = Vec::new();
    for held in world {
        if let Some((clause, true)) = check_list(see, held) {
            let expected = see.find_observation(&held.id).is_none();
            let what = DifferenceKind::Listing { resource: held.id.clone(), expected };
            found.push(Difference { clauses: vec![clause], what });
            continue;
        }
        if see.interpreted.call.owner != Some(held.state.owner) {
            continue;
        }
        let mut now: Option<Arc<PossibleResource>> = None;
        for sight in see.list_observations(&held.id) {
            let before = now.as_ref().unwrap_or(held);
            let (now_ms, settle_percent) = (see.interpreted.exchange.sent_ms, see.bounds.settle_percent);
            let (after, mismatches) = list_mismatches(see.model, before, sight, now_ms, settle_percent, see.log);
            for (mismatch, what) in mismatches {
                let mut clauses: Vec<ClauseId> = find_contradicted_clauses(see, factor, &held.id, &mismatch);
                clauses.sort();
                clauses.dedup();
                found.push(Difference { clauses, what });
            }
            now = Some(make_possible_resource(see.model, held.id.clone(), after));
        }
    }
    found
}

/// Finds the reasons behind the differences of one factor.
struct ReasonFinder<'a> {
    see: &'a ObservationContext<'a>,
    factor: &'a Factor,
    memory: &'a CallMemory,
}

impl ReasonFinder<'_> {
    fn add_reasons(&self, difference: &Difference, evidence: &mut DeviationEvidence) {
        match &difference.what {
            DifferenceKind::Field { resource, field, .. } => {
                let kind = self.see.model.resource_kind(resource);
                let Some(index) = kind.fields.iter().position(|known| known.name == *field) else { return };
                let subject = PromiseSubject::Field(resource.clone(), index as u16);
                if !self.add_promise(&subject, Some(field), evidence) {
                    self.add_frame_reasons(resource, index, evidence);
                }
            }
            DifferenceKind::NotGone { resource, .. } => {
                let is_promised = self.add_promise(&PromiseSubject::Absence(resource.clone()), None, evidence);
                if !is_promised {
                    self.add_last_shown(resource, None, evidence);
                }
            }
            DifferenceKind::Unsettled { resource, .. } => {
                let state = find_state_field(self.see.model, usize::from(resource.kind)).unwrap_or_default();
                let subject = PromiseSubject::Field(resource.clone(), state as u16);
                let field = &self.see.model.resource_kind(resource).fields[state].name;
                // A transition that ends a resource has a nearer state, in which the resource is gone.
                self.add_promise(&subject, Some(field), evidence);
            }
            DifferenceKind::Listing { resource, .. } | DifferenceKind::Derived { resource, .. } => {
                self.add_last_shown(resource, None, evidence);
            }
            _ => {}
        }
    }

    /// Adds the promise behind an expectation. Returns whether there is one.
    fn add_promise(&self, subject: &PromiseSubject, field: Option<&String>, evidence: &mut DeviationEvidence) -> bool {
        let Some(promise) = self.factor.promises.get(subject).and_then(|promises| promises.last()) else {
            return false;
        };
        let call = self.memory.find_call(promise.exchange).cloned();
        if evidence.blamed.is_none() {
            evidence.blamed.clone_from(&call);
        }
        evidence.reasons.push(ExpectationReason::Promised {
            resource: subject.id().clone(),
            field: field.cloned(),
            clause: promise.clause,
            call,
        });
        true
    }

    fn add_last_shown(&self, resource: &ResourceId, field: Option<usize>, evidence: &mut DeviationEvidence) {
        let Some(shown) = self.memory.find_shown(resource, field) else { return };
        evidence.reasons.push(ExpectationReason::LastShown {
            resource: resource.clone(),
            field: field.map(|index| self.see.model.resource_kind(resource).fields[index].name.clone()),
            call: shown.call.clone(),
            before_ms: self.see.interpreted.exchange.sent_ms.saturating_sub(shown.received_ms),
        });
    }

    /// Adds the response that showed the old value, and the clauses that could have changed the field since.
    fn add_frame_reasons(&self, resource: &ResourceId, field: usize, evidence: &mut DeviationEvidence) {
        self.add_last_shown(resource, Some(field), evidence);
        let shown = self.memory.find_shown(resource, Some(field)).map(|shown| shown.call.exchange);
        let may_change = |call: &RememberedCall| call.may_change(self.see, resource);
        let name = self.see.model.resource_kind(resource).fields[field].name.clone();
        for call in self.memory.list_calls_after(shown, may_change).take(CALLS_MAX) {
            if evidence.blamed.is_none() {
                evidence.blamed = Some(call.reference.clone());
            }
            if let Some(status) = call.refused {
                evidence
                    .reasons
                    .push(ExpectationReason::RefusedChangesNothing { call: call.reference.clone(), status });
                continue;
            }
            let before = evidence.reasons.len();
            evidence.reasons.extend(self.list_unapplied_clauses(call, resource, &name).take(CLAUSES_MAX));
            if evidence.reasons.len() == before {
                let call = call.reference.clone();
                evidence.reasons.push(ExpectationReason::NoClauseChanges { call, field: name.clone() });
            }
        }
    }

    /// The clauses of a call that change a field, and did not apply.
    fn list_unapplied_clauses<'a>(
        &'a self,
        call: &'a RememberedCall,
        resource: &'a ResourceId,
        field: &'a str,
    ) -> impl Iterator<Item = ExpectationReason> + 'a {
        let model = self.see.model;
        let about = &model.operations[&call.asked.operation].about;
        let changes = move |effect: &Effect| {
            let named = about
                .iter()
                .any(|about| about.resource == usize::from(resource.kind) && effect.target.is_named(&about.name));
            let selected =
                effect.target.get_selection().is_some_and(|each| each.resource == usize::from(resource.kind));
            (named || selected) && effect.field == field
        };
        let clauses = model.operations[&call.asked.operation].clauses.iter().filter(move |clause| {
            model.find_suite_clause(**clause).is_some_and(|clause| {
                matches!(clause.calls, ClauseOperations::Only(_)) && clause.effects().any(changes)
            })
        });
        clauses.filter_map(move |clause| {
            let world = call.before.first()?;
            let situation = CallSituation {
                model,
                asked: &call.asked,
                world,
                unknown_kinds: &call.unknown_kinds,
                reply: None,
                memory: (self.memory, self.see.interpreted.exchange.sent_ms),
            };
            let account = situation.account_guard(*clause);
            account.parts.iter().any(|part| part.holds == Some(false)).then(|| ExpectationReason::NotApplied {
                call: call.reference.clone(),
                field: field.to_string(),
                account,
            })
        })
    }
}

impl RememberedCall {
    /// Whether the call names a resource, or may change resources of the kind without a name.
    fn may_change(&self, see: &ObservationContext<'_>, resource: &ResourceId) -> bool {
        let operation = &see.model.operations[&self.asked.operation];
        let named = self.asked.existing.iter().any(|(_, ids)| ids.iter().flatten().any(|id| id == resource));
        named || self.created.contains(resource) || operation.affects_unnamed.contains(&usize::from(resource.kind))
    }
}
