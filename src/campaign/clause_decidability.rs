//! Which clauses a campaign can decide: by the suite, and by a search through the model.

use crate::expr::{ComparisonRelation, ExprValue};
use crate::model::{ClauseId, ClauseOrigin, GeneratedClause, Model};
use crate::oracle::ClauseDecidability;
use crate::plan::{
    InputRoot, PlanLimits, ReachLimits, ReachableClauses, SuiteHints, explain_unreachable, find_reachable,
};
use crate::schema::CompiledCatalog;
use crate::schema::catalog::OperationBody;
use crate::suite::ClauseDecision;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whether each clause can be decided. The search runs on first use: a campaign in which every clause applied needs
/// no search.
pub struct DecidabilityCheck {
    model: Arc<Model>,
    schemas: Arc<CompiledCatalog>,
    hints: Arc<SuiteHints>,
    limits: PlanLimits,
    extent: ReachLimits,
    reached: OnceCell<ReachableClauses>,
}

impl DecidabilityCheck {
    /// `limits` are the limits of choosers: callers and live resources.
    #[must_use]
    pub fn new(
        model: Arc<Model>,
        schemas: Arc<CompiledCatalog>,
        hints: Arc<SuiteHints>,
        limits: PlanLimits,
    ) -> DecidabilityCheck {
        DecidabilityCheck { model, schemas, hints, limits, extent: ReachLimits::default(), reached: OnceCell::new() }
    }

    /// Whether an undecided clause can be decided.
    #[must_use]
    pub fn find_decidability(&self, clause: ClauseId) -> ClauseDecidability {
        if let Some(why) = self.explain_unobservable(clause) {
            return ClauseDecidability::Unobservable(why);
        }
        if self.model.find_suite_clause(clause).is_none() {
            return ClauseDecidability::Reachable;
        }
        if let Some(why) = self.explain_missing_caller(clause).or_else(|| explain_unreachable(&self.model, clause)) {
            return ClauseDecidability::Unreachable(why);
        }
        let reached = self.search_reachable();
        if reached.found.contains_key(&clause) {
            return ClauseDecidability::Reachable;
        }
        let ReachLimits { depth_max, resources_max, states_max } = self.extent;
        ClauseDecidability::NotReached(format!(
            "not reached within up to {depth_max} calls, {resources_max} resources of a kind and {states_max} states"
        ))
    }

    /// Whether each clause of the suite can be decided, by id.
    #[must_use]
    pub fn list_decidability(&self) -> BTreeMap<String, ClauseDecidability> {
        let all = (0..self.model.suite.clauses.len()).map(|index| ClauseId(index as u32));
        all.map(|clause| (self.model.clause_info(clause).id.clone(), self.find_decidability(clause))).collect()
    }

    fn search_reachable(&self) -> &ReachableClauses {
        self.reached.get_or_init(|| find_reachable(&self.model, &self.schemas, &self.hints, &self.limits, self.extent))
    }

    /// Why no response can contradict a clause; `None` if some response can.
    fn explain_unobservable(&self, clause: ClauseId) -> Option<String> {
        match &self.model.clause_info(clause).origin {
            ClauseOrigin::Clause(index) => {
                let permits = matches!(self.model.suite.clauses[*index].decision, ClauseDecision::MayRefuse(_));
                permits.then(|| "the clause permits a refusal and demands none".to_string())
            }
            ClauseOrigin::Generated(GeneratedClause::Field(kind, index)) => {
                let resource = &self.model.suite.resources[*kind];
                let name = &resource.fields[*index].name;
                self.is_unseen(*kind, name).then(|| format!("no view shows `{}.{name}`", resource.name))
            }
            ClauseOrigin::Generated(GeneratedClause::Shows(kind, index)) => {
                let resource = &self.model.suite.resources[*kind];
                let name = &resource.shows[*index].name;
                let whole = resource.views.values().any(|view| view.only.is_none());
                (!whole).then(|| format!("no view shows all fields that `{}.{name}` depends on", resource.name))
            }
            ClauseOrigin::Generated(GeneratedClause::Reply(operation)) => {
                let described = self.schemas.find_operation(operation).map_or(&[][..], |found| &found.responses);
                let has_success = described.iter().any(OperationBody::describes_success);
                (!has_success).then(|| "the page describes the body of refusals only".to_string())
            }
            _ => None,
        }
    }

    /// Whether no view shows a field.
    fn is_unseen(&self, kind: usize, name: &str) -> bool {
        let shows =
            |only: &Option<Vec<String>>| only.as_ref().is_none_or(|only| only.iter().any(|known| known == name));
        !self.model.suite.resources[kind].views.values().any(|view| shows(&view.only))
    }

    /// Why the guard cannot be true: the endpoint has none of the callers in the guard.
    fn explain_missing_caller(&self, clause: ClauseId) -> Option<String> {
        let needs = self.hints.guard_needs(clause);
        let mut callers: Vec<&str> = Vec::new();
        for need in needs.iter().filter(|need| need.root == InputRoot::Caller) {
            match (need.relation, need.other.as_literal()) {
                (ComparisonRelation::Eq, Some(ExprValue::Str(caller))) => callers.push(caller),
                (ComparisonRelation::In, Some(ExprValue::List(all))) => {
                    callers.extend(
                        all.iter()
                            .filter_map(|val| if let ExprValue::Str(caller) = val { Some(&**caller) } else { None }),
                    );
                }
                _ => {}
            }
        }
        let there = |caller: &&str| self.limits.callers.contains(*caller);
        if !callers.is_empty() && !callers.iter().any(there) {
            return Some(format!("the endpoint has no caller `{}`", callers.join("` or `")));
        }
        None
    }
}
