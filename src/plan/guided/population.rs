//! The number of resources in a plan: few, so that each has a long history.

use super::context::{CALLS_MAX, ChoiceContext, is_late, try_call};
use super::population_target::PopulationTarget;
use super::score::{CallScore, score_best_clause};
use crate::model::ClauseId;
use crate::plan::compose::CallRequirements;
use crate::plan::handles::named_handles;
use crate::plan::hints::has_effect;
use crate::plan::live_count::counts_as_live;
use crate::plan::planning_context::{CandidateCall, NamedResource, is_own};
use crate::plan::presence::ResourcePresence;
use crate::plan::step::Step;
use crate::suite::{AboutEntry, IdExpression};
use std::collections::BTreeSet;

/// A create: at once without any resource, and soon while the target exceeds the number of resources.
pub(super) fn create_resource(
    view: &mut ChoiceContext<'_, '_>,
    rooms: &PopulationTarget,
    only_if_bare: bool,
) -> Option<CandidateCall> {
    if view.planning.count_live() >= view.input.limits.live_max {
        return None;
    }
    let hints = view.planning.hints;
    // A resource with a deferred id exists, and a later response will show the id.
    let named = view
        .planning
        .resources
        .iter()
        .filter(|actor| is_own(actor) && actor.presence != ResourcePresence::Gone)
        .count();
    let bare =
        hints.deletable.iter().all(|kind| count_present(view, *kind) == 0) && view.planning.count_live() <= named;
    // A create that is refused again and again would fill the plan.
    let recent = view.input.steps.iter().rev().take(4);
    let repeated = recent.filter(|step| hints.creating.contains(&step.call.operation)).count() >= 4;
    if (only_if_bare && !bare) || repeated {
        return None;
    }
    // A foreign resource, so that lists have an entry to leave out.
    let foreign = !only_if_bare
        && rooms.foreign
        && view.planning.count_live() + 1 < view.input.limits.live_max
        && !view.planning.resources.iter().any(|actor| !is_own(actor) && actor.presence != ResourcePresence::Gone)
        && view.rng.draw_chance(1, 4);
    let operations = list_wanted_creates(view, rooms, only_if_bare || foreign);
    let mut best: Option<(CallScore, CandidateCall)> = None;
    for _ in 0..2 * CALLS_MAX {
        let operation = view.rng.pick_element(&operations)?.clone();
        let accepting = list_effect_clauses(view, &operation);
        let percent = [0, 50, 100][view.rng.draw_below(3) as usize];
        let boundary = view.rng.draw_chance(1, 6);
        let ask = CallRequirements {
            operation,
            goal: view.rng.pick_element(&accepting).copied(),
            caller: foreign.then(|| "other".to_string()),
            settled_only: true,
            optional_percent: percent,
            boundary,
            ..CallRequirements::default()
        };
        let Some((call, outlook)) = try_call(view, &ask) else {
            continue;
        };
        if !outlook.is_accepted() {
            continue;
        }
        let least = score_best_clause(view, &call, &outlook);
        if best.as_ref().is_none_or(|(known, _)| least < *known) {
            best = Some((least, call));
        }
    }
    best.map(|(_, call)| call)
}

/// Clauses that promise the changes of an accepted call.
fn list_effect_clauses(view: &ChoiceContext<'_, '_>, operation: &str) -> Vec<ClauseId> {
    let model = view.input.model;
    let clauses = model.operations[operation].clauses.iter().copied();
    clauses.filter(|clause| model.find_suite_clause(*clause).is_some_and(has_effect)).collect()
}

/// Creating operations below the population target, each with the probability `ROOM_PERCENT`.
fn list_wanted_creates(view: &mut ChoiceContext<'_, '_>, rooms: &PopulationTarget, at_once: bool) -> Vec<String> {
    let hints = view.planning.hints;
    let mut operations: Vec<String> = Vec::new();
    for id in &hints.creating {
        let new = |about: &&AboutEntry| {
            matches!(about.binding, IdExpression::New(_)) && counts_as_live(hints, about.resource)
        };
        let mut about = view.input.model.operations[id].about.iter().filter(new);
        let room = about.any(|about| count_present(view, about.resource) < rooms.target_of(about.resource));
        if at_once || (room && view.rng.draw_chance(CREATE_PERCENT, 100)) {
            operations.push(id.clone());
        }
    }
    operations
}

/// Probability of a create in each step below the target, in percent.
const CREATE_PERCENT: u32 = 30;

/// Number of own, determined resources of a kind that are not in deletion.
fn count_present(view: &ChoiceContext<'_, '_>, kind: usize) -> usize {
    let of_kind = view.planning.resources.iter().filter(|actor| is_own(actor) && usize::from(actor.id.kind) == kind);
    of_kind.filter(|actor| is_determined(actor.presence)).count()
}

fn is_determined(presence: ResourcePresence) -> bool {
    matches!(presence, ResourcePresence::Settled | ResourcePresence::InTransition)
}

/// Sometimes a delete: mostly of a resource above the target, and of any resource in the last tenth of a plan.
/// Until then, the resource with the longest history is spared, because its history is worth most.
pub(super) fn delete_resource(view: &mut ChoiceContext<'_, '_>, rooms: &PopulationTarget) -> Option<CandidateCall> {
    let deletable = &view.planning.hints.deletable;
    let over: BTreeSet<usize> =
        deletable.iter().copied().filter(|kind| count_present(view, *kind) > rooms.target_of(*kind)).collect();
    let foreign =
        !rooms.foreign && view.planning.resources.iter().any(|actor| !is_own(actor) && is_determined(actor.presence));
    let chance = match view.planning.count_live() {
        0 => 0,
        _ if is_late(view) => 20,
        _ if foreign || !over.is_empty() => 30,
        1 => 0,
        _ => 3,
    };
    if !view.rng.draw_chance(chance, 100) {
        return None;
    }
    let changes = |name: &str| view.input.handles.get(name).map_or(0, |handle| handle.accepted.len());
    let mine = view.planning.resources.iter().filter(|actor| is_own(actor) && actor.presence != ResourcePresence::Gone);
    let spared = mine.max_by_key(|actor| changes(&actor.name)).map(|actor| actor.name.clone());
    let handles = view.input.handles;
    let late = is_late(view);
    let fits = |step: &Step| {
        let kinds = named_handles(step).into_iter().filter_map(|name| Some(handles.get(name)?.kind));
        let unwanted = foreign || over.is_empty() || kinds.into_iter().any(|kind| over.contains(&kind));
        let spared = spared.as_deref().is_some_and(|name| named_handles(step).contains(name));
        late || (unwanted && !spared)
    };
    find_delete(view, foreign.then_some("other"), &fits)
}

/// A delete of any resource, if no other change is possible.
pub(super) fn delete_any(view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
    find_delete(view, None, &|_| true)
}

/// The most informative of some accepted deletes that fit.
fn find_delete(
    view: &mut ChoiceContext<'_, '_>,
    caller: Option<&str>,
    fits: &dyn Fn(&Step) -> bool,
) -> Option<CandidateCall> {
    let deleting: Vec<&String> = view.planning.hints.deleting.iter().collect();
    let mut best: Option<(CallScore, CandidateCall)> = None;
    for _ in 0..2 * CALLS_MAX {
        let operation = (*view.rng.pick_element(&deleting)?).clone();
        let goal = view.rng.pick_element(&list_effect_clauses(view, &operation)).copied();
        let ask = CallRequirements {
            operation,
            goal,
            settled_only: true,
            caller: caller.map(str::to_string),
            ..CallRequirements::default()
        };
        let tried = try_call(view, &ask).filter(|(call, outlook)| outlook.is_accepted() && fits(&call.step));
        let Some((call, outlook)) = tried else { continue };
        let least = score_best_clause(view, &call, &outlook);
        if best.as_ref().is_none_or(|(known, _)| least < *known) {
            best = Some((least, call));
        }
    }
    best.map(|(_, call)| call)
}

/// Number of resources that a plan creates before it waits for one that the create left undetermined.
const UNDETERMINED_CREATES: usize = 2;

/// A read of a resource that its create left undetermined, if no resource can be used: where one create went wrong, the
/// next one would too, and only the passing of the bound determines a resource.
pub(super) fn await_undetermined_create(view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
    if !view.input.waits.waits_for_creates() {
        return None;
    }
    let there = || {
        let own = view.planning.resources.iter().filter(|actor| is_own(actor));
        own.filter(|actor| actor.presence != ResourcePresence::Gone)
    };
    if there().any(|actor| is_determined(actor.presence)) {
        return None;
    }
    let handles = view.input.handles;
    let unchanged = |actor: &&NamedResource| handles.get(&actor.name).is_some_and(|handle| handle.accepted.is_empty());
    let waiting: Vec<&NamedResource> =
        there().filter(|actor| actor.presence == ResourcePresence::AwaitingBound).filter(unchanged).collect();
    let full = view.planning.count_live() >= view.input.limits.live_max;
    if waiting.is_empty() || (waiting.len() < UNDETERMINED_CREATES && !full) {
        return None;
    }
    super::reads::read_resource(view, waiting[0])
}

/// Whether all independent resources stay undetermined after a poll and the live limit is reached: a new plan
/// is better.
pub(super) fn is_stuck(view: &ChoiceContext<'_, '_>, waited: &BTreeSet<String>) -> bool {
    let hints = view.planning.hints;
    let founding =
        |actor: &&NamedResource| is_own(actor) && hints.independent_kinds.contains(&usize::from(actor.id.kind));
    let there: Vec<&NamedResource> = view
        .planning
        .resources
        .iter()
        .filter(founding)
        .filter(|actor| actor.presence != ResourcePresence::Gone)
        .collect();
    let lost = |actor: &&NamedResource| match actor.presence {
        ResourcePresence::Undetermined => waited.contains(&actor.name),
        presence => presence == ResourcePresence::AwaitingBound,
    };
    let full = view.planning.count_live() >= view.input.limits.live_max;
    full && !there.is_empty() && there.iter().all(lost)
}
