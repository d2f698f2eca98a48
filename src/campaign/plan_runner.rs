//! Runs one plan from the first step to the last, and cleans up.

use super::campaign_state::Share;
use super::conclusion::Spent;
use super::event::{Event, Listener};
use super::online_judge::Eyes;
use super::plan_env::Site;
use super::profile_setup::{begun, complete, over};
use crate::cleanup::{Keeper, Left, Living, clean};
use crate::history::{FORMAT as HISTORY_FORMAT, Header, History};
use crate::limits::Limits;
use crate::model::{Belief, Excess, Fault, Id, Life, Tally};
use crate::oracle::Finding;
use crate::plan::{
    Chooser, Coverage, Ending, FORMAT, Handles, Limits as PlanLimits, Plan, Recorded, Situation, Step, alive, cover,
    places,
};
use crate::run::{Context, Marking, NoJournal, NoMarks, Run, StepEnd, Stop, carry_out};
use serde_json::json;
use std::collections::BTreeMap;

/// The result of one plan.
#[derive(Debug, Clone)]
pub struct Driven {
    /// The plan as carried out.
    pub plan: Plan,
    /// The recorded exchanges.
    pub history: History,
    /// Deviations in the order of exchanges.
    pub findings: Vec<Finding>,
    /// Calls after which the belief exceeded its bound.
    pub excesses: Vec<Excess>,
    /// Counts by clause.
    pub tally: Tally,
    /// Counts of requests.
    pub spent: Spent,
    /// Why the plan stopped before the chooser ended the plan.
    pub stop: Option<Stop>,
    /// The leftovers of the plan.
    pub left: Vec<Left>,
}

/// Runs the steps that a chooser picks, concurrently with the other plans of the campaign.
///
/// # Errors
/// If an expression of the suite fails on valid input.
pub(super) async fn drive(
    share: &Share<'_>,
    chooser: &mut dyn Chooser,
    number: u64,
    drawn: Option<(u64, u64)>,
    limits: Limits,
) -> Result<Driven, Fault> {
    let site = share.site;
    let endpoint = (site.endpoint)(number);
    let tracked = site.keeper.as_ref().map(|keeper| (keeper, keeper.live(&site.model, &site.schemas)));
    let context = Context {
        marks: tracked.as_ref().map_or(&NoMarks as &dyn Marking, |(_, living)| &living.marks),
        limits,
        seeds: (site.seed, number),
        ..site.idle(endpoint.as_ref(), &share.purse)
    };
    let mut plan = PlanRun::new(share, &context, number, tracked.as_ref());
    share.enter(number);
    let stop = plan.run_steps(chooser).await;
    let left = plan.clean_up(tracked.as_ref()).await;
    share.leave(number, left.len());
    share.settling.borrow_mut().merge(plan.eyes.settling());
    if let Some(fault) = plan.eyes.fault {
        return Err(fault);
    }
    let exchanges = plan.run.exchanges;
    Ok(Driven {
        plan: Plan { format: FORMAT, suite: site.model.suite.name.clone(), drawn, steps: plan.steps },
        spent: Spent::of_plan(&site.model, &site.hints, &exchanges, plan.skipped),
        history: History { header: header(site, endpoint.name(), number), exchanges },
        findings: plan.eyes.findings,
        excesses: plan.eyes.excesses,
        tally: plan.eyes.judge.tally().clone(),
        stop,
        left,
    })
}

/// Runs a recorded plan alone.
///
/// # Errors
/// If an expression of the suite fails on valid input.
pub async fn retrace(site: &Site<'_>, plan: &Plan, number: u64, listener: &mut dyn Listener) -> Result<Driven, Fault> {
    let share = Share::new(site, site.limits, listener);
    again(&share, plan, number, site.limits.for_plan()).await
}

/// Runs a recorded plan concurrently with the other plans of the campaign.
///
/// # Errors
/// As [`retrace`].
pub(super) async fn again(share: &Share<'_>, plan: &Plan, number: u64, limits: Limits) -> Result<Driven, Fault> {
    let mut chooser = Recorded::new(plan.steps.clone());
    drive(share, &mut chooser, number, plan.drawn, limits).await
}

/// A plan while its steps are chosen and carried out.
struct PlanRun<'a, 's> {
    share: &'a Share<'s>,
    context: &'a Context<'a>,
    number: u64,
    run: Run,
    eyes: Eyes,
    steps: Vec<Step>,
    handles: Handles,
    limits: PlanLimits,
    /// Number of resources that creates with an unknown result may have created.
    uncertain: usize,
    /// Number of steps that were not sent.
    skipped: u64,
    /// Number of exchanges that were emitted.
    told: usize,
}

impl<'a, 's> PlanRun<'a, 's> {
    fn new(
        share: &'a Share<'s>,
        context: &'a Context<'a>,
        number: u64,
        tracked: Option<&(&Keeper, Living)>,
    ) -> PlanRun<'a, 's> {
        let site = share.site;
        let mut eyes = Eyes::new(site.model.clone(), site.schemas.clone(), number, site.bounds);
        eyes.first_only = context.limits.first_only;
        PlanRun {
            share,
            context,
            number,
            run: Run::begin(match tracked {
                Some((keeper, living)) => keeper.journal(living),
                None => Box::new(NoJournal),
            }),
            eyes,
            steps: Vec::new(),
            handles: Handles::default(),
            limits: site.plan_limits.clone(),
            uncertain: 0,
            skipped: 0,
            told: 0,
        }
    }

    /// Chooses and carries out steps until the chooser ends the plan (`None`) or the plan must stop.
    async fn run_steps(&mut self, chooser: &mut dyn Chooser) -> Option<Stop> {
        loop {
            let before = self.eyes.judge.belief.clone();
            let mut step = self.choose_step(chooser, &before)?;
            if let Err(stop) = self.reserve_places(&before, &step) {
                return Some(stop);
            }
            let end = match self.carry_out_step(&mut step).await {
                Ok(end) => end,
                Err(stop) => return Some(stop),
            };
            self.record_step(&before, step);
            if self.eyes.fault.is_some() {
                return None;
            }
            if let Err(stop) = end {
                return Some(stop);
            }
            if self.context.limits.first_only && !self.eyes.findings.is_empty() {
                return None;
            }
        }
    }

    /// The next step; `None` at the end of the plan.
    fn choose_step(&mut self, chooser: &mut dyn Chooser, before: &Belief) -> Option<Step> {
        let site = self.share.site;
        let room = self.share.room(self.number).saturating_sub(self.uncertain);
        self.limits.live_max = room.min(site.plan_limits.live_max);
        let mut step = chooser.next(&Situation {
            model: &site.model,
            schemas: &site.schemas,
            belief: before,
            handles: &self.handles,
            steps: &self.steps,
            requests: self.told as u64,
            pages: &self.eyes.pages,
            coverage: &self.share.coverage.borrow(),
            limits: &self.limits,
        })?;
        let gone = |id: &Id| before.possibilities(id).iter().all(|held| held.thing.life == Life::Gone);
        if !site.setup.is_empty() && before.ids().all(gone) {
            complete(&mut step, &site.setup);
        }
        Some(step)
    }

    /// Reserves the live resources of a step. A create of several resources counts as one resource until the
    /// response tells the number.
    fn reserve_places(&self, before: &Belief, step: &Step) -> Result<(), Stop> {
        let site = self.share.site;
        let alive = alive(before, &site.hints) + self.uncertain;
        self.share.reserve(self.number, alive, places(&site.model, &site.hints, step))
    }

    /// Carries out a step, and emits its exchanges. The outer error prevents the step; the inner error
    /// stops the plan after the step.
    async fn carry_out_step(&mut self, step: &mut Step) -> Result<Result<StepEnd, Stop>, Stop> {
        let provocations = &self.share.site.provoke;
        let provocation = provocations
            .get(&step.operation)
            .filter(|provocation| provocation.falls_on(&json!([step.births, step.path, step.body])));
        begun(provocation, step).await?;
        let end = carry_out(self.context, step, self.steps.len(), &mut self.run, &mut self.eyes).await;
        let end = over(provocation, end).await;
        if matches!(end, Ok(StepEnd::Skipped(_))) {
            self.skipped += 1;
        }
        for exchange in &self.run.exchanges[self.told..] {
            self.share.tell(&Event::Exchanged { plan: self.number, exchange });
        }
        self.told = self.run.exchanges.len();
        Ok(end)
    }

    /// Records a step that was carried out: ids of handles, coverage, and the step itself.
    fn record_step(&mut self, before: &Belief, step: Step) {
        let site = self.share.site;
        let index = self.steps.len();
        let ending = self.eyes.ending(index).unwrap_or(Ending::Open);
        let earlier = self.handles.clone();
        let created = |name: &String| step.births.values().flatten().any(|born| born == name);
        let born: BTreeMap<String, String> = self
            .run
            .ids
            .iter()
            .filter(|(name, _)| created(name))
            .map(|(name, id)| (name.clone(), id.clone()))
            .collect();
        self.handles.note(&site.model, &step, &born, ending);
        // A later response may have told the id of an earlier handle.
        self.run.ids.iter().for_each(|(name, id)| self.handles.bind(name, id));
        if self.eyes.ending(index) == Some(Ending::Open) && born.is_empty() {
            self.uncertain += places(&site.model, &site.hints, &step);
        }
        // The coverage of the campaign must not influence the coverage of the step.
        let untouched = Coverage::default();
        let situation = Situation {
            model: &site.model,
            schemas: &site.schemas,
            belief: before,
            handles: &earlier,
            steps: &self.steps,
            requests: self.told as u64,
            pages: &self.eyes.pages,
            coverage: &untouched,
            limits: &site.plan_limits,
        };
        cover(&mut self.share.coverage.borrow_mut(), &situation, &site.hints, &step, ending);
        self.steps.push(step);
    }

    /// Deletes the resources of the plan, and returns the leftovers.
    async fn clean_up(&mut self, tracked: Option<&(&Keeper, Living)>) -> Vec<Left> {
        let Some((keeper, living)) = tracked else { return Vec::new() };
        let belief = self.eyes.fault.is_none().then_some(&self.eyes.judge.belief);
        let cleanup = self.share.site.cleanup(self.context);
        clean(&cleanup, (keeper, living), &self.steps, &mut self.run, belief).await
    }
}

fn header(site: &Site<'_>, endpoint: &str, plan: u64) -> Header {
    let suite = &site.model.suite;
    let pools = suite
        .pools
        .iter()
        .map(|(name, values)| (name.clone(), values.iter().filter_map(crate::expr::Val::to_json).collect()));
    Header {
        format: HISTORY_FORMAT,
        suite: suite.name.clone(),
        suite_digest: suite.digest.clone(),
        endpoint: endpoint.to_string(),
        today: site.model.today.clone(),
        pools: pools.collect(),
        settle_percent: site.bounds.settle_percent,
        plan,
    }
}
