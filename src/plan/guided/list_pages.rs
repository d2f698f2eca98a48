//! Reads of lists page by page, from the first page to the page after the last.
//!
//! Only a sequence of reads shows whether the pages of a list together are complete, and a chooser of single
//! calls
//! never produces such a sequence.

use super::context::{CALLS_MAX, View};
use crate::model::{OperationModel, is_page};
use crate::plan::compose::{Ask, build};
use crate::plan::planning_context::{Actor, Call, own};
use crate::plan::presence::Presence;
use crate::plan::step::{Step, handle};
use crate::schema::Class;
use crate::suite;
use serde_json::Value;
use std::collections::BTreeMap;

/// Steps for pages so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Pages {
    spent: u64,
    /// By operation: the number of sequences.
    begun: BTreeMap<String, u64>,
}

/// At most one step in `SHARE` starts a sequence; a started sequence is completed.
const SHARE: u64 = 20;

impl Pages {
    /// The next page of the current sequence, or the first page of a list.
    pub fn next(&mut self, view: &mut View<'_, '_>) -> Option<Call> {
        let call = follow(view).or_else(|| self.begin(view))?;
        self.spent += 1;
        Some(call)
    }

    fn begin(&mut self, view: &mut View<'_, '_>) -> Option<Call> {
        let situation = view.situation;
        if self.spent * SHARE > situation.coverage.spent.steps {
            return None;
        }
        // A list with one entry shows no more in pages than as a whole.
        let resting = |kind: usize| {
            let rests = |actor: &&Actor| own(actor) && actor.presence == Presence::Rest;
            view.scene.actors.iter().filter(rests).filter(|actor| usize::from(actor.id.kind) == kind).count()
        };
        let room = situation.limits.steps_max.saturating_sub(situation.steps.len());
        let worth = |operation: &&OperationModel| {
            paged(operation).any(|(kind, _)| (2..room.saturating_sub(2)).contains(&resting(kind)))
        };
        let lists: Vec<&OperationModel> = situation.model.operations.values().filter(worth).collect();
        let begun = |operation: &OperationModel| self.begun.get(&operation.id).copied().unwrap_or(0);
        let fewest = lists.iter().map(|operation| begun(operation)).min()?;
        // Not immediately after the second create: the resources should have some history.
        if !view.rng.chance(1, 3) {
            return None;
        }
        let lists: Vec<&OperationModel> = lists.into_iter().filter(|operation| begun(operation) == fewest).collect();
        let operation = *view.rng.pick(&lists)?;
        let (_, list) = paged(operation).next()?;
        let limit = if view.rng.chance(2, 3) { 1 } else { 2 };
        let ask =
            Ask { operation: operation.id.clone(), caller: Some("owner".to_string()), plain: true, ..Ask::default() };
        let call = (0..CALLS_MAX).find_map(|_| {
            let mut step = build(view.scene, &ask, view.rng)?.step;
            step.query.insert(list.paging.as_ref()?.limit.clone(), Value::from(limit));
            judged(view, step, list)
        })?;
        *self.begun.entry(operation.id.clone()).or_default() += 1;
        Some(call)
    }
}

/// The call for the next page, if the last step read a page with a known successor.
fn follow(view: &View<'_, '_>) -> Option<Call> {
    let situation = view.situation;
    let last = situation.steps.last()?;
    let page = situation.pages.get(&last.operation)?;
    let (_, list) = paged(&situation.model.operations[&last.operation]).next()?;
    let limited = last.query.contains_key(&list.paging.as_ref()?.limit);
    if !limited || page.step + 1 != situation.steps.len() || page.next.is_empty() {
        return None;
    }
    // An endpoint that ignores the start of a page would never end the sequence.
    let further =
        |step: &&Step| step.operation == last.operation && list.next.keys().any(|n| step.query.contains_key(n));
    if situation.steps.iter().rev().take_while(further).count() > view.scene.actors.len() {
        return None;
    }
    let mut step = last.clone();
    for (parameter, value) in &page.next {
        let named = view.scene.actors.iter().find(|actor| Some(&*actor.id.id) == value.as_str());
        step.query.insert(parameter.clone(), handle(&named?.name));
    }
    judged(view, step, list)
}

/// The lists of an operation with promises about pages.
fn paged(operation: &OperationModel) -> impl Iterator<Item = (usize, &suite::View)> {
    operation.views.iter().filter(|(_, view)| view.paging.is_some()).map(|(kind, view)| (*kind, view))
}

/// The call, if the clauses about pages apply to its response.
fn judged(view: &View<'_, '_>, step: Step, list: &suite::View) -> Option<Call> {
    let call = view.scene.call(step)?;
    let page = is_page(view.situation.model, &call.asked, list).unwrap_or(false);
    (page && call.asked.class == Class::Valid).then_some(call)
}
