//! Clauses that can never apply, because no resource reaches a state in which the guard holds.
//!
//! A result is a proof: the check permits more states than can occur. An unsuccessful search proves nothing.

use crate::expr::{Expr, ExprScope, ExprValue, PathKey};
use crate::model::{ClauseId, Model};
use crate::suite::{Clause, ClauseDecision, Effect, EffectValue, IdExpression, LetDefinition, StageExpression};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The reason why a clause can never apply, if the reachable states determine one.
#[must_use]
pub fn explain_unreachable(model: &Model, clause: ClauseId) -> Option<String> {
    let written = model.find_suite_clause(clause)?;
    let guard = written.when.as_ref()?;
    for (name, kind) in list_resources(model, clause) {
        let resource = &model.suite.resources[kind];
        let (Some(state), Some(states)) = (&resource.state, list_reachable_states(model, kind)) else { continue };
        let unknown = |name: &str| (Arc::from(name), ExprValue::Unknown);
        let names = resource.fields.iter().map(|field| field.name.as_str());
        let names = names.chain(resource.remembers.iter().map(|(name, _)| name.as_str()));
        let record: BTreeMap<Arc<str>, ExprValue> = names.chain(["id", "seq", "rest"]).map(unknown).collect();
        // Constants of the effects that are no names, such as conditions, are candidates too.
        let named = states.iter().filter(|state| matches!(state, ExprValue::Str(_)));
        let shown = named.map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut candidates: Vec<ExprValue> = states
            .into_iter()
            .map(|value| {
                let mut record = record.clone();
                record.insert(Arc::from(state.as_str()), value);
                ExprValue::Map(Arc::new(record))
            })
            .collect();
        // A refusal may be about an absent resource. A resource in deletion shows any value and decides
        // nothing.
        if !matches!(written.decision, ClauseDecision::Accept(_)) {
            candidates.push(ExprValue::Null);
        }
        let fails = |thing: &ExprValue| {
            let sketch = SingleStateScope { model, name: &name, thing };
            guard.eval(&sketch).is_ok_and(|value| value == ExprValue::Bool(false))
        };
        if candidates.iter().all(fails) {
            return Some(format!(
                "`{}` holds in no state that a {} can have ({state} {shown})",
                guard.text(),
                resource.name
            ));
        }
    }
    None
}

/// The existing resources of the clause's calls by root name, if all calls agree on the kind.
fn list_resources(model: &Model, clause: ClauseId) -> BTreeMap<String, usize> {
    let speaking = model.operations.values().filter(|operation| operation.clauses.contains(&clause));
    let mut found: BTreeMap<String, BTreeSet<Option<usize>>> = BTreeMap::new();
    for about in speaking.flat_map(|operation| &operation.about) {
        let kind = matches!(about.binding, IdExpression::Existing(_)).then_some(about.resource);
        found.entry(about.name.clone()).or_default().insert(kind);
    }
    let alone = |kinds: BTreeSet<Option<usize>>| (kinds.len() == 1).then(|| kinds.into_iter().next().flatten())?;
    found.into_iter().filter_map(|(name, kinds)| Some((name, alone(kinds)?))).collect()
}

/// All states that a resource of a kind may have: the stable states, and the states that effects name. `None`
/// if an effect takes the state from an input.
fn list_reachable_states(model: &Model, kind: usize) -> Option<BTreeSet<ExprValue>> {
    let resource = &model.suite.resources[kind];
    let state = resource.state.as_ref()?;
    let mut states: BTreeSet<ExprValue> =
        resource.stable.iter().map(|name| ExprValue::Str(Arc::from(name.as_str()))).collect();
    let mut names: BTreeSet<&str> = BTreeSet::from([resource.name.as_str()]);
    let about = model.suite.about.values().flatten().filter(|about| about.resource == kind);
    names.extend(about.map(|about| about.name.as_str()));
    let events = model.suite.events.iter().flat_map(|event| event.then.clone());
    let effects: Vec<Effect> = model.suite.clauses.iter().flat_map(Clause::effects).cloned().chain(events).collect();
    let unnamed =
        effects.iter().filter_map(|effect| effect.target.get_selection()).filter(|each| each.resource == kind);
    let named = |effect: &&Effect| effect.target.get_name().is_some_and(|name| names.contains(name));
    let fallen = |effect: &&Effect| effect.target.get_selection().is_some_and(|each| each.resource == kind);
    let own: Vec<&Effect> = effects.iter().filter(|effect| named(effect) || fallen(effect)).collect();
    names.extend(unnamed.map(|each| each.name.as_str()));
    let stored = find_state_sources(state, &own, &names);
    let first = resource.remembers.iter().filter(|(name, _)| stored.contains(name.as_str()));
    states.extend(first.map(|(_, value)| value.clone()));
    for effect in own.into_iter().filter(|effect| stored.contains(effect.field.as_str())) {
        if let EffectValue::Transition(stages) = &effect.value {
            let named = stages.iter().filter_map(|stage| match stage {
                StageExpression::State(name) => Some(ExprValue::Str(Arc::from(name.as_str()))),
                _ => None,
            });
            states.extend(named);
        }
        // The clause leaves the state open, or takes the state from an input.
        let elsewhere = |expr: &&Expr| expr.roots().iter().any(|root| !names.contains(root.as_ref()));
        if matches!(effect.value, EffectValue::Anything) || effect.list_expressions().iter().any(elsewhere) {
            return None;
        }
        states.extend(effect.list_expressions().into_iter().flat_map(Expr::list_constants));
    }
    Some(states)
}

/// The state field, and the fields whose values flow into the state field.
fn find_state_sources(state: &str, effects: &[&Effect], names: &BTreeSet<&str>) -> BTreeSet<String> {
    let mut found = BTreeSet::from([state.to_string()]);
    loop {
        let before = found.len();
        let flowing =
            effects.iter().filter(|effect| found.contains(&effect.field)).flat_map(|effect| effect.list_expressions());
        let read = flowing.flat_map(Expr::list_reads).filter(|path| names.contains(path.root.as_ref()));
        let fields = read.filter_map(|path| match path.keys.first() {
            Some(PathKey::Name(name)) => Some(name.to_string()),
            _ => None,
        });
        let fields: Vec<String> = fields.collect();
        found.extend(fields);
        if found.len() == before {
            return found;
        }
    }
}

/// A call with a single known value: the state of one resource.
struct SingleStateScope<'a> {
    model: &'a Model,
    name: &'a str,
    thing: &'a ExprValue,
}

impl ExprScope for SingleStateScope<'_> {
    fn find_root(&self, name: &str) -> Option<ExprValue> {
        if name == self.name {
            return Some(self.thing.clone());
        }
        Some(match self.model.suite.lets.get(name) {
            Some(LetDefinition::Constant(value)) => value.clone(),
            Some(LetDefinition::Expression(expr)) => expr.eval(self).unwrap_or(ExprValue::Unknown),
            None => ExprValue::Unknown,
        })
    }
}
