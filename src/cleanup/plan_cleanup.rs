//! Cleaning up after one plan, and at the end of a run.

use super::context::CleanupContext;
use super::created::{Left, Made, add, owner_of};
use super::deletion::delete;
use super::id_lookup::{told_by, untold};
use super::listing::marked;
use super::mark::Mark;
use super::tracker::{Keeper, Living};
use crate::history::{Cause, Exchange};
use crate::model::{Belief, Heard, Life, Model};
use crate::plan::Step;
use crate::run::Run;
use crate::suite::Binding;

/// Deletes the resources that one plan created, and returns the leftovers.
///
/// `belief` is `None` after a fault in the suite.
pub async fn clean(
    cleanup: &CleanupContext<'_>,
    (keeper, living): (&Keeper, &Living),
    steps: &[Step],
    run: &mut Run,
    belief: Option<&Belief>,
) -> Vec<Left> {
    let creates = |exchange: &&Exchange| steps.get(exchange.step).is_some_and(|step| !step.births.is_empty());
    if !run.exchanges.iter().any(|exchange| creates(&exchange)) {
        return Vec::new();
    }
    keeper.note_created();
    let model = cleanup.model;
    let mut made = born(model, steps, run);
    let found = match belief {
        Some(belief) => {
            made.retain(|made| !known_gone(belief, made));
            untold(cleanup, &keeper.reserve, belief).await
        }
        None => told_by(cleanup, &made, &keeper.reserve).await,
    };
    add(&mut made, found);
    if run.exchanges.iter().filter(creates).any(|exchange| unclear(model, exchange)) {
        let mine = |mark: &Mark| *mark == living.mark;
        match marked(cleanup, &mine).await {
            Ok(found) => add(&mut made, found),
            // `last_look` reads the lists again, or reports that the lists cannot be read.
            Err(because) => keeper.note_unread(Some(because)),
        }
    }
    let swept = delete(cleanup, &made, &keeper.reserve).await;
    for handle in &swept.gone {
        run.note_gone(handle);
    }
    keeper.note(&made, &swept.left);
    swept.left
}

/// Deletes the leftovers of all plans of a run and every listed resource with the mark of the run;
/// closes the journal, and returns the remaining leftovers.
pub async fn last_look(cleanup: &CleanupContext<'_>, keeper: &Keeper) -> Vec<Left> {
    if keeper.created() {
        let mut made = keeper.unfinished();
        let mine = |mark: &Mark| mark.run == keeper.run;
        let found = marked(cleanup, &mine).await;
        keeper.note_unread(found.as_ref().err().cloned());
        add(&mut made, found.unwrap_or_default());
        let swept = delete(cleanup, &made, &keeper.reserve).await;
        keeper.note(&made, &swept.left);
    }
    keeper.close();
    keeper.left()
}

/// The resources with a known id, the latest first.
fn born(model: &Model, steps: &[Step], run: &Run) -> Vec<Made> {
    let mut made = Vec::new();
    for handle in run.births.iter().rev() {
        let kind_and_owner = steps.iter().find_map(|step| {
            let (name, _) = step.births.iter().find(|(_, handles)| handles.contains(handle))?;
            let about = &model.operations.get(&step.operation)?.about;
            Some((about.iter().find(|about| about.name == *name)?.resource, owner_of(&step.caller)))
        });
        if let (Some((kind, caller)), Some(id)) = (kind_and_owner, run.ids.get(handle)) {
            made.push(Made { kind, id: id.clone(), caller: caller.to_string(), handle: handle.clone() });
        }
    }
    made
}

/// Whether the resource is gone in every possible state.
fn known_gone(belief: &Belief, made: &Made) -> bool {
    let id = belief.ids().find(|id| usize::from(id.kind) == made.kind && id.id.as_ref() == made.id);
    id.is_some_and(|id| belief.possibilities(id).iter().all(|held| held.thing.life == Life::Gone))
}

/// Whether a create may have created a resource with an unknown id.
fn unclear(model: &Model, exchange: &Exchange) -> bool {
    if exchange.cause == Cause::Poll {
        return false;
    }
    match Heard::of(&exchange.outcome) {
        Heard::Lost | Heard::ServerError(_) | Heard::Odd(_) => true,
        Heard::Success(..) => {
            let about = &model.operations[&exchange.operation].about;
            exchange.born.is_empty() && about.iter().any(|about| matches!(about.binding, Binding::New(_)))
        }
        Heard::Refusal(_) | Heard::Nothing => false,
    }
}
