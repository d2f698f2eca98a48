//! The random chooser, the baseline for the guided chooser.

use super::chooser::{Chooser, finish};
use super::chooser_input::Situation;
use super::compose::{Ask, build};
use super::hints::Hints;
use super::live_count::live;
use super::planning_context::Scene;
use super::step::{Settle, Step};
use crate::schema::Rng;
use std::sync::Arc;

/// Picks any operation with random inputs on any resource. The baseline for the guided chooser.
#[derive(Debug, Clone)]
pub struct Random {
    hints: Arc<Hints>,
    seed: u64,
    plan: u64,
}

impl Random {
    /// A chooser for the plan `plan`, with the random numbers of `seed`.
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

/// Attempts for one step.
const TRIES_MAX: usize = 200;

const PURPOSE_RANDOM: u64 = 1;
