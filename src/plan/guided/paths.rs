//! The calls that lead to a state in which a clause applies, and the reads while no call is possible.

use super::context::{CALLS_MAX, ChoiceContext};
use super::reads;
use super::score::score_call;
use super::state::GuidedChooser;
use crate::model::ClauseId;
use crate::plan::novelty::find_least_masking;
use crate::plan::path_search::{CallPathLimits, compose_path_call, find_path};
use crate::plan::planning_context::{CandidateCall, NamedResource, is_own};
use crate::plan::presence::ResourcePresence;

impl GuidedChooser {
    /// The next call of the current path, or `None` if the path is blocked.
    pub(super) fn follow_path(&mut self, view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
        let leg = self.path.pop_front()?;
        let last = self.path.is_empty();
        let mut best: Option<((bool, usize), CandidateCall)> = None;
        for _ in 0..3 * CALLS_MAX {
            if best.as_ref().is_some_and(|(known, _)| *known == (false, 0)) {
                break;
            }
            // A refusal ends the path. The last call of a path may be a masked refusal.
            let tried = if view.exceeds_live_limit(&leg.operation) {
                None
            } else {
                compose_path_call(view.planning, &leg, !last, view.rng)
            };
            let Some(call) = tried else { continue };
            let Some(outlook) = view.planning.predict(&call) else { continue };
            let (open, others, ..) = score_call(view, leg.clause, &call, &outlook);
            if best.as_ref().is_none_or(|(known, _)| (open, others) < *known) {
                best = Some(((open, others), call));
            }
        }
        let call = best.map(|(_, call)| call);
        if call.is_none() {
            self.path.clear();
        }
        call
    }

    pub(super) fn start_path(&mut self, view: &mut ChoiceContext<'_, '_>, clause: ClauseId) -> Option<CandidateCall> {
        let now = view.input.steps.len();
        let barred = self.pauses.get(&(clause, None)).copied().unwrap_or_default();
        if now < barred.until {
            return None;
        }
        let mut targets: Vec<&NamedResource> = view
            .planning
            .resources
            .iter()
            .filter(|actor| is_own(actor) && actor.presence == ResourcePresence::Settled)
            .collect();
        let known = find_least_masking(view.input, clause, MASKING_MAX).map_or(usize::MAX, |known| known.max(2));
        while !targets.is_empty() {
            let target = targets.remove(view.rng.draw_below(targets.len() as u64) as usize);
            if let Some(way) = find_path(view.planning, (clause, known), target, PATH_LIMITS, view.rng) {
                self.path = way.into();
                return self.follow_path(view);
            }
        }
        self.pauses.insert((clause, None), barred.extend(now));
        None
    }

    /// Polls if every resource is in a transition, so that no call can act on a settled resource. An
    /// undetermined resource is polled once: a resource that stays undetermined after one poll will remain so.
    pub(super) fn poll_unsettled(&mut self, view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
        let still = |name: &String| {
            view.planning
                .resources
                .iter()
                .any(|actor| actor.name == *name && actor.presence == ResourcePresence::Undetermined)
        };
        self.polled.retain(still);
        let fogged = |actor: &NamedResource| {
            actor.presence == ResourcePresence::Undetermined && !self.polled.contains(&actor.name)
        };
        let usable = |actor: &NamedResource| is_own(actor) && actor.presence == ResourcePresence::Settled;
        let idle = !view.planning.resources.iter().any(usable) && self.polls < 2;
        let there = |actor: &&NamedResource| {
            is_own(actor) && ((idle && actor.presence == ResourcePresence::InTransition) || fogged(actor))
        };
        let actors: Vec<&NamedResource> = view.planning.resources.iter().filter(there).collect();
        let Some(actor) = view.rng.pick_element(&actors) else {
            self.polls = 0;
            return None;
        };
        self.polls += 1;
        if actor.presence == ResourcePresence::Undetermined {
            self.polled.insert(actor.name.clone());
        }
        reads::read_resource(view, actor)
    }
}

const PATH_LIMITS: CallPathLimits = CallPathLimits { depth_max: 7, calls_max: 480 };

/// A higher masking counts as this value.
const MASKING_MAX: usize = 64;
