//! Many plans within a budget, and the smallest plan for each finding.

use super::drive::{Allowance, Driven, Site, again, drive};
use super::event::{Budget, Conclusion, Event, Found, Listener, Spent};
use super::share::Share;
use super::smaller::smaller;
use crate::history::{Exchange, Outcome};
use crate::model::{ClauseId, Fault, Tally};
use crate::oracle::{Finding, Selection, Standing, promises, verdicts};
use crate::plan::{Chooser, Guided, Plan, Reading};
use crate::run::{Ceilings, Left, Stop};
use futures::stream::{FuturesUnordered, StreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

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
    /// Exit code 5, or 4 where profile or journal are to blame.
    #[error("{stop}")]
    Endpoint {
        stop: Stop,
        /// Things that could not be deleted.
        left: Vec<Left>,
    },
}

/// Runs plans until the budget is spent, then shrinks what was found. As many plans as the site's
/// ceilings say are carried out side by side, each with its own belief and its own things; what comes of
/// them is taken in the order of their numbers.
///
/// # Errors
/// If the suite goes wrong, or the endpoint cannot be reached at all.
pub async fn lead(
    site: &Site<'_>,
    order: &Order<'_>,
    listener: &mut dyn Listener,
) -> Result<(Conclusion, Vec<Left>), CampaignError> {
    let budget = &order.budget;
    let clauses = promises(&site.model, &order.selection).count();
    listener.hear(&Event::Started { clauses, requests_max: budget.requests_max });
    let ceilings = Ceilings {
        requests: budget.requests_max.min(site.ceilings.requests),
        time: Duration::from_secs(budget.seconds_max).min(site.ceilings.time),
        ..site.ceilings
    };
    let share = Share::new(site, ceilings, budget.live_max, listener);
    let mut gathered = Gathered::default();
    all_plans(&share, order, &mut gathered).await?;
    if site.cancel.asked() {
        // It may have been asked between two plans, when none was there to stop.
        gathered.stopped.get_or_insert_with(|| Stop::Cancelled.to_string());
    }
    if order.shrink && !site.cancel.asked() {
        shrink_all(&share, order, &mut gathered).await?;
    }
    gathered.spent.cleaning = share.purse.spent().saturating_sub(gathered.spent.requests + gathered.spent.shrinking);
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
        settling: share.settling.take(),
        stopped: gathered.stopped,
        histories: gathered.histories,
        plans: gathered.plans,
    };
    Ok((conclusion, gathered.left))
}

/// Begins plans while there is room for them and takes what comes of them, until none is left.
/// Plans that run when the campaign ends are waited for: each cleans up after itself.
async fn all_plans(share: &Share<'_>, order: &Order<'_>, gathered: &mut Gathered) -> Result<(), CampaignError> {
    let budget = &order.budget;
    let plans = order.witnesses.len() as u64 + budget.plans_max;
    let side_by_side = share.site.ceilings.side_by_side.max(1);
    let mut running = FuturesUnordered::new();
    let mut idle: Vec<Guided> = Vec::new();
    let mut done: BTreeMap<u64, Driven> = BTreeMap::new();
    let (mut next, mut taken) = (0, 0);
    let mut failed = None;
    loop {
        let open = failed.is_none() && !share.site.cancel.asked() && share.purse.closed().is_none();
        while open && next < plans && running.len() < side_by_side && (running.is_empty() || share.has_room()) {
            let chooser = idle.pop().unwrap_or_else(|| Guided::new(share.site.hints.clone(), order.seed, 0));
            share.tell(&Event::PlanStarted { plan: next });
            share.enter(next);
            running.push(one(share, order, next, chooser));
            next += 1;
        }
        let Some((number, driven, chooser)) = running.next().await else { break };
        idle.push(chooser);
        match driven {
            Ok(driven) => {
                halt_by(share, order, &driven);
                done.insert(number, driven);
            }
            Err(fault) => {
                share.purse.halt(Stop::Enough);
                failed.get_or_insert(fault);
            }
        }
        while let Some(driven) = done.remove(&taken) {
            let stop = driven.stop.clone();
            gathered.take(driven, share, &order.selection);
            share.tell(&Event::PlanEnded { plan: taken, spent: &gathered.spent });
            gathered.stop_by(stop);
            taken += 1;
        }
    }
    if let Some(fault) = failed {
        return Err(CampaignError::Suite(fault));
    }
    match gathered.failed.take() {
        Some(stop) => Err(CampaignError::Endpoint { stop, left: std::mem::take(&mut gathered.left) }),
        None => Ok(()),
    }
}

/// One plan: a recorded one first, then those that the chooser draws.
async fn one(
    share: &Share<'_>,
    order: &Order<'_>,
    number: u64,
    mut chooser: Guided,
) -> (u64, Result<Driven, Fault>, Guided) {
    let budget = &order.budget;
    let allowance =
        Allowance { requests: budget.requests_max, seconds: budget.seconds_max, first_only: budget.first_only };
    let driven = match order.witnesses.get(number as usize) {
        Some(witness) => again(share, witness, number, allowance).await,
        None => {
            let drawn = number - order.witnesses.len() as u64;
            chooser.begin(drawn);
            let mut reading = Reading::new(share.site.hints.clone(), order.seed, drawn);
            let chooser: &mut dyn Chooser = if share.site.reading_only { &mut reading } else { &mut chooser };
            drive(share, chooser, number, Some((order.seed, drawn)), allowance).await
        }
    };
    (number, driven, chooser)
}

/// Whether what came of one plan ends the others.
fn halt_by(share: &Share<'_>, order: &Order<'_>, driven: &Driven) {
    match &driven.stop {
        Some(
            stop @ (Stop::Unreachable { .. }
            | Stop::Hindered { .. }
            | Stop::Unfit(_)
            | Stop::Journal { .. }
            | Stop::Provocation { .. }),
        ) => {
            share.purse.halt(stop.clone());
        }
        _ if order.budget.first_only && !driven.findings.is_empty() => share.purse.halt(Stop::Enough),
        _ => {}
    }
}

#[derive(Default)]
struct Gathered {
    found: Vec<Found>,
    known: BTreeSet<Vec<ClauseId>>,
    passed: BTreeSet<ClauseId>,
    tally: Tally,
    spent: Spent,
    stopped: Option<String>,
    /// Why there is no conclusion.
    failed: Option<Stop>,
    /// Whether the endpoint ever replied.
    answered: bool,
    histories: Vec<crate::history::History>,
    plans: Vec<Plan>,
    left: Vec<Left>,
}

impl Gathered {
    fn take(&mut self, driven: Driven, share: &Share<'_>, selection: &Selection) {
        for finding in &driven.findings {
            // The same clauses contradicted again in another plan are the same news.
            if self.known.insert(finding.clauses.clone()) {
                share.tell(&Event::Found { finding });
                let (plan, history) = (driven.plan.clone(), driven.history.clone());
                self.found.push(Found { finding: finding.clone(), plan, history, witness: None, repeated: false });
            } else {
                self.tally.repeated += 1;
            }
        }
        self.tally.merge(&driven.tally);
        let passed: Vec<ClauseId> =
            self.tally.clauses.iter().filter(|(_, count)| count.passed > 0).map(|(clause, _)| *clause).collect();
        for clause in passed {
            if selection.holds(clause) && self.passed.insert(clause) {
                share.tell(&Event::Passed { clause, passed: self.passed.len() });
            }
        }
        self.spent.add(&driven.spent);
        if let Some(excess) = driven.excesses.first() {
            self.tally.exceeded += driven.excesses.len() as u64;
            self.tally.excess.get_or_insert_with(|| excess.reason.clone());
        }
        let answered = |exchange: &Exchange| matches!(exchange.outcome, Outcome::Replied(_) | Outcome::Hindered { .. });
        self.answered |= driven.history.exchanges.iter().any(answered);
        self.left.extend(driven.left);
        self.histories.push(driven.history);
        self.plans.push(driven.plan);
    }

    /// Takes in why a plan ended early. An endpoint that never answered is no endpoint; one that
    /// answered and is gone leaves a campaign with what was seen until then.
    fn stop_by(&mut self, stop: Option<Stop>) {
        match stop {
            None | Some(Stop::Requests | Stop::Time | Stop::Enough) => {}
            // A recorded plan that needs more room than there is.
            Some(Stop::Live { .. }) => self.spent.steps_skipped += 1,
            Some(stop @ (Stop::Unfit(_) | Stop::Journal { .. } | Stop::Provocation { .. })) => self.failed = Some(stop),
            Some(stop @ Stop::Unreachable { .. }) if !self.answered => self.failed = Some(stop),
            Some(stop) => {
                self.stopped.get_or_insert_with(|| stop.to_string());
            }
        }
    }
}

async fn shrink_all(share: &Share<'_>, order: &Order<'_>, gathered: &mut Gathered) -> Result<(), CampaignError> {
    let mut left = order.budget.shrink_requests_max;
    share.shrink();
    share.purse.raise(left, share.site.ceilings.shrink_time);
    for found in &mut gathered.found {
        if left == 0 {
            break;
        }
        let smallest = smaller(share, found, left).await?;
        left = left.saturating_sub(smallest.requests);
        gathered.spent.shrinking += smallest.requests;
        found.repeated = smallest.repeated;
        found.witness = smallest.witness;
    }
    Ok(())
}
