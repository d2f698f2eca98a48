//! Judges every exchange while a plan is carried out, and picks the resources to poll.

use super::ending_deviation::EndingDeviation;
use super::poll_reads::PollReadSelection;
use super::transition_times::{TransitionTimer, TransitionTimes};
use crate::history::{Call, CallCause, Exchange};
use crate::model::{
    BeliefLimits, ClauseId, ExceededLimit, Existence, InterpretedExchange, Model, OutcomeKind, PossibleResource,
    ResourceId, classify_call_input, read_pages,
};
use crate::oracle::{Finding, Judge};
use crate::plan::{LastListPage, StepOutcome};
use crate::plan_execution::{DeferredId, ExchangeInterpreter, FoundIds};
use crate::schema::{CompiledCatalog, InputClass};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// Judges exchanges while a plan is carried out, and tells the runner which resources are not settled.
pub struct OnlineJudge {
    /// The judge, with the belief.
    pub judge: Judge,
    /// Deviations so far.
    pub findings: Vec<Finding>,
    /// Calls after which the belief exceeded its bound.
    pub excesses: Vec<ExceededLimit>,
    model: Arc<Model>,
    schemas: Arc<CompiledCatalog>,
    steps: BTreeMap<usize, SentStep>,
    reads: PollReadSelection,
    /// Number of polls by step.
    polls: BTreeMap<usize, u64>,
    /// Whether a resource might have been settled when the last read showed the resource. Later the resource
    /// may have changed unseen, so that the present possible states tell less.
    still: BTreeMap<ResourceId, bool>,
    /// The step and the `about` name of each resource with a stand-in for an unknown id.
    stand_ins: BTreeMap<ResourceId, (usize, String)>,
    /// The last page of each list, by operation.
    pub pages: BTreeMap<String, LastListPage>,
    transition_timer: TransitionTimer,
    settle_percent: u32,
    /// The deviation that ends the plan, and with it polling.
    pub ending_deviation: EndingDeviation,
}

/// Time from the bound to the last poll, so that rounding cannot make the poll early.
const LAST_POLL_DELAY: Duration = Duration::from_millis(10);

/// A step that was sent.
struct SentStep {
    /// Number of the exchange.
    exchange: u64,
    binding: String,
    /// Whether the operation changes resources.
    changes: bool,
    /// Resources that the call named, created, or may have changed.
    resources: BTreeSet<ResourceId>,
    /// The clauses that started the transitions of these resources.
    transition_causes: BTreeSet<ClauseId>,
    ending: StepOutcome,
}

impl OnlineJudge {
    /// A judge for one plan.
    #[must_use]
    pub fn new(model: Arc<Model>, schemas: Arc<CompiledCatalog>, plan: u64, bounds: BeliefLimits) -> OnlineJudge {
        let judge = Judge::new(model.clone(), schemas.clone(), plan, bounds);
        OnlineJudge {
            judge,
            findings: Vec::new(),
            excesses: Vec::new(),
            reads: PollReadSelection::new(model.clone(), schemas.clone()),
            model,
            schemas,
            steps: BTreeMap::new(),
            polls: BTreeMap::new(),
            still: BTreeMap::new(),
            stand_ins: BTreeMap::new(),
            pages: BTreeMap::new(),
            transition_timer: TransitionTimer::default(),
            settle_percent: bounds.settle_percent,
            ending_deviation: EndingDeviation::None,
        }
    }

    /// Resources that were seen as they would be after their transition, and of which only the passing of the bound tells
    /// whether the transition has ended. `now_ms` is the time since the start of the plan.
    #[must_use]
    pub fn list_awaiting_bound(&self, now_ms: u64) -> BTreeSet<ResourceId> {
        let belief = &self.judge.belief;
        let still = self.still.iter().filter(|(_, still)| **still).map(|(id, _)| id);
        still.filter(|id| !belief.is_settled(id) && self.is_within_bound(id, now_ms)).cloned().collect()
    }

    /// Whether a possible state of a resource has a transition whose bound has not passed.
    fn is_within_bound(&self, id: &ResourceId, now_ms: u64) -> bool {
        let percent = u64::from(self.settle_percent);
        let bound_ms = self.model.resource_kind(id).settles_ms.saturating_mul(percent) / 100;
        let begun = |held: &Arc<PossibleResource>| {
            held.state.transition.as_ref().map(|motion| motion.since).max(held.state.undetermined_since)
        };
        self.judge.belief.list_states(id).iter().filter_map(begun).any(|since| now_ms <= since.saturating_add(bound_ms))
    }

    /// Ids of the clauses that had started the transitions of the resources of a step when the response came.
    #[must_use]
    pub fn list_transition_causes(&self, step: usize) -> Vec<&str> {
        let causes = self.steps.get(&step).into_iter().flat_map(|stepped| &stepped.transition_causes);
        causes.map(|clause| self.model.clause_info(*clause).id.as_str()).collect()
    }

    /// Notes the clauses that started the transitions of the resources of a step.
    fn note_transition_causes(&mut self, exchange: &Exchange) {
        let Some(stepped) = self.steps.get_mut(&exchange.step).filter(|_| exchange.cause != CallCause::Poll) else {
            return;
        };
        let belief = &self.judge.belief;
        for id in &stepped.resources {
            for held in belief.list_states(belief.resolve_id(id)).iter().filter(|held| held.state.transition.is_some())
            {
                let causes = held.state.origin.iter().flat_map(|via| via.0.iter());
                stepped.transition_causes.extend(causes.map(|(clause, _)| *clause));
            }
        }
    }

    /// Takes the measured times of transitions.
    pub fn take_transition_times(&mut self) -> TransitionTimes {
        std::mem::take(&mut self.transition_timer.finished)
    }

    /// Judges the calls of a race, after the last of them.
    pub fn close_race(&mut self) {
        let seen = self.judge.close_race();
        self.findings.extend(seen.findings);
        self.excesses.extend(seen.excess);
        // What was seen before the race tells nothing about the time after it.
        self.still.clear();
    }

    /// The kind of the outcome of a step; `None` if the step was not sent.
    #[must_use]
    pub fn find_step_outcome(&self, step: usize) -> Option<StepOutcome> {
        self.steps.get(&step).map(|stepped| stepped.ending)
    }

    /// Whether the deviation that ends the plan was found.
    #[must_use]
    pub fn shows_ending_deviation(&self) -> bool {
        self.ending_deviation.is_among(&self.findings)
    }

    /// Notes the resources and the outcome of an exchange that is no poll.
    fn note_exchange(&mut self, interpreted: &InterpretedExchange<'_>) {
        let InterpretedExchange { exchange, call: asked, reply: heard } = interpreted;
        if exchange.cause == CallCause::Poll {
            return;
        }
        let mut touched: BTreeSet<ResourceId> =
            asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten().cloned()).collect();
        let about = &self.model.operations[&exchange.call.operation].about;
        for (index, ids) in asked.read_created_ids(&self.model, heard) {
            if about[index].told_by.is_some() {
                let stand_in = |id: &ResourceId| (id.clone(), (exchange.step, about[index].name.clone()));
                self.stand_ins.extend(ids.iter().map(stand_in));
            }
            touched.extend(ids);
        }
        if let Some(page) = read_pages(&self.model, asked, heard).pop() {
            self.pages.insert(exchange.call.operation.clone(), LastListPage { step: exchange.step, next: page.next });
        }
        let ending = match heard {
            OutcomeKind::Success(..) => StepOutcome::Accepted,
            OutcomeKind::Refusal(_) => StepOutcome::Refused,
            _ => StepOutcome::Open,
        };
        let stepped = SentStep {
            exchange: exchange.number,
            binding: exchange.call.binding.clone(),
            changes: self.model.operations[&exchange.call.operation].changes,
            resources: touched,
            transition_causes: BTreeSet::new(),
            ending,
        };
        self.steps.insert(exchange.step, stepped);
    }

    /// Resources that the call may change without naming them, each with whether the resource is settled.
    fn find_unnamed_resources(&self, exchange: &Exchange) -> Vec<(ResourceId, bool)> {
        let kinds = &self.model.operations[&exchange.call.operation].affects_unnamed;
        if exchange.cause == CallCause::Poll || kinds.is_empty() {
            return Vec::new();
        }
        let belief = &self.judge.belief;
        let of_kind = belief.ids().filter(|id| kinds.contains(&usize::from(id.kind)));
        of_kind.map(|id| (id.clone(), belief.is_settled(id))).collect()
    }

    /// Adds resources that the call may have changed without naming them to the resources of the step.
    fn note_unnamed_changes(&mut self, exchange: &Exchange, resting: Vec<(ResourceId, bool)>) {
        let Some(stepped) = self.steps.get_mut(&exchange.step).filter(|stepped| stepped.ending != StepOutcome::Refused)
        else {
            return;
        };
        let belief = &self.judge.belief;
        let clauses = &self.model.operations[&exchange.call.operation].clauses;
        let by_this = |held: &Arc<PossibleResource>| {
            held.state
                .origin
                .as_ref()
                .is_some_and(|via| clauses.iter().any(|clause| via.find_outcome(*clause).is_some()))
        };
        for (id, rested) in resting {
            if (rested && !belief.is_settled(&id)) || belief.list_states(&id).iter().any(by_this) {
                self.still.remove(&id);
                stepped.resources.insert(id);
            }
        }
    }

    /// Updates `still` for the resources that an exchange named or listed.
    fn update_settled_evidence(&mut self, interpreted: &InterpretedExchange<'_>) {
        let InterpretedExchange { call: asked, reply: heard, .. } = interpreted;
        let operation = &self.model.operations[&asked.operation];
        let named = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten());
        let in_list = self.judge.belief.ids().filter(|id| self.reads.is_whole_list(&operation.id, id.kind));
        let shown: Vec<ResourceId> = named.chain(in_list).map(|id| self.judge.belief.resolve_id(id).clone()).collect();
        for id in shown {
            if operation.changes {
                self.still.remove(&id);
            } else if matches!(heard, OutcomeKind::Success(..)) {
                self.still.insert(id.clone(), self.judge.belief.may_be_settled(&id));
            }
        }
    }

    /// The resources of a step to poll: resources that may be in transition or undetermined, resources in the
    /// same factors, and, after an accepted change, resources that no later exchange has shown.
    ///
    /// The chooser decides when to read resources that a refused call must not have changed.
    fn find_unsettled(&self, step_index: usize) -> Vec<&ResourceId> {
        let enough = self.shows_ending_deviation();
        let Some(stepped) = self.steps.get(&step_index).filter(|_| !enough) else { return Vec::new() };
        let belief = &self.judge.belief;
        let acted = stepped.changes && stepped.ending != StepOutcome::Refused;
        let told = |id: &ResourceId| {
            belief
                .find_id_source(id)
                .is_none_or(|teller| !belief.is_settled(teller) || belief.last_observed(teller).is_none())
        };
        let unseen = |id: &ResourceId| acted && belief.last_observed(id).is_none_or(|seen| seen <= stepped.exchange);
        // A resource that must be gone because a job ended must be read once.
        let exists = |id: &&ResourceId| {
            let possible = belief.list_states(id);
            let gone = possible.iter().all(|held| held.state.existence == Existence::Gone);
            !possible.is_empty() && (!gone || (unseen(id) && belief.find_id_source(id).is_none())) && told(id)
        };
        let restless = |id: &&ResourceId| exists(id) && (!belief.is_settled(id) || unseen(id));
        let mut ids: Vec<&ResourceId> =
            stepped.resources.iter().map(|id| belief.resolve_id(id)).filter(restless).collect();
        // A job of an earlier step may change further resources until the job ends.
        let moving: Vec<&ResourceId> = ids.iter().copied().filter(|id| !belief.is_settled(id)).collect();
        let tied = belief.factors().iter().filter(|factor| moving.iter().any(|id| factor.ids.contains(id)));
        let others = tied.flat_map(|factor| &factor.ids).filter(|id| exists(id) && !belief.is_settled(id));
        for other in others {
            if !ids.contains(&other) {
                ids.push(other);
            }
        }
        ids
    }

    /// Ids of the resources that the call created, by `about` name. An id that the reply does not tell is absent.
    fn find_created_ids(&self, interpreted: &InterpretedExchange<'_>) -> BTreeMap<String, Vec<String>> {
        let InterpretedExchange { exchange, call: asked, reply: heard } = interpreted;
        let born = asked.read_created_ids(&self.model, heard);
        let about = &self.model.operations[&exchange.call.operation].about;
        born.into_iter()
            .filter(|(index, _)| about[*index].told_by.is_none())
            .map(|(index, ids)| (about[index].name.clone(), ids.into_iter().map(|id| id.id.to_string()).collect()))
            .collect()
    }

    /// Ids of resources whose creates did not tell the id.
    fn find_learned_ids(&self, interpreted: &InterpretedExchange<'_>) -> Vec<DeferredId> {
        let told = self.judge.belief.read_deferred_ids(&interpreted.call, &interpreted.reply);
        told.into_iter()
            .filter_map(|(stand_in, id)| {
                let (step, about) = self.stand_ins.get(&stand_in)?;
                Some(DeferredId { step: *step, about: about.clone(), id: id.id.to_string() })
            })
            .collect()
    }
}

impl ExchangeInterpreter for OnlineJudge {
    fn find_ids(&self, exchange: &Exchange) -> FoundIds {
        // Secrets are not stripped yet: the interpretation is not the one for the judge.
        let interpreted = InterpretedExchange::new(&self.model, exchange, InputClass::Valid);
        FoundIds { created: self.find_created_ids(&interpreted), learned: self.find_learned_ids(&interpreted) }
    }

    fn classify_input(&self, exchange: &mut Exchange) {
        exchange.input = Some(classify_call_input(&self.model, &self.schemas, &exchange.call));
    }

    fn explains_refusal(&self, exchange: &Exchange, status: u16) -> bool {
        let class = classify_call_input(&self.model, &self.schemas, &exchange.call);
        let interpreted = InterpretedExchange::new(&self.model, exchange, class);
        self.judge.belief.may_refuse(&interpreted.call, status)
    }

    fn observe_exchange(&mut self, exchange: &Exchange) {
        let interpreted = self.judge.interpret(exchange);
        self.note_exchange(&interpreted);
        if exchange.overlap.is_some() {
            // The calls of a race are judged together.
            self.judge.observe_interpreted(&interpreted);
            return;
        }
        if exchange.cause == CallCause::Poll {
            *self.polls.entry(exchange.step).or_default() += 1;
        }
        let resting = self.find_unnamed_resources(exchange);
        let seen = self.judge.observe_interpreted(&interpreted);
        self.note_unnamed_changes(exchange, resting);
        self.note_transition_causes(exchange);
        self.findings.extend(seen.findings);
        self.excesses.extend(seen.excess);
        self.update_settled_evidence(&interpreted);
        let nothing = BTreeSet::new();
        let touched = self.steps.get(&exchange.step).map_or(&nothing, |stepped| &stepped.resources);
        self.transition_timer.take_exchange(&self.model, &self.judge.belief, exchange, touched);
    }

    fn list_unsettled_reads(&self, step_index: usize) -> Vec<Call> {
        let Some(stepped) = self.steps.get(&step_index) else { return Vec::new() };
        let looks = self.polls.get(&step_index).copied().unwrap_or(0);
        self.reads.choose_reads(&self.judge.belief, &self.find_unsettled(step_index), &stepped.binding, looks)
    }

    fn is_waiting_for_time(&self, step_index: usize) -> bool {
        self.find_unsettled(step_index).iter().all(|id| self.still.get(id) == Some(&true))
    }

    fn find_bound(&self, step_index: usize) -> Option<Duration> {
        let touched = &self.steps.get(&step_index)?.resources;
        let longest = touched.iter().map(|id| self.model.resource_kind(id).settles_ms).max()?;
        let percent = u64::from(self.settle_percent);
        Some(Duration::from_millis(longest.saturating_mul(percent) / 100) + LAST_POLL_DELAY)
    }
}
