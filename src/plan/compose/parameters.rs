//! Values of path parameters, query parameters, and the version header.

use super::call_spec::Ask;
use crate::plan::guard_needs::{Need, Root};
use crate::plan::planning_context::Scene;
use crate::plan::step::Step;
use crate::schema::catalog::Operation;
use crate::schema::{Draw, Rng, draw_valid};
use serde_json::Value;

/// Sets the path parameters without a value from the identity, the required query parameters, and some optional
/// query parameters.
pub(super) fn fill_parameters(scene: &Scene<'_>, operation: &Operation, ask: &Ask, step: &mut Step, rng: &mut Rng) {
    for parameter in operation.path.iter().filter(|parameter| !scene.limits.filled.contains(&parameter.name)) {
        if let Some(value) = parameter_value(scene, operation, "path", &parameter.name, rng) {
            step.path.insert(parameter.name.clone(), value);
        }
    }
    for parameter in &operation.query {
        // A list with filters or pages proves less, so optional parameters are rare.
        if !parameter.required && !rng.chance(ask.optional_percent / 5, 100) {
            continue;
        }
        if let Some(value) = parameter_value(scene, operation, "query", &parameter.name, rng) {
            step.query.insert(parameter.name.clone(), value);
        }
    }
}

pub(super) fn parameter_value(
    scene: &Scene<'_>,
    operation: &Operation,
    place: &str,
    name: &str,
    rng: &mut Rng,
) -> Option<Value> {
    let shape = scene.schemas.parameter(operation, place, name)?;
    draw_valid(shape, rng, &Draw::default()).ok()
}

pub(super) fn version(scene: &Scene<'_>, needs: &[&Need], ask: &Ask, step: &mut Step, rng: &mut Rng) {
    let Some(header) = &scene.hints.version_header else {
        return;
    };
    let versions = scene.hints.versions(&ask.operation);
    let spoken = ask.goal.is_some_and(|goal| scene.hints.reads(goal, "version"));
    let wanted = needs.iter().any(|need| need.root == Root::Header);
    let named = (spoken && rng.chance(4, 5)) || (!wanted && rng.chance(1, 4));
    if let Some(version) = rng.pick(versions).filter(|_| named) {
        step.headers.insert(header.clone(), version.clone());
    }
}
