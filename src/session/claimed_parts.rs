//! What the profile claims, applied to a suite.

use super::loaded_suite::LoadedSuite;
use crate::known_deviations::{SuiteClaims, UnclaimedParts};
use crate::model::{ClauseId, ClauseOrigin, GeneratedClause, Model, list_deciding_operations};
use std::collections::{BTreeMap, BTreeSet};

/// The operations and clauses of a suite that the profile does not claim. An operation is claimed by its id and by the
/// kinds of its resources; a clause by its id, by one of the operations that decide it, and by the kind that it is about.
pub fn find_unclaimed(claims: &SuiteClaims, model: &Model) -> UnclaimedParts {
    let kinds = &model.suite.resources;
    let is_unclaimed = |id: &str| {
        let about = model.suite.about.get(id).into_iter().flatten();
        !claims.covers_operation(id, about.map(|about| kinds[about.resource].name.as_str()))
    };
    let operations: BTreeSet<String> = model.operations.keys().filter(|id| is_unclaimed(id)).cloned().collect();
    let lacks_claim = |clause: ClauseId| {
        let deciding = list_deciding_operations(model, clause);
        let has_none = !deciding.is_empty() && deciding.iter().all(|id| operations.contains(id));
        let kind = find_kind(model, clause).map(|kind| kinds[kind].name.as_str());
        has_none
            || kind.is_some_and(|kind| !claims.covers_kind(kind))
            || !claims.covers_clause(model.clause_info(clause).list_names())
    };
    let clauses = model.clauses.iter().enumerate();
    let clauses = clauses.filter(|(index, _)| lacks_claim(ClauseId(*index as u32)));
    UnclaimedParts { clauses: clauses.map(|(_, info)| info.id.clone()).collect(), operations }
}

/// The kind of a generated clause about the resources of one kind.
fn find_kind(model: &Model, clause: ClauseId) -> Option<usize> {
    match &model.clause_info(clause).origin {
        ClauseOrigin::Generated(generated) => match generated {
            GeneratedClause::NoServerError(_) | GeneratedClause::Reply(_) => None,
            GeneratedClause::Field(kind, _)
            | GeneratedClause::Settles(kind)
            | GeneratedClause::Shows(kind, _)
            | GeneratedClause::Listed(kind, _)
            | GeneratedClause::PageLimit(kind, _)
            | GeneratedClause::Paged(kind, _)
            | GeneratedClause::Atomic(kind) => Some(*kind),
        },
        ClauseOrigin::Clause(_) | ClauseOrigin::Event(_) => None,
    }
}

/// A warning for each pattern of the claims that matches nothing in its suite, such as a misspelt one. Claims about a suite
/// that is not run are left out.
#[must_use]
pub fn list_idle_claims(claims: &BTreeMap<String, SuiteClaims>, loaded: &[LoadedSuite]) -> Vec<String> {
    let mut warnings = Vec::new();
    for suite in loaded {
        let model = &suite.model;
        let Some(claims) = claims.get(&suite.name) else { continue };
        for (sort, pattern) in claims.list_patterns() {
            let is_used = match sort {
                "operations" => model.operations.keys().any(|id| pattern.matches(id)),
                "kinds" => model.suite.resources.iter().any(|kind| pattern.matches(&kind.name)),
                _ => model.clauses.iter().flat_map(|info| info.list_names()).any(|id| pattern.matches(id)),
            };
            if !is_used {
                warnings.push(format!(
                    "warning: claims: {}: {sort}: nothing in the suite matches {}",
                    suite.name,
                    pattern.text()
                ));
            }
        }
    }
    warnings
}
