//! Runs one plan from the first step to the last, and cleans up.

pub(super) mod earlier_steps;

use super::campaign_environment::CampaignEnvironment;
use super::campaign_state::CampaignState;
use super::conclusion::SpentRequests;
use super::ending_deviation::EndingDeviation;
use super::event::{CampaignEvent, CampaignListener};
use super::online_judge::OnlineJudge;
use super::profile_setup::{begin_provocation, complete_body, end_provocation};
use super::shown_exchanges::ShownExchanges;
use crate::cleanup::{Leftover, LiveResourceLedger, PlanMarks, ResourceTracker, clean_up_plan};
use crate::history::{Exchange, FORMAT as HISTORY_FORMAT, HistoryHeader, RecordedHistory};
use crate::limits::Limits;
use crate::model::{Belief, CallCell, ClauseTally, ExceededLimit, Existence, ResourceId};
use crate::oracle::{Finding, RaceRecord};
use crate::plan::{
    Chooser, ChooserInput, Coverage, FORMAT, HandleTable, Plan, PlanLimits, PlanWaits, RecordedChooser, Step,
    StepOutcome, StepWait, count_created, count_live_in_belief, cover_step,
};
use crate::plan_execution::{
    CallMarker, NullJournal, NullMarker, PlanEnvironment, PlanState, StepEnd, StopReason, UnsettledReason,
    carry_out_branches, carry_out_step, split_branches,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The result of one plan.
#[derive(Debug, Clone)]
pub struct PlanResult {
    /// The plan as carried out.
    pub plan: Plan,
    /// The recorded exchanges.
    pub history: RecordedHistory,
    /// Deviations in the order of exchanges.
    pub findings: Vec<Finding>,
    /// Calls after which the belief exceeded its bound.
    pub excesses: Vec<ExceededLimit>,
    /// Counts by clause.
    pub tally: ClauseTally,
    /// Counts of requests.
    pub spent: SpentRequests,
    /// Why the plan stopped before the chooser ended the plan.
    pub stop: Option<StopReason>,
    /// The leftovers of the plan.
    pub leftovers: Vec<Leftover>,
    /// The races of the plan.
    pub races: Vec<RaceRecord>,
    /// The index of the pair of calls that the plan raced; none for a sequential plan.
    pub raced_pair: Option<usize>,
    /// The waits of the plan for bounds.
    pub waits: PlanWaits,
}

/// Runs the steps that a chooser picks, concurrently with the other plans of the campaign.
pub(super) async fn run_plan(
    share: &CampaignState<'_>,
    chooser: &mut dyn Chooser,
    number: u64,
    drawn: Option<(u64, u64)>,
    (limits, ending): (Limits, EndingDeviation),
) -> PlanResult {
    let site = share.env;
    let endpoint = (site.endpoint)(number);
    let tracked = site.tracker.as_ref().map(|keeper| (keeper, keeper.start_plan(&site.model, &site.schemas)));
    let context = PlanEnvironment {
        marker: tracked.as_ref().map_or(&NullMarker as &dyn CallMarker, |(_, living)| &living.marker),
        limits,
        seeds: (site.seed, number),
        ..site.make_environment_outside_plans(endpoint.as_ref())
    };
    let started = site.wall_clock.as_ref().map(|clock| clock());
    let mut plan = RunningPlan::new(share, &context, number, tracked.as_ref());
    if !limits.first_only {
        plan.online_judge.ending_deviation = ending;
    }
    share.register_plan(number);
    let stop = plan.run_steps(chooser).await;
    let left = plan.clean_up(tracked.as_ref()).await;
    share.remove_plan(number, left.len());
    if let Some(stop @ StopReason::Unnamed { .. }) = &stop {
        share.resolve_unnamed(stop, left.len());
    }
    share.note_transition_times(plan.online_judge.take_transition_times());
    let exchanges = plan.plan_state.exchanges;
    let history = plan
        .plan_state
        .recorder
        .finish_history(HistoryHeader { started, ..make_header(site, endpoint.name(), number) });
    let carried_out = Plan { format: FORMAT, suite: site.model.suite.name.clone(), drawn, steps: plan.steps };
    PlanResult {
        plan: carried_out,
        spent: SpentRequests::count_plan(&site.model, &site.hints, &exchanges, plan.skipped),
        history,
        findings: plan.online_judge.findings,
        excesses: plan.online_judge.excesses,
        tally: plan.online_judge.judge.tally().clone(),
        races: plan.online_judge.judge.list_races().to_vec(),
        stop,
        leftovers: left,
        raced_pair: None,
        waits: plan.waits,
    }
}

/// Runs a recorded plan alone.
pub async fn rerun_plan(
    site: &CampaignEnvironment<'_>,
    plan: &Plan,
    number: u64,
    listener: &mut dyn CampaignListener,
) -> PlanResult {
    let share = CampaignState::new(site, site.limits, listener);
    repeat_plan(&share, plan, number, site.limits.for_plan(), EndingDeviation::None).await
}

/// Runs a recorded plan concurrently with the other plans of the campaign.
pub(super) async fn repeat_plan(
    share: &CampaignState<'_>,
    plan: &Plan,
    number: u64,
    limits: Limits,
    ending: EndingDeviation,
) -> PlanResult {
    let mut chooser = RecordedChooser::new(plan.steps.clone());
    run_plan(share, &mut chooser, number, plan.drawn, (limits, ending)).await
}

/// A plan while its steps are chosen and carried out.
struct RunningPlan<'a, 's> {
    state: &'a CampaignState<'s>,
    context: &'a PlanEnvironment<'a>,
    number: u64,
    plan_state: PlanState,
    online_judge: OnlineJudge,
    steps: Vec<Step>,
    handles: HandleTable,
    limits: PlanLimits,
    /// Number of resources that creates with an unknown result may have created.
    uncertain: usize,
    /// The live resources, where the run has to delete what plans create.
    ledger: Option<LiveResourceLedger>,
    /// Number of steps that were not sent.
    skipped: u64,
    /// Number of exchanges of the earlier steps.
    emitted: usize,
    /// The step after a race, which ended the race.
    pending: Option<Step>,
    /// The exchanges of the plan in cells that the coverage has.
    noted_cells: BTreeMap<CallCell, u64>,
    /// The waits for bounds so far.
    waits: PlanWaits,
}

impl<'a, 's> RunningPlan<'a, 's> {
    fn new(
        share: &'a CampaignState<'s>,
        context: &'a PlanEnvironment<'a>,
        number: u64,
        tracked: Option<&(&ResourceTracker, PlanMarks)>,
    ) -> RunningPlan<'a, 's> {
        let site = share.env;
        let mut eyes = OnlineJudge::new(site.model.clone(), site.schemas.clone(), number, site.bounds);
        if context.limits.first_only {
            eyes.ending_deviation = EndingDeviation::Any;
        }
        RunningPlan {
            state: share,
            context,
            number,
            plan_state: PlanState::start_plan(match tracked {
                Some((keeper, living)) => keeper.open_plan_journal(living),
                None => Box::new(NullJournal),
            }),
            online_judge: eyes,
            steps: Vec::new(),
            handles: HandleTable::default(),
            limits: site.plan_limits.for_next_plan(&share.coverage.borrow()),
            uncertain: 0,
            ledger: tracked.map(|_| LiveResourceLedger::new(site.model.clone(), &site.schemas, site.hints.clone())),
            skipped: 0,
            emitted: 0,
            pending: None,
            noted_cells: BTreeMap::new(),
            waits: PlanWaits::default(),
        }
    }

    /// Chooses and carries out steps until the chooser ends the plan (`None`) or the plan must stop.
    async fn run_steps(&mut self, chooser: &mut dyn Chooser) -> Option<StopReason> {
        loop {
            let before = self.online_judge.judge.belief.clone();
            let mut step = match self.pending.take() {
                Some(step) => step,
                None => self.choose_step(chooser, &before)?,
            };
            if step.branch > 0 {
                if let Err(stop) = self.run_race(chooser, &before, step).await {
                    return Some(stop);
                }
                if self.online_judge.shows_ending_deviation() {
                    return None;
                }
                continue;
            }
            if let Err(stop) = self.reserve_places(&before, &step) {
                return Some(stop);
            }
            let end = match self.carry_out_step(&mut step).await {
                Ok(end) => end,
                Err(stop) => return Some(stop),
            };
            self.record_step(&before, step);
            if let Err(stop) = end {
                return Some(stop);
            }
            if self.online_judge.shows_ending_deviation() {
                return None;
            }
        }
    }

    /// Carries out a step with a branch and the steps after it that have one, at once. The calls do not poll, because they
    /// are judged together.
    async fn run_race(&mut self, chooser: &mut dyn Chooser, before: &Belief, first: Step) -> Result<(), StopReason> {
        let mut steps = vec![first];
        while let Some(step) = self.choose_step(chooser, before) {
            if step.branch == 0 {
                self.pending = Some(step);
                break;
            }
            steps.push(step);
        }
        for step in &mut steps {
            step.settle = StepWait::Leave;
        }
        self.reserve_race(before, &steps)?;
        let mut shown = ShownExchanges { judge: &mut self.online_judge, state: self.state, plan: self.number };
        let branches = split_branches(&steps, self.steps.len());
        let ends = carry_out_branches(self.context, &branches, &mut self.plan_state, &mut shown).await;
        self.online_judge.close_race();
        let skipped = |end: &&(usize, StepEnd)| matches!(end.1, StepEnd::Skipped(_));
        self.skipped += ends.iter().flatten().filter(skipped).count() as u64;
        self.state.emit_event(&CampaignEvent::StepEnded { belief: &self.online_judge.judge.belief });
        self.state.note_reply_time(&self.plan_state.exchanges[self.emitted..]);
        let mut named = Ok(());
        for (nth, step) in steps.iter().enumerate() {
            named = named.and(self.note_live_resources_of(step, self.steps.len() + nth));
        }
        self.emitted = self.plan_state.exchanges.len();
        for step in steps {
            self.record_step(before, step);
        }
        ends?;
        named
    }

    /// Reserves the live resources of the calls of a race.
    fn reserve_race(&self, before: &Belief, steps: &[Step]) -> Result<(), StopReason> {
        let site = self.state.env;
        let alive = count_live_in_belief(before, &site.hints) + self.count_unbelieved(before);
        let created = steps.iter().map(|step| count_created(&site.model, &site.hints, step)).sum();
        self.state.reserve_places(self.number, alive, created)
    }

    /// The next step; `None` at the end of the plan.
    fn choose_step(&mut self, chooser: &mut dyn Chooser, before: &Belief) -> Option<Step> {
        let site = self.state.env;
        let room = self.state.count_free_places(self.number).saturating_sub(self.count_unbelieved(before));
        self.limits.live_max = room.min(site.plan_limits.live_max);
        let awaiting_bound = self.list_awaiting_bound();
        self.state.waits.borrow_mut().set_late(self.state.shared_budget.is_late_in_testing());
        let mut step = chooser.next(&ChooserInput {
            model: &site.model,
            schemas: &site.schemas,
            belief: before,
            handles: &self.handles,
            steps: &self.steps,
            requests: self.emitted as u64,
            pages: &self.online_judge.pages,
            coverage: &self.state.coverage.borrow(),
            waits: &self.state.waits.borrow(),
            awaiting_bound: &awaiting_bound,
            limits: &self.limits,
        })?;
        let gone = |id: &ResourceId| before.list_states(id).iter().all(|held| held.state.existence == Existence::Gone);
        if !site.setup.is_empty() && before.ids().all(gone) {
            complete_body(&mut step, &site.setup);
        }
        Some(step)
    }

    /// Resources of which only the passing of their bound tells more; none where waiting costs nothing.
    fn list_awaiting_bound(&self) -> BTreeSet<ResourceId> {
        if self.state.waits.borrow().is_free() {
            return BTreeSet::new();
        }
        self.online_judge.list_awaiting_bound(self.plan_state.elapsed_ms())
    }

    /// Takes the waits and the passes of the last step into the ledger of waits.
    fn note_waits(&mut self, end: Option<&StepEnd>, bound_waits: u64) {
        if self.state.waits.borrow().is_free() {
            return;
        }
        let counts = self.online_judge.judge.tally().clauses.iter();
        let passed = counts.filter(|(_, count)| count.passed > 0).map(|(clause, _)| *clause);
        let model = &self.state.env.model;
        passed.for_each(|clause| self.state.waits.borrow_mut().note_pass(&model.clause_info(clause).id));
        let causes = || self.online_judge.list_transition_causes(self.steps.len());
        if self.plan_state.counts.bound_waits > bound_waits {
            self.state.waits.borrow_mut().note_bound_wait(causes());
            self.waits.note_bound_wait(causes());
        }
        if end == Some(&StepEnd::NotSettled(UnsettledReason::OnlyTimeTells)) {
            self.state.waits.borrow_mut().note_unproven(causes());
            self.waits.note_unproven(causes());
        }
    }

    /// Number of live resources that the belief does not know: creates with an unknown result, and resources that the
    /// belief calls gone although no read has shown their absence after an accepted deletion.
    fn count_unbelieved(&self, before: &Belief) -> usize {
        let believed = count_live_in_belief(before, &self.state.env.hints);
        let counted = self.ledger.as_ref().map_or(0, LiveResourceLedger::count_live);
        self.uncertain.max(counted.saturating_sub(believed))
    }

    /// Reserves the live resources of a step. A create of several resources counts as one resource until the
    /// response tells the number.
    fn reserve_places(&self, before: &Belief, step: &Step) -> Result<(), StopReason> {
        let site = self.state.env;
        let alive = count_live_in_belief(before, &site.hints) + self.count_unbelieved(before);
        self.state.reserve_places(self.number, alive, count_created(&site.model, &site.hints, step))
    }

    /// Carries out a step, and emits its exchanges as they are recorded. The outer error prevents the step; the inner error
    /// stops the plan after the step.
    async fn carry_out_step(&mut self, step: &mut Step) -> Result<Result<StepEnd, StopReason>, StopReason> {
        let provocations = &self.state.env.provoke;
        let provocation = provocations
            .get(&step.call.operation)
            .filter(|provocation| provocation.applies_to(&json!([step.births, step.call.path, step.call.body])));
        begin_provocation(provocation, step, &self.context.cancel).await?;
        let mut shown = ShownExchanges { judge: &mut self.online_judge, state: self.state, plan: self.number };
        let bound_waits = self.plan_state.counts.bound_waits;
        let end = carry_out_step(self.context, step, self.steps.len(), &mut self.plan_state, &mut shown).await;
        self.state.note_transition_times(self.online_judge.take_transition_times());
        self.note_waits(end.as_ref().ok(), bound_waits);
        let end = end_provocation(provocation, end, &self.context.cancel).await;
        if matches!(end, Ok(StepEnd::Skipped(_))) {
            self.skipped += 1;
        }
        self.state.emit_event(&CampaignEvent::StepEnded { belief: &self.online_judge.judge.belief });
        let named = self.note_live_resources(step);
        self.emitted = self.plan_state.exchanges.len();
        Ok(named.and(end))
    }

    /// Takes the exchanges of the step with the next index into the account of live resources.
    fn note_live_resources(&mut self, step: &Step) -> Result<(), StopReason> {
        self.note_live_resources_of(step, self.steps.len())
    }

    /// Takes the exchanges of a step into the account of live resources.
    fn note_live_resources_of(&mut self, step: &Step, index: usize) -> Result<(), StopReason> {
        let Some(ledger) = &mut self.ledger else { return Ok(()) };
        let new = self.plan_state.exchanges[self.emitted..].iter();
        let exchanges: Vec<&Exchange> = new.filter(|exchange| exchange.step == index).collect();
        exchanges.iter().for_each(|exchange| ledger.note_exchange(step, exchange));
        let mut unnamed = ledger.unnamed().iter().filter(|create| create.step == index).peekable();
        if unnamed.peek().is_some() {
            return self.state.note_create(false, unnamed.any(|create| create.accepted));
        }
        let told = exchanges.iter().any(|exchange| !exchange.created.is_empty());
        if told { self.state.note_create(true, true) } else { Ok(()) }
    }

    /// Records a step that was carried out: ids of handles, coverage, and the step itself.
    fn record_step(&mut self, before: &Belief, step: Step) {
        let site = self.state.env;
        let index = self.steps.len();
        let ending = self.online_judge.find_step_outcome(index).unwrap_or(StepOutcome::Open);
        let earlier = self.handles.clone();
        let created = |name: &String| step.births.values().flatten().any(|born| born == name);
        let born: BTreeMap<String, String> = self
            .plan_state
            .ids
            .iter()
            .filter(|(name, _)| created(name))
            .map(|(name, id)| (name.clone(), id.clone()))
            .collect();
        self.handles.note_step(&site.model, &step, &born, ending);
        // A later response may have told the id of an earlier handle.
        self.plan_state.ids.iter().for_each(|(name, id)| self.handles.bind_id(name, id));
        if self.online_judge.find_step_outcome(index) == Some(StepOutcome::Open) && born.is_empty() {
            self.uncertain += count_created(&site.model, &site.hints, &step);
        }
        // The coverage of the campaign must not influence the coverage of the step.
        let untouched = Coverage::default();
        let situation = ChooserInput {
            model: &site.model,
            schemas: &site.schemas,
            belief: before,
            handles: &earlier,
            steps: &self.steps,
            requests: self.emitted as u64,
            pages: &self.online_judge.pages,
            coverage: &untouched,
            waits: &self.state.waits.borrow(),
            awaiting_bound: &BTreeSet::new(),
            limits: &site.plan_limits,
        };
        for (cell, filled) in &self.online_judge.judge.tally().cells {
            let noted = self.noted_cells.get(cell).copied().unwrap_or_default();
            if filled.count > noted {
                *self.state.coverage.borrow_mut().cells.entry(cell.clone()).or_default() += filled.count - noted;
                self.noted_cells.insert(cell.clone(), filled.count);
            }
        }
        cover_step(&mut self.state.coverage.borrow_mut(), &situation, &site.hints, &step, ending);
        self.steps.push(step);
    }

    /// Deletes the resources of the plan, and returns the leftovers.
    async fn clean_up(&mut self, tracked: Option<&(&ResourceTracker, PlanMarks)>) -> Vec<Leftover> {
        let Some((keeper, living)) = tracked else { return Vec::new() };
        let belief = &self.online_judge.judge.belief;
        let cleanup = self.state.env.make_cleanup_context(self.context);
        let ledger = self.ledger.as_ref().expect("a tracked plan has a ledger");
        clean_up_plan(&cleanup, (keeper, living), (&self.steps, ledger), &mut self.plan_state, belief).await
    }
}

fn make_header(site: &CampaignEnvironment<'_>, endpoint: &str, plan: u64) -> HistoryHeader {
    let suite = &site.model.suite;
    let pools = suite
        .pools
        .iter()
        .map(|(name, values)| (name.clone(), values.iter().filter_map(crate::expr::ExprValue::to_json).collect()));
    HistoryHeader {
        format: HISTORY_FORMAT,
        suite: suite.name.clone(),
        suite_digest: suite.digest.clone(),
        endpoint: endpoint.to_string(),
        today: site.model.today.clone(),
        pools: pools.collect(),
        settle_percent: site.bounds.settle_percent,
        plan,
        started: None,
        shortened: false,
        omitted: 0,
        earlier_resources: false,
    }
}
