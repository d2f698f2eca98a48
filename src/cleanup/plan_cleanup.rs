//! Cleaning up after one plan, and at the end of a run.

use super::context::CleanupContext;
use super::created::{CreatedResource, Leftover, add_missing, find_owner};
use super::deletion::{delete_resources, delete_unless_gone};
use super::id_lookup::look_up_stand_in_ids;
use super::listing::{list_all, list_marked};
use super::live_ledger::LiveResourceLedger;
use super::mark::RunMark;
use super::tracker::{PlanMarks, ResourceTracker};
use crate::history::{CallCause, Exchange};
use crate::model::{Belief, Existence, Model, OutcomeKind};
use crate::plan::Step;
use crate::plan_execution::PlanState;
use crate::suite::IdExpression;

/// Deletes the resources that one plan created, and returns the leftovers.
pub async fn clean_up_plan(
    cleanup: &CleanupContext<'_>,
    (keeper, living): (&ResourceTracker, &PlanMarks),
    (steps, ledger): (&[Step], &LiveResourceLedger),
    run: &mut PlanState,
    belief: &Belief,
) -> Vec<Leftover> {
    let creates = |exchange: &&Exchange| steps.get(exchange.step).is_some_and(|step| !step.births.is_empty());
    if !run.exchanges.iter().any(|exchange| creates(&exchange)) {
        return Vec::new();
    }
    keeper.note_created();
    let model = cleanup.model;
    let reserve = keeper.start_cleaning();
    let mut made = list_created(model, steps, run);
    let known = made.clone();
    made.retain(|made| !(is_known_gone(belief, made) && ledger.is_seen_gone(made.kind, &made.id)));
    let found = look_up_stand_in_ids(cleanup, &reserve.first_half(), belief).await;
    add_missing(&mut made, found);
    if run.exchanges.iter().filter(creates).any(|exchange| is_unclear(model, exchange)) || !ledger.unnamed().is_empty()
    {
        keeper.note_unnamed(living.mark.execution, ledger.unnamed());
        let mine = |mark: &RunMark| *mark == living.mark;
        match list_marked(cleanup, &mine, &reserve.first_half()).await {
            Ok(found) => {
                let unclear = |found: &CreatedResource| ledger.unnamed().iter().any(|create| create.kind == found.kind);
                let fitting: Vec<_> =
                    found.into_iter().filter(|found| is_new(&known, found) && unclear(found)).collect();
                keeper.note_found(model, living.mark.execution, &fitting);
                add_missing(&mut made, fitting);
            }
            // `clean_up_run` reads the lists again, or reports that the lists cannot be read.
            Err(because) => keeper.note_unread_lists(Some(because)),
        }
    }
    let believed_gone = |made: &CreatedResource| is_known_gone(belief, made);
    let swept = delete_unless_gone(cleanup, &made, &believed_gone, &reserve).await;
    for handle in &swept.gone {
        run.record_gone(handle);
    }
    keeper.note_deletions(&made, &swept.leftovers);
    let mut left = swept.leftovers;
    left.extend(keeper.list_unnamed(model, living.mark.execution));
    left
}

fn is_new(known: &[CreatedResource], found: &CreatedResource) -> bool {
    !known.iter().any(|made| made.is_same_resource(found))
}

/// Deletes the leftovers of all plans of a run and every listed resource with the mark of the run;
/// closes the journal, and returns the remaining leftovers.
pub async fn clean_up_run(cleanup: &CleanupContext<'_>, keeper: &ResourceTracker) -> Vec<Leftover> {
    if keeper.has_created() {
        let mut made = keeper.list_undeleted();
        let reserve = keeper.start_cleaning();
        let scan = list_all(cleanup, &reserve.first_half()).await;
        keeper.note_unread_lists(scan.as_ref().err().cloned());
        let marked = keeper.choose_marked(cleanup.model, &made, scan.unwrap_or_default());
        add_missing(&mut made, marked);
        let swept = delete_resources(cleanup, &made, &reserve).await;
        keeper.note_deletions(&made, &swept.leftovers);
    }
    keeper.close_journal();
    keeper.list_leftovers()
}

/// The resources with a known id, the latest first.
fn list_created(model: &Model, steps: &[Step], run: &PlanState) -> Vec<CreatedResource> {
    let mut made = Vec::new();
    for handle in run.created_handles.iter().rev() {
        let kind_and_owner = steps.iter().find_map(|step| {
            let (name, _) = step.births.iter().find(|(_, handles)| handles.contains(handle))?;
            let about = &model.operations.get(&step.call.operation)?.about;
            Some((about.iter().find(|about| about.name == *name)?.resource, find_owner(&step.call.caller)))
        });
        if let (Some((kind, caller)), Some(id)) = (kind_and_owner, run.ids.get(handle)) {
            made.push(CreatedResource { kind, id: id.clone(), caller: caller.to_string(), handle: handle.clone() });
        }
    }
    made
}

/// Whether the resource is gone in every possible state.
fn is_known_gone(belief: &Belief, made: &CreatedResource) -> bool {
    let id = belief.ids().find(|id| usize::from(id.kind) == made.kind && id.id.as_ref() == made.id);
    id.is_some_and(|id| belief.list_states(id).iter().all(|held| held.state.existence == Existence::Gone))
}

/// Whether a create may have created a resource with an unknown id.
fn is_unclear(model: &Model, exchange: &Exchange) -> bool {
    if exchange.cause == CallCause::Poll {
        return false;
    }
    match OutcomeKind::classify(&exchange.outcome) {
        OutcomeKind::Lost | OutcomeKind::ServerError(_) | OutcomeKind::Unexpected(_) => true,
        OutcomeKind::Success(..) => {
            let about = &model.operations[&exchange.call.operation].about;
            exchange.created.is_empty() && about.iter().any(|about| matches!(about.binding, IdExpression::New(_)))
        }
        OutcomeKind::Refusal(_) | OutcomeKind::NotExecuted => false,
    }
}
