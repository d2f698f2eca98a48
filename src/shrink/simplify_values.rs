//! Passes that simplify inputs.

use super::handles::collect_used_handles;
use super::order::count_input_bytes;
use super::search::{CandidateResult, ShrinkSearch};
use crate::history::Call;
use crate::plan::{Plan, Step};
use serde_json::Value;

/// Most offers applied in succession, without a run, to find the simplest form of a step.
const DESCENT_MAX: usize = 64;
/// A text is cut only if the lengths differ by at least this number; a smaller difference suggests two names rather
/// than two lengths.
const CUT_MIN: usize = 8;
/// Deepest nesting compared to find the difference between two steps.
const DIFFERENCE_DEPTH_MAX: usize = 64;

/// Tries the simplest form of all steps at once, then of each step, then each offer alone.
///
/// The last offer that does not fail may be close to a bound. The bound between the offer and the failing value is
/// found by bisection, because the offers approach the bound only one by one.
pub(super) async fn simplify_inputs<F>(search: &mut ShrinkSearch<'_, F>)
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let simplest: Vec<Step> =
        search.best.steps.iter().map(|step| apply_first_offers(search.simpler_values, step)).collect();
    if search.attempt_offered(simplest.clone()).await {
        return;
    }
    for index in 0..search.best.steps.len() {
        if !attempt_replacement(search, index, apply_first_offers(search.simpler_values, &search.best.steps[index]))
            .await
        {
            try_offers(search, index).await;
        }
    }
}

async fn try_offers<F>(search: &mut ShrinkSearch<'_, F>, index: usize)
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let mut offers = list_offers(search.simpler_values, &search.best.steps[index]);
    let (mut next, mut refused) = (0, 0);
    let mut halved: Vec<String> = Vec::new();
    while refused < offers.len() {
        let offer = offers[next % offers.len()].clone();
        let mut better = attempt_replacement(search, index, offer.clone()).await;
        if !better
            && let Some(place) =
                find_scalar_difference(&offer, &search.best.steps[index]).filter(|place| !halved.contains(place))
        {
            halved.push(place.clone());
            better = bisect_value(search, index, offer, &place).await;
        }
        if better {
            offers = self::list_offers(search.simpler_values, &search.best.steps[index]);
            // Continues at the current position: an offer refused before will mostly be refused again.
            refused = 0;
        } else {
            next += 1;
            refused += 1;
        }
    }
}

/// Bisects between an offer that does not fail and the step that fails, until no value lies between. Returns whether
/// the step became simpler.
async fn bisect_value<F>(search: &mut ShrinkSearch<'_, F>, index: usize, mut passes: Step, place: &str) -> bool
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let mut better = false;
    while let Some(middle) = build_middle_step(&passes, &search.best.steps[index], place) {
        if attempt_replacement(search, index, middle.clone()).await {
            better = true;
        } else {
            passes = middle;
        }
    }
    better
}

async fn attempt_replacement<F>(search: &mut ShrinkSearch<'_, F>, index: usize, step: Step) -> bool
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let mut steps = search.best.steps.clone();
    steps[index] = step;
    search.attempt_offered(steps).await
}

/// The offers for a step, the shortest first, then by text. An offer that binds other handles, or uses handles that
/// the step does not use, would be another call and is left out.
fn list_offers(simpler_values: &dyn Fn(&Step) -> Vec<Step>, step: &Step) -> Vec<Step> {
    let mut offers = simpler_values(step);
    let named = collect_used_handles(step);
    offers.retain(|offer| {
        let same_place = offer.branch == step.branch && offer.births == step.births;
        offer != step && same_place && collect_used_handles(offer).is_subset(&named)
    });
    offers.sort_by_cached_key(|offer| {
        (count_input_bytes(offer), super::order::serialize_steps(std::slice::from_ref(offer)))
    });
    offers
}

/// Applies the first offer repeatedly, up to `DESCENT_MAX` times.
fn apply_first_offers(simpler_values: &dyn Fn(&Step) -> Vec<Step>, step: &Step) -> Step {
    let mut step = step.clone();
    for _ in 0..DESCENT_MAX {
        match list_offers(simpler_values, &step).into_iter().next() {
            Some(simpler) => step = simpler,
            None => break,
        }
    }
    step
}

/// The JSON pointer to the only difference between two steps, if the difference is one number or one text in the
/// body.
fn find_scalar_difference(one: &Step, other: &Step) -> Option<String> {
    let bodies = (one.call.body.as_ref()?, other.call.body.as_ref()?);
    let same_body = Step { call: Call { body: other.call.body.clone(), ..one.call.clone() }, ..one.clone() };
    if same_body != *other {
        return None;
    }
    let place = find_difference(bodies.0, bodies.1, 0)?;
    let ends = (bodies.0.pointer(&place)?, bodies.1.pointer(&place)?);
    matches!(ends, (Value::Number(_), Value::Number(_)) | (Value::String(_), Value::String(_))).then_some(place)
}

/// The JSON pointer to the only difference between two values.
fn find_difference(one: &Value, other: &Value, depth: usize) -> Option<String> {
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
    if differing.next().is_some() || depth >= DIFFERENCE_DEPTH_MAX {
        return None;
    }
    Some(format!("/{name}{}", find_difference(one, other, depth + 1)?))
}

/// The failing step with the value halfway towards `passes`; `None` if no value lies between.
fn build_middle_step(passes: &Step, fails: &Step, place: &str) -> Option<Step> {
    let low = passes.call.body.as_ref()?.pointer(place)?;
    let high = fails.call.body.as_ref()?.pointer(place)?;
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
    *step.call.body.as_mut()?.pointer_mut(place)? = middle;
    Some(step)
}
