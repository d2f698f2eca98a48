//! The context in which a planner composes candidate calls: the resources with a handle, and their possible
//! states.

use super::bind::bind_handles;
use super::chooser_input::{ChooserInput, PlanLimits};
use super::handles::PlannedResource;
use super::hints::SuiteHints;
use super::live_count::{count_live_in_belief, counts_as_live};
use super::prediction::CallPrediction;
use super::presence::{ResourcePresence, classify_presence};
use super::resource_traits::ResourceTraits;
use super::step::{Step, StepWait};
use crate::history::Call;
use crate::model::{
    ApplicableClauses, Belief, CallCell, CallView, EvaluationLog, Existence, Factor, Model, PossibleResource,
    PossibleState, ResourceId, ResourceOwner, classify_call_input, classify_cell, close_states, evaluate_clauses,
    find_resource, name_resource_state,
};
use crate::schema::{CompiledCatalog, InputClass};
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// Highest number of possible states for one call; beyond the limit, no prediction is made.
const STATES_MAX: usize = 256;

/// The context for the composition of candidate calls.
pub struct PlanningContext<'a> {
    /// The model of the suite.
    pub model: &'a Model,
    /// The schemas of the catalog.
    pub schemas: &'a CompiledCatalog,
    /// Facts from the expressions of the suite.
    pub hints: &'a SuiteHints,
    /// The limits of the plan.
    pub limits: &'a PlanLimits,
    /// The resources that a call can name.
    pub resources: Rc<[NamedResource]>,
    /// The source of possible states.
    pub source: PossibleStateSource<'a>,
    /// The closed possible states of joint factors, by factor indices.
    closed: RefCell<BTreeMap<Vec<usize>, ClosedStates>>,
    /// By index of the resource: the resource in the first possible state.
    entries: Vec<OnceCell<Option<Arc<PossibleResource>>>>,
    /// By index of the resource: the traits of calls that name the resource or a sibling.
    traits: Vec<OnceCell<ResourceTraits>>,
    live: OnceCell<usize>,
}

/// Possible states, closed under events and stages; `None` beyond the limit.
type ClosedStates = Option<Rc<[PossibleState]>>;

/// A resource that a call can name.
#[derive(Debug, Clone)]
pub struct NamedResource {
    /// The handle.
    pub name: String,
    /// The resource.
    pub id: ResourceId,
    /// The owner.
    pub owner: ResourceOwner,
    /// Existence and settledness.
    pub presence: ResourcePresence,
}

/// The source of possible states.
#[derive(Clone, Copy)]
pub enum PossibleStateSource<'a> {
    /// All possible states of a belief.
    Belief(&'a Belief),
    /// One possible state.
    State(&'a PossibleState),
}

/// A candidate call: the step with handles, and the call with ids.
#[derive(Debug, Clone)]
pub struct CandidateCall {
    /// The step, with handles.
    pub step: Step,
    /// The call as expressions read it.
    pub view: CallView,
    /// The call, with ids.
    pub call: Call,
}

impl<'a> PlanningContext<'a> {
    /// The context of a chooser: every handle with an id.
    #[must_use]
    pub fn from_input(situation: &ChooserInput<'a>, hints: &'a SuiteHints) -> PlanningContext<'a> {
        let actor = |(name, handle): (&String, &PlannedResource)| {
            let id = ResourceId { kind: handle.kind as u16, id: handle.id.clone()? };
            let presence = if situation.awaiting_bound.contains(&id) {
                ResourcePresence::AwaitingBound
            } else {
                classify_presence(situation.belief, &id)
            };
            Some(NamedResource { name: name.clone(), id, owner: handle.owner, presence })
        };
        let resources = situation.handles.iter().filter_map(actor).collect();
        let source = PossibleStateSource::Belief(situation.belief);
        PlanningContext::new((situation.model, situation.schemas), hints, situation.limits, resources, source)
    }

    /// The context of one possible state.
    #[must_use]
    pub fn from_state(
        model: &'a Model,
        schemas: &'a CompiledCatalog,
        hints: &'a SuiteHints,
        limits: &'a PlanLimits,
        actors: Rc<[NamedResource]>,
        world: &'a PossibleState,
    ) -> PlanningContext<'a> {
        PlanningContext::new((model, schemas), hints, limits, actors, PossibleStateSource::State(world))
    }

    fn new(
        (model, schemas): (&'a Model, &'a CompiledCatalog),
        hints: &'a SuiteHints,
        limits: &'a PlanLimits,
        resources: Rc<[NamedResource]>,
        source: PossibleStateSource<'a>,
    ) -> PlanningContext<'a> {
        PlanningContext {
            model,
            schemas,
            hints,
            limits,
            entries: resources.iter().map(|_| OnceCell::new()).collect(),
            traits: resources.iter().map(|_| OnceCell::new()).collect(),
            resources,
            source,
            closed: RefCell::default(),
            live: OnceCell::new(),
        }
    }

    /// A resource in the first possible state.
    #[must_use]
    pub fn find_entry(&self, id: &ResourceId) -> Option<Arc<PossibleResource>> {
        match self.resources.iter().position(|resource| resource.id == *id) {
            Some(index) => self.entries[index].get_or_init(|| self.read_entry(id)).clone(),
            None => self.read_entry(id),
        }
    }

    fn read_entry(&self, id: &ResourceId) -> Option<Arc<PossibleResource>> {
        match self.source {
            PossibleStateSource::Belief(belief) => belief.iter_resource(id).min().cloned(),
            PossibleStateSource::State(world) => find_resource(world, id).cloned(),
        }
    }

    /// Number of live resources.
    #[must_use]
    pub fn count_live(&self) -> usize {
        *self.live.get_or_init(|| match self.source {
            PossibleStateSource::Belief(belief) => count_live_in_belief(belief, self.hints),
            PossibleStateSource::State(_) => {
                let there = |actor: &&NamedResource| {
                    actor.presence != ResourcePresence::Gone && counts_as_live(self.hints, usize::from(actor.id.kind))
                };
                self.resources.iter().filter(there).count()
            }
        })
    }

    /// The traits of the resource at an index of `resources`, from `make` at the first use.
    pub(super) fn resource_traits(&self, index: usize, make: impl FnOnce() -> ResourceTraits) -> &ResourceTraits {
        self.traits[index].get_or_init(make)
    }

    /// The candidate call of a step; `None` if a handle has no id.
    #[must_use]
    pub fn make_candidate_call(&self, step: Step) -> Option<CandidateCall> {
        let call = self.bind_step(&step)?;
        let class = classify_call_input(self.model, self.schemas, &call);
        let view = CallView::new(self.model, &call, class);
        Some(CandidateCall { step, view, call })
    }

    /// The inputs of an incomplete step, with class `Doubtful`.
    #[must_use]
    pub fn draft_call(&self, step: &Step) -> Option<CallView> {
        Some(CallView::new(self.model, &self.bind_step(step)?, InputClass::Doubtful))
    }

    fn bind_step(&self, step: &Step) -> Option<Call> {
        let find_id = |name: &str| {
            let named = self.resources.iter().find(|resource| resource.name == name)?;
            Some(named.id.id.to_string())
        };
        bind_handles(&step.call, &find_id).ok()
    }

    /// The clauses that apply to the call, in each possible state. `None` beyond the limit of possible states.
    #[must_use]
    pub fn predict(&self, call: &CandidateCall) -> Option<CallPrediction> {
        let log = EvaluationLog::discarding();
        let read = |world: &PossibleState| evaluate_clauses(self.model, &call.view, world, &[], &log);
        let readings = match self.source {
            PossibleStateSource::State(world) => vec![read(world)],
            PossibleStateSource::Belief(belief) => {
                let worlds = self.close_factors(belief, &call.view)?;
                let distinct = self.keep_distinct(&call.view, &worlds);
                distinct.into_iter().map(read).collect::<Vec<ApplicableClauses>>()
            }
        };
        (!readings.is_empty()).then_some(CallPrediction(readings))
    }

    /// The cell that a call would fill.
    #[must_use]
    pub fn find_cell(&self, call: &CandidateCall) -> Option<CallCell> {
        let worlds: Rc<[PossibleState]> = match self.source {
            PossibleStateSource::State(world) => Rc::new([world.clone()]),
            PossibleStateSource::Belief(belief) => self.close_factors(belief, &call.view)?,
        };
        classify_cell(self.model, &call.view, &worlds, &self.predict(call)?.0)
    }

    /// Kind and state of a resource, if the resource exists in the first possible state.
    #[must_use]
    pub fn name_resource_state(&self, id: &ResourceId) -> Option<String> {
        let held = self.find_entry(id)?;
        (held.state.existence == Existence::Present).then(|| name_resource_state(self.model, id, &held.state.fields))
    }

    /// One state for each combination of states of the resources that the clauses of a call read, in order.
    fn keep_distinct<'w>(&self, asked: &CallView, worlds: &'w [PossibleState]) -> Vec<&'w PossibleState> {
        if worlds.len() < 2 {
            return worlds.iter().collect();
        }
        let kinds = &self.model.operations[&asked.operation].reads_all;
        let named: BTreeSet<&ResourceId> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
        let is_read =
            |held: &&Arc<PossibleResource>| kinds.contains(&usize::from(held.id.kind)) || named.contains(&held.id);
        let mut seen: BTreeSet<Vec<&Arc<PossibleResource>>> = BTreeSet::new();
        worlds.iter().filter(|world| seen.insert(world.iter().filter(is_read).collect())).collect()
    }

    /// One possible state of the resources of a call.
    #[must_use]
    pub fn find_state(&self, asked: &CallView) -> Option<PossibleState> {
        match self.source {
            PossibleStateSource::State(world) => Some(world.clone()),
            PossibleStateSource::Belief(belief) => self.close_factors(belief, asked)?.first().cloned(),
        }
    }

    /// The possible states of the resources of a call, closed under events and stages.
    fn close_factors(&self, belief: &Belief, asked: &CallView) -> ClosedStates {
        let named: BTreeSet<&ResourceId> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
        let kinds = &self.model.operations[&asked.operation].reads_all;
        let concerned =
            |factor: &Factor| factor.ids.iter().any(|id| named.contains(id) || kinds.contains(&usize::from(id.kind)));
        let places = belief.factors().iter().enumerate().filter(|(_, factor)| concerned(factor));
        let places: Vec<usize> = places.map(|(place, _)| place).collect();
        if let Some(known) = self.closed.borrow().get(&places) {
            return known.clone();
        }
        let worlds = self.join_closed(belief, &places);
        self.closed.borrow_mut().insert(places, worlds.clone());
        worlds
    }

    fn join_closed(&self, belief: &Belief, places: &[usize]) -> ClosedStates {
        let mut closed = Vec::with_capacity(places.len());
        for place in places {
            let factor = &belief.factors()[*place];
            let worlds = close_states(self.model, &factor.states, STATES_MAX, &EvaluationLog::discarding())?;
            closed.push(Factor { ids: factor.ids.clone(), states: worlds, ..Factor::default() });
        }
        Factor::join_factors(closed, STATES_MAX).map(|factor| factor.states.into())
    }
}

/// A step of an operation, without inputs.
#[must_use]
pub fn empty_step(operation: &str, binding: &str) -> Step {
    Step {
        call: Call {
            operation: operation.to_string(),
            binding: binding.to_string(),
            caller: "owner".to_string(),
            ..Call::default()
        },
        births: BTreeMap::new(),
        settle: StepWait::Poll { after_ms: 0 },
        setup: Vec::new(),
        branch: 0,
        offset_us: 0,
    }
}

/// Whether the owner of a resource is the main identity.
#[must_use]
pub fn is_own(actor: &NamedResource) -> bool {
    actor.owner == ResourceOwner::Owner
}
