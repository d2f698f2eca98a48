//! Many plans within a budget, and the smallest plan for each finding.

use super::drive::{Allowance, Site, drive, retrace};
use super::event::{Budget, Conclusion, Event, Found, Listener, Spent};
use super::smaller::smaller;
use crate::model::{ClauseId, Fault, Tally};
use crate::oracle::{Finding, Selection, Standing, verdicts};
use crate::plan::{Coverage, Guided, Plan};
use crate::run::{Left, Stop};
use std::collections::BTreeSet;

/// What a campaign is to do.
pub struct Order<'a> {
    pub seed: u64,
    pub budget: Budget,
    pub selection: Selection,
    /// Whether a clause can be decided here at all.
    pub standing: &'a dyn Fn(ClauseId) -> Standing,
    /// Recorded plans that are run first.
    pub witnesses: &'a [Plan],
    /// Whether to look for the smallest plan behind a finding.
    pub shrink: bool,
}

/// Why a campaign has no conclusion.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CampaignError {
    /// Exit code 4.
    #[error(transparent)]
    Suite(#[from] Fault),
    /// Exit code 5.
    #[error("{0}")]
    Endpoint(Stop),
}

/// Runs plans until the budget is spent, then shrinks what was found.
///
/// # Errors
/// If the suite goes wrong, or the endpoint cannot be reached at all.
pub async fn lead(
    site: &Site<'_>,
    order: &Order<'_>,
    listener: &mut dyn Listener,
) -> Result<(Conclusion, Vec<Left>), CampaignError> {
    let budget = &order.budget;
    let clauses = site.model.clauses.len();
    listener.hear(&Event::Started { clauses, requests_max: budget.requests_max });
    let mut gathered = Gathered::default();
    let mut coverage = Coverage::default();
    let mut chooser = Guided::new(site.hints.clone(), order.seed, 0);
    let plans = order.witnesses.len() as u64 + budget.plans_max;
    for number in 0..plans {
        let left = budget.requests_max.saturating_sub(gathered.spent.requests);
        if left == 0 {
            break;
        }
        listener.hear(&Event::PlanStarted { plan: number });
        let allowance = Allowance { requests: left, seconds: budget.seconds_max, first_only: budget.first_only };
        let driven = match order.witnesses.get(number as usize) {
            Some(witness) => retrace(site, witness, number, allowance, listener).await?,
            None => {
                let drawn = number - order.witnesses.len() as u64;
                chooser.begin(drawn);
                drive(site, &mut chooser, number, Some((order.seed, drawn)), allowance, &mut coverage, listener).await?
            }
        };
        let stop = driven.stop.clone();
        gathered.take(driven, listener);
        listener.hear(&Event::PlanEnded { plan: number, spent: &gathered.spent });
        match stop {
            Some(Stop::Requests) | None => {}
            Some(stop @ (Stop::Unreachable { .. } | Stop::Unfit(_) | Stop::Journal { .. })) => {
                return Err(CampaignError::Endpoint(stop));
            }
            Some(stop) => {
                gathered.stopped = Some(stop.to_string());
                break;
            }
        }
        if budget.first_only && !gathered.found.is_empty() {
            break;
        }
    }
    if order.shrink {
        shrink_all(site, order, &mut gathered, listener).await?;
    }
    let findings: Vec<Finding> = gathered.found.iter().map(|found| found.finding.clone()).collect();
    let rows = verdicts(
        &site.model,
        &gathered.tally,
        &findings,
        &order.selection,
        order.standing,
        gathered.stopped.as_deref(),
    );
    let conclusion = Conclusion {
        seed: order.seed,
        rows,
        found: gathered.found,
        tally: gathered.tally,
        spent: gathered.spent,
        stopped: gathered.stopped,
        histories: gathered.histories,
        plans: gathered.plans,
    };
    Ok((conclusion, gathered.left))
}

#[derive(Default)]
struct Gathered {
    found: Vec<Found>,
    known: BTreeSet<Vec<ClauseId>>,
    passed: BTreeSet<ClauseId>,
    tally: Tally,
    spent: Spent,
    stopped: Option<String>,
    histories: Vec<crate::history::History>,
    plans: Vec<Plan>,
    left: Vec<Left>,
}

impl Gathered {
    fn take(&mut self, driven: super::drive::Driven, listener: &mut dyn Listener) {
        for finding in &driven.findings {
            // The same clauses contradicted again in another plan are the same news.
            if self.known.insert(finding.clauses.clone()) {
                listener.hear(&Event::Found { finding });
                let (plan, history) = (driven.plan.clone(), driven.history.clone());
                self.found.push(Found { finding: finding.clone(), plan, history, witness: None });
            } else {
                self.tally.repeated += 1;
            }
        }
        self.tally.merge(&driven.tally);
        let passed: Vec<ClauseId> =
            self.tally.clauses.iter().filter(|(_, count)| count.passed > 0).map(|(clause, _)| *clause).collect();
        for clause in passed {
            if self.passed.insert(clause) {
                listener.hear(&Event::Passed { clause, passed: self.passed.len() });
            }
        }
        self.spent.add(&driven.spent);
        if let Some(excess) = driven.excesses.first() {
            self.tally.exceeded += driven.excesses.len() as u64;
            self.tally.excess.get_or_insert_with(|| excess.reason.clone());
        }
        self.left.extend(driven.left);
        self.histories.push(driven.history);
        self.plans.push(driven.plan);
    }
}

async fn shrink_all(
    site: &Site<'_>,
    order: &Order<'_>,
    gathered: &mut Gathered,
    listener: &mut dyn Listener,
) -> Result<(), CampaignError> {
    let mut left = order.budget.shrink_requests_max;
    for found in &mut gathered.found {
        if left == 0 {
            break;
        }
        let smallest = smaller(site, found, left, listener).await?;
        left = left.saturating_sub(smallest.requests);
        gathered.spent.shrinking += smallest.requests;
        found.witness = smallest.witness;
    }
    Ok(())
}
