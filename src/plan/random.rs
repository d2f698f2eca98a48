//! The random chooser, the baseline for the guided chooser.

use super::chooser::{Chooser, finish_step};
use super::chooser_input::ChooserInput;
use super::compose::{CallRequirements, compose_call};
use super::hints::SuiteHints;
use super::planning_context::PlanningContext;
use super::step::{Step, StepWait};
use crate::schema::SeededRng;
use std::sync::Arc;

/// Picks any operation with random inputs on any resource. The baseline for the guided chooser.
#[derive(Debug, Clone)]
pub struct RandomChooser {
    hints: Arc<SuiteHints>,
    seed: u64,
    plan: u64,
}

impl RandomChooser {
    /// A chooser for the plan `plan`, with the random numbers of `seed`.
    #[must_use]
    pub fn new(hints: Arc<SuiteHints>, seed: u64, plan: u64) -> RandomChooser {
        RandomChooser { hints, seed, plan }
    }
}

impl Chooser for RandomChooser {
    fn next(&mut self, situation: &ChooserInput<'_>) -> Option<Step> {
        if situation.steps.len() >= situation.limits.steps_max {
            return None;
        }
        let mut rng = SeededRng::new(self.seed, self.plan, situation.steps.len() as u64, PURPOSE_RANDOM);
        let scene = PlanningContext::from_input(situation, &self.hints);
        let full = scene.count_live() >= situation.limits.live_max;
        let open = |id: &&String| !(full && self.hints.creating.contains(*id));
        let operations: Vec<&String> = situation.model.operations.keys().filter(open).collect();
        for _ in 0..TRIES_MAX {
            let operation = (*rng.pick_element(&operations)?).clone();
            let ask = CallRequirements { operation, optional_percent: 50, ..CallRequirements::default() };
            if let Some(call) = compose_call(&scene, &ask, &mut rng) {
                return Some(finish_step(situation, call, StepWait::Poll { after_ms: 0 }));
            }
        }
        None
    }
}

/// Attempts for one step.
const TRIES_MAX: usize = 200;

const PURPOSE_RANDOM: u64 = 1;
