//! The mutation score: how soon campaigns detect mutants.

use super::campaign_input::{CampaignInput, RaceShare};
use super::campaign_loop::run_campaign;
use super::event::NullListener;
use super::mock_environment::{MockCampaignSettings, make_mock_environment, make_mocks, run_on_paused_clock};
use super::mutant_detection::MutantDetection;
use super::race_tally::is_about_overlap;
use crate::limits::Limits;
use crate::mock::{Mutant, Tempo};
use crate::model::{BeliefLimits, Model};
use crate::oracle::{ClauseDecidability, ClauseSelection};
use crate::plan::WaitPrice;
use crate::plan_execution::{Cancellation, Pace};
use crate::schema::CompiledCatalog;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Settings of the campaigns against mutants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MutationSettings {
    /// Limits of each campaign. A campaign ends at the first finding.
    pub limits: Limits,
    /// Number of campaigns for each mutant. The seeds are 1, 2, 3, …
    pub seeds: u64,
    /// Most possible states of one factor.
    pub possible_states_max: usize,
    /// Whether waiting costs time, as at an endpoint: polls at an endpoint's pace, and few waits for bounds.
    pub timed: bool,
    /// Whether findings are shrunk.
    pub shrink: bool,
}

/// The campaigns against one mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutantResult {
    /// The mutant.
    pub mutant: Mutant,
    /// The detections, by seed; `None` if the campaign did not detect the mutant.
    pub detections: Vec<Option<MutantDetection>>,
}

impl MutantResult {
    /// Number of campaigns that detected the mutant.
    #[must_use]
    pub fn count_detections(&self) -> usize {
        self.detections.iter().flatten().count()
    }

    /// Median of the requests until the detection; `None` if most campaigns did not detect the mutant.
    #[must_use]
    pub fn find_median(&self) -> Option<u64> {
        let requests =
            |detection: &Option<MutantDetection>| detection.as_ref().map_or(u64::MAX, |found| found.requests);
        let mut all: Vec<u64> = self.detections.iter().map(requests).collect();
        all.sort_unstable();
        all.get(all.len().saturating_sub(1) / 2).copied().filter(|requests| *requests < u64::MAX)
    }
}

/// Runs a campaign for every mutant and seed, with one thread for each core. The results have the order of
/// the mutants.
///
/// # Panics
/// If a campaign panics.
pub fn compute_mutation_score(
    model: &Arc<Model>,
    schemas: &Arc<CompiledCatalog>,
    mutants: &[Mutant],
    terms: &MutationSettings,
    cancel: &Cancellation,
) -> Vec<MutantResult> {
    let seeds = terms.seeds as usize;
    let next = AtomicUsize::new(0);
    let slots: Mutex<Vec<Option<Option<MutantDetection>>>> = Mutex::new(vec![None; mutants.len() * seeds]);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(mutant) = mutants.get(index / seeds.max(1)).filter(|_| !cancel.is_requested()) else { return };
            let found = detect_mutant(model, schemas, mutant, 1 + (index % seeds) as u64, terms, cancel);
            slots.lock().expect("no campaign panics")[index] = Some(found);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
    let mut slots = slots.into_inner().expect("no campaign panics").into_iter();
    let mut chased = Vec::with_capacity(mutants.len());
    for mutant in mutants {
        // A cancelled campaign did not detect its mutant.
        let found = slots.by_ref().take(seeds).map(Option::flatten).collect();
        chased.push(MutantResult { mutant: mutant.clone(), detections: found });
    }
    chased
}

/// Runs a campaign against a mutant until the first finding; `None` if there is none.
fn detect_mutant(
    model: &Arc<Model>,
    schemas: &Arc<CompiledCatalog>,
    mutant: &Mutant,
    seed: u64,
    terms: &MutationSettings,
    cancel: &Cancellation,
) -> Option<MutantDetection> {
    let home = MockCampaignSettings {
        seed,
        tempo: Tempo::CLOUD,
        fault: Some(mutant.clone()),
        bounds: BeliefLimits { states_max: terms.possible_states_max, settle_percent: 100, insight: false },
        limits: Limits { first_only: true, ..terms.limits },
    };
    let standing = |_| ClauseDecidability::Reachable;
    let order = CampaignInput {
        seed,
        selection: ClauseSelection::default(),
        standing: &standing,
        recorded_plans: &[],
        races: if is_about_overlap(model, mutant.clause) { RaceShare::All } else { RaceShare::None },
        shrink: terms.shrink,
        is_known: &|_| false,
    };
    let endpoint = make_mocks(model, schemas, &home);
    let mut site = make_mock_environment(model, schemas, &home, cancel.clone(), &endpoint);
    if terms.timed {
        let settle_most = site.pace.settle_most;
        site.pace = Pace { settle_most, quiet: settle_most, ..Pace::IN_PROCESS };
        site.wait_price = WaitPrice::Time { bound_waits_max: Some(1) };
    }
    let (conclusion, _) = run_on_paused_clock(run_campaign(&site, &order, &mut NullListener));
    conclusion.findings.first().map(MutantDetection::read)
}
