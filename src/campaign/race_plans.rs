//! Runs the plans with a race, one at a time, after the sequential plans.

use super::campaign_input::CampaignInput;
use super::campaign_state::CampaignState;
use super::ending_deviation::EndingDeviation;
use super::event::CampaignEvent;
use super::halting::halt_plans_after;
use super::plan_results::PlanResultCollector;
use super::plan_runner::{PlanResult, repeat_plan, run_plan};
use super::race_tally::RaceTally;
use crate::model::ClauseId;
use crate::oracle::RaceVerdict;
use crate::plan::{EXCHANGES_PER_CELL, Plan, RaceChooser, RaceLimits, RacePair, find_race_pairs};
use std::collections::BTreeSet;

/// Plans in a row without a race after which no pair is expected to race.
const IDLE_PLANS_MAX: usize = 64;

/// How many microseconds a response takes before the first race was measured.
const REPLY_US: u64 = 20_000;

/// Races the pairs of calls that conflict, in turn, until the share of the requests is spent. `next` is the index
/// of the next plan of this shard.
pub(super) async fn run_races(
    share: &CampaignState<'_>,
    order: &CampaignInput<'_>,
    gathered: &mut PlanResultCollector,
    next: u64,
) {
    let site = share.env;
    let stopped = |share: &CampaignState<'_>| site.cancel.is_requested() || share.shared_budget.find_stop().is_some();
    share.shared_budget.start_races(order.races.percent());
    if stopped(share) && gathered.earlier_races.is_empty() {
        return;
    }
    let pairs = find_race_pairs(&site.model, &site.schemas, &site.hints, &site.plan_limits, RaceLimits::default());
    let shard = site.limits.shard;
    let pairs: Vec<RacePair> =
        pairs.into_iter().enumerate().filter(|(index, _)| shard.owns_index(*index)).map(|(_, pair)| pair).collect();
    gathered.races = RaceTally::new(&site.model, &pairs);
    for (index, races) in std::mem::take(&mut gathered.earlier_races) {
        gathered.races.pairs.get_mut(index).into_iter().for_each(|pair| pair.note_plan(&races));
    }
    let mut idle = 0;
    let plans = (order.recorded_plans.len() as u64).saturating_add(site.limits.plans);
    for number in (next..).map(|nth| shard.number_plan(nth)).take_while(|number| *number < plans) {
        let Some(index) = gathered.races.find_next() else { break };
        let is_covered = gathered.covered && gathered.races.pairs[index].plans >= EXCHANGES_PER_CELL;
        if is_covered || stopped(share) || idle >= IDLE_PLANS_MAX.max(pairs.len()) {
            break;
        }
        share.emit_event(&CampaignEvent::PlanStarted { plan: number });
        let reply_us = if share.reply_us() > 0 { share.reply_us() } else { REPLY_US };
        let mut chooser = RaceChooser::new(site.hints.clone(), pairs[index].clone(), (order.seed, number), reply_us);
        let drawn = Some((order.seed, number));
        let limits = site.limits.for_plan();
        let mut driven = run_plan(share, &mut chooser, number, drawn, (limits, EndingDeviation::None)).await;
        let controls = run_without_overlap(share, &driven, number).await;
        if let Some(control) = controls.iter().find(|control| shows_same_deviation(control, &driven)) {
            forgive_plain_deviation(&mut driven, control);
        }
        for control in controls {
            driven.spent.requests += control.spent.requests;
            driven.leftovers.extend(control.leftovers);
        }
        idle = if driven.races.is_empty() { idle + 1 } else { 0 };
        driven.raced_pair = Some(index);
        gathered.races.pairs[index].note_plan(&driven.races);
        halt_plans_after(share, order, &driven);
        let stop = driven.stop.clone();
        gathered.take_outcome(driven, share, &order.selection);
        share.emit_event(&CampaignEvent::PlanEnded { plan: number, spent: &gathered.spent });
        gathered.apply_stop(stop);
    }
}

/// Runs the plan of a race that no order explains without overlap, in both orders: a deviation that shows there too is no
/// race. Ends with the run that shows such a deviation.
async fn run_without_overlap(share: &CampaignState<'_>, driven: &PlanResult, number: u64) -> Vec<PlanResult> {
    let mut controls = Vec::new();
    let steps = &driven.plan.steps;
    let Some(first) = steps.iter().position(|step| step.branch > 0) else { return controls };
    if driven.findings.iter().all(|finding| finding.race.is_none()) {
        return controls;
    }
    let many = steps[first..].iter().take_while(|step| step.branch > 0).count();
    let mut backward = steps.clone();
    backward[first..first + many].reverse();
    for mut steps in [steps.clone(), backward] {
        for step in &mut steps {
            (step.branch, step.offset_us) = (0, 0);
        }
        let plan = Plan { steps, ..driven.plan.clone() };
        let control = repeat_plan(share, &plan, number, share.env.limits.for_plan(), EndingDeviation::None).await;
        let is_plain = shows_same_deviation(&control, driven);
        controls.push(control);
        if is_plain {
            break;
        }
    }
    controls
}

/// Whether a plan without overlap contradicts a clause that a race of another plan contradicts.
fn shows_same_deviation(control: &PlanResult, driven: &PlanResult) -> bool {
    let races = driven.findings.iter().filter(|finding| finding.race.is_some());
    let suspected: BTreeSet<ClauseId> = races.flat_map(|race| race.suspected_clauses.iter().copied()).collect();
    control.findings.iter().any(|finding| finding.suspected_clauses.iter().any(|clause| suspected.contains(clause)))
}

/// Replaces the finding about a race by the deviations that the calls show without overlap.
fn forgive_plain_deviation(driven: &mut PlanResult, control: &PlanResult) {
    driven.findings.retain(|finding| finding.race.is_none());
    for race in driven.races.iter_mut().filter(|race| matches!(race.verdict, RaceVerdict::Unexplained(_))) {
        race.verdict = RaceVerdict::Undecided("the calls deviate without overlap too".to_string());
    }
    driven.plan = control.plan.clone();
    driven.history = control.history.clone();
    driven.findings = control.findings.clone();
}
