//! The chooser that goes where clauses were tested least.
//!
//! A clause counts as tested in a context (states of the things, the last two changes
//! accepted on them, the binding), because faults that depend on history hide behind
//! clauses that were tested once. Shares of the requests, and why: "Choosing" in
//! `docs/DESIGN.md`.

mod aim;
mod deviate;
mod ledger;
mod lives;
mod look;
mod motion;
mod moves;
mod pages;
mod rooms;

use super::chooser::{Chooser, finish, live, own};
use super::hints::{Hints, general, has_effect, refuses};
use super::novelty::least_hidden;
use super::probe::{Actor, Call, Scene};
use super::search::{Leg, Radius, attempt, way};
use super::situation::{Presence, Situation};
use super::step::Step;
use crate::model::ClauseId;
use crate::schema::Rng;
use crate::suite::{Clause, Verb};
use deviate::Sent;
use ledger::{Ledger, Purpose};
use pages::Pages;
use rooms::Rooms;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Default chooser of a campaign. One value serves all its plans in turn.
#[derive(Debug, Clone)]
pub struct Guided {
    hints: Arc<Hints>,
    seed: u64,
    plan: u64,
    /// Legs still to go towards a clause, and what for.
    intent: VecDeque<Leg>,
    intent_for: Purpose,
    /// Searches that found nothing, by clause (and operation, of one about every call).
    barred: BTreeMap<Key, Barred>,
    /// Deviations sent so far.
    sent: Sent,
    /// Waits in a row for things that are not determined.
    waits: u32,
    /// Things that were waited for at least once.
    waited: BTreeSet<String>,
    /// What requests were spent on.
    ledger: Ledger,
    /// How many things there may be now.
    rooms: Rooms,
    pages: Pages,
}

type Key = (ClauseId, Option<String>);

/// How long something is left alone: the longer, the more often it was in vain.
#[derive(Debug, Clone, Copy, Default)]
struct Barred {
    /// The step before which it is not tried again.
    until: usize,
    misses: usize,
}

impl Barred {
    fn again(self, now: usize) -> Barred {
        Barred { until: now + (2 << self.misses.min(5)), misses: self.misses + 1 }
    }
}

/// Clauses looked at for one step, and calls tried for each.
const CLAUSES_MAX: usize = 8;
const CALLS_MAX: usize = 6;
const RADIUS: Radius = Radius { depth_max: 7, calls_max: 480 };
/// A reason that is more hidden is like this.
const HIDDEN_MAX: usize = 64;
const PURPOSE_GUIDED: u64 = 2;

impl Guided {
    #[must_use]
    pub fn new(hints: Arc<Hints>, seed: u64, plan: u64) -> Guided {
        Guided {
            hints,
            seed,
            plan,
            intent: VecDeque::new(),
            intent_for: Purpose::Effect,
            barred: BTreeMap::new(),
            sent: Sent::default(),
            waits: 0,
            waited: BTreeSet::new(),
            ledger: Ledger::default(),
            rooms: Rooms::default(),
            pages: Pages::default(),
        }
    }

    /// Begins another plan of the same campaign; deviations already sent are not sent again.
    pub fn begin(&mut self, plan: u64) {
        let (sent, mut ledger) = (std::mem::take(&mut self.sent), std::mem::take(&mut self.ledger));
        ledger.turn_over();
        let pages = std::mem::take(&mut self.pages);
        *self = Guided { sent, ledger, pages, ..Guided::new(Arc::clone(&self.hints), self.seed, plan) };
    }
}

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
        let settle = motion::settle(&mut view, &call, waits);
        Some(finish(situation, call, settle))
    }
}

/// What one choice looks at.
struct View<'a, 'b> {
    scene: &'a Scene<'a>,
    situation: &'a Situation<'a>,
    rng: &'b mut Rng,
}

impl View<'_, '_> {
    /// Whether a call that creates would be one too many, should it be accepted against all that is promised.
    fn beyond(&self, operation: &str) -> bool {
        self.scene.hints.creating.contains(operation) && live(self.scene) >= self.situation.limits.live_max
    }
}

impl Guided {
    fn choose(&mut self, view: &mut View<'_, '_>) -> Option<(Purpose, Call)> {
        if lives::stuck(view, &self.waited) {
            return None;
        }
        if let Some(call) = look::after_delete(view) {
            return Some((Purpose::Life, call));
        }
        if let Some(call) = lives::create(view, &self.rooms, true) {
            return Some((Purpose::Life, call));
        }
        if let Some(call) = motion::echo(view) {
            return Some((Purpose::Motion, call));
        }
        if let Some(call) = motion::in_motion(view) {
            return Some((Purpose::Motion, call));
        }
        if let Some(call) = look::overdue(view).or_else(|| self.wait(view)) {
            return Some((Purpose::Rest, call));
        }
        if let Some(call) = self.follow(view) {
            return Some((self.intent_for, call));
        }
        if let Some(call) = self.pages.next(view) {
            return Some((Purpose::Pages, call));
        }
        if let Some(call) = lives::create(view, &self.rooms, false) {
            return Some((Purpose::Life, call));
        }
        if let Some(call) = lives::delete(view, &self.rooms) {
            return Some((Purpose::Life, call));
        }
        if let Some(call) = look::glance(view, self.ledger.unseen()) {
            return Some((Purpose::Read, call));
        }
        self.draw(view)
    }

    /// What the shares ask for, if it shows something; else what shows more.
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
            Purpose::Read => look::read_something(view),
            Purpose::Move => moves::accepted_move(view),
            _ => moves::anything(view),
        };
        let dull = |view: &View<'_, '_>, call: &Call| {
            !matches!(purpose, Purpose::Body | Purpose::Read)
                && aim::nothing_new(view, call)
                && !aim::never_alone(view, call)
        };
        match found {
            Some(call) if !dull(view, &call) => return Some((purpose, call)),
            found => {
                if let Some(look) = look::moving(view) {
                    return Some((Purpose::Motion, look));
                }
                if let (Some(call), Purpose::Effect | Purpose::Move) = (found, purpose) {
                    return Some((purpose, call));
                }
            }
        }
        // A refusal that was met in all its forms shows less than any change.
        self.intent_for = Purpose::Effect;
        if let Some(call) = self.aim(view, &|clause| has_effect(clause)).or_else(|| moves::accepted_move(view)) {
            return Some((Purpose::Effect, call));
        }
        // Where nothing can be changed any more, something has to go before anything can come.
        let worn = lives::worn(view).map(|call| (Purpose::Life, call));
        worn.or_else(|| look::read_something(view).map(|call| (Purpose::Read, call)))
            .or_else(|| moves::anything(view).map(|call| (Purpose::Anything, call)))
    }

    /// The shares, those doubled behind which a clause waits that was never tested and that
    /// was not searched for in vain.
    fn shares(&self, view: &mut View<'_, '_>) -> Vec<(u32, Purpose)> {
        let mut shares = ledger::SHARES.to_vec();
        for (share, purpose) in &mut shares {
            let sort: &dyn Fn(&Clause) -> bool = match purpose {
                Purpose::Effect => &has_effect,
                Purpose::Refusal => &refuses,
                Purpose::General => &general,
                Purpose::Read => &only_answers,
                _ => continue,
            };
            let waiting =
                |aim: &aim::Aim| aim.count == 0 && self.barred.get(&(aim.clause, None)).is_none_or(|it| it.misses < 3);
            if aim::ranked(view, sort).iter().any(waiting) {
                *share *= 2;
            }
        }
        shares
    }

    /// The next leg of the way, if it still leads on.
    fn follow(&mut self, view: &mut View<'_, '_>) -> Option<Call> {
        let leg = self.intent.pop_front()?;
        let last = self.intent.is_empty();
        let mut best: Option<((bool, usize), Call)> = None;
        for _ in 0..3 * CALLS_MAX {
            if best.as_ref().is_some_and(|(known, _)| *known == (false, 0)) {
                break;
            }
            // Of a leg that is refused, the way ends there; so does what the last one shows behind other reasons.
            let tried = if view.beyond(&leg.operation) { None } else { attempt(view.scene, &leg, !last, view.rng) };
            let Some(call) = tried else { continue };
            let Some(outlook) = view.scene.outlook(&call) else { continue };
            let (open, others, ..) = aim::score(view, leg.clause, &call, &outlook);
            if best.as_ref().is_none_or(|(known, _)| (open, others) < *known) {
                best = Some(((open, others), call));
            }
        }
        let call = best.map(|(_, call)| call);
        if call.is_none() {
            self.intent.clear();
        }
        call
    }

    fn set_out(&mut self, view: &mut View<'_, '_>, clause: ClauseId) -> Option<Call> {
        let now = view.situation.steps.len();
        let barred = self.barred.get(&(clause, None)).copied().unwrap_or_default();
        if now < barred.until {
            return None;
        }
        let mut targets: Vec<&Actor> =
            view.scene.actors.iter().filter(|actor| own(actor) && actor.presence == Presence::Rest).collect();
        let known = least_hidden(view.situation, clause, HIDDEN_MAX).map_or(usize::MAX, |known| known.max(2));
        while !targets.is_empty() {
            let target = targets.remove(view.rng.below(targets.len() as u64) as usize);
            if let Some(way) = way(view.scene, (clause, known), target, RADIUS, view.rng) {
                self.intent = way.into();
                return self.follow(view);
            }
        }
        self.barred.insert((clause, None), barred.again(now));
        None
    }

    /// Where everything is in motion there is nothing to act on: look, and give it time. What is not determined is
    /// waited for once, whatever else there is: fog that one wait did not lift is there to stay.
    fn wait(&mut self, view: &mut View<'_, '_>) -> Option<Call> {
        let still = |name: &String| {
            view.scene.actors.iter().any(|actor| actor.name == *name && actor.presence == Presence::Fog)
        };
        self.waited.retain(still);
        let fogged = |actor: &Actor| actor.presence == Presence::Fog && !self.waited.contains(&actor.name);
        let usable = |actor: &Actor| own(actor) && actor.presence == Presence::Rest;
        let idle = !view.scene.actors.iter().any(usable) && self.waits < 2;
        let there = |actor: &&Actor| own(actor) && ((idle && actor.presence == Presence::Motion) || fogged(actor));
        let actors: Vec<&Actor> = view.scene.actors.iter().filter(there).collect();
        let Some(actor) = view.rng.pick(&actors) else {
            self.waits = 0;
            return None;
        };
        self.waits += 1;
        if actor.presence == Presence::Fog {
            self.waited.insert(actor.name.clone());
        }
        look::show(view, actor)
    }
}

/// A clause that accepts and promises no change.
fn only_answers(clause: &Clause) -> bool {
    !has_effect(clause) && matches!(clause.verb, Verb::Accept(_))
}
