//! Runs the plans of a campaign, and shrinks the findings.

use super::campaign_order::{CampaignError, Order};
use super::campaign_state::Share;
use super::conclusion::Conclusion;
use super::event::{Event, Listener};
use super::finding_shrinker::smaller;
use super::gathered::Gathered;
use super::plan_env::Site;
use super::plan_runner::{Driven, again, drive};
use crate::cleanup::Left;
use crate::model::Fault;
use crate::oracle::promises;
use crate::plan::{Chooser, Guided, Reading};
use crate::run::Stop;
use futures::stream::{FuturesUnordered, StreamExt};
use std::collections::BTreeMap;

/// Runs plans until a limit is reached, then shrinks the findings.
///
/// Up to `parallel_plans` plans run concurrently, each with a separate belief and separate resources. The
/// results are taken in the order of plan numbers. Returns the conclusion and the leftovers.
///
/// # Errors
/// If an expression of the suite fails, or the endpoint cannot be used.
pub async fn lead(
    site: &Site<'_>,
    order: &Order<'_>,
    listener: &mut dyn Listener,
) -> Result<(Conclusion, Vec<Left>), CampaignError> {
    let clauses = promises(&site.model, &order.selection).count();
    listener.hear(&Event::Started { clauses, requests_max: site.limits.requests });
    let share = Share::new(site, site.limits, listener);
    let mut gathered = Gathered::default();
    all_plans(&share, order, &mut gathered).await?;
    if site.cancel.asked() {
        // No plan was running that could report the cancellation.
        gathered.stopped.get_or_insert_with(|| Stop::Cancelled.to_string());
    }
    if order.shrink && !site.cancel.asked() {
        shrink_all(&share, &mut gathered).await?;
    }
    Ok(gathered.conclude(&share, order.seed, &order.selection, order.standing))
}

/// Starts plans while the limits allow, and takes the results until no plan is running. Running plans are
/// awaited after the end of the campaign, because each plan cleans up.
async fn all_plans(share: &Share<'_>, order: &Order<'_>, gathered: &mut Gathered) -> Result<(), CampaignError> {
    let limits = &share.site.limits;
    let plans = (order.witnesses.len() as u64).saturating_add(limits.plans);
    let parallel = limits.parallel_plans.max(1);
    let mut running = FuturesUnordered::new();
    let mut idle: Vec<Guided> = Vec::new();
    let mut done: BTreeMap<u64, Driven> = BTreeMap::new();
    let (mut next, mut taken) = (0, 0);
    let mut failed = None;
    loop {
        let open = failed.is_none() && !share.site.cancel.asked() && share.purse.closed().is_none();
        while open && next < plans && running.len() < parallel && (running.is_empty() || share.has_room()) {
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
                halt_by(share, &driven);
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

/// Runs one plan. The recorded plans of the order have the first numbers; a chooser draws the others.
async fn one(
    share: &Share<'_>,
    order: &Order<'_>,
    number: u64,
    mut chooser: Guided,
) -> (u64, Result<Driven, Fault>, Guided) {
    let limits = share.site.limits.for_plan();
    let driven = match order.witnesses.get(number as usize) {
        Some(witness) => again(share, witness, number, limits).await,
        None => {
            let drawn = number - order.witnesses.len() as u64;
            chooser.begin(drawn);
            let mut reading = Reading::new(share.site.hints.clone(), order.seed, drawn);
            let chooser: &mut dyn Chooser = if share.site.reading_only { &mut reading } else { &mut chooser };
            drive(share, chooser, number, Some((order.seed, drawn)), limits).await
        }
    };
    (number, driven, chooser)
}

/// Stops all plans if the result of one plan makes the others useless.
fn halt_by(share: &Share<'_>, driven: &Driven) {
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
        _ if share.site.limits.first_only && !driven.findings.is_empty() => share.purse.halt(Stop::Enough),
        _ => {}
    }
}

async fn shrink_all(share: &Share<'_>, gathered: &mut Gathered) -> Result<(), CampaignError> {
    let limits = share.site.limits.for_shrinking();
    let mut left = limits.requests;
    share.shrink();
    share.purse.raise(&limits);
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
