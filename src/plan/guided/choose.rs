//! The decision of the guided chooser about the next step.

use super::context::ChoiceContext;
use super::request_ledger::StepPurpose;
use super::score::{is_always_masked, lacks_novelty};
use super::state::GuidedChooser;
use super::{accepted_calls, clause_target, during_transition, population, reads, request_ledger};
use crate::plan::chooser::{Chooser, finish_step};
use crate::plan::chooser_input::ChooserInput;
use crate::plan::hints::{has_effect, is_general, refuses_call};
use crate::plan::planning_context::{CandidateCall, PlanningContext};
use crate::plan::step::{Step, StepWait};
use crate::schema::SeededRng;
use crate::suite::{Clause, ClauseDecision};
use std::sync::Arc;

const PURPOSE_GUIDED: u64 = 2;

impl Chooser for GuidedChooser {
    fn next(&mut self, situation: &ChooserInput<'_>) -> Option<Step> {
        self.ledger.note_requests(situation);
        if situation.steps.len() >= situation.limits.steps_max {
            return None;
        }
        let hints = Arc::clone(&self.hints);
        let scene = PlanningContext::from_input(situation, &hints);
        let mut rng = SeededRng::new(self.seed, self.plan, situation.steps.len() as u64, PURPOSE_GUIDED);
        self.population_target.redraw_target(situation, &hints, &mut rng);
        let mut view = ChoiceContext { planning: &scene, input: situation, rng: &mut rng };
        if let Some(call) = population::await_undetermined_create(&mut view) {
            self.ledger.set_purpose(StepPurpose::Settle);
            return Some(finish_step(situation, call, StepWait::Poll { after_ms: 0 }));
        }
        let (purpose, call) = self.choose_call(&mut view)?;
        self.ledger.set_purpose(purpose);
        let waits = matches!(purpose, StepPurpose::Settle | StepPurpose::Cell) || !self.path.is_empty();
        let settle = during_transition::choose_wait(&mut view, &call, waits);
        Some(finish_step(situation, call, settle))
    }
}

impl GuidedChooser {
    fn choose_call(&mut self, view: &mut ChoiceContext<'_, '_>) -> Option<(StepPurpose, CandidateCall)> {
        if population::is_stuck(view, &self.polled) {
            return None;
        }
        if let Some(call) = reads::read_after_delete(view) {
            return Some((StepPurpose::Population, call));
        }
        if let Some(call) = population::create_resource(view, &self.population_target, true) {
            return Some((StepPurpose::Population, call));
        }
        if let Some(call) = during_transition::repeat_on_sibling(view) {
            return Some((StepPurpose::Transition, call));
        }
        if let Some(call) = during_transition::call_during_transition(view) {
            return Some((StepPurpose::Transition, call));
        }
        if let Some(call) = reads::read_overdue(view).or_else(|| self.poll_unsettled(view)) {
            return Some((StepPurpose::Settle, call));
        }
        if let Some(call) = self.follow_path(view) {
            return Some((self.path_purpose, call));
        }
        if let Some(call) = self.pages.next_page_call(view) {
            return Some((StepPurpose::Pages, call));
        }
        if let Some(call) = population::create_resource(view, &self.population_target, false) {
            return Some((StepPurpose::Population, call));
        }
        if let Some(call) = population::delete_resource(view, &self.population_target) {
            return Some((StepPurpose::Population, call));
        }
        if let Some(call) = reads::read_unchanged(view, self.ledger.unread_changes()) {
            return Some((StepPurpose::Read, call));
        }
        self.draw_call(view)
    }

    /// A call for a purpose drawn by the shares, if the call shows a new fact; otherwise a more informative
    /// call.
    fn draw_call(&mut self, view: &mut ChoiceContext<'_, '_>) -> Option<(StepPurpose, CandidateCall)> {
        let mut shares = self.weigh_purposes(view);
        let mut purpose = self.ledger.draw_purpose(&shares, view.rng)?;
        if purpose == StepPurpose::Cell {
            if let Some(call) = self.fill_cell(view) {
                return Some((StepPurpose::Cell, call));
            }
            // No cell can be filled in the present states.
            shares.retain(|(_, purpose)| *purpose != StepPurpose::Cell);
            purpose = self.ledger.draw_purpose(&shares, view.rng)?;
        }
        self.path_purpose = purpose;
        let found = match purpose {
            StepPurpose::Effect => self.target_clause(view, &|clause| has_effect(clause)),
            StepPurpose::Refusal => self.target_clause(view, &|clause| refuses_call(clause)),
            StepPurpose::General => self.target_clause(view, &|clause| is_general(clause)),
            StepPurpose::Body => self.choose_body_case(view),
            StepPurpose::Read if view.rng.draw_chance(1, 2) => self.target_clause(view, &accepts_without_effect),
            StepPurpose::Read => reads::choose_read(view),
            StepPurpose::Change => accepted_calls::find_accepted_change(view),
            _ => accepted_calls::compose_any_call(view),
        };
        let dull = |view: &ChoiceContext<'_, '_>, call: &CandidateCall| {
            !matches!(purpose, StepPurpose::Body | StepPurpose::Read)
                && lacks_novelty(view, call)
                && !is_always_masked(view, call)
        };
        match found {
            Some(call) if !dull(view, &call) => return Some((purpose, call)),
            found => {
                if let Some(look) = reads::read_moving(view) {
                    return Some((StepPurpose::Transition, look));
                }
                if let (Some(call), StepPurpose::Effect | StepPurpose::Change) = (found, purpose) {
                    return Some((purpose, call));
                }
            }
        }
        // A refusal that was tested in all forms shows less than any change.
        self.path_purpose = StepPurpose::Effect;
        if let Some(call) = self
            .target_clause(view, &|clause| has_effect(clause))
            .or_else(|| accepted_calls::find_accepted_change(view))
        {
            return Some((StepPurpose::Effect, call));
        }
        // No change is possible: a delete makes room for a create.
        let worn = population::delete_any(view).map(|call| (StepPurpose::Population, call));
        worn.or_else(|| reads::choose_read(view).map(|call| (StepPurpose::Read, call)))
            .or_else(|| accepted_calls::compose_any_call(view).map(|call| (StepPurpose::Anything, call)))
    }

    /// The shares of the purposes. A share is doubled if some clause of the purpose has no test and few failed
    /// searches.
    fn weigh_purposes(&mut self, view: &mut ChoiceContext<'_, '_>) -> Vec<(u32, StepPurpose)> {
        let mut shares = match self.cells.update(view) {
            Some(1) => request_ledger::SHARES_WITH_CELLS.to_vec(),
            Some(_) => [&request_ledger::SHARES[..], &[request_ledger::SHARE_OF_LATER_CELLS]].concat(),
            None => request_ledger::SHARES.to_vec(),
        };
        for (share, purpose) in &mut shares {
            let sort: &dyn Fn(&Clause) -> bool = match purpose {
                StepPurpose::Effect => &has_effect,
                StepPurpose::Refusal => &refuses_call,
                StepPurpose::General => &is_general,
                StepPurpose::Read => &accepts_without_effect,
                _ => continue,
            };
            let waiting = |aim: &clause_target::ClauseTarget| {
                aim.tests == 0 && self.pauses.get(&(aim.clause, None)).is_none_or(|it| it.misses < 3)
            };
            if clause_target::rank_targets(view, sort).iter().any(waiting) {
                *share *= 2;
            }
        }
        shares
    }
}

/// Whether a clause accepts a call and promises no change.
fn accepts_without_effect(clause: &Clause) -> bool {
    !has_effect(clause) && matches!(clause.decision, ClauseDecision::Accept(_))
}
