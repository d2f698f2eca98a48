//! The decision of the guided chooser about the next step.

use super::context::View;
use super::request_ledger::Purpose;
use super::score::{never_alone, nothing_new};
use super::state::Guided;
use super::{accepted_calls, clause_target, in_flight, population, reads, request_ledger};
use crate::plan::chooser::{Chooser, finish};
use crate::plan::chooser_input::Situation;
use crate::plan::hints::{general, has_effect, refuses};
use crate::plan::planning_context::{Call, Scene};
use crate::plan::step::Step;
use crate::schema::Rng;
use crate::suite::{Clause, Verb};
use std::sync::Arc;

const PURPOSE_GUIDED: u64 = 2;

impl Chooser for Guided {
    fn next(&mut self, situation: &Situation<'_>) -> Option<Step> {
        self.ledger.note(situation);
        if situation.steps.len() >= situation.limits.steps_max {
            return None;
        }
        let hints = Arc::clone(&self.hints);
        let scene = Scene::of(situation, &hints);
        let mut rng = Rng::new(self.seed, self.plan, situation.steps.len() as u64, PURPOSE_GUIDED);
        self.rooms.turn(situation, &hints, &mut rng);
        let mut view = View { scene: &scene, situation, rng: &mut rng };
        let (purpose, call) = self.choose(&mut view)?;
        self.ledger.begin(purpose);
        let waits = purpose == Purpose::Rest || !self.intent.is_empty();
        let settle = in_flight::settle(&mut view, &call, waits);
        Some(finish(situation, call, settle))
    }
}

impl Guided {
    fn choose(&mut self, view: &mut View<'_, '_>) -> Option<(Purpose, Call)> {
        if population::stuck(view, &self.waited) {
            return None;
        }
        if let Some(call) = reads::after_delete(view) {
            return Some((Purpose::Life, call));
        }
        if let Some(call) = population::create(view, &self.rooms, true) {
            return Some((Purpose::Life, call));
        }
        if let Some(call) = in_flight::echo(view) {
            return Some((Purpose::Motion, call));
        }
        if let Some(call) = in_flight::in_motion(view) {
            return Some((Purpose::Motion, call));
        }
        if let Some(call) = reads::overdue(view).or_else(|| self.wait(view)) {
            return Some((Purpose::Rest, call));
        }
        if let Some(call) = self.follow(view) {
            return Some((self.intent_for, call));
        }
        if let Some(call) = self.pages.next(view) {
            return Some((Purpose::Pages, call));
        }
        if let Some(call) = population::create(view, &self.rooms, false) {
            return Some((Purpose::Life, call));
        }
        if let Some(call) = population::delete(view, &self.rooms) {
            return Some((Purpose::Life, call));
        }
        if let Some(call) = reads::glance(view, self.ledger.unseen()) {
            return Some((Purpose::Read, call));
        }
        self.draw(view)
    }

    /// A call for a purpose drawn by the shares, if the call shows a new fact; otherwise a more informative
    /// call.
    fn draw(&mut self, view: &mut View<'_, '_>) -> Option<(Purpose, Call)> {
        let shares = self.shares(view);
        let purpose = self.ledger.draw(&shares, view.rng)?;
        self.intent_for = purpose;
        let found = match purpose {
            Purpose::Effect => self.aim(view, &|clause| has_effect(clause)),
            Purpose::Refusal => self.aim(view, &|clause| refuses(clause)),
            Purpose::General => self.aim(view, &|clause| general(clause)),
            Purpose::Body => self.deviate(view),
            Purpose::Read if view.rng.chance(1, 2) => self.aim(view, &only_answers),
            Purpose::Read => reads::read_something(view),
            Purpose::Move => accepted_calls::accepted_move(view),
            _ => accepted_calls::anything(view),
        };
        let dull = |view: &View<'_, '_>, call: &Call| {
            !matches!(purpose, Purpose::Body | Purpose::Read) && nothing_new(view, call) && !never_alone(view, call)
        };
        match found {
            Some(call) if !dull(view, &call) => return Some((purpose, call)),
            found => {
                if let Some(look) = reads::moving(view) {
                    return Some((Purpose::Motion, look));
                }
                if let (Some(call), Purpose::Effect | Purpose::Move) = (found, purpose) {
                    return Some((purpose, call));
                }
            }
        }
        // A refusal that was tested in all forms shows less than any change.
        self.intent_for = Purpose::Effect;
        if let Some(call) = self.aim(view, &|clause| has_effect(clause)).or_else(|| accepted_calls::accepted_move(view))
        {
            return Some((Purpose::Effect, call));
        }
        // No change is possible: a delete makes room for a create.
        let worn = population::worn(view).map(|call| (Purpose::Life, call));
        worn.or_else(|| reads::read_something(view).map(|call| (Purpose::Read, call)))
            .or_else(|| accepted_calls::anything(view).map(|call| (Purpose::Anything, call)))
    }

    /// The shares of the purposes. A share is doubled if some clause of the purpose has no test and few failed
    /// searches.
    fn shares(&self, view: &mut View<'_, '_>) -> Vec<(u32, Purpose)> {
        let mut shares = request_ledger::SHARES.to_vec();
        for (share, purpose) in &mut shares {
            let sort: &dyn Fn(&Clause) -> bool = match purpose {
                Purpose::Effect => &has_effect,
                Purpose::Refusal => &refuses,
                Purpose::General => &general,
                Purpose::Read => &only_answers,
                _ => continue,
            };
            let waiting = |aim: &clause_target::Aim| {
                aim.count == 0 && self.barred.get(&(aim.clause, None)).is_none_or(|it| it.misses < 3)
            };
            if clause_target::ranked(view, sort).iter().any(waiting) {
                *share *= 2;
            }
        }
        shares
    }
}

/// Whether a clause accepts a call and promises no change.
fn only_answers(clause: &Clause) -> bool {
    !has_effect(clause) && matches!(clause.verb, Verb::Accept(_))
}
