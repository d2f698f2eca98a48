//! Reads of lists page by page, from the first page to the page after the last.
//!
//! Only a sequence of reads shows whether the pages of a list together are complete, and a chooser of single
//! calls
//! never produces such a sequence.

use super::context::{CALLS_MAX, ChoiceContext};
use crate::expr::ExprValue;
use crate::model::{EvaluationLog, OperationModel, is_page};
use crate::plan::compose::{CallRequirements, compose_call};
use crate::plan::planning_context::{CandidateCall, NamedResource, is_own};
use crate::plan::presence::ResourcePresence;
use crate::plan::step::{Step, make_handle};
use crate::schema::InputClass;
use crate::suite;
use serde_json::Value;
use std::collections::BTreeMap;

/// Steps for pages so far.
#[derive(Debug, Clone, Default)]
pub(super) struct ListPageReads {
    spent: u64,
    /// By operation: the number of sequences.
    sequences: BTreeMap<String, u64>,
}

/// At most one step in `SHARE` starts a sequence; a started sequence is completed.
const SHARE: u64 = 20;

impl ListPageReads {
    /// The next page of the current sequence, or the first page of a list.
    pub fn next_page_call(&mut self, view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
        let call = follow_page(view).or_else(|| self.begin_sequence(view))?;
        self.spent += 1;
        Some(call)
    }

    fn begin_sequence(&mut self, view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
        let situation = view.input;
        if self.spent * SHARE > situation.coverage.spent.steps {
            return None;
        }
        // A list with one entry shows no more in pages than as a whole.
        let resting = |kind: usize| {
            let rests = |actor: &&NamedResource| is_own(actor) && actor.presence == ResourcePresence::Settled;
            view.planning.resources.iter().filter(rests).filter(|actor| usize::from(actor.id.kind) == kind).count()
        };
        let room = situation.limits.steps_max.saturating_sub(situation.steps.len());
        let worth = |operation: &&OperationModel| {
            list_paged_views(operation).any(|(kind, _)| (2..room.saturating_sub(2)).contains(&resting(kind)))
        };
        let lists: Vec<&OperationModel> = situation.model.operations.values().filter(worth).collect();
        let begun = |operation: &OperationModel| self.sequences.get(&operation.id).copied().unwrap_or(0);
        let fewest = lists.iter().map(|operation| begun(operation)).min()?;
        // Not immediately after the second create: the resources should have some history.
        if !view.rng.draw_chance(1, 3) {
            return None;
        }
        let lists: Vec<&OperationModel> = lists.into_iter().filter(|operation| begun(operation) == fewest).collect();
        let operation = *view.rng.pick_element(&lists)?;
        let list @ (_, paged) = list_paged_views(operation).next()?;
        let limit = if view.rng.draw_chance(2, 3) { 1 } else { 2 };
        let ask = CallRequirements {
            operation: operation.id.clone(),
            caller: Some("owner".to_string()),
            settled_only: true,
            ..CallRequirements::default()
        };
        let call = (0..CALLS_MAX).find_map(|_| {
            let mut step = compose_call(view.planning, &ask, view.rng)?.step;
            step.call.query.insert(paged.paging.as_ref()?.limit.clone(), Value::from(limit));
            keep_if_paging_applies(view, step, list)
        })?;
        *self.sequences.entry(operation.id.clone()).or_default() += 1;
        Some(call)
    }
}

/// The call for the next page, if the last step read a page with a known successor.
fn follow_page(view: &ChoiceContext<'_, '_>) -> Option<CandidateCall> {
    let situation = view.input;
    let last = situation.steps.last()?;
    let page = situation.pages.get(&last.call.operation)?;
    let list @ (_, paged) = list_paged_views(&situation.model.operations[&last.call.operation]).next()?;
    let limited = last.call.query.contains_key(&paged.paging.as_ref()?.limit);
    if !limited || page.step + 1 != situation.steps.len() || page.next.is_empty() {
        return None;
    }
    // An endpoint that ignores the start of a page would never end the sequence.
    let further = |step: &&Step| {
        step.call.operation == last.call.operation && paged.next.keys().any(|n| step.call.query.contains_key(n))
    };
    if situation.steps.iter().rev().take_while(further).count() > view.planning.resources.len() {
        return None;
    }
    let mut step = last.clone();
    for (parameter, value) in &page.next {
        let id = ExprValue::from(value).to_id_text();
        let named = view.planning.resources.iter().find(|actor| Some(&actor.id.id) == id.as_ref());
        step.call.query.insert(parameter.clone(), make_handle(&named?.name));
    }
    keep_if_paging_applies(view, step, list)
}

/// The lists of an operation with promises about pages.
fn list_paged_views(operation: &OperationModel) -> impl Iterator<Item = (usize, &suite::ResourceView)> {
    operation.views.iter().filter(|(_, view)| view.paging.is_some()).map(|(kind, view)| (*kind, view))
}

/// The call, if the clauses about pages apply to its response.
fn keep_if_paging_applies(
    view: &ChoiceContext<'_, '_>,
    step: Step,
    list: (usize, &suite::ResourceView),
) -> Option<CandidateCall> {
    let call = view.planning.make_candidate_call(step)?;
    let page = is_page(view.input.model, &call.view, list, &EvaluationLog::discarding()) == Some(true);
    (page && call.view.class == InputClass::Valid).then_some(call)
}
