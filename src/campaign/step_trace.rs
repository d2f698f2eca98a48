//! What each step of a recorded plan met: clauses, and the resources before the step.

use crate::expr::ExprValue;
use crate::history::{CallCause, Exchange, History};
use crate::model::{Belief, BeliefLimits, CallView, ClauseId, Existence, Model, OutcomeKind, ResourceId};
use crate::oracle::Judge;
use crate::schema::{CompiledCatalog, InputClass};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many resources of each kind are in a state; without a state, how many exist. A state is the value of the state
/// field, `gone`, or empty for a kind without states.
pub(super) type ResourceCounts = BTreeMap<(u16, Option<String>), usize>;

/// The clauses that one step met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StepTrace {
    pub operation: String,
    binding: String,
    caller: String,
    /// Whether the call was accepted; `None` if unknown.
    pub accepted: Option<bool>,
    /// The clauses that applied to the call.
    pub met: BTreeSet<ClauseId>,
    /// The clauses that applied to the call or to a poll after it.
    pub observed: BTreeSet<ClauseId>,
    /// The clauses that the response or a poll after it shows to be kept.
    pub passed: BTreeSet<ClauseId>,
    /// Kind, state and memory of the resources that the call names, before the call.
    pub named: BTreeSet<(u16, String, String)>,
}

/// A step of a recorded plan.
pub(super) struct TracedStep {
    pub trace: StepTrace,
    /// The resources that the call names.
    named_ids: Vec<ResourceId>,
    /// The resources before the call.
    resources: Vec<TracedResource>,
}

/// A resource before a step.
struct TracedResource {
    id: ResourceId,
    /// The value of the state field, [`GONE`], or empty for a kind without states.
    state: String,
    /// The numbers and truth values among the remembered values, as text.
    memory: String,
}

/// The state of a resource that does not exist any more.
pub(super) const GONE: &str = "gone";

impl StepTrace {
    /// Whether both steps make the same call, by the same caller.
    pub fn is_same_call(&self, other: &StepTrace) -> bool {
        (&self.operation, &self.binding, &self.caller) == (&other.operation, &other.binding, &other.caller)
    }
}

impl TracedStep {
    /// Counts the resources before the call, up to `most` for each kind and state. `state` gives the state to count, `None`
    /// for any, or nothing for a resource that does not count.
    pub fn count_resources(
        &self,
        most: usize,
        state: &dyn Fn(&ResourceId, &str) -> Option<Option<String>>,
    ) -> ResourceCounts {
        let mut counts = ResourceCounts::new();
        for resource in &self.resources {
            if let Some(state) = state(&resource.id, &resource.state) {
                let count = counts.entry((resource.id.kind, state)).or_default();
                *count = (*count + 1).min(most);
            }
        }
        counts
    }

    /// The number of resources that exist where one with a difference is not among those that the call names.
    pub fn count_further(&self, differing: &BTreeSet<&ResourceId>) -> ResourceCounts {
        let mut counts = ResourceCounts::new();
        let further = differing.iter().filter(|id| !self.named_ids.contains(id));
        for id in further.filter(|id| self.resources.iter().any(|known| known.id == ***id && known.state != GONE)) {
            let named = self.named_ids.iter().filter(|named| named.kind == id.kind).count();
            counts.insert((id.kind, None), named + 1);
        }
        counts
    }

    pub fn count_wanted(&self, (kind, wanted): &(u16, Option<String>)) -> usize {
        let is_wanted = |state: &String| wanted.as_ref().map_or(state != GONE, |wanted| wanted == state);
        self.resources.iter().filter(|known| known.id.kind == *kind && is_wanted(&known.state)).count()
    }
}

/// Judges a history again, and notes the clauses that each step met.
pub(super) fn trace_steps(
    history: &History,
    model: &Arc<Model>,
    schemas: &Arc<CompiledCatalog>,
    bounds: BeliefLimits,
) -> BTreeMap<usize, TracedStep> {
    let mut judge = Judge::new(Arc::clone(model), Arc::clone(schemas), history.header.plan, bounds);
    let mut traces: BTreeMap<usize, TracedStep> = BTreeMap::new();
    for exchange in &history.exchanges {
        let (before, passed_before) = (count_applied(&judge), judge.tally().list_passes());
        let resources = if traces.contains_key(&exchange.step) { Vec::new() } else { list_resources(&judge.belief) };
        judge.observe(exchange);
        let after = count_applied(&judge);
        let grown = after.iter().filter(|(clause, count)| before.get(clause) != Some(count));
        let applied: BTreeSet<ClauseId> = grown.map(|(clause, _)| *clause).collect();
        let passes = judge.tally().list_passes();
        let passed = passes.iter().filter(|(clause, count)| passed_before.get(clause) != Some(count));
        let passed: BTreeSet<ClauseId> = passed.map(|(clause, _)| *clause).collect();
        let step = traces.entry(exchange.step).or_insert_with(|| {
            let named_ids = list_named_ids(model, exchange);
            let named = resources.iter().filter(|resource| named_ids.contains(&resource.id));
            let named = named.map(|known| (known.id.kind, known.state.clone(), known.memory.clone())).collect();
            let trace = StepTrace {
                operation: exchange.call.operation.clone(),
                binding: exchange.call.binding.clone(),
                caller: exchange.call.caller.clone(),
                accepted: None,
                met: BTreeSet::new(),
                observed: BTreeSet::new(),
                passed: BTreeSet::new(),
                named,
            };
            TracedStep { trace, named_ids, resources }
        });
        if exchange.cause != CallCause::Poll {
            step.trace.accepted = match OutcomeKind::classify(&exchange.outcome) {
                OutcomeKind::Success(..) => Some(true),
                OutcomeKind::Refusal(_) => Some(false),
                _ => None,
            };
            step.trace.met.clone_from(&applied);
        }
        step.trace.observed.extend(applied);
        step.trace.passed.extend(passed);
    }
    traces
}

/// How often each clause applied so far.
fn count_applied(judge: &Judge) -> BTreeMap<ClauseId, u64> {
    judge.tally().clauses.iter().map(|(clause, count)| (*clause, count.applied)).collect()
}

/// The resources that a call names.
fn list_named_ids(model: &Model, exchange: &Exchange) -> Vec<ResourceId> {
    let asked = CallView::new(model, &exchange.call, InputClass::Valid);
    asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten().cloned()).collect()
}

/// The resources of a belief, each as its first possibility has it.
fn list_resources(belief: &Belief) -> Vec<TracedResource> {
    let trace = |id: &ResourceId| {
        let held = belief.iter_resource(id).next()?;
        let kind = belief.model().resource_kind(id);
        let index = kind.fields.iter().position(|field| Some(&field.name) == kind.state.as_ref());
        let state = match held.state.existence {
            Existence::Present => index.map(|index| held.state.fields[index].to_string()).unwrap_or_default(),
            Existence::Deleting | Existence::Gone => GONE.to_string(),
        };
        let plain = held.state.memory.iter().filter(|value| matches!(value, ExprValue::Int(_) | ExprValue::Bool(_)));
        let memory = plain.map(|value| format!("{value} ")).collect();
        Some(TracedResource { id: id.clone(), state, memory })
    };
    belief.ids().filter_map(trace).collect()
}
