//! The resources of the mock, and their changes over time.

use super::tempo::{Tempo, between};
use crate::expr::{Path, Val};
use crate::model::{Held, Id, Life, Model, Thing, Who, World, advanced, find, happenings, replaced};
use crate::schema::Rng;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The true state of all resources, with the time of each next change.
#[derive(Debug, Default)]
pub struct Realm {
    /// All resources, deleted ones included.
    pub world: World,
    /// When each resource in transition enters its next stage, in milliseconds of the mock's clock.
    pub due: BTreeMap<Id, u64>,
    /// Number of resources created so far; the next resource gets this number.
    pub seq: u32,
    /// For each resource, the ids of further resources in its responses, with their paths.
    pub tells: BTreeMap<Id, Vec<(Path, Arc<str>)>>,
    seed: u64,
    /// How often each resource has changed stage.
    moves: BTreeMap<Id, u64>,
}

impl Realm {
    /// A state without resources.
    #[must_use]
    pub fn new(seed: u64) -> Realm {
        Realm { seed, ..Realm::default() }
    }

    /// The creation numbers of the given ids, as text; unknown ids are left out.
    pub fn born_in<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Vec<String> {
        ids.filter_map(|id| self.world.iter().find(|held| held.id.id.as_ref() == id))
            .map(|held| held.thing.seq.to_string())
            .collect()
    }

    /// The random stream for the next change of a resource. Changes of further resources do not affect the stream.
    fn stream(&mut self, id: &Id) -> Rng {
        let seq = find(&self.world, id).map_or(0, |held| u64::from(held.thing.seq));
        let count = self.moves.entry(id.clone()).or_default();
        *count += 1;
        Rng::new(self.seed, 2, *count, seq)
    }

    /// Performs all changes due at `now`. If `stuck`, no transition ever proceeds.
    ///
    /// # Panics
    ///
    /// After 100,000 changes, because only an endless transition can need so many.
    pub fn pass(&mut self, model: &Model, tempo: &Tempo, stuck: bool, now: u64) {
        if stuck {
            return;
        }
        // Each iteration enters a stage or postpones a stage once; transitions are finite.
        for _ in 0..100_000 {
            let next = self.due.iter().filter(|(_, at)| **at <= now).min_by_key(|(id, at)| (**at, (*id).clone()));
            let Some((id, at)) = next.map(|(id, at)| (id.clone(), *at)) else { return };
            let mut rng = self.stream(&id);
            self.step(model, &mut rng, tempo, &id, at);
        }
        panic!("the mock's clock does not reach the present: does a transition repeat a stage of no duration?");
    }

    fn step(&mut self, model: &Model, rng: &mut Rng, tempo: &Tempo, id: &Id, at: u64) {
        let Some(held) = find(&self.world, id).cloned() else {
            self.due.remove(id);
            return;
        };
        let Some(motion) = held.thing.motion.clone() else {
            self.due.remove(id);
            return;
        };
        if self.strike(model, rng, tempo, &held) {
            self.due.remove(id);
            return;
        }
        let mut stages = 1;
        while stages < motion.course.len() && rng.chance(tempo.skip_percent, 100) {
            stages += 1;
        }
        let waits = motion.after.iter().filter_map(|other| self.due.get(other)).max().copied();
        if let (true, Some(other)) = (stages == motion.course.len(), waits) {
            if stages == 1 {
                self.due.insert(id.clone(), at.max(other) + 1);
                return;
            }
            stages -= 1;
        }
        let mut thing = advanced(model, id, &held.thing, stages);
        if let Some(motion) = &mut thing.motion {
            // Fields change to their new values at different stages, not all at once.
            motion.pending.retain(|_| rng.chance(1, 2));
            let next = at + between(rng, tempo.stage_ms).max(1);
            self.due.insert(id.clone(), next.min(latest(model, id, motion.since)).max(at + 1));
        } else {
            self.due.remove(id);
        }
        self.put(model, id, thing);
    }

    fn strike(&mut self, model: &Model, rng: &mut Rng, tempo: &Tempo, held: &Held) -> bool {
        if model.suite.events.is_empty() || !rng.chance(tempo.event_percent, 100) {
            return false;
        }
        let alone = vec![find(&self.world, &held.id).expect("the caller found the resource").clone()];
        let Ok(struck) = happenings(model, &alone) else { return false };
        let Some((_, after)) = rng.pick(&struck) else { return false };
        let thing = after[0].thing.clone();
        let known = thing
            .fields
            .iter()
            .zip(&held.thing.fields)
            .map(|(new, old)| if *new == Val::Unknown { old.clone() } else { new.clone() });
        let thing = Thing { fields: known.collect(), ..thing };
        self.put(model, &held.id, thing);
        true
    }

    /// Replaces the state of one resource.
    pub fn put(&mut self, model: &Model, id: &Id, thing: Thing) {
        self.world = replaced(model, &self.world, BTreeMap::from([(id.clone(), thing)]));
    }

    /// Adopts the resources after a call, and schedules the transitions started by the call.
    pub fn enter(&mut self, model: &Model, world: World, tempo: &Tempo, now: u64) {
        for held in &world {
            let before = find(&self.world, &held.id);
            let moved = before.is_none_or(|before| before.thing.motion != held.thing.motion);
            if held.thing.motion.is_some() && moved {
                let first = between(&mut self.stream(&held.id), tempo.stage_ms);
                self.due.insert(held.id.clone(), (now + first).min(latest(model, &held.id, now)));
            }
            if held.thing.motion.is_none() {
                self.due.remove(&held.id);
            }
        }
        self.seq += (world.len() - self.world.len()) as u32;
        self.world = world;
    }

    /// The existing resources of a kind with the given owner, in the order of creation.
    pub fn own(&self, kind: usize, who: Option<Who>) -> Vec<&Held> {
        let own = self.world.iter().filter(|held| usize::from(held.id.kind) == kind && who == Some(held.thing.owner));
        let mut there: Vec<&Held> = own.map(AsRef::as_ref).filter(|held| held.thing.life != Life::Gone).collect();
        there.sort_by_key(|held| held.thing.seq);
        there
    }
}

/// The latest end of a transition, whatever the tempo: 90 % of the bound in the suite.
fn latest(model: &Model, id: &Id, since: u64) -> u64 {
    since + model.resource(id).settles_ms / 10 * 9
}
