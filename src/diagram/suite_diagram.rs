//! The states of a suite with the transitions that the suite permits.

use super::state_drawing::{GONE, NEW, StateArrow};
use crate::suite::{StateChange, StateChangeCause, StateChangeEnd, Suite, list_state_changes};
use std::collections::{BTreeMap, BTreeSet};

/// The name of a state that the suite leaves open.
const OPEN: &str = "any state";
/// Most operations in the short text of an arrow.
const CAUSES_SHOWN: usize = 2;

/// The diagrams of a suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiteDiagram {
    /// The name of the suite.
    pub suite: String,
    /// One for each resource kind with states, in the order of the suite.
    pub kinds: Vec<SuiteKindDiagram>,
}

/// The states of one resource kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiteKindDiagram {
    /// The name of the resource kind.
    pub kind: String,
    /// The permitted transitions, sorted: one arrow from one state to another.
    pub arrows: Vec<StateArrow>,
    /// Stable states without a transition.
    pub apart: Vec<String>,
}

/// Derives the diagrams of a suite; of the resource kind `only`, or of all.
#[must_use]
pub fn make_suite_diagram(suite: &Suite, only: Option<&str>) -> SuiteDiagram {
    let kinds = suite.resources.iter().enumerate();
    let kinds = kinds.filter(|(_, kind)| kind.state.is_some() && only.is_none_or(|name| kind.name == name));
    let kinds = kinds.map(|(index, kind)| {
        let arrows = join_changes(&list_state_changes(suite, index));
        let is_joined = |state: &String| arrows.iter().any(|arrow| arrow.from == *state || arrow.to == *state);
        let apart = kind.stable.iter().filter(|state| !is_joined(state)).cloned().collect();
        SuiteKindDiagram { kind: kind.name.clone(), arrows, apart }
    });
    SuiteDiagram { suite: suite.name.clone(), kinds: kinds.collect() }
}

/// What causes the changes from one state to another: clauses by operation, events, and the states on the way.
#[derive(Default)]
struct JoinedChanges {
    calls: BTreeMap<String, BTreeSet<String>>,
    events: BTreeSet<String>,
    through: BTreeSet<String>,
}

fn join_changes(changes: &[StateChange]) -> Vec<StateArrow> {
    let mut joined: BTreeMap<(String, String), JoinedChanges> = BTreeMap::new();
    for change in changes {
        let from = change.from.clone().unwrap_or_else(|| NEW.to_string());
        let to = match &change.to {
            StateChangeEnd::State(state) => state.clone(),
            StateChangeEnd::Open => OPEN.to_string(),
            StateChangeEnd::Gone => GONE.to_string(),
        };
        let entry = joined.entry((from, to)).or_default();
        match &change.cause {
            StateChangeCause::Call { operation, clause } => {
                entry.calls.entry(operation.clone()).or_default().insert(clause.clone());
            }
            StateChangeCause::Event(event) => drop(entry.events.insert(event.clone())),
        }
        entry.through.extend(change.through.iter().cloned());
    }
    joined.into_iter().map(|((from, to), changes)| describe_arrow(from, to, &changes)).collect()
}

fn describe_arrow(from: String, to: String, changes: &JoinedChanges) -> StateArrow {
    let calls = changes.calls.iter().map(|(operation, clauses)| {
        let clauses: Vec<&str> = clauses.iter().map(String::as_str).collect();
        format!("{operation} ({})", clauses.join(", "))
    });
    let events = changes.events.iter().map(|event| format!("event {event}"));
    let mut title = calls.chain(events).collect::<Vec<_>>().join(", ");
    if !changes.through.is_empty() {
        let through: Vec<&str> = changes.through.iter().map(String::as_str).collect();
        title.push_str(&format!(" through {}", through.join(", ")));
    }
    let causes: Vec<&str> = changes.calls.keys().chain(&changes.events).map(String::as_str).collect();
    let shown = causes.len().min(CAUSES_SHOWN);
    let mut label = causes[..shown].join(", ");
    if causes.len() > shown {
        label.push_str(&format!(" and {} more", causes.len() - shown));
    }
    StateArrow { from, to, label, title, weight: causes.len() as u64, is_broken: false }
}
