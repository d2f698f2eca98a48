//! The calls that lead to a state in which a clause applies, and the reads while no call is possible.

use super::context::{CALLS_MAX, View};
use super::reads;
use super::score::score;
use super::state::Guided;
use crate::model::ClauseId;
use crate::plan::novelty::least_hidden;
use crate::plan::path_search::{Radius, attempt, way};
use crate::plan::planning_context::{Actor, Call, own};
use crate::plan::presence::Presence;

impl Guided {
    /// The next call of the current path, or `None` if the path is blocked.
    pub(super) fn follow(&mut self, view: &mut View<'_, '_>) -> Option<Call> {
        let leg = self.intent.pop_front()?;
        let last = self.intent.is_empty();
        let mut best: Option<((bool, usize), Call)> = None;
        for _ in 0..3 * CALLS_MAX {
            if best.as_ref().is_some_and(|(known, _)| *known == (false, 0)) {
                break;
            }
            // A refusal ends the path. The last call of a path may be a masked refusal.
            let tried = if view.beyond(&leg.operation) { None } else { attempt(view.scene, &leg, !last, view.rng) };
            let Some(call) = tried else { continue };
            let Some(outlook) = view.scene.outlook(&call) else { continue };
            let (open, others, ..) = score(view, leg.clause, &call, &outlook);
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

    pub(super) fn set_out(&mut self, view: &mut View<'_, '_>, clause: ClauseId) -> Option<Call> {
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

    /// Polls if every resource is in a transition, so that no call can act on a settled resource. An
    /// undetermined resource is polled once: a resource that stays undetermined after one poll will remain so.
    pub(super) fn wait(&mut self, view: &mut View<'_, '_>) -> Option<Call> {
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
        reads::show(view, actor)
    }
}

const RADIUS: Radius = Radius { depth_max: 7, calls_max: 480 };

/// A higher masking counts as this value.
const HIDDEN_MAX: usize = 64;
