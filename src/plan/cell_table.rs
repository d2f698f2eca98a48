//! The cells of each operation: the calls that a campaign should send at least once.

use super::compose::relation_holds;
use super::guard_relations::{GuardRelation, InputRoot};
use super::hints::SuiteHints;
use super::keyword_breaks::KeywordBreak;
use crate::expr::{ComparisonRelation, ExprValue, PathKey};
use crate::model::{CallCell, CellCount, CellKind, ClauseId, Model, OperationModel, has_accepting_clause};
use crate::suite::{AboutEntry, Clause, ClauseDecision, IdExpression};
use std::collections::{BTreeMap, BTreeSet};

/// How often a campaign fills each cell: a response may be right by chance.
pub const EXCHANGES_PER_CELL: u64 = 3;

/// The cells of all operations that a target can fill.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellTable {
    /// The cells, sorted.
    pub cells: BTreeSet<CallCell>,
}

impl CellTable {
    /// The cells of a suite at a target with these callers.
    #[must_use]
    pub fn new(model: &Model, hints: &SuiteHints, callers: &BTreeSet<String>) -> CellTable {
        let mut cells = BTreeSet::new();
        for operation in model.operations.values() {
            let kinds = list_cell_kinds(model, hints, callers, operation);
            cells.extend(kinds.into_iter().map(|kind| CallCell { operation: operation.id.clone(), kind }));
        }
        CellTable { cells }
    }

    /// The kinds of calls that each operation still lacks, for a clause against server errors: a valid call in some state, each
    /// way of invalid input, each absent resource, and each caller. Operations that lack none are left out.
    #[must_use]
    pub fn list_unsent(&self, filled: &BTreeMap<CallCell, CellCount>) -> BTreeMap<&str, Vec<String>> {
        let sent: BTreeSet<(&str, String)> =
            filled.keys().map(|cell| (cell.operation.as_str(), name_kind(&cell.kind))).collect();
        let mut unsent: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for cell in &self.cells {
            let (operation, kind) = (cell.operation.as_str(), name_kind(&cell.kind));
            let known = unsent.get(operation).is_some_and(|kinds| kinds.contains(&kind));
            if !known && !sent.contains(&(operation, kind.clone())) {
                unsent.entry(operation).or_default().push(kind);
            }
        }
        unsent
    }
}

/// The kind of calls that a cell stands for. Valid calls in any state are of one kind.
fn name_kind(cell: &CellKind) -> String {
    match cell {
        CellKind::Valid(_) => "valid".to_string(),
        CellKind::Invalid(keyword) => name_way(keyword).to_string(),
        CellKind::Caller(_) | CellKind::Absent(_) => cell.to_string(),
    }
}

/// The way in which input breaks a keyword. Keywords of one way are alike for the purpose of server errors.
fn name_way(keyword: &str) -> &'static str {
    match keyword {
        "required" | "body" | "query required" => "invalid by a missing value",
        "type" => "invalid by a type",
        keyword if keyword.starts_with("query ") => "invalid by a query parameter",
        _ => "invalid by a value",
    }
}

fn list_cell_kinds(
    model: &Model,
    hints: &SuiteHints,
    callers: &BTreeSet<String>,
    operation: &OperationModel,
) -> Vec<CellKind> {
    let is_named = |about: &&AboutEntry| matches!(about.binding, IdExpression::Existing(_));
    let named: Vec<&AboutEntry> = operation.about.iter().filter(is_named).collect();
    let mut kinds = Vec::new();
    if !hints.must_name_resource(&operation.id) {
        kinds.push(CellKind::Valid(None));
    }
    if let Some(first) = named.first() {
        kinds.extend(list_states(model, first.resource).into_iter().map(|state| CellKind::Valid(Some(state))));
    }
    let may_not = |caller: &&String| match caller.as_str() {
        "owner" => false,
        "other" => !named.is_empty(),
        // Where no clause speaks of a caller, the pages leave open what the caller may do.
        caller => operation.clauses.iter().any(|clause| refuses_caller(model, hints, *clause, caller)),
    };
    kinds.extend(callers.iter().filter(may_not).cloned().map(CellKind::Caller));
    kinds.extend(named.iter().map(|about| CellKind::Absent(about.name.clone())));
    let breaks = hints.keyword_breaks(&operation.id).iter();
    let possible = breaks.filter(|(_, ways)| ways.iter().any(|way| is_in_accepted_call(model, hints, operation, way)));
    kinds.extend(possible.map(|(keyword, _)| CellKind::Invalid(keyword.clone())));
    kinds
}

/// Whether some accepted call has the parents of the broken place. Invalid input differs from an accepted call in one place.
fn is_in_accepted_call(model: &Model, hints: &SuiteHints, operation: &OperationModel, way: &KeywordBreak) -> bool {
    let KeywordBreak::Body { pointer, .. } = way else { return true };
    let segments: Vec<&str> = pointer.split('/').skip(1).collect();
    let is_parent = |keys: &[PathKey]| {
        let same = |(key, segment): (&PathKey, &&str)| matches!(key, PathKey::Name(name) if **name == **segment);
        keys.len() < segments.len() && keys.iter().zip(&segments).all(same)
    };
    let is_absent = |need: &GuardRelation| {
        need.root == InputRoot::Body
            && need.relation == ComparisonRelation::Eq
            && need.other.as_literal() == Some(&ExprValue::Null)
            && is_parent(&need.keys)
    };
    let accepts = |clause: &&ClauseId| hints.accept_conditions(**clause).is_some();
    let mut accepting = operation.clauses.iter().filter(accepts);
    !has_accepting_clause(model, operation) || accepting.any(|clause| !hints.guard_needs(*clause).iter().any(is_absent))
}

/// Whether a clause refuses calls because of a caller.
fn refuses_caller(model: &Model, hints: &SuiteHints, clause: ClauseId, caller: &str) -> bool {
    let refuses = |written: &Clause| matches!(written.decision, ClauseDecision::Refuse(_));
    let value = ExprValue::from(caller);
    let names = |need: &&GuardRelation| need.root == InputRoot::Caller;
    model.find_suite_clause(clause).is_some_and(refuses)
        && hints
            .guard_needs(clause)
            .iter()
            .filter(names)
            .any(|need| relation_holds(need.relation, &value, need.other.as_literal()))
}

/// Kind and state for each stable state of a resource kind.
fn list_states(model: &Model, kind: usize) -> Vec<String> {
    let resource = &model.suite.resources[kind];
    match &resource.state {
        Some(_) => resource.stable.iter().map(|state| format!("{} {state}", resource.name)).collect(),
        None => vec![format!("{} exists", resource.name)],
    }
}
