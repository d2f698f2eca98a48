//! The chooser of a plan with one race: calls that lead to a state, two calls at once, and reads of what they share.

use super::pairs::{RacePair, compose_accepted, list_named};
use crate::plan::chooser::{Chooser, finish_step};
use crate::plan::chooser_input::ChooserInput;
use crate::plan::handles::named_handles;
use crate::plan::hints::SuiteHints;
use crate::plan::planning_context::{CandidateCall, PlanningContext, empty_step};
use crate::plan::step::{Step, StepWait, make_handle};
use crate::schema::SeededRng;
use std::collections::VecDeque;
use std::sync::Arc;

/// Attempts to compose a call, and two calls that conflict.
const TRIES: usize = 12;

const PURPOSE_RACE: u64 = 51;

/// Chooses the steps of a plan with one race.
#[derive(Debug, Clone)]
pub struct RaceChooser {
    hints: Arc<SuiteHints>,
    pair: RacePair,
    seed: u64,
    plan: u64,
    /// How long a response takes, in microseconds: the offset between the two calls is at most as long.
    reply_us: u64,
    /// Handles that the reads after the race show; `None` before the race.
    shown: Option<VecDeque<String>>,
    /// The second call of the race.
    second: Option<Step>,
}

impl RaceChooser {
    /// A chooser for the plan `plan`, with the random numbers of `seed`. `reply_us` is how long a response takes.
    #[must_use]
    pub fn new(hints: Arc<SuiteHints>, pair: RacePair, (seed, plan): (u64, u64), reply_us: u64) -> RaceChooser {
        RaceChooser { hints, pair, seed, plan, reply_us, shown: None, second: None }
    }

    /// Whether the two calls were chosen.
    #[must_use]
    pub fn has_raced(&self) -> bool {
        self.shown.is_some()
    }

    fn lead_to_state(
        &self,
        scene: &PlanningContext<'_>,
        input: &ChooserInput<'_>,
        rng: &mut SeededRng,
    ) -> Option<Step> {
        let (clause, operation) = &self.pair.path[input.steps.len()];
        let call = (0..TRIES).find_map(|_| compose_accepted(scene, *clause, operation, None, rng))?;
        Some(finish_step(input, call, StepWait::Poll { after_ms: 0 }))
    }

    /// Both calls; `None` if no two calls of the pair share a resource here.
    fn race(&mut self, scene: &PlanningContext<'_>, input: &ChooserInput<'_>, rng: &mut SeededRng) -> Option<Step> {
        let (one, two) = (0..TRIES).find_map(|_| self.compose_pair(scene, rng))?;
        let mut first = finish_step(input, one, StepWait::Leave);
        let steps = [input.steps, std::slice::from_ref(&first)].concat();
        let mut second = finish_step(&ChooserInput { steps: &steps, ..*input }, two, StepWait::Leave);
        (first.branch, second.branch) = (1, 2);
        let later = if rng.draw_chance(1, 2) { &mut first } else { &mut second };
        later.offset_us = if rng.draw_chance(1, 2) { 0 } else { rng.draw_below(self.reply_us + 1) };
        let named = [&first, &second].into_iter().flat_map(|step| {
            named_handles(step).into_iter().map(str::to_string).chain(step.births.values().flatten().cloned())
        });
        let mut shown: Vec<String> = named.collect();
        shown.sort();
        shown.dedup();
        self.shown = Some(shown.into());
        self.second = Some(second);
        Some(first)
    }

    fn compose_pair(&self, scene: &PlanningContext<'_>, rng: &mut SeededRng) -> Option<(CandidateCall, CandidateCall)> {
        let RacePair { clauses, operations, kind, is_named, .. } = &self.pair;
        let one = compose_accepted(scene, clauses[0], &operations[0], None, rng)?;
        let shared = list_named(&one).into_iter().find(|id| usize::from(id.kind) == *kind).cloned();
        let target = scene.resources.iter().find(|named| Some(&named.id) == shared.as_ref()).map(|named| &named.name);
        let target = target.filter(|_| *is_named).map(String::as_str);
        let two = compose_accepted(scene, clauses[1], &operations[1], target, rng)?;
        let is_shared = shared.is_some_and(|shared| list_named(&two).contains(&shared));
        (is_shared || !is_named).then_some((one, two))
    }

    /// A read of the next resource that a call of the race named or created.
    fn read_next(&mut self, scene: &PlanningContext<'_>, input: &ChooserInput<'_>) -> Option<Step> {
        let shown = self.shown.as_mut()?;
        while let Some(name) = shown.pop_front() {
            let Some(named) = scene.resources.iter().find(|resource| resource.name == name) else { continue };
            let Some(read) = &input.model.reads[usize::from(named.id.kind)] else { continue };
            let Some(operation) = input.schemas.find_operation(&read.operation) else { continue };
            let Some(binding) = operation.bindings.first() else { continue };
            let mut step = empty_step(&read.operation, &binding.id);
            step.call.path.insert(read.parameter.clone(), make_handle(&name));
            return Some(step);
        }
        None
    }
}

impl Chooser for RaceChooser {
    fn next(&mut self, input: &ChooserInput<'_>) -> Option<Step> {
        if let Some(second) = self.second.take() {
            return Some(second);
        }
        let hints = Arc::clone(&self.hints);
        let scene = PlanningContext::from_input(input, &hints);
        let mut rng = SeededRng::new(self.seed, self.plan, input.steps.len() as u64, PURPOSE_RACE);
        if self.shown.is_some() {
            return self.read_next(&scene, input);
        }
        if input.steps.len() < self.pair.path.len() {
            return self.lead_to_state(&scene, input, &mut rng);
        }
        self.race(&scene, input, &mut rng)
    }
}
