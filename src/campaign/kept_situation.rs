//! The situation that a smaller plan has to keep: the call behind a deviation and the call that shows it, with the clauses
//! that both meet and the resources that exist. The situation of a finding is read from its recorded plan.

use super::conclusion::RecordedFinding;
use super::step_trace::{GONE, ResourceCounts, StepTrace, TracedStep, trace_steps};
use crate::history::{Call, CallCause, Exchange, History};
use crate::model::{BeliefLimits, ClauseId, DifferenceKind, Model, ResourceId};
use crate::oracle::Finding;
use crate::plan::{Plan, Step, StepWait};
use crate::schema::CompiledCatalog;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most resources of one kind and state that a situation keeps before it keeps all.
const FEW_RESOURCES: usize = 2;
/// Most earlier changing calls that are suspected one after the other.
const SUSPECTS_MAX: usize = 2;

/// The plan of a finding up to the step that shows the deviation, and its history.
pub(super) struct DeviatingPlan {
    /// The plan. Where the read of a list after a step shows the deviation, the read is a step of its own.
    pub plan: Plan,
    /// The exchanges up to the deviation.
    pub history: History,
    /// The index of the last step.
    pub last: usize,
}

impl DeviatingPlan {
    /// The plan of a finding. `filled` are the path parameters that the identity provides.
    pub fn read(found: &RecordedFinding, filled: &BTreeSet<String>) -> DeviatingPlan {
        let (mut history, last) = (found.history.load_history(), found.finding.step);
        let mut plan =
            Plan { steps: found.plan.steps.iter().take(last + 1).cloned().collect(), ..(*found.plan).clone() };
        history.exchanges.retain(|exchange| exchange.number <= found.finding.exchange);
        let is_list = |exchange: &&mut Exchange| {
            exchange.cause == CallCause::Poll && exchange.call.path.keys().all(|name| filled.contains(name))
        };
        let Some(exchange) = history.exchanges.last_mut().filter(is_list) else {
            return DeviatingPlan { plan, history, last };
        };
        // Whether a plan polls a list depends on how long its step takes to settle; a step of its own is always sent.
        (exchange.step, exchange.cause) = (last + 1, CallCause::Step);
        let call = Call { path: BTreeMap::new(), ..exchange.call.clone() };
        let settle = StepWait::Poll { after_ms: 0 };
        let (births, setup) = (BTreeMap::new(), Vec::new());
        plan.steps.push(Step { call, births, settle, setup, branch: 0, offset_us: 0 });
        DeviatingPlan { plan, history, last: last + 1 }
    }
}

/// How closely the course of a plan on the mock has to show the situation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// A blamed clause passes at the last step, and no alternative occurred that depends on chance.
    Certain,
    /// A blamed clause applies.
    Possible,
}

/// What a smaller plan has to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeptSituation {
    /// The blamed clauses.
    clauses: BTreeSet<ClauseId>,
    /// The step that showed the deviation.
    last: StepTrace,
    /// The earlier step behind the deviation.
    cause: Option<StepTrace>,
    /// Whether the resources that the calls name keep their states and memories.
    keeps_named: bool,
    /// Another earlier step that may be the cause.
    suspect: Option<StepTrace>,
    /// Resources that have to exist before the last step, at least so many.
    resources: ResourceCounts,
}

impl KeptSituation {
    /// The situations of a finding, from the least that a plan has to keep to the most; empty if the history does not show
    /// the finding. A defect that the clauses of two calls explain shows in the first. Others depend on the state and the
    /// memory of a resource, on a further resource, on an earlier call, or on the number of resources.
    pub(super) fn list_for_finding(
        finding: &Finding,
        shown: &DeviatingPlan,
        model: &Arc<Model>,
        schemas: &Arc<CompiledCatalog>,
        bounds: BeliefLimits,
    ) -> Vec<KeptSituation> {
        let traces = trace_steps(&shown.history, model, schemas, bounds);
        let Some(last) = traces.get(&shown.last) else { return Vec::new() };
        let differing: BTreeSet<&ResourceId> =
            finding.evidence.differences.iter().filter_map(|difference| find_resource_of(&difference.what)).collect();
        let clauses: BTreeSet<ClauseId> = finding.clauses.iter().copied().collect();
        let cause = finding.evidence.blamed.as_ref().map(|call| call.step).filter(|step| *step < shown.last);
        // A refused call changes nothing; it is a cause only if it had to be accepted.
        let is_cause = |trace: &&StepTrace| trace.accepted != Some(false) || !trace.met.is_disjoint(&clauses);
        let least = KeptSituation {
            cause: cause.and_then(|step| traces.get(&step)).map(|step| &step.trace).filter(is_cause).cloned(),
            last: last.trace.clone(),
            clauses,
            keeps_named: false,
            suspect: None,
            resources: last.count_further(&differing),
        };
        let named = KeptSituation { keeps_named: true, ..least.clone() };
        let with = |resources: ResourceCounts| {
            let mut all = named.resources.clone();
            all.extend(resources);
            KeptSituation { resources: all, ..named.clone() }
        };
        let exists = |_: &ResourceId, state: &str| (state != GONE).then_some(None);
        let differs = |id: &ResourceId, state: &str| differing.contains(id).then(|| Some(state.to_string()));
        let in_state = |_: &ResourceId, state: &str| Some(Some(state.to_string()));
        let present = |_: &ResourceId, state: &str| (state != GONE).then(|| Some(state.to_string()));
        let mut situations = vec![least, named.clone(), with(last.count_resources(FEW_RESOURCES, &exists))];
        situations.push(with(last.count_resources(FEW_RESOURCES, &differs)));
        let suspects = traces.range(..shown.last).rev().filter(|(index, step)| {
            Some(**index) != cause
                && step.trace.accepted == Some(true)
                && model.operations[&step.trace.operation].changes
        });
        // Fewer states were possible after the wrong behaviour.
        let narrowing = finding
            .narrowed_by
            .as_ref()
            .and_then(|(number, _)| shown.history.exchanges.iter().find(|exchange| exchange.number == *number));
        let narrowing = narrowing.and_then(|exchange| traces.get_key_value(&exchange.step));
        let suspects =
            narrowing.filter(|(index, _)| **index < shown.last && Some(**index) != cause).into_iter().chain(suspects);
        for (_, suspect) in suspects.take(SUSPECTS_MAX) {
            situations.push(KeptSituation { suspect: Some(suspect.trace.clone()), ..named.clone() });
        }
        situations.push(with(last.count_resources(1, &in_state)));
        situations.push(with(last.count_resources(usize::MAX, &present)));
        let mut different: Vec<KeptSituation> = Vec::new();
        for situation in situations {
            if !different.contains(&situation) {
                different.push(situation);
            }
        }
        different
    }

    /// Whether the traces of a plan have the situation at their end.
    pub(super) fn is_kept_in(&self, traces: &BTreeMap<usize, TracedStep>, strictness: Strictness) -> bool {
        let Some((end, step)) = traces.last_key_value() else { return false };
        let keeps_named = |trace: &StepTrace, kept: &StepTrace| !self.keeps_named || trace.named == kept.named;
        let is_earlier = |kept: &StepTrace| {
            traces.range(..end).any(|(_, TracedStep { trace, .. })| {
                trace.is_same_call(kept)
                    && trace.accepted == kept.accepted
                    && trace.met.is_superset(&kept.met)
                    && keeps_named(trace, kept)
            })
        };
        // A promise applies to the call that makes it, and a later call shows whether it was kept. The clauses about a whole
        // list do not count as applied where a response contradicts them.
        let is_promised = self.cause.as_ref().is_some_and(|cause| !cause.met.is_disjoint(&self.clauses))
            || self.last.observed.is_disjoint(&self.clauses);
        step.trace.is_same_call(&self.last)
            && keeps_named(&step.trace, &self.last)
            && match strictness {
                Strictness::Certain => !step.trace.passed.is_disjoint(&self.clauses),
                Strictness::Possible => is_promised || !step.trace.observed.is_disjoint(&self.clauses),
            }
            && self.cause.as_ref().is_none_or(is_earlier)
            && self.suspect.as_ref().is_none_or(is_earlier)
            && self.resources.iter().all(|(wanted, least)| step.count_wanted(wanted) >= *least)
    }
}

/// The resource that a difference is about.
fn find_resource_of(what: &DifferenceKind) -> Option<&ResourceId> {
    match what {
        DifferenceKind::Field { resource, .. }
        | DifferenceKind::Listing { resource, .. }
        | DifferenceKind::NotGone { resource, .. }
        | DifferenceKind::Unsettled { resource, .. }
        | DifferenceKind::Derived { resource, .. } => Some(resource),
        DifferenceKind::Outcome { .. }
        | DifferenceKind::Condition { .. }
        | DifferenceKind::Schema(_)
        | DifferenceKind::Input(_)
        | DifferenceKind::Paging { .. } => None,
    }
}
