//! The changes of state that a suite permits, one resource at a time.
//!
//! The search follows the effects of clauses and events from a created resource, through pairs of a state and the values
//! of remembered fields. A guard that reads anything else counts as possible, so that no permitted change is missing, and a
//! change may be listed that other clauses exclude.

use super::partial_call::{ConditionTruth, PartialCall};
use super::types::{
    Clause, ClauseDecision, ClauseOperations, Effect, EffectTarget, EffectValue, Event, IdExpression, ResourceKind,
    StageExpression, Suite,
};
use crate::expr::{Expr, ExprValue};
use std::collections::{BTreeSet, VecDeque};

/// Most pairs of a state and remembered values; beyond, remembered values count as unknown.
const PAIRS_MAX: usize = 500;
/// Most combinations of remembered values after one call.
const CHOICES_MAX: usize = 16;

/// One way for a resource to change its state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StateChange {
    /// The state before; `None` for a resource that the call creates.
    pub from: Option<String>,
    /// The state at the end.
    pub to: StateChangeEnd,
    /// The named states on the way, each of which may be skipped.
    pub through: Vec<String>,
    /// What causes the change.
    pub cause: StateChangeCause,
}

/// The end of a change of state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum StateChangeEnd {
    /// A state of the suite.
    State(String),
    /// The suite leaves the state open.
    Open,
    /// The resource is deleted.
    Gone,
}

/// What causes a change of state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum StateChangeCause {
    /// A call to the operation, by the effect of the clause.
    Call {
        /// Id of the operation.
        operation: String,
        /// Id of the clause.
        clause: String,
    },
    /// The event of this id, without a call.
    Event(String),
}

/// All changes of state of a resource kind, sorted. Empty for a resource kind without states.
#[must_use]
pub fn list_state_changes(suite: &Suite, resource: usize) -> Vec<StateChange> {
    let kind = &suite.resources[resource];
    let Some(field) = kind.state.as_deref() else { return Vec::new() };
    let mut search = ChangeSearch {
        suite,
        resource,
        kind,
        field,
        found: BTreeSet::new(),
        seen: BTreeSet::new(),
        open: VecDeque::new(),
    };
    search.visit_calls(None);
    search.follow_changes();
    // States that no followed change reaches, such as the states of a resource that no call creates.
    for state in &kind.stable {
        if !search.seen.iter().any(|pair| pair.state == *state) {
            search.add_pair(state.clone(), vec![ExprValue::Unknown; kind.remembers.len()], true);
            search.follow_changes();
        }
    }
    search.found.into_iter().collect()
}

/// A resource as far as the search tells resources apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct StatePair {
    state: String,
    remembered: Vec<ExprValue>,
    /// Whether calls can find the resource settled in this state; else only events apply.
    settled: bool,
}

struct ChangeSearch<'a> {
    suite: &'a Suite,
    resource: usize,
    kind: &'a ResourceKind,
    field: &'a str,
    found: BTreeSet<StateChange>,
    seen: BTreeSet<StatePair>,
    open: VecDeque<StatePair>,
}

/// An outcome of a clause: the main one, or an alternative.
#[derive(Clone, Copy)]
struct ClauseWay<'a> {
    when: Option<&'a Expr>,
    then: &'a [Effect],
}

impl<'a> ChangeSearch<'a> {
    fn follow_changes(&mut self) {
        while let Some(pair) = self.open.pop_front() {
            if pair.settled {
                self.visit_calls(Some(&pair));
            }
            self.visit_events(&pair);
        }
    }

    fn add_pair(&mut self, state: String, remembered: Vec<ExprValue>, settled: bool) {
        let full = self.seen.len() >= PAIRS_MAX;
        let remembered = if full { vec![ExprValue::Unknown; remembered.len()] } else { remembered };
        let pair = StatePair { state, remembered, settled };
        if self.seen.insert(pair.clone()) {
            self.open.push_back(pair);
        }
    }

    /// Takes each clause that may change the state of the resource, or that may create the resource.
    fn visit_calls(&mut self, before: Option<&StatePair>) {
        let (suite, field) = (self.suite, self.field);
        for clause in suite.clauses.iter().filter(|clause| matches!(clause.decision, ClauseDecision::Accept(_))) {
            for operation in list_described_operations(suite, clause) {
                for way in list_ways(clause) {
                    for effect in way.then.iter().filter(|effect| effect.field == field) {
                        self.visit_effect(before, (clause, operation), way, effect);
                    }
                }
            }
        }
    }

    fn visit_effect(
        &mut self,
        before: Option<&StatePair>,
        (clause, operation): (&'a Clause, &'a str),
        way: ClauseWay<'a>,
        effect: &'a Effect,
    ) {
        let Some((name, creates)) = self.find_target(operation, effect) else { return };
        if creates == before.is_some() {
            return;
        }
        let call = self.describe_call(operation, name, before);
        let condition = effect.target.get_selection().map(|each| &each.condition);
        let guards = [clause.when.as_ref(), way.when, condition];
        if guards.iter().any(|guard| call.evaluate_guard(self.suite, *guard) == ConditionTruth::False) {
            return;
        }
        let from = before.map(|pair| pair.state.clone());
        for remembered in self.change_remembered((before, &call), (clause, operation), way, name) {
            let cause = StateChangeCause::Call { operation: operation.to_string(), clause: clause.id.clone() };
            self.record_change(from.clone(), effect, &call, cause, remembered);
        }
    }

    /// The name of the resource in expressions, and whether the call creates it, if the effect changes this kind.
    fn find_target(&self, operation: &str, effect: &'a Effect) -> Option<(&'a str, bool)> {
        match &effect.target {
            EffectTarget::Each(each) => (each.resource == self.resource).then_some((each.name.as_str(), false)),
            EffectTarget::Named(name) => {
                let about = self.suite.about.get(operation)?.iter().find(|about| about.name == *name)?;
                let creates = matches!(about.binding, IdExpression::New(_));
                (about.resource == self.resource).then_some((name.as_str(), creates))
            }
        }
    }

    /// A valid call of the owner, with what the pair tells about the resource.
    fn describe_call(&self, operation: &str, name: &str, before: Option<&StatePair>) -> PartialCall {
        let call = PartialCall::new_owner_call().with_value("op", &[], operation.into());
        let Some(pair) = before else { return call };
        let call = call.with_value(name, &["rest"], ExprValue::Bool(true));
        self.add_pair_values(call, name, pair)
    }

    fn add_pair_values(&self, call: PartialCall, name: &str, pair: &StatePair) -> PartialCall {
        let call = call.with_value(name, &[self.field], pair.state.as_str().into());
        let values = self.kind.remembers.iter().zip(&pair.remembered);
        values.fold(call, |call, ((field, _), value)| call.with_value(name, &[field], value.clone()))
    }

    /// Each combination of remembered values after the call: by the clause itself, else by the other clauses that accept
    /// the call, of which some may apply.
    fn change_remembered(
        &self,
        (before, call): (Option<&StatePair>, &PartialCall),
        (clause, operation): (&Clause, &str),
        way: ClauseWay<'_>,
        name: &str,
    ) -> Vec<Vec<ExprValue>> {
        let others = self.suite.clauses.iter().filter(|other| {
            let accepts = matches!(other.decision, ClauseDecision::Accept(_)) && other.id != clause.id;
            accepts && list_described_operations(self.suite, other).contains(&operation)
        });
        let others: Vec<(&Clause, ConditionTruth)> = others
            .map(|other| (other, call.evaluate_guard(self.suite, other.when.as_ref())))
            .filter(|(_, truth)| *truth != ConditionTruth::False)
            .collect();
        let list_values = |(index, (field, first)): (usize, &(String, ExprValue))| -> BTreeSet<ExprValue> {
            if let Some(own) = find_effect(way.then, name, field) {
                return [self.evaluate_effect(own, call)].into();
            }
            let changed: Vec<(&Effect, ConditionTruth)> = others
                .iter()
                .filter_map(|(other, truth)| Some((find_effect(&other.then, name, field)?, *truth)))
                .collect();
            let mut values: BTreeSet<ExprValue> =
                changed.iter().map(|(effect, _)| self.evaluate_effect(effect, call)).collect();
            if !changed.iter().any(|(_, truth)| *truth == ConditionTruth::True) {
                values.insert(before.map_or_else(|| first.clone(), |pair| pair.remembered[index].clone()));
            }
            values
        };
        combine_values(&self.kind.remembers.iter().enumerate().map(list_values).collect::<Vec<_>>())
    }

    fn evaluate_effect(&self, effect: &Effect, call: &PartialCall) -> ExprValue {
        match &effect.value {
            EffectValue::Expr(expr) => call.evaluate_expression(self.suite, expr).unwrap_or(ExprValue::Unknown),
            _ => ExprValue::Unknown,
        }
    }

    fn visit_events(&mut self, pair: &StatePair) {
        let (suite, field, resource) = (self.suite, self.field, self.resource);
        for event in suite.events.iter().filter(|event| event.resource == resource) {
            for effect in event.then.iter().filter(|effect| effect.field == field) {
                self.visit_event(pair, event, effect);
            }
        }
    }

    fn visit_event(&mut self, pair: &StatePair, event: &Event, effect: &Effect) {
        let call = self.add_pair_values(PartialCall::default(), &self.kind.name, pair);
        if call.evaluate_guard(self.suite, event.when.as_ref()) == ConditionTruth::False {
            return;
        }
        let change = |(index, (field, _)): (usize, &(String, ExprValue))| {
            let effect = event.then.iter().find(|effect| effect.field == *field);
            effect.map_or_else(|| pair.remembered[index].clone(), |effect| self.evaluate_effect(effect, &call))
        };
        let remembered = self.kind.remembers.iter().enumerate().map(change).collect();
        let cause = StateChangeCause::Event(event.id.clone());
        self.record_change(Some(pair.state.clone()), effect, &call, cause, remembered);
    }

    fn record_change(
        &mut self,
        from: Option<String>,
        effect: &Effect,
        call: &PartialCall,
        cause: StateChangeCause,
        remembered: Vec<ExprValue>,
    ) {
        let stages: Vec<StateChangeEnd> = match &effect.value {
            EffectValue::Transition(stages) => stages.iter().map(|stage| name_stage(self.suite, stage, call)).collect(),
            EffectValue::Expr(_) | EffectValue::Anything => vec![StateChangeEnd::Open],
        };
        let Some((last, way)) = stages.split_last() else { return };
        let named = |stage: &StateChangeEnd| match stage {
            StateChangeEnd::State(state) => Some(state.clone()),
            StateChangeEnd::Open | StateChangeEnd::Gone => None,
        };
        let through: Vec<String> = way.iter().filter_map(named).collect();
        for state in &through {
            self.add_pair(state.clone(), remembered.clone(), false);
        }
        if let StateChangeEnd::State(state) = last {
            self.add_pair(state.clone(), remembered, true);
        }
        self.found.insert(StateChange { from, to: last.clone(), through, cause });
    }
}

fn name_stage(suite: &Suite, stage: &StageExpression, call: &PartialCall) -> StateChangeEnd {
    match stage {
        StageExpression::State(state) => StateChangeEnd::State(state.clone()),
        StageExpression::Expr(expr) => match call.evaluate_expression(suite, expr) {
            Some(ExprValue::Str(state)) => StateChangeEnd::State(state.to_string()),
            _ => StateChangeEnd::Open,
        },
        StageExpression::Anything => StateChangeEnd::Open,
        StageExpression::Gone => StateChangeEnd::Gone,
    }
}

/// The operations of a clause about which the suite names resources.
fn list_described_operations<'a>(suite: &'a Suite, clause: &'a Clause) -> Vec<&'a str> {
    match &clause.calls {
        ClauseOperations::Only(ids) => ids.iter().map(String::as_str).collect(),
        ClauseOperations::AllBut(out) => {
            suite.about.keys().filter(|id| !out.contains(id)).map(String::as_str).collect()
        }
    }
}

fn list_ways(clause: &Clause) -> impl Iterator<Item = ClauseWay<'_>> {
    let main = ClauseWay { when: None, then: &clause.then };
    let alternatives = clause.or.iter().map(|way| ClauseWay { when: way.when.as_ref(), then: &way.then });
    std::iter::once(main).chain(alternatives)
}

/// Each choice of one value for each field; above [`CHOICES_MAX`], fields with several values are unknown.
fn combine_values(fields: &[BTreeSet<ExprValue>]) -> Vec<Vec<ExprValue>> {
    let count = fields.iter().fold(1_usize, |count, values| count.saturating_mul(values.len()));
    if count > CHOICES_MAX {
        let only = |values: &BTreeSet<ExprValue>| match values.first() {
            Some(value) if values.len() == 1 => value.clone(),
            _ => ExprValue::Unknown,
        };
        return vec![fields.iter().map(only).collect()];
    }
    fields.iter().fold(vec![Vec::new()], |choices, values| {
        let extended = |choice: &Vec<ExprValue>| -> Vec<Vec<ExprValue>> {
            values.iter().map(|value| [choice.as_slice(), std::slice::from_ref(value)].concat()).collect()
        };
        choices.iter().flat_map(extended).collect()
    })
}

fn find_effect<'a>(effects: &'a [Effect], name: &str, field: &str) -> Option<&'a Effect> {
    effects.iter().find(|effect| effect.target.is_named(name) && effect.field == field)
}
