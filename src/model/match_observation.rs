//! The comparison of one observation with one possible state of the resource.

use super::clause_info::{ClauseId, GeneratedClause};
use super::compile::{Model, find_state_field};
use super::describe::describe_stages;
use super::evaluation_log::EvaluationLog;
use super::evidence::DifferenceKind;
use super::observation::Observation;
use super::possible_state::PossibleResource;
use super::resource_state::{Existence, ResourceState, TransitionStage};
use super::roots::EntryScope;
use super::transition::evaluate_alone;
use crate::expr::ExprValue;
use crate::suite::{FieldMutability, UNNAMED};

/// The reason why a possible state does not match an observation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObservationMismatch {
    /// A field has another value: the index of the field.
    Field(u16),
    /// The resource should be gone.
    Absence,
    /// A generated clause rules out the state.
    Clause(ClauseId),
}

/// The state of a resource after an observation, if the possible state permits the observation. `now` is in ms.
///
/// # Errors
/// Why the possible state is ruled out.
pub fn match_observation(
    model: &Model,
    held: &PossibleResource,
    sight: &Observation,
    now: u64,
    settle_percent: u32,
    log: &EvaluationLog,
) -> Result<ResourceState, ObservationMismatch> {
    let thing = &held.state;
    let resource = &model.suite.resources[usize::from(held.id.kind)];
    let bound = resource.settles_ms.saturating_mul(u64::from(settle_percent)) / 100;
    let overdue = thing.transition.as_ref().is_some_and(|motion| now > motion.since.saturating_add(bound));
    match thing.existence {
        Existence::Gone => return Err(ObservationMismatch::Absence),
        Existence::Deleting if overdue => return Err(ObservationMismatch::Absence),
        Existence::Deleting => return Ok(thing.clone()),
        Existence::Present => {}
    }
    if let Some(since) = thing.undetermined_since {
        return Ok(determine_resource(model, held, sight, now >= since.saturating_add(bound)));
    }
    let mut next = thing.clone();
    for (index, shown) in sight.fields.iter().enumerate() {
        let Some(shown) = shown else { continue };
        match_field(model, held, &mut next, index, shown)?;
    }
    if overdue && next.transition.is_some() {
        return Err(ObservationMismatch::Clause(
            model.generated_clause(&GeneratedClause::Settles(usize::from(held.id.kind))),
        ));
    }
    if sight.full {
        for (index, shows) in resource.shows.iter().enumerate() {
            let clause = model.generated_clause(&GeneratedClause::Shows(usize::from(held.id.kind), index));
            if contradicts_shows(model, held, sight, (clause, shows), log) {
                return Err(ObservationMismatch::Clause(clause));
            }
        }
    }
    Ok(next)
}

/// The state of a resource after an observation, and every mismatch with its two sides. `now` is in ms.
pub(super) fn list_mismatches(
    model: &Model,
    held: &PossibleResource,
    sight: &Observation,
    now: u64,
    settle_percent: u32,
    log: &EvaluationLog,
) -> (ResourceState, Vec<(ObservationMismatch, DifferenceKind)>) {
    let mut next = match match_observation(model, held, sight, now, settle_percent, log) {
        Ok(next) => return (next, Vec::new()),
        Err(_) => held.state.clone(),
    };
    let resource = &model.suite.resources[usize::from(held.id.kind)];
    let shown_state = find_state_field(model, usize::from(held.id.kind)).and_then(|index| sight.fields[index].clone());
    if held.state.existence != Existence::Present {
        let what = DifferenceKind::NotGone { resource: held.id.clone(), state: shown_state };
        return (next, vec![(ObservationMismatch::Absence, what)]);
    }
    let mut found = Vec::new();
    for (index, shown) in sight.fields.iter().enumerate() {
        let Some(shown) = shown else { continue };
        if let Err(mismatch) = match_field(model, held, &mut next, index, shown) {
            let old = held.state.transition.iter().flat_map(|motion| &motion.pending);
            let old = old.filter(|(field, _)| usize::from(*field) == index).map(|(_, old)| old.clone());
            let what = DifferenceKind::Field {
                resource: held.id.clone(),
                field: resource.fields[index].name.clone(),
                expected: std::iter::once(held.state.fields[index].clone()).chain(old).collect(),
                got: shown.clone(),
            };
            found.push((mismatch, what));
        }
    }
    let bound_ms = resource.settles_ms.saturating_mul(u64::from(settle_percent)) / 100;
    if let Some(motion) = next.transition.as_ref().filter(|motion| now > motion.since.saturating_add(bound_ms)) {
        let clause = model.generated_clause(&GeneratedClause::Settles(usize::from(held.id.kind)));
        let what = DifferenceKind::Unsettled {
            resource: held.id.clone(),
            state: shown_state,
            awaited: describe_stages(held),
            elapsed_ms: now.saturating_sub(motion.since),
            bound_ms,
        };
        found.push((ObservationMismatch::Clause(clause), what));
    }
    if found.is_empty() && sight.full {
        found.extend(list_wrong_derived_values(model, held, sight, log));
    }
    (next, found)
}

fn list_wrong_derived_values(
    model: &Model,
    held: &PossibleResource,
    sight: &Observation,
    log: &EvaluationLog,
) -> Vec<(ObservationMismatch, DifferenceKind)> {
    let kind = usize::from(held.id.kind);
    let mut found = Vec::new();
    for (index, shows) in model.suite.resources[kind].shows.iter().enumerate() {
        let clause = model.generated_clause(&GeneratedClause::Shows(kind, index));
        if contradicts_shows(model, held, sight, (clause, shows), log) {
            let what = DifferenceKind::Derived {
                resource: held.id.clone(),
                name: shows.name.clone(),
                permitted: evaluate_alone(model, held, &shows.among, shows.place.line).unwrap_or(ExprValue::Unknown),
                got: shows.at.eval(&EntryScope(&sight.entry)).unwrap_or(ExprValue::Null),
            };
            found.push((ObservationMismatch::Clause(clause), what));
        }
    }
    found
}

fn contradicts_shows(
    model: &Model,
    held: &PossibleResource,
    sight: &Observation,
    (clause, shows): (ClauseId, &crate::suite::DerivedValue),
    log: &EvaluationLog,
) -> bool {
    let line = shows.place.line;
    let among = evaluate_alone(model, held, &shows.among, line);
    let among = log.note_evaluation((Some(clause), line), &shows.among, among);
    let ExprValue::List(permitted) = among else { return false };
    let it = EntryScope(&sight.entry);
    // An unreadable value violates the schema, and not this clause.
    let Ok(value) = shows.at.eval(&it) else { return false };
    let equal = |candidate: &ExprValue| candidate.cel_eq(&value);
    permitted.iter().all(|candidate| equal(candidate) == ExprValue::Bool(false))
}

fn match_field(
    model: &Model,
    held: &PossibleResource,
    next: &mut ResourceState,
    index: usize,
    shown: &ExprValue,
) -> Result<(), ObservationMismatch> {
    let resource = &model.suite.resources[usize::from(held.id.kind)];
    let known = next.fields[index].clone();
    let misfit = ObservationMismatch::Field(index as u16);
    if known.has_unknown() && resource.state.as_ref() == Some(&resource.fields[index].name) {
        // An unnamed state may be a stage of a transition, so the value is not kept.
        if is_named_stable_state(resource, shown) {
            next.fields[index] = shown.clone();
        }
        return Ok(());
    }
    if known.has_unknown() {
        // The field changes to an unknown value, and the response may still show the old value.
        let pending = next.transition.iter_mut().find_map(|motion| {
            let at = motion.pending.iter().position(|(field, _)| usize::from(*field) == index)?;
            Some((motion, at))
        });
        if let Some((motion, at)) = pending {
            if motion.pending[at].1.cel_eq(shown) != ExprValue::Bool(false) {
                return Ok(());
            }
            motion.pending.remove(at);
        }
        next.fields[index] = shown.clone();
        return Ok(());
    }
    let same = if known == ExprValue::from(UNNAMED) {
        !is_named_stable_state(resource, shown)
    } else {
        // A time without an offset may equal a time with one.
        known.cel_eq(shown) != ExprValue::Bool(false)
    };
    match resource.fields[index].class {
        FieldMutability::Keeps if same => Ok(()),
        FieldMutability::Keeps => Err(misfit),
        FieldMutability::Grows if shown.is_before(&known) == Some(true) => Err(misfit),
        FieldMutability::Grows => {
            next.fields[index] = shown.clone();
            Ok(())
        }
        FieldMutability::Modelled => {
            let pending = next.transition.as_mut().and_then(|motion| {
                let at = motion.pending.iter().position(|(field, _)| usize::from(*field) == index)?;
                Some((motion, at))
            });
            match pending {
                // After one observation of the new value, the old value is no longer permitted.
                Some((motion, at)) if same => {
                    motion.pending.remove(at);
                    Ok(())
                }
                Some((motion, at)) if motion.pending[at].1.cel_eq(shown) != ExprValue::Bool(false) => Ok(()),
                _ if same => Ok(()),
                _ => Err(misfit),
            }
        }
    }
}

/// Whether a state is a named stable state of the resource kind.
fn is_named_stable_state(resource: &crate::suite::ResourceKind, shown: &ExprValue) -> bool {
    matches!(shown, ExprValue::Str(shown) if resource.stable.iter().any(|stable| **stable == **shown))
}

/// Determines an undetermined resource from an observation. The observation must show a settled resource in a
/// stable state that is not about to change: the first stage of a transition would be visible at once
/// (`prompt`), or the bound has passed.
fn determine_resource(model: &Model, held: &PossibleResource, sight: &Observation, past_bound: bool) -> ResourceState {
    let resource = &model.suite.resources[usize::from(held.id.kind)];
    let state = resource.state.as_ref().and_then(|state| resource.fields.iter().position(|field| field.name == *state));
    let stable = match state.map(|index| &sight.fields[index]) {
        None => true,
        _ if resource.stable.is_empty() => true,
        Some(Some(ExprValue::Str(shown))) => resource.stable.iter().any(|stable| **stable == **shown),
        Some(_) => false,
    };
    let quiet = sight.settled != Some(false);
    let settled = past_bound || state.is_none() || (resource.prompt && sight.settled == Some(true));
    if !(sight.full && stable && quiet && settled) {
        return held.state.clone();
    }
    let mut fields: Vec<ExprValue> =
        sight.fields.iter().map(|shown| shown.clone().unwrap_or(ExprValue::Unknown)).collect();
    // Without named states, the value of the state field decides nothing.
    if let Some(index) = state.filter(|_| resource.stable.is_empty()) {
        fields[index] = ExprValue::from(UNNAMED);
    }
    ResourceState { fields, undetermined_since: None, origin: None, transition: None, ..held.state.clone() }
}

/// Whether a whole list must contain a resource; `None` if both are permitted.
#[must_use]
pub fn must_be_listed(held: &PossibleResource) -> Option<bool> {
    let leaving = held.state.transition.as_ref().is_some_and(|motion| {
        motion.stages.iter().any(|step| matches!(step, TransitionStage::Gone | TransitionStage::Anything))
    });
    match held.state.existence {
        Existence::Gone => Some(false),
        Existence::Deleting => None,
        // The id is unknown, so any entry may be the resource.
        Existence::Present if held.state.id_deferred => None,
        Existence::Present if held.state.undetermined_since.is_some() || leaving => None,
        Existence::Present => Some(true),
    }
}
