//! The mock's one true world, and how it moves on by itself.

use crate::expr::{Path, Val};
use crate::model::{Held, Id, Life, Model, Thing, World, advanced, find, happenings, replaced};
use crate::schema::Rng;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How fast things move, in milliseconds of the endpoint's clock. Ranges are inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tempo {
    pub latency_ms: (u64, u64),
    /// How long each stage of a course lasts, the one before the first included.
    pub stage_ms: (u64, u64),
    /// How often a stage is skipped.
    pub skip_percent: u32,
    /// How often an event of the suite strikes where it may.
    pub event_percent: u32,
    /// How often a permitted alternative is taken instead of the main outcome, or a refusal that may be.
    pub exception_percent: u32,
}

impl Tempo {
    /// Minutes for a course: what a cloud takes.
    pub const CLOUD: Tempo = Tempo {
        latency_ms: (5, 80),
        stage_ms: (200, 60_000),
        skip_percent: 20,
        event_percent: 2,
        exception_percent: 10,
    };
    /// Milliseconds, so that few transient states are ever seen.
    pub const FAST: Tempo =
        Tempo { latency_ms: (1, 5), stage_ms: (0, 30), skip_percent: 40, event_percent: 2, exception_percent: 10 };
}

/// What is there, and when it moves next.
#[derive(Debug, Default)]
pub struct Realm {
    pub world: World,
    /// When each thing in motion takes its next stage.
    pub due: BTreeMap<Id, u64>,
    pub seq: u32,
    pub born: u64,
    /// Ids that replies about a thing tell of others, and where.
    pub tells: BTreeMap<Id, Vec<(Path, Arc<str>)>>,
    seed: u64,
    /// How often each thing has moved.
    moves: BTreeMap<Id, u64>,
}

impl Realm {
    /// Nothing is there.
    #[must_use]
    pub fn new(seed: u64) -> Realm {
        Realm { seed, ..Realm::default() }
    }

    /// The order of birth of those ids that are known here, as text.
    pub fn born_in<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Vec<String> {
        ids.filter_map(|id| self.world.iter().find(|held| held.id.id.as_ref() == id))
            .map(|held| held.thing.seq.to_string())
            .collect()
    }

    /// The random stream of a thing's next move: its own, whatever else moves.
    fn stream(&mut self, id: &Id) -> Rng {
        let seq = find(&self.world, id).map_or(0, |held| u64::from(held.thing.seq));
        let count = self.moves.entry(id.clone()).or_default();
        *count += 1;
        Rng::new(self.seed, 2, *count, seq)
    }

    /// Moves everything on to `now`.
    pub fn pass(&mut self, model: &Model, tempo: &Tempo, stuck: bool, now: u64) {
        if stuck {
            return;
        }
        // Every pass of the loop takes a stage or postpones once; courses are finite.
        for _ in 0..100_000 {
            let next = self.due.iter().filter(|(_, at)| **at <= now).min_by_key(|(id, at)| (**at, (*id).clone()));
            let Some((id, at)) = next.map(|(id, at)| (id.clone(), *at)) else { return };
            let mut rng = self.stream(&id);
            self.step(model, &mut rng, tempo, &id, at);
        }
        panic!("the mock's clock does not catch up: is a stage of no length repeated without end?");
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
            // Fields come over to their new value at some stage of the way, not all at once.
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
        let alone = vec![find(&self.world, &held.id).expect("it was just found").clone()];
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

    pub fn put(&mut self, model: &Model, id: &Id, thing: Thing) {
        self.world = replaced(model, &self.world, BTreeMap::from([(id.clone(), thing)]));
    }

    /// Takes over a world after a call and winds the clocks of what it set in motion.
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

    /// The things of a kind that a caller may see.
    pub fn own(&self, kind: usize, who: Option<crate::model::Who>) -> Vec<&Held> {
        let own = self.world.iter().filter(|held| usize::from(held.id.kind) == kind && who == Some(held.thing.owner));
        let mut there: Vec<&Held> = own.map(AsRef::as_ref).filter(|held| held.thing.life != Life::Gone).collect();
        there.sort_by_key(|held| held.thing.seq);
        there
    }
}

/// When a thing that is in motion since then hurries, whatever the tempo: that it comes to rest in time is a
/// promise too.
fn latest(model: &Model, id: &Id, since: u64) -> u64 {
    since + model.resource(id).settles_ms / 10 * 9
}

/// A number in an inclusive range.
pub fn between(rng: &mut Rng, (low, high): (u64, u64)) -> u64 {
    low + rng.below(high.saturating_sub(low) + 1)
}
