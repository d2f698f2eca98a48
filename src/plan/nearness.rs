//! How far a call is from being accepted.
//!
//! A refusal shows its reason only where nothing else stands in the way: of the conditions under which the call
//! would be accepted, one alone fails. That is how conditions are tested elsewhere (modified condition/decision
//! coverage: Chilenski and Miller, Applicability of MC/DC to software testing, 1994).

use super::probe::{Call, Outlook, Scene};
use crate::expr::{Expr, Val};
use crate::model::{Combination, Roots, combinations, world_root};
use crate::suite::{Let, Suite};

/// How hidden the reason is for which a call has to be refused: 1 where it stands alone. Other clauses that demand
/// or permit a refusal hide it most, because a reply does not say which of them it is for; then conditions that
/// fail besides of the clause that comes nearest to accepting the call.
#[must_use]
pub fn hiddenness(scene: &Scene<'_>, call: &Call, outlook: &Outlook) -> usize {
    let clauses = outlook.rivals() + outlook.permitting(scene.model);
    let conditions = shortfall(scene, call).unwrap_or(0);
    clauses.saturating_sub(1) * CLAUSE + conditions.clamp(1, CLAUSE)
}

/// What another clause counts; more conditions are like so many.
const CLAUSE: usize = 8;

/// Conditions that fail of the accepting clause of which the fewest do. None where no clause accepts, or where
/// the caller alone keeps the call from it.
fn shortfall(scene: &Scene<'_>, call: &Call) -> Option<usize> {
    if call.step.caller != "owner" {
        return None;
    }
    let model = scene.model;
    let operation = &model.operations[&call.asked.operation];
    let world = scene.some_world(&call.asked)?;
    let kinds = operation.reads_all.iter().copied();
    let all = (!operation.reads_all.is_empty()).then(|| world_root(model, kinds, &world, call.asked.who, &[]));
    let combinations = combinations(model, &call.asked, &world);
    let failing = |conditions: &[Expr], combination: &Combination<'_>| {
        // What is not there fails once, and not again in whatever is said of it.
        let absent = |name: &str| combination.iter().any(|(known, _, value)| *known == name && *value == Val::Null);
        let missing = combination.iter().filter(|(_, id, value)| id.is_some() && *value == Val::Null).count();
        let things: Vec<(&str, Val)> = combination.iter().map(|(name, _, value)| (*name, value.clone())).collect();
        let roots = Roots { model, asked: &call.asked, things: &things, reply: None, it: None, world: all.as_ref() };
        let told = conditions.iter().filter(|condition| !condition.roots().iter().any(|root| absent(root)));
        missing + told.filter(|condition| condition.eval(&roots).ok() != Some(Val::Bool(true))).count()
    };
    let clauses = operation.clauses.iter().filter_map(|clause| scene.hints.conditions(*clause));
    let of_clause = |conditions: &[Expr]| combinations.iter().map(|combination| failing(conditions, combination)).max();
    clauses.filter_map(of_clause).min()
}

/// What must hold where a guard does: its terms, and in the place of named ones theirs.
#[must_use]
pub fn conditions(suite: &Suite, guard: &Expr) -> Vec<Expr> {
    let mut found = Vec::new();
    let mut open = guard.terms();
    // Named expressions cannot name themselves; the bound is for a suite that tries.
    while let Some(one) = open.pop().filter(|_| found.len() < CONDITIONS_MAX) {
        let named = one.as_path().filter(|path| path.keys.is_empty()).map(|path| path.root);
        match named.and_then(|root| suite.lets.get(root.as_ref())) {
            Some(Let::Expression(inner)) => open.extend(inner.terms()),
            _ => found.push(one),
        }
    }
    found
}

const CONDITIONS_MAX: usize = 200;
