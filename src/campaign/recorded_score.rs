//! The mutation score of a recorded campaign: which mutants its calls would have detected.

use super::event::NullListener;
use super::mock_environment::{MockCampaignSettings, make_mock_environment, make_mocks, run_on_paused_clock};
use super::plan_runner::rerun_plan;
use crate::limits::Limits;
use crate::mock::{Mutant, Tempo};
use crate::model::{BeliefLimits, Model};
use crate::plan::Plan;
use crate::plan_execution::Cancellation;
use crate::schema::CompiledCatalog;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// The mutants of one kind of fault, and those that a recorded campaign would have detected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MutantKindScore {
    /// The kind of fault, as in the names of mutants.
    pub kind: String,
    /// Number of mutants.
    pub mutants: usize,
    /// Number of mutants that the campaign would have detected.
    pub detected: usize,
    /// The names of the others, in the order of the suite.
    pub survivors: Vec<String>,
}

/// Carries out recorded plans at each mutant, and counts the mutants at which a plan shows a deviation. The mock decides
/// what a mutant answers, so a mutant stands for an endpoint that otherwise behaves as the suite says. After a
/// cancellation the remaining mutants count as not detected.
///
/// # Panics
/// If a plan panics.
#[must_use]
pub fn score_recorded_plans(
    model: &Arc<Model>,
    schemas: &Arc<CompiledCatalog>,
    plans: &[Plan],
    mutants: &[Mutant],
    limits: (Limits, BeliefLimits),
    cancel: &Cancellation,
) -> Vec<MutantKindScore> {
    let next = AtomicUsize::new(0);
    let detected: Mutex<Vec<bool>> = Mutex::new(vec![false; mutants.len()]);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(mutant) = mutants.get(index).filter(|_| !cancel.is_requested()) else { return };
            let found = shows_deviation(model, schemas, plans, mutant, limits, cancel);
            detected.lock().expect("no plan panics")[index] = found;
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
    group_mutants_by_kind(mutants, &detected.into_inner().expect("no plan panics"))
}

/// Counts mutants by kind, in the order of kinds; `detected` has one entry for each mutant.
#[must_use]
pub fn group_mutants_by_kind(mutants: &[Mutant], detected: &[bool]) -> Vec<MutantKindScore> {
    let mut kinds: BTreeMap<&str, MutantKindScore> = BTreeMap::new();
    for (mutant, detected) in mutants.iter().zip(detected) {
        let kind = mutant.name.split('/').nth(1).unwrap_or(&mutant.name);
        let score = kinds.entry(kind).or_insert_with(|| MutantKindScore {
            kind: kind.to_string(),
            mutants: 0,
            detected: 0,
            survivors: Vec::new(),
        });
        score.mutants += 1;
        score.detected += usize::from(*detected);
        if !detected {
            score.survivors.push(mutant.name.clone());
        }
    }
    kinds.into_values().collect()
}

/// Whether a recorded plan shows a deviation at a mutant.
fn shows_deviation(
    model: &Arc<Model>,
    schemas: &Arc<CompiledCatalog>,
    plans: &[Plan],
    mutant: &Mutant,
    (limits, bounds): (Limits, BeliefLimits),
    cancel: &Cancellation,
) -> bool {
    let home = MockCampaignSettings { seed: 1, tempo: Tempo::CLOUD, fault: Some(mutant.clone()), bounds, limits };
    let endpoint = make_mocks(model, schemas, &home);
    (0..).zip(plans).any(|(number, plan)| {
        // A plan has a budget of its own, as in the record.
        let site = make_mock_environment(model, schemas, &home, cancel.clone(), &endpoint);
        !run_on_paused_clock(rerun_plan(&site, plan, number, &mut NullListener)).findings.is_empty()
    })
}
