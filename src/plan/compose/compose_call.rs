//! The composition of a candidate call from its requirements.

use super::assign_resources::{ResourceAssignment, assign_resources, pick_caller, relation_holds};
use super::call_requirements::CallRequirements;
use super::parameters::{fill_parameters, set_version};
use super::place_ids::place_ids;
use super::wanted_values::{CallDraft, apply_wanted_values, collect_wanted_values};
use crate::expr::ExprValue;
use crate::model::{ClauseId, OperationModel, read_version};
use crate::plan::guard_relations::{GuardRelation, InputRoot};
use crate::plan::planning_context::{CandidateCall, PlanningContext, empty_step};
use crate::schema::catalog::{self, Operation};
use crate::schema::{DrawSettings, SeededRng, draw_valid};
use crate::suite::{ClauseDecision, IdExpression};

/// Composes one call. `None` if the plan may not call the operation, if a required resource has no candidate, or if the
/// schema has no body to draw.
#[must_use]
pub fn compose_call(scene: &PlanningContext<'_>, ask: &CallRequirements, rng: &mut SeededRng) -> Option<CandidateCall> {
    if scene.limits.avoided_operations.contains(&ask.operation) {
        return None;
    }
    let model = scene.model.operations.get(&ask.operation)?;
    let operation = scene.schemas.find_operation(&ask.operation)?;
    let needs = collect_needs(scene, model, ask, rng);
    let casts = assign_resources(scene, model, ask, &needs, rng)?;
    let binding = pick_binding(operation, &needs, rng)?;
    let mut step = empty_step(&operation.id, &binding.id);
    step.call.caller = match &ask.caller {
        Some(caller) => caller.clone(),
        None => pick_caller(scene, &needs, &casts, rng)?,
    };
    fill_parameters(scene, operation, ask, &mut step, rng);
    set_version(scene, &needs, ask, &mut step, rng);
    let version = read_version(scene.model, &step.call);
    let how = DrawSettings {
        optional_percent: ask.optional_percent,
        microversion: version.clone(),
        ..DrawSettings::default()
    };
    let shape = scene.schemas.find_request_schema(operation, version.as_deref());
    // A value in the body may depend on another value in the body, so a first body is drawn.
    let of_body =
        |need: &&GuardRelation| need.root == InputRoot::Body || need.other.roots().iter().any(|root| &**root == "body");
    let named_in_it = |cast: &ResourceAssignment<'_>| cast.path.is_some_and(|path| &*path.root == "body");
    if let Some(shape) = shape.filter(|_| needs.iter().any(of_body) || casts.iter().any(named_in_it)) {
        step.call.body = Some(draw_valid(shape, rng, &how).ok()?);
    }
    let placed = place_ids(scene.model, &casts, &mut step, rng);
    let wishes = collect_wanted_values(scene, &CallDraft::new(&step), &casts, &needs, shape, rng)?;
    apply_wanted_values(scene, operation, &wishes, &placed, (shape, &how, ask.boundary), &mut step, rng)?;
    step.births = model
        .about
        .iter()
        .filter(|about| matches!(about.binding, IdExpression::New(_)))
        .map(|about| (about.name.clone(), Vec::new()))
        .collect();
    scene.make_candidate_call(step)
}

/// A binding that the guards require, in four cases of five; otherwise any binding.
fn pick_binding<'a>(
    operation: &'a Operation,
    needs: &[&GuardRelation],
    rng: &mut SeededRng,
) -> Option<&'a catalog::Binding> {
    let asked: Vec<&GuardRelation> = needs.iter().filter(|need| need.root == InputRoot::Binding).copied().collect();
    let fits = |binding: &&catalog::Binding| {
        let id = ExprValue::from(binding.id.as_str());
        asked.iter().any(|need| relation_holds(need.relation, &id, need.other.as_literal()))
    };
    let fitting: Vec<&catalog::Binding> = operation.bindings.iter().filter(fits).collect();
    // Each binding should be tested in every state of a resource, so the guards do not always decide.
    let wished = !fitting.is_empty() && rng.draw_chance(4, 5);
    if wished { rng.pick_element(&fitting).copied() } else { rng.pick_element(&operation.bindings) }
}

/// The needs of the goal, and the needs of one accepting clause about other inputs: an input outside the goal
/// should not cause another refusal.
fn collect_needs<'a>(
    scene: &PlanningContext<'a>,
    model: &OperationModel,
    ask: &CallRequirements,
    rng: &mut SeededRng,
) -> Vec<&'a GuardRelation> {
    let own = ask.goal.map(|goal| scene.hints.guard_needs(goal)).unwrap_or_default();
    let accepts = |clause: &&ClauseId| {
        scene
            .model
            .find_suite_clause(**clause)
            .is_some_and(|clause| matches!(clause.decision, ClauseDecision::Accept(_)))
    };
    let moulds: Vec<ClauseId> = model.clauses.iter().filter(accepts).copied().collect();
    let goal_accepts = ask.goal.is_some_and(|goal| moulds.contains(&goal));
    let mut needs: Vec<&GuardRelation> = own.iter().collect();
    if !goal_accepts && let Some(mould) = rng.pick_element(&moulds) {
        let spoken = |need: &&GuardRelation| own.iter().any(|mine| mine.root == need.root && mine.keys == need.keys);
        needs.extend(scene.hints.guard_needs(*mould).iter().filter(|need| !spoken(need)));
    }
    needs
}
