//! Who picks the next step.

use super::build::{Ask, build};
use super::hints::Hints;
use super::probe::{Call, Ground, Scene};
use super::situation::{Presence, Situation, presence};
use super::step::{Settle, Step};
use crate::model::{Belief, Id, Model, Who};
use crate::schema::Rng;
use crate::suite::Binding;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Picks steps one by one. What it picks may depend on what the endpoint did, so the steps
/// are recorded: replay needs the record, not the chooser.
pub trait Chooser {
    /// The next step; none where the plan is over or nothing can be asked.
    fn next(&mut self, situation: &Situation<'_>) -> Option<Step>;
}

/// Gives the steps of a record, whatever happens.
#[derive(Debug, Clone)]
pub struct Recorded(std::vec::IntoIter<Step>);

impl Recorded {
    #[must_use]
    pub fn new(steps: Vec<Step>) -> Recorded {
        Recorded(steps.into_iter())
    }
}

impl Chooser for Recorded {
    fn next(&mut self, _: &Situation<'_>) -> Option<Step> {
        self.0.next()
    }
}

/// Any operation with any drawn input on any thing: what guided choosing is measured against.
#[derive(Debug, Clone)]
pub struct Random {
    hints: Arc<Hints>,
    seed: u64,
    plan: u64,
}

impl Random {
    #[must_use]
    pub fn new(hints: Arc<Hints>, seed: u64, plan: u64) -> Random {
        Random { hints, seed, plan }
    }
}

impl Chooser for Random {
    fn next(&mut self, situation: &Situation<'_>) -> Option<Step> {
        if situation.steps.len() >= situation.limits.steps_max {
            return None;
        }
        let mut rng = Rng::new(self.seed, self.plan, situation.steps.len() as u64, PURPOSE_RANDOM);
        let scene = Scene::of(situation, &self.hints);
        let full = live(&scene) >= situation.limits.live_max;
        let open = |id: &&String| !(full && self.hints.creating.contains(*id));
        let operations: Vec<&String> = situation.model.operations.keys().filter(open).collect();
        for _ in 0..TRIES_MAX {
            let operation = (*rng.pick(&operations)?).clone();
            let ask = Ask { operation, optional_percent: 50, ..Ask::default() };
            if let Some(call) = build(&scene, &ask, &mut rng) {
                return Some(finish(situation, call, Settle::Poll { after_ms: 0 }));
            }
        }
        None
    }
}

/// Draws of one step that may come to nothing.
const TRIES_MAX: usize = 200;
const PURPOSE_RANDOM: u64 = 1;

/// Things that some call can delete, and that are not known to be gone: each takes a place.
#[must_use]
pub fn live(scene: &Scene<'_>) -> usize {
    match scene.ground {
        Ground::Belief(belief) => alive(belief, scene.hints),
        Ground::World(_) => {
            let there = |actor: &&super::probe::Actor| {
                actor.presence != Presence::Gone && takes_place(scene.hints, usize::from(actor.id.kind))
            };
            scene.actors.iter().filter(there).count()
        }
    }
}

/// Things that take a place, as far as a belief knows. What nobody can name yet is there too, as long as it may
/// still be told: a job that has ended without a name has brought nothing to life.
#[must_use]
pub fn alive(belief: &Belief, hints: &Hints) -> usize {
    let never: BTreeSet<&Id> =
        belief.untold().filter(|(_, teller)| belief.at_rest(teller)).map(|(untold, _)| untold).collect();
    let there = |id: &&Id| {
        takes_place(hints, usize::from(id.kind)) && !never.contains(id) && presence(belief, id) != Presence::Gone
    };
    belief.ids().filter(there).count()
}

/// Places that a step may take by what it brings to life. A job takes none: it goes by itself.
#[must_use]
pub fn places(model: &Model, hints: &Hints, step: &Step) -> usize {
    let about = &model.operations[&step.operation].about;
    let placed = about.iter().filter(|about| takes_place(hints, about.resource));
    placed.filter(|about| step.births.contains_key(&about.name)).count()
}

/// Whether things of a kind take a place: those that some call can delete; all, where no call deletes anything.
pub(super) fn takes_place(hints: &Hints, kind: usize) -> bool {
    hints.deletable.is_empty() || hints.deletable.contains(&kind)
}

/// The step of a call, with names for what it brings to life.
#[must_use]
pub fn finish(situation: &Situation<'_>, call: Call, settle: Settle) -> Step {
    let mut step = call.step;
    step.settle = settle;
    let operation = &situation.model.operations[&step.operation];
    for about in &operation.about {
        let Binding::New(expr) = &about.binding else {
            continue;
        };
        let resource = &situation.model.suite.resources[about.resource].name;
        // A batch brings as many as its reply says; names without a thing stay unused.
        let many = if expr.of_first_elements().is_empty() { 1 } else { BATCH_NAMES };
        let taken = step
            .births
            .values()
            .flatten()
            .filter(|name| name.rsplit_once('-').is_some_and(|(kind, _)| kind == resource))
            .count();
        let names = (0..many).map(|nth| situation.handles.fresh(resource, situation.steps, taken + nth)).collect();
        step.births.insert(about.name.clone(), names);
    }
    step
}

const BATCH_NAMES: usize = 4;

/// Whether a thing belongs to the plan's own caller.
#[must_use]
pub fn own(actor: &super::probe::Actor) -> bool {
    actor.owner == Who::Owner
}
