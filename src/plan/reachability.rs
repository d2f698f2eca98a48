//! The clauses that can apply, and the lowest number of calls for each.
//!
//! The search is breadth first over possible states, from the empty state. Inputs are random or from the suite,
//! so an
//! unreached clause may be reachable beyond the limits.

use super::chooser_input::Limits;
use super::compose::{Ask, build};
use super::hints::{Hints, has_effect};
use super::planning_context::{Actor, Call, Scene};
use super::presence::Presence;
use super::spoiled_call::spoiled;
use super::successor_state::{births, next_seq, settled, signature};
use crate::expr::Val;
use crate::model::{ClauseId, Life, Model, Moment, Reading, World, apply, choices, closure, read};
use crate::schema::{Rng, Schemas};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// How a clause was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Number of calls, with the call of the clause.
    pub shortest: usize,
    /// Whether the guard held. Otherwise, the guard was undetermined.
    pub certain: bool,
}

/// Limits of the search.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// Highest number of calls.
    pub depth_max: usize,
    /// Highest number of visited states.
    pub worlds_max: usize,
    /// Highest number of resources of one kind.
    pub things_max: usize,
}

impl Default for Extent {
    fn default() -> Extent {
        Extent { depth_max: 8, worlds_max: 300, things_max: 2 }
    }
}

/// The result of the search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    /// Every stated clause that some sequence of calls makes apply.
    pub found: BTreeMap<ClauseId, Reach>,
    /// Number of visited states.
    pub worlds: usize,
    /// Whether the search visited every state within the depth. Otherwise, an unreached clause may be
    /// reachable.
    pub whole: bool,
}

/// Searches for every stated clause that some sequence of calls makes apply, within the limits.
#[must_use]
pub fn reachable(model: &Model, schemas: &Schemas, hints: &Hints, limits: &Limits, extent: Extent) -> Reached {
    let mut reached = Reached { whole: true, ..Reached::default() };
    // With one resource of a kind the search is deep; with several resources the search covers clauses about
    // relations.
    for things_max in 1..=extent.things_max {
        let mut search = Search {
            model,
            schemas,
            hints,
            limits,
            extent: Extent { things_max, ..extent },
            rng: Rng::new(0, 0, things_max as u64, PURPOSE_REACH),
            found: BTreeMap::new(),
            seen: BTreeSet::new(),
            open: VecDeque::from([(World::new(), 0)]),
            visited: 0,
        };
        search.run();
        reached.worlds += search.visited;
        reached.whole &= search.open.is_empty() || search.complete();
        for (clause, reach) in search.found {
            let better = |known: &Reach| (!known.certain, known.shortest) > (!reach.certain, reach.shortest);
            if reached.found.get(&clause).is_none_or(better) {
                reached.found.insert(clause, reach);
            }
        }
    }
    reached
}

const PURPOSE_REACH: u64 = 3;

/// Calls for one clause in one state.
const TRIES: usize = 4;

/// Highest number of successor states of one call, with transitions under way.
const AFTER_MAX: usize = 64;

struct Search<'a> {
    model: &'a Model,
    schemas: &'a Schemas,
    hints: &'a Hints,
    limits: &'a Limits,
    extent: Extent,
    rng: Rng,
    found: BTreeMap<ClauseId, Reach>,
    seen: BTreeSet<String>,
    open: VecDeque<(World, usize)>,
    visited: usize,
}

impl Search<'_> {
    fn run(&mut self) {
        while self.visited < self.extent.worlds_max && !self.complete() {
            let Some((world, depth)) = self.open.pop_front() else { break };
            self.visited += 1;
            self.visit(&world, depth);
        }
    }

    fn complete(&self) -> bool {
        self.found.values().filter(|reach| reach.certain).count() == self.model.suite.clauses.len()
    }

    fn visit(&mut self, world: &World, depth: usize) {
        self.test(world, depth);
        if depth + 1 >= self.extent.depth_max || moving(world) {
            return;
        }
        for (clause, operation) in self.steps() {
            for percent in [0, 50] {
                let scene = scene(self, world);
                let ask = Ask {
                    operation: operation.clone(),
                    goal: Some(clause),
                    optional_percent: percent,
                    ..Ask::default()
                };
                let Some(call) = build(&scene, &ask, &mut self.rng) else {
                    continue;
                };
                for next in after(&scene, &call, world, self.extent) {
                    let known = signature(self.model, self.hints, &next);
                    if self.seen.insert(known) {
                        self.open.push_back((next, depth + 1));
                    }
                }
            }
        }
    }

    /// Tests which clauses apply to some call in the state.
    fn test(&mut self, world: &World, depth: usize) {
        for operation in self.model.operations.values() {
            for &clause in &operation.clauses {
                let known = self.found.get(&clause);
                if known.is_some_and(|reach| reach.certain) {
                    continue;
                }
                let certain = {
                    let scene = scene(self, world);
                    attempt(&scene, clause, &operation.id, &mut self.rng)
                };
                let Some(certain) = certain else { continue };
                if certain || !self.found.contains_key(&clause) {
                    let shortest = depth + 1;
                    self.found.insert(clause, Reach { shortest, certain });
                }
            }
        }
    }

    /// Clauses with an effect, one for each guard of an operation.
    fn steps(&self) -> Vec<(ClauseId, String)> {
        let mut steps = Vec::new();
        for operation in self.model.operations.values() {
            let mut guards = BTreeSet::new();
            for &clause in &operation.clauses {
                let Some(written) = self.model.written(clause) else {
                    continue;
                };
                let guard = written.when.as_ref().map(|guard| guard.text().to_string());
                if has_effect(written) && guards.insert(guard) {
                    steps.push((clause, operation.id.clone()));
                }
            }
        }
        steps
    }
}

fn moving(world: &World) -> bool {
    world.iter().any(|held| held.thing.motion.is_some())
}

fn scene<'a>(search: &Search<'a>, world: &'a World) -> Scene<'a> {
    let actor = |held: &Arc<crate::model::Held>| Actor {
        name: held.id.id.to_string(),
        id: held.id.clone(),
        owner: held.thing.owner,
        presence: match (held.thing.life, &held.thing.motion) {
            (Life::Gone, _) => Presence::Gone,
            (Life::Dying, _) => Presence::Leaving,
            (Life::Alive, Some(_)) => Presence::Motion,
            (Life::Alive, None) => Presence::Rest,
        },
    };
    let actors = world.iter().map(actor).collect();
    Scene::over(search.model, search.schemas, search.hints, search.limits, actors, world)
}

/// Whether some call makes the clause apply: `true` if the guard holds, `false` if the guard is undetermined.
fn attempt(scene: &Scene<'_>, clause: ClauseId, operation: &str, rng: &mut Rng) -> Option<bool> {
    let mut perhaps = None;
    // A resource in deletion makes every guard about the resource undetermined.
    let known = scene.actors.iter().all(|actor| actor.presence != Presence::Leaving);
    for round in 0..TRIES {
        let ask = Ask {
            operation: operation.to_string(),
            goal: Some(clause),
            moving: round % 2 == 1,
            optional_percent: [0, 30, 100][round % 3],
            ..Ask::default()
        };
        let Some(call) = build(scene, &ask, rng) else {
            continue;
        };
        let Some(outlook) = scene.outlook(&call) else {
            continue;
        };
        if outlook.applies(clause) {
            return Some(true);
        }
        let named = |reading: &Reading| reading.perhaps.contains(&clause) || reading.permitted.contains(&clause);
        if known && outlook.0.iter().any(named) {
            perhaps = Some(false);
        }
        if scene.hints.reads(clause, "input") && spoiled(scene, &call, clause, rng).is_some() {
            return Some(true);
        }
    }
    perhaps
}

/// The possible states after an accepted call: every outcome, stage and event.
fn after(scene: &Scene<'_>, call: &Call, world: &World, extent: Extent) -> Vec<World> {
    let model = scene.model;
    let Ok(reading) = read(model, &call.asked, world, &[]) else {
        return Vec::new();
    };
    let accepts = if reading.accepts.is_empty() { &reading.perhaps } else { &reading.accepts };
    if !reading.demanded.is_empty() || accepts.is_empty() {
        return Vec::new();
    }
    let Some(born) = births(scene, call, world, extent.things_max) else {
        return Vec::new();
    };
    let moment = Moment { born: &born, reply: &Val::Unknown, now: 0, seq: next_seq(world), strangers: &[] };
    let ways = choices(model, &call.asked, world, accepts, &moment).unwrap_or_default();
    let next: Vec<World> =
        ways.iter().take(8).filter_map(|way| apply(model, &call.asked, world, way, &moment).ok()).collect();
    let mut all: Vec<World> = next.iter().map(|world| settled(model, world)).collect();
    all.extend(closure(model, &next, AFTER_MAX).ok().flatten().unwrap_or_default());
    let pruned = |world| prune(scene.hints, world, extent);
    all.into_iter().map(pruned).collect()
}

/// Resources of kinds without a delete would accumulate, so only the youngest are kept.
fn prune(hints: &Hints, mut world: World, extent: Extent) -> World {
    let kinds: BTreeSet<u16> = world.iter().map(|held| held.id.kind).collect();
    for kind in kinds {
        if hints.deletable.contains(&usize::from(kind)) {
            continue;
        }
        let mut seqs: Vec<u32> = world.iter().filter(|held| held.id.kind == kind).map(|held| held.thing.seq).collect();
        seqs.sort_unstable_by(|a, b| b.cmp(a));
        let kept = seqs.get(extent.things_max.saturating_sub(1)).copied();
        if let Some(kept) = kept {
            world.retain(|held| held.id.kind != kind || held.thing.seq >= kept);
        }
    }
    world
}
