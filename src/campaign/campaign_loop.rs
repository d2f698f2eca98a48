//! Runs the plans of a campaign, and shrinks the findings.

use super::campaign_environment::CampaignEnvironment;
use super::campaign_input::{CampaignInput, RaceShare};
use super::campaign_state::CampaignState;
use super::conclusion::Conclusion;
use super::covered::list_selected_cells;
use super::earlier_part::EarlierPart;
use super::earlier_plans::take_earlier_part;
use super::ending_deviation::{EndingDeviation, FindingMatcher};
use super::event::{CampaignEvent, CampaignListener};
use super::finding_shrinker::{ShrinkResult, shrink_finding};
use super::halting::halt_plans_after;
use super::plan_results::PlanResultCollector;
use super::plan_runner::{PlanResult, repeat_plan, run_plan};
use super::race_plans::run_races;
use super::race_tally::is_about_overlap;
use super::same_defects::merge_same_defects;
use crate::cleanup::Leftover;
use crate::oracle::{ClauseDecidability, list_promises};
use crate::plan::{CellTable, Chooser, GuidedChooser, ReadOnlyChooser};
use crate::plan_execution::StopReason;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Rounds of shrinking. In the second round, findings without a short counterexample get the requests that others did not
/// use.
const SHRINK_ROUNDS: usize = 2;

/// Most requests for one finding in the first round.
const FIRST_REQUESTS_MAX: u64 = 60;

/// Runs plans until a limit is reached, then shrinks the findings.
///
/// Up to `parallel_plans` plans run concurrently, each with a separate belief and separate resources. The
/// results are taken in the order of plan numbers. Returns the conclusion and the leftovers. A campaign that ends early, for
/// whatever reason, concludes what it has seen.
pub async fn run_campaign(
    site: &CampaignEnvironment<'_>,
    order: &CampaignInput<'_>,
    listener: &mut dyn CampaignListener,
) -> (Conclusion, Vec<Leftover>) {
    resume_campaign(site, order, None, listener).await
}

/// As [`run_campaign`], after the plans of an earlier part. The result is that of one campaign with the plans of both.
pub async fn resume_campaign(
    site: &CampaignEnvironment<'_>,
    order: &CampaignInput<'_>,
    earlier: Option<&EarlierPart<'_>>,
    listener: &mut dyn CampaignListener,
) -> (Conclusion, Vec<Leftover>) {
    let clauses = list_promises(&site.model, &order.selection).count();
    listener.receive_event(&CampaignEvent::Started { clauses, requests_max: site.limits.requests });
    let share = CampaignState::new(site, site.limits, listener);
    let mut gathered = PlanResultCollector::default();
    let races = if site.reading_only { RaceShare::None } else { order.races };
    if races != RaceShare::None {
        share.shared_budget.keep_for_races(races.percent());
    }
    let first = earlier.map_or(0, |part| take_earlier_part(&share, order, part, &mut gathered));
    let next = match races {
        RaceShare::All => first,
        _ => run_plans(&share, order, &mut gathered, first).await,
    };
    if races != RaceShare::None {
        run_races(&share, order, &mut gathered, next).await;
    }
    let lacks_time = share.shared_budget.find_stop() == Some(StopReason::Time);
    // The plan that met the reason may have ended by itself.
    gathered.apply_stop(share.shared_budget.find_stop().filter(StopReason::is_failure));
    if site.cancel.is_requested() {
        // No plan was running that could report the cancellation.
        gathered.stopped.get_or_insert_with(|| StopReason::Cancelled.to_string());
    }
    if order.shrink && !site.cancel.is_requested() {
        shrink_findings(&share, order, &mut gathered).await;
    }
    gathered.unfinished = lacks_time || gathered.stopped.is_some() || site.cancel.is_requested();
    let standing = |clause| match races == RaceShare::None && is_about_overlap(&site.model, clause) {
        true => ClauseDecidability::Unreachable("no calls may overlap at this endpoint".to_string()),
        false => (order.standing)(clause),
    };
    gathered.conclude_campaign(&share, order.seed, &order.selection, &standing)
}

/// Starts plans while the limits allow and plans have something to send, and takes the results until no plan is
/// running. Running plans are awaited after the end of the campaign, because each plan cleans up. `first` is the number of
/// plans of earlier parts. Returns the number of plans of all parts.
async fn run_plans(
    share: &CampaignState<'_>,
    order: &CampaignInput<'_>,
    gathered: &mut PlanResultCollector,
    first: u64,
) -> u64 {
    let limits = &share.env.limits;
    let plans = (order.recorded_plans.len() as u64).saturating_add(limits.plans);
    let shard = limits.shard;
    let parallel = limits.parallel_plans.max(1);
    let mut running = FuturesUnordered::new();
    let mut idle: Vec<GuidedChooser> = Vec::new();
    let mut done: BTreeMap<u64, PlanResult> = BTreeMap::new();
    let (mut next, mut taken) = (first, first);
    let table = CellTable::new(&share.env.model, &share.env.hints, &share.env.plan_limits.callers);
    let cells = list_selected_cells(&share.env.model, &table, &order.selection);
    // The plans of earlier parts may have covered everything already.
    if limits.until_covered && first > 0 {
        gathered.covered = gathered.is_covered(share, &order.selection, order.standing, &cells);
    }
    let mut quiet = QuietPlans::default();
    loop {
        let open = !share.env.cancel.is_requested()
            && share.shared_budget.find_stop().is_none()
            && !quiet.are_too_many()
            && !gathered.covered;
        let has_room = |running: usize| running == 0 || (share.has_room() && quiet.0 == 0);
        while open
            && shard.number_plan(next) < plans
            && running.len() < parallel + share.shared_budget.count_parked()
            && done.len() < WAITING_RESULTS_MAX
            && has_room(running.len())
        {
            let chooser = idle.pop().unwrap_or_else(|| GuidedChooser::new(share.env.hints.clone(), order.seed, 0));
            let number = shard.number_plan(next);
            share.emit_event(&CampaignEvent::PlanStarted { plan: number });
            share.register_plan(number);
            running.push(run_one_plan(share, order, next, chooser));
            next += 1;
        }
        let parked = share.shared_budget.await_parked_plan();
        let ended = tokio::select! {
            biased;
            ended = running.next() => ended,
            // A plan may start in place of the plan that waits.
            () = parked => continue,
        };
        let Some((number, driven, chooser)) = ended else { break };
        idle.push(chooser);
        halt_plans_after(share, order, &driven);
        quiet.note_plan(&driven);
        done.insert(number, driven);
        while let Some(driven) = done.remove(&taken) {
            let stop = driven.stop.clone();
            gathered.take_outcome(driven, share, &order.selection);
            share.emit_event(&CampaignEvent::PlanEnded { plan: shard.number_plan(taken), spent: &gathered.spent });
            gathered.apply_stop(stop);
            let is_drawn = shard.number_plan(taken) >= order.recorded_plans.len() as u64;
            taken += 1;
            if limits.until_covered && is_drawn && !gathered.covered {
                gathered.covered = gathered.is_covered(share, &order.selection, order.standing, &cells);
            }
        }
    }
    if quiet.are_too_many() {
        gathered.note_quiet_plans(quiet.0);
    }
    next
}

/// Most results of plans that wait in memory for the result of an earlier plan. No plan is started until fewer wait.
const WAITING_RESULTS_MAX: usize = 64;

/// The number of plans in a row that sent no request. After some of them no later plan will send a request either, for
/// example because resources that cannot be deleted take all places of live resources.
#[derive(Default)]
struct QuietPlans(u64);

impl QuietPlans {
    /// Plans in a row that end a campaign.
    const MAX: u64 = 16;

    fn note_plan(&mut self, driven: &PlanResult) {
        self.0 = if driven.spent.requests == 0 { self.0 + 1 } else { 0 };
    }

    fn are_too_many(&self) -> bool {
        self.0 >= QuietPlans::MAX
    }
}

/// Runs the plan with an index of this shard; returns the index. The recorded plans of the order have the first numbers; a
/// chooser draws the others.
async fn run_one_plan(
    share: &CampaignState<'_>,
    order: &CampaignInput<'_>,
    nth: u64,
    mut chooser: GuidedChooser,
) -> (u64, PlanResult, GuidedChooser) {
    let limits = share.env.limits.for_plan();
    let number = limits.shard.number_plan(nth);
    let driven = match order.recorded_plans.get(number as usize) {
        Some(witness) => repeat_plan(share, witness, number, limits, EndingDeviation::None).await,
        None => {
            let drawn = number - order.recorded_plans.len() as u64;
            chooser.begin_plan(drawn);
            let mut reading = ReadOnlyChooser::new(share.env.hints.clone(), order.seed, drawn);
            let chooser: &mut dyn Chooser = if share.env.reading_only { &mut reading } else { &mut chooser };
            run_plan(share, chooser, number, Some((order.seed, drawn)), (limits, EndingDeviation::None)).await
        }
    };
    (nth, driven, chooser)
}

async fn shrink_findings(share: &CampaignState<'_>, order: &CampaignInput<'_>, gathered: &mut PlanResultCollector) {
    let limits = share.env.limits.for_shrinking();
    let mut left = limits.requests;
    share.start_shrinking();
    share.shared_budget.start_shrinking();
    let mut open = Vec::new();
    for (index, found) in gathered.findings.iter_mut().enumerate() {
        if (order.is_known)(&found.finding) {
            found.repetition.prevented = Some("the deviation is known".to_string());
        } else {
            open.push(index);
        }
    }
    let mut same_as = BTreeMap::new();
    let mut failed: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    // Each finding gets an equal share of what is left; then findings without a short counterexample get what others did not
    // use.
    for round in 0..SHRINK_ROUNDS {
        let mut unfinished = Vec::new();
        for (position, &index) in open.iter().enumerate() {
            let share_of_left = left.div_ceil((open.len() - position) as u64);
            let requests = if round == 0 { share_of_left.min(FIRST_REQUESTS_MAX) } else { share_of_left };
            let known = failed.remove(&index).unwrap_or_default();
            let spent = shrink_one_finding(share, gathered, index, (requests, known)).await;
            left = left.saturating_sub(spent.requests);
            if !spent.same_as.is_empty() {
                same_as.insert(index, spent.same_as);
            }
            if !spent.complete && !gathered.findings[index].has_short_counterexample() {
                unfinished.push(index);
                failed.insert(index, spent.failed);
            }
        }
        // A short plan needs the least to become shorter.
        unfinished.sort_by_key(|index| gathered.findings[*index].count_shown_steps());
        open = unfinished;
    }
    gathered.findings = merge_same_defects(std::mem::take(&mut gathered.findings), &same_as);
    // A candidate may have met what no plan met.
    gathered.apply_stop(share.shared_budget.find_stop().filter(StopReason::is_failure));
}

/// Shrinks one finding with up to `requests` requests. Returns the requests, and whether nothing is left to try.
async fn shrink_one_finding(
    share: &CampaignState<'_>,
    gathered: &mut PlanResultCollector,
    index: usize,
    (requests, failed): (u64, BTreeSet<String>),
) -> ShrinkEffort {
    let matcher = Rc::new(FindingMatcher::new(&gathered.findings, index));
    let found = &mut gathered.findings[index];
    if let Some(reason) = find_shrink_obstacle(share, requests) {
        if found.repetition.runs == 0 {
            found.repetition.prevented.get_or_insert(reason);
        }
        return ShrinkEffort::default();
    }
    let smallest = shrink_finding(share, found, &matcher, (requests, failed)).await;
    gathered.spent.shrinking += smallest.requests;
    let requests = found.repetition.requests + smallest.requests;
    if smallest.counterexample.is_some() || found.counterexample.is_none() {
        found.repetition = smallest.repetition;
        found.counterexample = smallest.counterexample;
    }
    found.repetition.requests = requests;
    let ShrinkResult { requests, complete, same_as, failed, .. } = smallest;
    ShrinkEffort { requests, complete, same_as, failed }
}

/// Why no candidate of a finding with `requests` requests can be run; `None` if candidates can be run.
fn find_shrink_obstacle(share: &CampaignState<'_>, requests: u64) -> Option<String> {
    if share.env.cancel.is_requested() {
        return Some("the run was ended".to_string());
    }
    if requests == 0 {
        return Some("other findings used up the requests for shrinking".to_string());
    }
    share.shared_budget.find_stop().map(|stop| stop.to_string())
}

/// What shrinking one finding took.
#[derive(Default)]
struct ShrinkEffort {
    requests: u64,
    /// Whether nothing is left to try.
    complete: bool,
    /// The fingerprints of another finding that shows the same defect.
    same_as: BTreeSet<String>,
    /// The candidates without the deviation.
    failed: BTreeSet<String>,
}
