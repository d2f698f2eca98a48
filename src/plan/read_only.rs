//! The chooser for endpoints that must not be changed.

use super::chooser::{Chooser, finish_step};
use super::chooser_input::ChooserInput;
use super::compose::{CallRequirements, compose_call, relation_holds};
use super::guard_relations::InputRoot;
use super::hints::SuiteHints;
use super::planning_context::PlanningContext;
use super::step::{Step, StepWait};
use crate::expr::ExprValue;
use crate::model::{ClauseId, Model};
use crate::schema::SeededRng;
use std::sync::Arc;

/// Picks reads only. Operations with few reads come first; the callers are those with a clause.
#[derive(Debug, Clone)]
pub struct ReadOnlyChooser {
    hints: Arc<SuiteHints>,
    seed: u64,
    plan: u64,
}

/// Attempts for one step.
const TRIES_MAX: usize = 40;

const PURPOSE_READING: u64 = 3;

impl ReadOnlyChooser {
    /// A chooser for the plan `plan`, with the random numbers of `seed`.
    #[must_use]
    pub fn new(hints: Arc<SuiteHints>, seed: u64, plan: u64) -> ReadOnlyChooser {
        ReadOnlyChooser { hints, seed, plan }
    }
}

impl Chooser for ReadOnlyChooser {
    fn next(&mut self, situation: &ChooserInput<'_>) -> Option<Step> {
        if situation.steps.len() >= situation.limits.steps_max {
            return None;
        }
        let mut rng = SeededRng::new(self.seed, self.plan, situation.steps.len() as u64, PURPOSE_READING);
        let scene = PlanningContext::from_input(situation, &self.hints);
        let asked = |id: &String| situation.coverage.operations.get(id).copied().unwrap_or(0).min(20) as u32;
        let reading = situation.model.operations.values().filter(|operation| !operation.changes);
        let weighted: Vec<(u32, String)> =
            reading.map(|operation| (240 / (asked(&operation.id) + 1), operation.id.clone())).collect();
        let callers = situation.limits.callers.iter();
        let callers: Vec<&String> =
            callers.filter(|caller| has_clause_about(&self.hints, situation.model, caller)).collect();
        for _ in 0..TRIES_MAX {
            // Half of the reads have the owner as caller, who may see resources.
            let caller = rng.draw_chance(1, 2).then(|| rng.pick_element(&callers).map(ToString::to_string)).flatten();
            let operation = rng.pick_weighted(&weighted)?.clone();
            // The run has no resources, so only a clause about an absent resource puts an id into a call.
            let goal = rng.pick_element(&situation.model.operations[&operation].clauses).copied();
            let ask = CallRequirements {
                operation,
                goal,
                optional_percent: 30,
                caller: Some(caller.unwrap_or_else(|| "owner".to_string())),
                ..CallRequirements::default()
            };
            if let Some(call) = compose_call(&scene, &ask, &mut rng) {
                return Some(finish_step(situation, call, StepWait::Leave));
            }
        }
        None
    }
}

/// Whether some clause covers the caller. Without such a clause, an invalid token would be judged by the
/// promises to the owner.
fn has_clause_about(hints: &SuiteHints, model: &Model, caller: &str) -> bool {
    let name = ExprValue::from(caller);
    let mut clauses = (0..model.clauses.len()).map(|index| ClauseId(index as u32));
    matches!(caller, "owner" | "other")
        || clauses.any(|clause| {
            let mut needs = hints.guard_needs(clause).iter().filter(|need| need.root == InputRoot::Caller);
            needs.any(|need| relation_holds(need.relation, &name, need.other.as_literal()))
        })
}
