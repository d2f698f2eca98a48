//! How soon campaigns find promises that were broken on purpose: a measure of the choosers, and of
//! what a suite notices at all.

use super::event::{Budget, Conclusion, Event, Listener};
use super::home::{Home, at_home};
use super::lead::{CampaignError, Order};
use crate::mock::{Mutant, Tempo};
use crate::model::{Bounds, Model};
use crate::oracle::{Selection, Standing};
use crate::run::Cancel;
use crate::schema::Schemas;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What each campaign is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Requests of one campaign, polls included.
    pub requests_max: u64,
    /// Campaigns for each mutant: their seeds are 1, 2, 3, …
    pub seeds: u64,
    pub steps_per_plan_max: usize,
    pub live_max: usize,
    pub worlds_max: usize,
}

/// What became of one mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chased {
    pub mutant: Mutant,
    /// Requests until it was found, by seed; none where it was not.
    pub found: Vec<Option<u64>>,
}

impl Chased {
    /// On how many seeds it was found.
    #[must_use]
    pub fn count(&self) -> usize {
        self.found.iter().flatten().count()
    }

    /// Requests until it was found, where half of the seeds need no more; none if most never find it.
    #[must_use]
    pub fn median(&self) -> Option<u64> {
        let mut all: Vec<u64> = self.found.iter().map(|requests| requests.unwrap_or(u64::MAX)).collect();
        all.sort_unstable();
        all.get(all.len().saturating_sub(1) / 2).copied().filter(|requests| *requests < u64::MAX)
    }
}

/// Runs a campaign for every mutant and seed, on as many threads as there are cores. The result is in the
/// order of the mutants, whichever thread was first.
///
/// # Errors
/// If an expression of the suite goes wrong on valid input.
///
/// # Panics
/// If a campaign panics.
pub fn chase(
    model: &Arc<Model>,
    schemas: &Arc<Schemas>,
    mutants: &[Mutant],
    terms: &Terms,
    cancel: &Cancel,
) -> Result<Vec<Chased>, CampaignError> {
    let seeds = terms.seeds as usize;
    let next = AtomicUsize::new(0);
    let slots: Mutex<Vec<Option<Soon>>> = Mutex::new(vec![None; mutants.len() * seeds]);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(mutant) = mutants.get(index / seeds.max(1)).filter(|_| !cancel.asked()) else { return };
            let found = soon(model, schemas, mutant, 1 + (index % seeds) as u64, terms, cancel);
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
        // What was cancelled was not found.
        let found = slots.by_ref().take(seeds).map(|slot| slot.unwrap_or(Ok(None))).collect::<Result<_, _>>()?;
        chased.push(Chased { mutant: mutant.clone(), found });
    }
    Ok(chased)
}

/// Requests until a campaign found its mutant; none where it did not.
type Soon = Result<Option<u64>, CampaignError>;

fn soon(
    model: &Arc<Model>,
    schemas: &Arc<Schemas>,
    mutant: &Mutant,
    seed: u64,
    terms: &Terms,
    cancel: &Cancel,
) -> Soon {
    let home = Home {
        seed,
        tempo: Tempo::CLOUD,
        fault: Some(mutant.clone()),
        bounds: Bounds { worlds_max: terms.worlds_max, settle_percent: 100, insight: false },
        steps_per_plan_max: terms.steps_per_plan_max,
        live_max: terms.live_max,
    };
    let budget = Budget {
        requests_max: terms.requests_max,
        shrink_requests_max: 0,
        plans_max: u64::MAX,
        steps_per_plan_max: terms.steps_per_plan_max,
        seconds_max: YEAR_S,
        live_max: terms.live_max,
        first_only: true,
    };
    let standing = |_| Standing::Reachable;
    let order =
        Order { seed, budget, selection: Selection::default(), standing: &standing, witnesses: &[], shrink: false };
    let conclusion = at_home(model, schemas, &home, cancel.clone(), &order, &mut Nobody)?;
    Ok(requests_until_found(&conclusion))
}

/// The paused clock of a campaign: its time costs nothing.
const YEAR_S: u64 = 365 * 24 * 3600;

fn requests_until_found(conclusion: &Conclusion) -> Option<u64> {
    let found = conclusion.found.first()?;
    let (_, earlier) = conclusion.histories.split_last()?;
    Some(earlier.iter().map(|history| history.exchanges.len() as u64).sum::<u64>() + found.finding.exchange + 1)
}

struct Nobody;

impl Listener for Nobody {
    fn hear(&mut self, _: &Event<'_>) {}
}
