//! One call: targets, path, query, headers and body, with values that guards speak of.

mod cast;
mod place;
mod wish;

use super::hints::{Need, Root};
use super::probe::{Call, Scene, empty_step};
use super::step::Step;
use crate::expr::Val;
use crate::model::{ClauseId, OperationModel, version_by};
use crate::schema::catalog::{self, Operation};
use crate::schema::{Draw, Rng, draw_valid};
use crate::suite::{Binding, Verb};
pub(super) use cast::holds;
use cast::{Cast, caller, cast};
use place::{place, place_of};
use serde_json::Value;
use wish::{Draft, apply, wishes};

/// What kind of call is wanted.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub operation: String,
    /// The clause that should apply.
    pub goal: Option<ClauseId>,
    /// Prefer things in motion.
    pub moving: bool,
    /// Only things at rest that are there, whatever the goal: a call to go on from.
    pub plain: bool,
    /// Put bounded fields on their bounds.
    pub boundary: bool,
    /// In how many of 100 cases an optional field is there.
    pub optional_percent: u32,
    /// The thing that the first reference goes to, by handle.
    pub target: Option<String>,
    /// Who asks, where that is decided already.
    pub caller: Option<String>,
}

/// Builds one call. None where no thing of the wanted kind can be named, or no body can be drawn.
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
    // What goes into a body may depend on what stands in it: then a first one is drawn.
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

/// One that the guards ask for, if they ask for any.
fn binding<'a>(operation: &'a Operation, needs: &[&Need], rng: &mut Rng) -> Option<&'a catalog::Binding> {
    let asked: Vec<&Need> = needs.iter().filter(|need| need.root == Root::Binding).copied().collect();
    let fits = |binding: &&catalog::Binding| {
        let id = Val::from(binding.id.as_str());
        asked.iter().any(|need| holds(need.relation, &id, need.other.as_literal()))
    };
    let fitting: Vec<&catalog::Binding> = operation.bindings.iter().filter(fits).collect();
    // Every binding sees the whole life of a thing, so what is wished is not always followed.
    let wished = !fitting.is_empty() && rng.chance(4, 5);
    if wished { rng.pick(&fitting).copied() } else { rng.pick(&operation.bindings) }
}

/// The needs of the goal, over those of an accepting clause of the call: what the goal does
/// not speak of should not be the reason for another refusal.
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

/// Path parameters that nothing else fills, and query parameters that are asked for.
fn fill_parameters(scene: &Scene<'_>, operation: &Operation, ask: &Ask, step: &mut Step, rng: &mut Rng) {
    for parameter in operation.path.iter().filter(|parameter| !scene.limits.filled.contains(&parameter.name)) {
        if let Some(value) = parameter_value(scene, operation, "path", &parameter.name, rng) {
            step.path.insert(parameter.name.clone(), value);
        }
    }
    for parameter in &operation.query {
        // Filters and paging make a list prove less, so they are rare.
        if !parameter.required && !rng.chance(ask.optional_percent / 5, 100) {
            continue;
        }
        if let Some(value) = parameter_value(scene, operation, "query", &parameter.name, rng) {
            step.query.insert(parameter.name.clone(), value);
        }
    }
}

fn parameter_value(scene: &Scene<'_>, operation: &Operation, place: &str, name: &str, rng: &mut Rng) -> Option<Value> {
    let shape = scene.schemas.parameter(operation, place, name)?;
    draw_valid(shape, rng, &Draw::default()).ok()
}

fn version(scene: &Scene<'_>, needs: &[&Need], ask: &Ask, step: &mut Step, rng: &mut Rng) {
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
