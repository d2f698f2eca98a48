//! The finding of a campaign against a mutant: what it took, and which clauses it blames.
//!
//! The broken clause of a mutant is known, so that the blame of a finding can be measured.

use super::conclusion::RecordedFinding;
use crate::model::{ClauseId, Model};
use crate::suite::{Clause, ClauseOperations, Effect, EffectTarget};

/// The detection of a mutant by one campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutantDetection {
    /// Requests up to and including the one with the deviation.
    pub requests: u64,
    /// The clauses that the finding blames, in the order of the report.
    pub blamed: Vec<ClauseId>,
    /// Requests for shrinking; 0 without shrinking.
    pub shrinking: u64,
    /// Number of calls of the counterexample; `None` if no run after the first showed the deviation, or without
    /// shrinking.
    pub calls: Option<usize>,
}

/// How well the blame of a finding fits the broken clause of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlameFit {
    /// The first blamed clause is the broken clause, or has an effect on a field that the broken clause has too.
    First,
    /// The broken clause is blamed, after another clause.
    Later,
    /// The broken clause is not blamed.
    Missing,
}

impl MutantDetection {
    /// The detection by a finding; `shrinking` is the number of requests of all candidates.
    #[must_use]
    pub(super) fn read(found: &RecordedFinding, shrinking: u64) -> MutantDetection {
        let shown = found.counterexample.as_ref();
        let blamed = shown.map_or(&found.finding.clauses, |shown| &shown.finding.clauses);
        let calls = shown.map(|shown| shown.plan.steps.len());
        MutantDetection { requests: found.requests, blamed: blamed.clone(), shrinking, calls }
    }

    /// How well the blame fits a broken clause.
    #[must_use]
    pub fn rate_blame(&self, model: &Model, broken: ClauseId) -> BlameFit {
        match self.blamed.first() {
            Some(first) if *first == broken || have_common_effect(model, *first, broken) => BlameFit::First,
            _ if self.blamed.contains(&broken) => BlameFit::Later,
            _ => BlameFit::Missing,
        }
    }
}

/// Whether two clauses of a common operation have an effect on the same field of a resource of the same name.
fn have_common_effect(model: &Model, one: ClauseId, other: ClauseId) -> bool {
    let (Some(one), Some(other)) = (model.find_suite_clause(one), model.find_suite_clause(other)) else { return false };
    let is_same = |a: &Effect, b: &Effect| a.field == b.field && is_same_target(&a.target, &b.target);
    share_operation(one, other) && one.then.iter().any(|a| other.then.iter().any(|b| is_same(a, b)))
}

fn share_operation(one: &Clause, other: &Clause) -> bool {
    match (&one.calls, &other.calls) {
        (ClauseOperations::Only(these), ClauseOperations::Only(those)) => these.iter().any(|call| those.contains(call)),
        _ => true,
    }
}

fn is_same_target(one: &EffectTarget, other: &EffectTarget) -> bool {
    match (one, other) {
        (EffectTarget::Named(one), EffectTarget::Named(other)) => one == other,
        (EffectTarget::Each(one), EffectTarget::Each(other)) => one.resource == other.resource,
        _ => false,
    }
}
