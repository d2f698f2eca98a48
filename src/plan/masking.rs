//! The masking of refusals.
//!
//! A response shows the reason for a refusal only if a single condition for acceptance fails; further failing
//! conditions mask the reason. The same rule holds for the tests of conditions in code (modified
//! condition/decision
//! coverage: Chilenski and Miller, Applicability of MC/DC to software testing, 1994).

use super::planning_context::{CandidateCall, PlanningContext};
use super::prediction::CallPrediction;
use crate::expr::{Expr, ExprValue};
use crate::model::{ExpressionRoots, ResourceCombination, list_combinations, make_world_root};

/// The masking of a demanded refusal: 1 for a single reason. Other clauses that demand or permit a refusal mask
/// most, because a response does not name the clause. Failing conditions of the nearest accepting clause mask
/// less.
#[must_use]
pub fn measure_masking(scene: &PlanningContext<'_>, call: &CandidateCall, outlook: &CallPrediction) -> usize {
    let clauses = outlook.count_demanding() + outlook.count_permitting(scene.model);
    let conditions = count_failing_conditions(scene, call).unwrap_or(0);
    clauses.saturating_sub(1) * CLAUSE_WEIGHT + conditions.clamp(1, CLAUSE_WEIGHT)
}

/// The masking of one clause, and the upper limit for the masking of conditions.
const CLAUSE_WEIGHT: usize = 8;

/// The lowest number of failing conditions of an accepting clause. `None` without an accepting clause, or if
/// the caller alone prevents the acceptance.
fn count_failing_conditions(scene: &PlanningContext<'_>, call: &CandidateCall) -> Option<usize> {
    if call.step.call.caller != "owner" {
        return None;
    }
    let model = scene.model;
    let operation = &model.operations[&call.view.operation];
    let world = scene.find_state(&call.view)?;
    let kinds = operation.reads_all.iter().copied();
    let all = (!operation.reads_all.is_empty()).then(|| make_world_root(model, kinds, &world, call.view.owner, &[]));
    let combinations = list_combinations(model, &call.view, &world);
    let failing = |conditions: &[Expr], combination: &ResourceCombination<'_>| {
        // An absent resource counts as one failure, and further conditions about the resource do not count.
        let absent =
            |name: &str| combination.iter().any(|(known, _, value)| *known == name && *value == ExprValue::Null);
        let missing = combination.iter().filter(|(_, id, value)| id.is_some() && *value == ExprValue::Null).count();
        let things: Vec<(&str, ExprValue)> =
            combination.iter().map(|(name, _, value)| (*name, value.clone())).collect();
        let roots = ExpressionRoots {
            model,
            call: &call.view,
            resources: &things,
            reply: None,
            entry: None,
            world: all.as_ref(),
        };
        let told = conditions.iter().filter(|condition| !condition.roots().iter().any(|root| absent(root)));
        missing + told.filter(|condition| condition.eval(&roots).ok() != Some(ExprValue::Bool(true))).count()
    };
    let clauses = operation.clauses.iter().filter_map(|clause| scene.hints.accept_conditions(*clause));
    let of_clause = |conditions: &[Expr]| combinations.iter().map(|combination| failing(conditions, combination)).max();
    clauses.filter_map(of_clause).min()
}
