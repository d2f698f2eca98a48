//! The composition of a candidate call from its requirements.

use super::assign_resources::{Cast, caller, cast, holds};
use super::call_spec::Ask;
use super::input_path::place_of;
use super::parameters::{fill_parameters, version};
use super::place_ids::place;
use super::wanted_values::{Draft, apply, wishes};
use crate::expr::Val;
use crate::model::{ClauseId, OperationModel, version_by};
use crate::plan::guard_needs::{Need, Root};
use crate::plan::planning_context::{Call, Scene, empty_step};
use crate::schema::catalog::{self, Operation};
use crate::schema::{Draw, Rng, draw_valid};
use crate::suite::{Binding, Verb};

/// Composes one call. `None` if a required resource has no candidate, or if the schema has no body to draw.
#[must_use]
pub fn build(scene: &Scene<'_>, ask: &Ask, rng: &mut Rng) -> Option<Call> {
    let model = scene.model.operations.get(&ask.operation)?;
    let operation = scene.schemas.operation(&ask.operation)?;
    let needs = wanted(scene, model, ask, rng);
    let casts = cast(scene, model, ask, &needs, rng)?;
    let binding = binding(operation, &needs, rng)?;
    let mut step = empty_step(&operation.id, &binding.id);
    step.caller = match &ask.caller {
        Some(caller) => caller.clone(),
        None => caller(scene, &needs, &casts, rng)?,
    };
    fill_parameters(scene, operation, ask, &mut step, rng);
    version(scene, &needs, ask, &mut step, rng);
    let version = version_by(scene.model, &step.headers, &step.binding);
    let how = Draw { optional_percent: ask.optional_percent, microversion: version.clone(), ..Draw::default() };
    let shape = scene.schemas.request(operation, version.as_deref());
    // A value in the body may depend on another value in the body, so a first body is drawn.
    let of_body = |need: &&Need| need.root == Root::Body || need.other.roots().iter().any(|root| &**root == "body");
    let named_in_it = |cast: &Cast<'_>| place_of(cast.about).is_some_and(|path| &*path.root == "body");
    if let Some(shape) = shape.filter(|_| needs.iter().any(of_body) || casts.iter().any(named_in_it)) {
        step.body = Some(draw_valid(shape, rng, &how).ok()?);
    }
    let placed = place(&casts, &mut step, rng);
    let draft = Draft { asked: scene.draft(&step)?, caller: &step.caller, body: step.body.as_ref() };
    let wishes = wishes(scene, &draft, &casts, &needs, shape, rng);
    apply(scene, operation, &wishes, &placed, (shape, &how, ask.boundary), &mut step, rng)?;
    step.births = model
        .about
        .iter()
        .filter(|about| matches!(about.binding, Binding::New(_)))
        .map(|about| (about.name.clone(), Vec::new()))
        .collect();
    scene.call(step)
}

/// A binding that the guards require, in four cases of five; otherwise any binding.
fn binding<'a>(operation: &'a Operation, needs: &[&Need], rng: &mut Rng) -> Option<&'a catalog::Binding> {
    let asked: Vec<&Need> = needs.iter().filter(|need| need.root == Root::Binding).copied().collect();
    let fits = |binding: &&catalog::Binding| {
        let id = Val::from(binding.id.as_str());
        asked.iter().any(|need| holds(need.relation, &id, need.other.as_literal()))
    };
    let fitting: Vec<&catalog::Binding> = operation.bindings.iter().filter(fits).collect();
    // Each binding should be tested in every state of a resource, so the guards do not always decide.
    let wished = !fitting.is_empty() && rng.chance(4, 5);
    if wished { rng.pick(&fitting).copied() } else { rng.pick(&operation.bindings) }
}

/// The needs of the goal, and the needs of one accepting clause about other inputs: an input outside the goal
/// should not cause another refusal.
fn wanted<'a>(scene: &Scene<'a>, model: &OperationModel, ask: &Ask, rng: &mut Rng) -> Vec<&'a Need> {
    let own = ask.goal.map(|goal| scene.hints.needs(goal)).unwrap_or_default();
    let accepts =
        |clause: &&ClauseId| scene.model.written(**clause).is_some_and(|clause| matches!(clause.verb, Verb::Accept(_)));
    let moulds: Vec<ClauseId> = model.clauses.iter().filter(accepts).copied().collect();
    let goal_accepts = ask.goal.is_some_and(|goal| moulds.contains(&goal));
    let mut needs: Vec<&Need> = own.iter().collect();
    if !goal_accepts && let Some(mould) = rng.pick(&moulds) {
        let spoken = |need: &&Need| own.iter().any(|mine| mine.root == need.root && mine.keys == need.keys);
        needs.extend(scene.hints.needs(*mould).iter().filter(|need| !spoken(need)));
    }
    needs
}
