//! Changes of a counterexample that may tell its blamed clauses apart: in the changed plan some of the clauses hold, or only
//! some of them are contradicted. This module runs nothing.

use super::blame_evidence::TellingChange;
use super::campaign_environment::CampaignEnvironment;
use super::simpler_plans::make_unknown_id_step;
use crate::history::Call;
use crate::model::{ClauseId, ClauseTally, Model};
use crate::plan::{Plan, Step, StepWait, make_handle, named_handles};
use std::collections::{BTreeMap, BTreeSet};

/// Most steps of a counterexample to which reads are added.
const STEPS_MAX: usize = 12;
/// The caller who may make each call.
const OWNER: &str = "owner";

/// The counterexample with the owner as the caller of the last call; `None` if the owner makes the call.
pub(super) fn call_as_owner(plan: &Plan) -> Option<(TellingChange, Plan)> {
    let step = plan.steps.len().checked_sub(1)?;
    if plan.steps[step].call.caller == OWNER {
        return None;
    }
    let mut changed = plan.clone();
    changed.steps[step].call.caller = OWNER.to_string();
    Some((TellingChange::ByOwner { step }, changed))
}

/// The last call alone, by the owner, for a resource that never existed; `None` if the call names no resource in its path, or
/// one in its body.
pub(super) fn call_with_unknown_id(plan: &Plan) -> Option<(TellingChange, Plan)> {
    let step = plan.steps.len().checked_sub(1)?;
    let last = &plan.steps[step];
    let alone = make_unknown_id_step(last).filter(|_| !named_handles(last).is_empty())?;
    let call = Call { caller: OWNER.to_string(), ..alone.call.clone() };
    Some((TellingChange::WithUnknownId { step }, Plan { steps: vec![Step { call, ..alone }], ..plan.clone() }))
}

/// The counterexample with reads of the resources of the last call before the call; `None` if the step before the last showed
/// these resources. A resource that changed without a read since may be the cause of what the last call shows. The resources
/// of a list are all created ones.
pub(super) fn read_before_last_call(site: &CampaignEnvironment<'_>, plan: &Plan) -> Option<(TellingChange, Plan)> {
    let model = &site.model;
    let (last, earlier) = plan.steps.split_last()?;
    let is_sequential = plan.steps.iter().all(|step| step.branch == 0);
    if !is_sequential || plan.steps.len() > STEPS_MAX {
        return None;
    }
    let kinds = map_handles_to_kinds(model, earlier);
    let operation = &model.operations[&last.call.operation];
    let handles: Vec<&str> = match operation.changes {
        true => named_handles(last).into_iter().filter(|handle| !is_shown_last(earlier, handle)).collect(),
        false if operation.about.is_empty() => kinds.keys().map(String::as_str).collect(),
        false => Vec::new(),
    };
    let read = |handle: &str| make_read_step(site, last, handle, *kinds.get(handle)?);
    let reads: Vec<Step> = handles.into_iter().filter_map(read).collect();
    if reads.is_empty() {
        return None;
    }
    let operations = reads.iter().map(|step| step.call.operation.clone()).collect();
    let steps = earlier.iter().cloned().chain(reads).chain([last.clone()]).collect();
    Some((TellingChange::WithReads { operations }, Plan { steps, ..plan.clone() }))
}

/// Whether the last of the steps waited for a resource, and no earlier step left the resource unsettled.
fn is_shown_last(steps: &[Step], handle: &str) -> bool {
    let names =
        |step: &Step| step.births.values().flatten().any(|born| born == handle) || named_handles(step).contains(handle);
    let of_handle: Vec<&Step> = steps.iter().filter(|step| names(step)).collect();
    let was_left = of_handle.iter().any(|step| step.settle == StepWait::Leave);
    !was_left && steps.last().is_some_and(names)
}

/// The kind of each created resource, by handle.
fn map_handles_to_kinds(model: &Model, steps: &[Step]) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for step in steps {
        let about = &model.operations[&step.call.operation].about;
        for (name, handles) in &step.births {
            let Some(entry) = about.iter().find(|entry| entry.name == *name) else { continue };
            kinds.extend(handles.iter().map(|handle| (handle.clone(), entry.resource)));
        }
    }
    kinds
}

/// The read of a resource, with the binding of a step if the read has the binding.
fn make_read_step(site: &CampaignEnvironment<'_>, near: &Step, handle: &str, kind: usize) -> Option<Step> {
    let read = site.model.reads[kind].as_ref()?;
    let binding = site.schemas.find_operation(&read.operation)?.choose_binding(&near.call.binding)?;
    let call = Call {
        operation: read.operation.clone(),
        binding: binding.id.clone(),
        caller: OWNER.to_string(),
        path: BTreeMap::from([(read.parameter.clone(), make_handle(handle))]),
        ..Call::default()
    };
    Some(Step { call, births: BTreeMap::new(), settle: StepWait::Leave, setup: Vec::new(), branch: 0, offset_us: 0 })
}

/// The blamed clauses that pass more often in a run without deviation than in the counterexample.
pub(super) fn list_held(
    blamed: &[ClauseId],
    run: &BTreeMap<ClauseId, u64>,
    counterexample: &BTreeMap<ClauseId, u64>,
) -> Vec<ClauseId> {
    let passes = |counts: &BTreeMap<ClauseId, u64>, clause: &ClauseId| counts.get(clause).copied().unwrap_or(0);
    blamed.iter().filter(|clause| passes(run, clause) > passes(counterexample, clause)).copied().collect()
}

/// The clauses that passed, with the number of passes.
pub(super) fn list_passed(tally: &ClauseTally) -> BTreeMap<ClauseId, u64> {
    tally.list_passes().into_iter().filter(|(_, passes)| *passes > 0).collect()
}

/// The blamed clauses that a deviation of a run contradicts; none if the deviation contradicts all of them.
pub(super) fn list_contradicted_part(blamed: &[ClauseId], contradicted: &[ClauseId]) -> Vec<ClauseId> {
    let contradicted: BTreeSet<ClauseId> = contradicted.iter().copied().collect();
    let part: Vec<ClauseId> = blamed.iter().filter(|clause| contradicted.contains(clause)).copied().collect();
    if part.len() < blamed.len() { part } else { Vec::new() }
}
