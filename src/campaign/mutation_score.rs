//! The mutation score: how soon campaigns detect mutants.

use super::campaign_order::{CampaignError, Order};
use super::conclusion::Conclusion;
use super::event::NullListener;
use super::mock_env::{Home, at_home};
use crate::limits::Limits;
use crate::mock::{Mutant, Tempo};
use crate::model::{Bounds, Model};
use crate::oracle::{Selection, Standing};
use crate::run::Cancel;
use crate::schema::Schemas;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Settings of the campaigns against mutants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Limits of each campaign. A campaign ends at the first finding and is not shrunk.
    pub limits: Limits,
    /// Number of campaigns for each mutant. The seeds are 1, 2, 3, …
    pub seeds: u64,
    /// Most possible states of one factor.
    pub worlds_max: usize,
}

/// The campaigns against one mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chased {
    /// The mutant.
    pub mutant: Mutant,
    /// Requests until the detection, by seed; `None` if the campaign did not detect the mutant.
    pub found: Vec<Option<u64>>,
}

impl Chased {
    /// Number of campaigns that detected the mutant.
    #[must_use]
    pub fn count(&self) -> usize {
        self.found.iter().flatten().count()
    }

    /// Median of the requests until the detection; `None` if most campaigns did not detect the mutant.
    #[must_use]
    pub fn median(&self) -> Option<u64> {
        let mut all: Vec<u64> = self.found.iter().map(|requests| requests.unwrap_or(u64::MAX)).collect();
        all.sort_unstable();
        all.get(all.len().saturating_sub(1) / 2).copied().filter(|requests| *requests < u64::MAX)
    }
}

/// Runs a campaign for every mutant and seed, with one thread for each core. The results have the order of
/// the mutants.
///
/// # Errors
/// If an expression of the suite fails on valid input.
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
        // A cancelled campaign did not detect its mutant.
        let found = slots.by_ref().take(seeds).map(|slot| slot.unwrap_or(Ok(None))).collect::<Result<_, _>>()?;
        chased.push(Chased { mutant: mutant.clone(), found });
    }
    Ok(chased)
}

/// Requests until a campaign detected its mutant; `None` if the campaign did not.
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
        limits: Limits { first_only: true, ..terms.limits },
    };
    let standing = |_| Standing::Reachable;
    let order = Order { seed, selection: Selection::default(), standing: &standing, witnesses: &[], shrink: false };
    let conclusion = at_home(model, schemas, &home, cancel.clone(), &order, &mut NullListener)?;
    Ok(requests_until_found(&conclusion))
}

fn requests_until_found(conclusion: &Conclusion) -> Option<u64> {
    let found = conclusion.found.first()?;
    let (_, earlier) = conclusion.histories.split_last()?;
    Some(earlier.iter().map(|history| history.exchanges.len() as u64).sum::<u64>() + found.finding.exchange + 1)
}
