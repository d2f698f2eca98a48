//! The resources of the mock, and their changes over time.

use super::tempo::{Tempo, draw_between};
use crate::expr::{ExprValue, FieldPath};
use crate::model::{
    EvaluationLog, Existence, Model, PossibleResource, PossibleState, ResourceId, ResourceOwner, ResourceState,
    advance_resource, find_resource, list_events, replace_resources,
};
use crate::schema::SeededRng;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The true state of all resources, with the time of each next change.
#[derive(Debug, Default)]
pub struct MockResources {
    /// All resources, deleted ones included.
    pub world: PossibleState,
    /// When each resource in transition enters its next stage, in milliseconds of the mock's clock.
    pub due: BTreeMap<ResourceId, u64>,
    /// Number of resources created so far; the next resource gets this number.
    pub seq: u32,
    /// For each resource, the ids of further resources in its responses, with their paths.
    pub shown_ids: BTreeMap<ResourceId, Vec<(FieldPath, Arc<str>)>>,
    seed: u64,
    /// How often each resource has changed stage.
    change_counts: BTreeMap<ResourceId, u64>,
}

impl MockResources {
    /// A state without resources.
    #[must_use]
    pub fn new(seed: u64) -> MockResources {
        MockResources { seed, ..MockResources::default() }
    }

    /// The creation numbers of the given ids, as text; unknown ids are left out.
    pub fn list_creation_numbers<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Vec<String> {
        ids.filter_map(|id| self.world.iter().find(|held| held.id.id.as_ref() == id))
            .map(|held| held.state.seq.to_string())
            .collect()
    }

    /// The random stream for the next change of a resource. Changes of further resources do not affect the stream.
    fn random_stream(&mut self, id: &ResourceId) -> SeededRng {
        let seq = find_resource(&self.world, id).map_or(0, |held| u64::from(held.state.seq));
        let count = self.change_counts.entry(id.clone()).or_default();
        *count += 1;
        SeededRng::new(self.seed, 2, *count, seq)
    }

    /// Performs all changes due at `now`. If `stuck`, no transition ever proceeds.
    ///
    /// # Panics
    ///
    /// After 100,000 changes, because only an endless transition can need so many.
    pub fn advance_to(&mut self, model: &Model, tempo: &Tempo, stuck: bool, now: u64) {
        if stuck {
            return;
        }
        // Each iteration enters a stage or postpones a stage once; transitions are finite.
        for _ in 0..100_000 {
            let next = self.due.iter().filter(|(_, at)| **at <= now).min_by_key(|(id, at)| (**at, (*id).clone()));
            let Some((id, at)) = next.map(|(id, at)| (id.clone(), *at)) else { return };
            let mut rng = self.random_stream(&id);
            self.advance_resource(model, &mut rng, tempo, &id, at);
        }
        panic!("the mock's clock does not reach the present: does a transition repeat a stage of no duration?");
    }

    fn advance_resource(&mut self, model: &Model, rng: &mut SeededRng, tempo: &Tempo, id: &ResourceId, at: u64) {
        let Some(held) = find_resource(&self.world, id).cloned() else {
            self.due.remove(id);
            return;
        };
        let Some(motion) = held.state.transition.clone() else {
            self.due.remove(id);
            return;
        };
        if self.apply_event(model, rng, tempo, &held) {
            self.due.remove(id);
            return;
        }
        let mut stages = 1;
        while stages < motion.stages.len() && rng.draw_chance(tempo.skip_percent, 100) {
            stages += 1;
        }
        let waits = motion.after.iter().filter_map(|other| self.due.get(other)).max().copied();
        if let (true, Some(other)) = (stages == motion.stages.len(), waits) {
            if stages == 1 {
                self.due.insert(id.clone(), at.max(other) + 1);
                return;
            }
            stages -= 1;
        }
        let mut thing = advance_resource(model, id, &held.state, stages);
        if let Some(motion) = &mut thing.transition {
            // Fields change to their new values at different stages, not all at once.
            motion.pending.retain(|_| rng.draw_chance(1, 2));
            let next = at + draw_between(rng, tempo.stage_ms).max(1);
            self.due.insert(id.clone(), next.min(compute_latest_end(model, id, motion.since)).max(at + 1));
        } else {
            self.due.remove(id);
        }
        self.replace_resource(model, id, thing);
    }

    fn apply_event(&mut self, model: &Model, rng: &mut SeededRng, tempo: &Tempo, held: &PossibleResource) -> bool {
        if model.suite.events.is_empty() || !rng.draw_chance(tempo.event_percent, 100) {
            return false;
        }
        let alone = vec![find_resource(&self.world, &held.id).expect("the caller found the resource").clone()];
        let struck = list_events(model, &alone, &EvaluationLog::discarding());
        let Some((_, after)) = rng.pick_element(&struck) else { return false };
        let thing = after[0].state.clone();
        let known = thing
            .fields
            .iter()
            .zip(&held.state.fields)
            .map(|(new, old)| if *new == ExprValue::Unknown { old.clone() } else { new.clone() });
        let thing = ResourceState { fields: known.collect(), ..thing };
        self.replace_resource(model, &held.id, thing);
        true
    }

    /// Replaces the state of one resource.
    pub fn replace_resource(&mut self, model: &Model, id: &ResourceId, thing: ResourceState) {
        self.world = replace_resources(model, &self.world, BTreeMap::from([(id.clone(), thing)]));
    }

    /// Deletes a resource at once, whatever transition it is in.
    pub fn delete_resource(&mut self, model: &Model, id: &ResourceId) {
        let Some(held) = find_resource(&self.world, id) else { return };
        let gone = ResourceState { existence: Existence::Gone, transition: None, ..held.state.clone() };
        self.replace_resource(model, id, gone);
        self.due.remove(id);
    }

    /// Adopts the resources after a call, and schedules the transitions started by the call.
    pub fn adopt_state(&mut self, model: &Model, world: PossibleState, tempo: &Tempo, now: u64) {
        for held in &world {
            let before = find_resource(&self.world, &held.id);
            let moved = before.is_none_or(|before| before.state.transition != held.state.transition);
            if held.state.transition.is_some() && moved {
                let first = draw_between(&mut self.random_stream(&held.id), tempo.stage_ms);
                self.due.insert(held.id.clone(), (now + first).min(compute_latest_end(model, &held.id, now)));
            }
            if held.state.transition.is_none() {
                self.due.remove(&held.id);
            }
        }
        self.seq += (world.len() - self.world.len()) as u32;
        self.world = world;
    }

    /// The existing resources of a kind with the given owner, in the order of creation.
    pub fn list_owned(&self, kind: usize, who: Option<ResourceOwner>) -> Vec<&PossibleResource> {
        let own = self.world.iter().filter(|held| usize::from(held.id.kind) == kind && who == Some(held.state.owner));
        let mut there: Vec<&PossibleResource> =
            own.map(AsRef::as_ref).filter(|held| held.state.existence != Existence::Gone).collect();
        there.sort_by_key(|held| held.state.seq);
        there
    }
}

/// The latest end of a transition, whatever the tempo: 90 % of the bound in the suite.
fn compute_latest_end(model: &Model, id: &ResourceId, since: u64) -> u64 {
    since + model.resource_kind(id).settles_ms / 10 * 9
}
