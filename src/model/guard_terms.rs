//! What guards ask of the input of a call, to tell which of two clauses is about fewer calls.
//!
//! Terms about the state of resources are left out: where two clauses apply to one call, both their states hold.

use super::clause_info::ClauseId;
use super::compile::Model;
use crate::expr::{ComparisonRelation, Expr, ExprValue};
use crate::suite::{Clause, ClauseDecision, LetDefinition, Suite};
use std::collections::BTreeSet;

/// Most terms of a guard. The parser refuses circular named expressions; the bound covers a suite that was not parsed.
const TERMS_MAX: usize = 1_000;

/// Roots of what the client chooses.
const INPUT_ROOTS: [&str; 7] = ["body", "query", "header", "path", "caller", "input", "version"];

/// The terms of a guard's conjunction that read the input of the call, as texts: every term holds where the guard holds.
/// Named expressions give their own terms. A value that has to equal others is not null.
fn list_input_terms(suite: &Suite, clause: &Clause) -> BTreeSet<String> {
    let mut open: Vec<Expr> = clause.when.iter().flat_map(Expr::split_terms).collect();
    let mut terms = BTreeSet::new();
    let mut named = BTreeSet::new();
    while let Some(term) = open.pop() {
        let name = term.as_path().filter(|path| path.keys.is_empty()).map(|path| path.root.to_string());
        if let Some(LetDefinition::Expression(inner)) = name.as_ref().and_then(|name| suite.lets.get(name.as_str())) {
            if named.insert(name) {
                open.extend(inner.split_terms());
            }
            continue;
        }
        let reads_input = term
            .roots()
            .iter()
            .any(|root| INPUT_ROOTS.contains(&root.as_ref()) || suite.lets.contains_key(root.as_ref()));
        if reads_input && terms.len() < TERMS_MAX {
            terms.extend(imply_presence(&term));
            terms.insert(term.to_string());
        }
    }
    terms
}

/// The term that a value is not null, if a term compares the value with others.
fn imply_presence(term: &Expr) -> Option<String> {
    use ComparisonRelation::{Eq, Ge, Gt, In, Le, Lt, Matches};
    if term.is_disjunction() {
        return None;
    }
    let comparison = term.list_comparisons().into_iter().next()?;
    let is_null = comparison.other.as_literal() == Some(&ExprValue::Null);
    (matches!(comparison.op, Eq | Ge | Gt | In | Le | Lt | Matches) && !is_null)
        .then(|| format!("{} != null", comparison.path))
}

impl Model {
    /// Whether an accepting clause is about fewer inputs than another accepting clause, by the form of their guards: the guard
    /// has all terms of the other guard, and more.
    #[must_use]
    pub fn is_more_specific(&self, one: ClauseId, other: ClauseId) -> bool {
        self.compare_guards(one, other, |mine, others| mine.len() > others.len() && mine.is_superset(others))
    }

    /// Whether an accepting clause is about no inputs besides those of another accepting clause, by the form of their guards.
    #[must_use]
    pub fn implies_guard(&self, one: ClauseId, other: ClauseId) -> bool {
        self.compare_guards(one, other, BTreeSet::is_superset)
    }

    fn compare_guards(
        &self,
        one: ClauseId,
        other: ClauseId,
        compare: impl Fn(&BTreeSet<String>, &BTreeSet<String>) -> bool,
    ) -> bool {
        let (Some(mine), Some(others)) = (self.find_suite_clause(one), self.find_suite_clause(other)) else {
            return false;
        };
        let accepts = |clause: &Clause| matches!(clause.decision, ClauseDecision::Accept(_));
        // An accepted call contradicts each clause that refuses it, whatever else the others ask.
        accepts(mine)
            && accepts(others)
            && compare(&list_input_terms(&self.suite, mine), &list_input_terms(&self.suite, others))
    }
}
