//! Passes that remove steps.

use super::handles::{collect_used_handles, list_created_handles, parse_kind, remove_unbound_steps, replace_handles};
use super::search::{CandidateResult, ShrinkSearch};
use crate::plan::{Plan, Step};
use std::collections::BTreeSet;

/// Most runs of candidates without two, three or a stretch of steps.
const GROUP_RUNS_MAX: u64 = 250;
/// Most such candidates considered, whether run or not.
const GROUP_CANDIDATES_MAX: usize = 5000;
/// Longest stretch of neighbouring steps to remove at once when no single step can be removed.
const STRETCH_MAX: usize = 7;
/// Most resources to try in place of another resource.
const REPLACEMENTS_MAX: usize = 4;

/// Finds the shortest failing prefix by bisection. Assumes: if a prefix fails, longer prefixes fail too.
pub(super) async fn remove_tail<F>(search: &mut ShrinkSearch<'_, F>)
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let whole = search.best.steps.clone();
    let (mut passes, mut fails) = (0, whole.len());
    while passes + 1 < fails {
        let middle = passes + (fails - passes) / 2;
        if search.attempt(whole[..middle].to_vec()).await {
            fails = middle;
        } else {
            passes = middle;
        }
    }
}

/// Keeps only the steps about the resources of the last step; if the result does not fail, also the steps about
/// resources connected to these.
pub(super) async fn remove_unrelated_steps<F>(search: &mut ShrinkSearch<'_, F>)
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    for kept in select_related_steps(&search.best.steps) {
        if search.attempt(kept).await {
            return;
        }
    }
}

/// Numbers of steps at the end of a plan that may show the failure with what they need: a cause is often near.
const ENDS: [usize; 5] = [1, 2, 4, 8, 16];

/// Parts of a plan that may show the failure of the last step, the shortest first: the steps about related resources, and
/// the last steps with the creates that they need.
pub(super) fn select_parts(steps: &[Step]) -> Vec<Vec<Step>> {
    let mut parts = select_related_steps(steps);
    for length in ENDS.into_iter().filter(|length| *length < steps.len()) {
        parts.push(select_with_creators(steps, |index, _| index >= steps.len() - length));
    }
    parts.sort_by_key(Vec::len);
    parts
}

/// Keeps the shortest part of the best plan that fails, if one does.
pub(super) async fn keep_one_part<F>(search: &mut ShrinkSearch<'_, F>)
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    for part in select_parts(&search.best.steps) {
        if search.attempt(part).await {
            return;
        }
    }
}

/// The steps about the resources of the last step; then the steps about these and connected resources. Nothing if the
/// last step names no resource.
fn select_related_steps(steps: &[Step]) -> Vec<Vec<Step>> {
    let near = steps.last().map(collect_handles).unwrap_or_default();
    if near.is_empty() {
        return Vec::new();
    }
    let kept = select_with_creators(steps, |_, step| !collect_handles(step).is_disjoint(&near));
    let mut far = near;
    loop {
        let before = far.len();
        for step in steps {
            let names = collect_handles(step);
            if !names.is_disjoint(&far) {
                far.extend(names);
            }
        }
        if far.len() == before {
            break;
        }
    }
    vec![kept, select_with_creators(steps, |_, step| !collect_handles(step).is_disjoint(&far))]
}

/// Removes one resource with all steps that use the resource, the youngest first.
pub(super) async fn remove_resources<F>(search: &mut ShrinkSearch<'_, F>)
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let mut end = search.best.steps.len();
    while let Some(index) = search.best.steps[..end].iter().rposition(|step| !step.births.is_empty()) {
        attempt_without(search, index..index + 1).await;
        end = index.min(search.best.steps.len());
    }
}

/// Delta debugging: removes half of the steps, then a quarter, down to single steps, from the back.
pub(super) async fn remove_chunks<F>(search: &mut ShrinkSearch<'_, F>)
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let mut size = search.best.steps.len() / 2;
    while size > 1 {
        // The last step showed the failure: the single-step loop below tries to remove the last step alone.
        let mut end = search.best.steps.len().saturating_sub(1);
        while end > 0 {
            let start = end.saturating_sub(size);
            attempt_without(search, start..end).await;
            // Removing steps moves only later steps.
            end = start;
        }
        size /= 2;
    }
    loop {
        let before = search.best.steps.len();
        for index in (0..before).rev() {
            attempt_without(search, index..index + 1).await;
        }
        if search.best.steps.len() == before {
            return;
        }
    }
}

/// Removes one resource and replaces each use with another resource of the kind, the nearest create first.
pub(super) async fn merge_resources<F>(search: &mut ShrinkSearch<'_, F>)
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let mut end = search.best.steps.len();
    while let Some(index) = search.best.steps[..end].iter().rposition(|step| !step.births.is_empty()) {
        let steps = search.best.steps.clone();
        let born = list_created_handles(&steps[index]);
        let mut fewer = steps.clone();
        fewer.remove(index);
        for other in list_replacements(&steps, index) {
            if search.attempt(replace_handles(&fewer, &born, &other)).await {
                break;
            }
        }
        end = index.min(search.best.steps.len());
    }
}

/// Removes pairs, triples and stretches of steps, the closest together first: a step and the step that undoes its
/// effect can only be removed together. Returns after the first success.
pub(super) async fn remove_groups<F>(search: &mut ShrinkSearch<'_, F>)
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let count = search.best.steps.len();
    let mut looks = 0;
    let most = search.tried.saturating_add(GROUP_RUNS_MAX);
    for span in 2..=count {
        for start in (0..=count - span).rev() {
            let end = start + span;
            let ends = vec![start, end - 1];
            let stretch = (3..=STRETCH_MAX).contains(&span).then(|| (start..end).collect());
            let triples = (start + 1..end - 1).map(|middle| vec![start, middle, end - 1]);
            for gone in std::iter::once(ends).chain(stretch).chain(triples) {
                looks += 1;
                let enough = search.tried >= most || looks > GROUP_CANDIDATES_MAX || search.budget_exhausted;
                if enough || attempt_without(search, gone).await {
                    return;
                }
            }
        }
    }
}

/// Whether the best plan still fails without the given steps and without the steps that then use an unbound handle.
async fn attempt_without<F>(search: &mut ShrinkSearch<'_, F>, gone: impl IntoIterator<Item = usize>) -> bool
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let gone: BTreeSet<usize> = gone.into_iter().collect();
    let steps = search.best.steps.iter().enumerate();
    let kept = steps.filter(|(index, _)| !gone.contains(index)).map(|(_, step)| step.clone()).collect();
    search.attempt(kept).await
}

/// Handles of the kinds created by the step at `index`, created by other steps, the nearest first.
fn list_replacements(steps: &[Step], index: usize) -> Vec<String> {
    let kinds = |step: &Step| -> BTreeSet<String> {
        let births = step.births.iter();
        births
            .flat_map(|(about, names)| names.iter().map(move |name| parse_kind(name, about)).chain([about.clone()]))
            .collect()
    };
    let wanted = kinds(&steps[index]);
    let mut others: Vec<usize> = (0..steps.len()).filter(|&other| other != index).collect();
    others.sort_by_key(|other| other.abs_diff(index));
    let others = others.into_iter().filter(|&other| !wanted.is_disjoint(&kinds(&steps[other])));
    others.flat_map(|other| list_created_handles(&steps[other])).take(REPLACEMENTS_MAX).collect()
}

fn collect_handles(step: &Step) -> BTreeSet<String> {
    let mut names = collect_used_handles(step);
    names.extend(list_created_handles(step));
    names
}

/// The chosen steps, and the steps that create the resources of the chosen steps.
fn select_with_creators(steps: &[Step], chosen: impl Fn(usize, &Step) -> bool) -> Vec<Step> {
    let mut needed: BTreeSet<String> = BTreeSet::new();
    let mut kept: Vec<Step> = Vec::new();
    for (index, step) in steps.iter().enumerate().rev() {
        if chosen(index, step) || list_created_handles(step).iter().any(|name| needed.contains(name)) {
            needed.extend(collect_used_handles(step));
            kept.push(step.clone());
        }
    }
    kept.reverse();
    remove_unbound_steps(&kept)
}
