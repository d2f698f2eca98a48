//! Values of path parameters, query parameters, and the version header.

use super::call_requirements::CallRequirements;
use crate::plan::guard_relations::{GuardRelation, InputRoot};
use crate::plan::planning_context::PlanningContext;
use crate::plan::step::Step;
use crate::schema::catalog::Operation;
use crate::schema::{DrawSettings, SeededRng, draw_valid};
use serde_json::Value;

/// Sets the path parameters without a value from the identity, the required query parameters, and some optional
/// query parameters.
pub(super) fn fill_parameters(
    scene: &PlanningContext<'_>,
    operation: &Operation,
    ask: &CallRequirements,
    step: &mut Step,
    rng: &mut SeededRng,
) {
    for parameter in operation.path.iter().filter(|parameter| !scene.limits.filled_parameters.contains(&parameter.name))
    {
        if let Some(value) = draw_parameter(scene, operation, "path", &parameter.name, rng) {
            step.call.path.insert(parameter.name.clone(), value);
        }
    }
    for parameter in &operation.query {
        // A list with filters or pages proves less, so optional parameters are rare.
        if !parameter.required && !rng.draw_chance(ask.optional_percent / 5, 100) {
            continue;
        }
        if let Some(value) = draw_parameter(scene, operation, "query", &parameter.name, rng) {
            step.call.query.insert(parameter.name.clone(), value);
        }
    }
}

pub(super) fn draw_parameter(
    scene: &PlanningContext<'_>,
    operation: &Operation,
    place: &str,
    name: &str,
    rng: &mut SeededRng,
) -> Option<Value> {
    let shape = scene.schemas.find_parameter_schema(operation, place, name)?;
    draw_valid(shape, rng, &DrawSettings::default()).ok()
}

pub(super) fn set_version(
    scene: &PlanningContext<'_>,
    needs: &[&GuardRelation],
    ask: &CallRequirements,
    step: &mut Step,
    rng: &mut SeededRng,
) {
    let Some(header) = &scene.hints.version_header else {
        return;
    };
    let versions = scene.hints.versions(&ask.operation);
    let spoken = ask.goal.is_some_and(|goal| scene.hints.reads_root(goal, "version"));
    let wanted = needs.iter().any(|need| need.root == InputRoot::Header);
    let named = (spoken && rng.draw_chance(4, 5)) || (!wanted && rng.draw_chance(1, 4));
    if let Some(version) = rng.pick_element(versions).filter(|_| named) {
        step.call.headers.insert(header.clone(), version.clone());
    }
}
