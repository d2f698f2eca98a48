//! Simpler inputs.

use super::handles::handles_used;
use super::order::text;
use super::search::{Search, Trial};
use crate::plan::{Plan, Step};
use serde_json::Value;

/// Most offers that are taken one upon the other to find a step's simplest form unseen.
const DESCENT_MAX: usize = 64;
/// Texts whose lengths differ by less are not cut: they are rather two names than two lengths.
const CUT_MIN: usize = 8;
/// Deepest nesting that is compared to find what two steps differ in.
const DEPTH_MAX: usize = 64;

/// The simplest form of all steps at once, else of each, else one offer after the other.
///
/// An offer that comes closer to a bound may be the last one that passes: between it and the
/// value that fails, the bound is found by halving, as offers alone reach it only one by one.
pub(super) async fn inputs<F>(search: &mut Search<'_, F>)
where
    F: AsyncFnMut(Plan) -> Trial,
{
    let simplest: Vec<Step> = search.best.steps.iter().map(|step| descend(search.simpler_values, step)).collect();
    if search.attempt_offered(simplest.clone()).await {
        return;
    }
    for index in 0..search.best.steps.len() {
        if !replaced(search, index, descend(search.simpler_values, &search.best.steps[index])).await {
            one_by_one(search, index).await;
        }
    }
}

async fn one_by_one<F>(search: &mut Search<'_, F>, index: usize)
where
    F: AsyncFnMut(Plan) -> Trial,
{
    let mut offers = offers(search.simpler_values, &search.best.steps[index]);
    let (mut next, mut refused) = (0, 0);
    let mut halved: Vec<String> = Vec::new();
    while refused < offers.len() {
        let offer = offers[next % offers.len()].clone();
        let mut better = replaced(search, index, offer.clone()).await;
        if !better
            && let Some(place) = scalar_place(&offer, &search.best.steps[index]).filter(|place| !halved.contains(place))
        {
            halved.push(place.clone());
            better = halve(search, index, offer, &place).await;
        }
        if better {
            offers = self::offers(search.simpler_values, &search.best.steps[index]);
            // Goes on where it was: what was refused before will mostly be refused again.
            refused = 0;
        } else {
            next += 1;
            refused += 1;
        }
    }
}

/// Halves the distance between an offer that passes and the step that fails, until they are
/// neighbours. Returns whether the step became simpler.
async fn halve<F>(search: &mut Search<'_, F>, index: usize, mut passes: Step, place: &str) -> bool
where
    F: AsyncFnMut(Plan) -> Trial,
{
    let mut better = false;
    while let Some(middle) = between(&passes, &search.best.steps[index], place) {
        if replaced(search, index, middle.clone()).await {
            better = true;
        } else {
            passes = middle;
        }
    }
    better
}

async fn replaced<F>(search: &mut Search<'_, F>, index: usize, step: Step) -> bool
where
    F: AsyncFnMut(Plan) -> Trial,
{
    let mut steps = search.best.steps.clone();
    steps[index] = step;
    search.attempt_offered(steps).await
}

/// What is offered for a step: the shortest first, of equals the first by text. An offer that
/// bears other things, or names others than the step, is not another value but another call.
fn offers(simpler_values: &dyn Fn(&Step) -> Vec<Step>, step: &Step) -> Vec<Step> {
    let mut offers = simpler_values(step);
    let named = handles_used(step);
    offers.retain(|offer| {
        let same_place = offer.branch == step.branch && offer.births == step.births;
        offer != step && same_place && handles_used(offer).is_subset(&named)
    });
    offers.sort_by_cached_key(|offer| (text(offer), super::order::written(std::slice::from_ref(offer))));
    offers
}

/// The first offer of the first offer and so on, to the end.
fn descend(simpler_values: &dyn Fn(&Step) -> Vec<Step>, step: &Step) -> Step {
    let mut step = step.clone();
    for _ in 0..DESCENT_MAX {
        match offers(simpler_values, &step).into_iter().next() {
            Some(simpler) => step = simpler,
            None => break,
        }
    }
    step
}

/// Where the bodies of two steps differ, if that is all they differ in and it is one number or
/// one text, as a JSON pointer.
fn scalar_place(one: &Step, other: &Step) -> Option<String> {
    let bodies = (one.body.as_ref()?, other.body.as_ref()?);
    let same_body = Step { body: other.body.clone(), ..one.clone() };
    if same_body != *other {
        return None;
    }
    let place = difference(bodies.0, bodies.1, 0)?;
    let ends = (bodies.0.pointer(&place)?, bodies.1.pointer(&place)?);
    matches!(ends, (Value::Number(_), Value::Number(_)) | (Value::String(_), Value::String(_))).then_some(place)
}

/// The pointer to the only place in which two values differ.
fn difference(one: &Value, other: &Value, depth: usize) -> Option<String> {
    let pairs: Vec<(String, &Value, &Value)> = match (one, other) {
        (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => {
            let pairs = one.iter().zip(other.values());
            pairs.map(|((name, value), other)| (name.replace('~', "~0").replace('/', "~1"), value, other)).collect()
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let pairs = one.iter().zip(other).enumerate();
            pairs.map(|(index, (value, other))| (index.to_string(), value, other)).collect()
        }
        _ => return (one != other).then(String::new),
    };
    let mut differing = pairs.into_iter().filter(|(_, one, other)| one != other);
    let (name, one, other) = differing.next()?;
    if differing.next().is_some() || depth >= DEPTH_MAX {
        return None;
    }
    Some(format!("/{name}{}", difference(one, other, depth + 1)?))
}

/// The second step with the value halfway to that of the first; none where nothing lies between.
fn between(passes: &Step, fails: &Step, place: &str) -> Option<Step> {
    let low = passes.body.as_ref()?.pointer(place)?;
    let high = fails.body.as_ref()?.pointer(place)?;
    let middle = match (low, high) {
        (Value::Number(low), Value::Number(high)) => {
            let (low, high) = (i128::from(low.as_i64()?), i128::from(high.as_i64()?));
            let middle = low + (high - low) / 2;
            (middle != low && middle != high).then(|| i64::try_from(middle).map(Value::from))?.ok()?
        }
        (Value::String(low), Value::String(high)) => {
            let lengths = (low.chars().count(), high.chars().count());
            if lengths.1 < lengths.0 + CUT_MIN {
                return None;
            }
            Value::from(high.chars().take(lengths.0 + (lengths.1 - lengths.0) / 2).collect::<String>())
        }
        _ => return None,
    };
    let mut step = fails.clone();
    *step.body.as_mut()?.pointer_mut(place)? = middle;
    Some(step)
}
