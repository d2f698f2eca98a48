//! The finding of a campaign against a mutant: what it took, and which clauses it blames.
//!
//! The broken clause of a mutant is known, so that the blame of a finding can be measured.

use super::conclusion::RecordedFinding;
use crate::expr::FieldPath;
use crate::mock::{FaultKind, Mutant, find_kind, name_target};
use crate::model::{ClauseId, ClauseOrigin, GeneratedClause, Model};
use crate::suite::{Clause, ClauseOperations, Effect, IdExpression};

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
    /// The first blamed clause is the broken clause, or a clause that the mutant breaks too.
    First,
    /// The broken clause is blamed, after another clause.
    Later,
    /// The broken clause is not blamed.
    Missing,
}

impl MutantDetection {
    /// The detection by a finding.
    #[must_use]
    pub(super) fn read(found: &RecordedFinding) -> MutantDetection {
        let shown = found.counterexample.as_ref();
        let calls = shown.map(|shown| shown.plan.steps.len());
        let shrinking = found.repetition.requests;
        MutantDetection { requests: found.requests, blamed: found.list_blamed(), shrinking, calls }
    }

    /// How well the blame fits a mutant.
    #[must_use]
    pub fn rate_blame(&self, model: &Model, mutant: &Mutant) -> BlameFit {
        match self.blamed.first() {
            Some(first) if *first == mutant.clause || is_broken_too(model, mutant, *first) => BlameFit::First,
            // The response accepts a call that each of the blamed clauses refuses.
            Some(_) if accepts_wrongly(&mutant.kind) && self.blamed.contains(&mutant.clause) => BlameFit::First,
            _ if self.blamed.contains(&mutant.clause) => BlameFit::Later,
            _ => BlameFit::Missing,
        }
    }
}

/// Whether a mutant breaks a clause too, besides its own clause: no response can tell which of the two is meant.
fn is_broken_too(model: &Model, mutant: &Mutant, clause: ClauseId) -> bool {
    let own = model.find_suite_clause(mutant.clause);
    let written = model.find_suite_clause(clause);
    let of_call = own.zip(written).filter(|(own, written)| share_operation(own, written)).map(|(_, written)| written);
    let sets_field = |field: &str| {
        of_call.is_some_and(|written| sets_field(model, written, field)) || is_frame_of(model, clause, field)
    };
    // The fields that the call changes, by the clauses that apply wherever the broken one does.
    let targets = || {
        let clauses = (0..model.suite.clauses.len()).map(|index| ClauseId(index as u32));
        let applying = clauses.filter(|other| shares_guard(model, mutant, *other));
        applying
            .filter_map(|other| model.find_suite_clause(other))
            .flat_map(|other| &other.then)
            .map(|effect| name_effect(model, effect))
    };
    match &mutant.kind {
        // The wrong value contradicts whatever determines the field.
        FaultKind::Touches(field) | FaultKind::Skips(field) | FaultKind::Alters(field) => sets_field(field),
        // The call changes fields of a resource that it should not change.
        FaultKind::HitsAnother => targets().any(|field| sets_field(&field)) || shares_guard(model, mutant, clause),
        FaultKind::ActsAs(other) => {
            let fields = model.find_suite_clause(*other).into_iter().flat_map(|other| &other.then);
            fields.map(|effect| name_effect(model, effect)).any(|field| sets_field(&field))
        }
        // The whole call is refused, or each of its effects is missing.
        FaultKind::Refused | FaultKind::OtherStatus => shares_guard(model, mutant, clause),
        FaultKind::NoEffect | FaultKind::Stuck(_) => of_call.is_some_and(|written| !written.then.is_empty()),
        // The value at the place is wrong, and the clause is about that value.
        FaultKind::Omits(place) | FaultKind::Mistypes(place) => {
            is_about_place(model, clause, place) || reads_place(model, mutant, clause, place)
        }
        FaultKind::FailsWhenBusy => {
            is_generated(model, clause, |kind| matches!(kind, GeneratedClause::NoServerError(_)))
        }
        // The wrong value may break the documented shape of the body too.
        FaultKind::BreaksEnsure | FaultKind::ShowsOther(_) | FaultKind::Changes(_) => {
            is_generated(model, clause, |kind| matches!(kind, GeneratedClause::Reply(_)))
                || sets_compared_field(model, mutant, clause)
        }
        _ => targets().any(|field| sets_field(&field)),
    }
}

/// Whether a mutant accepts calls against a refusing clause.
fn accepts_wrongly(kind: &FaultKind) -> bool {
    matches!(kind, FaultKind::Accepted | FaultKind::AcceptedBy(_))
}

fn is_generated(model: &Model, clause: ClauseId, fits: impl Fn(&GeneratedClause) -> bool) -> bool {
    matches!(&model.clause_info(clause).origin, ClauseOrigin::Generated(kind) if fits(kind))
}

/// Whether a clause applies to every call of an operation to which the broken clause applies, and decides it alike.
fn shares_guard(model: &Model, mutant: &Mutant, clause: ClauseId) -> bool {
    let both = (model.find_suite_clause(mutant.clause), model.find_suite_clause(clause));
    let (Some(own), Some(other)) = both else { return false };
    share_operation(own, other) && model.implies_guard(mutant.clause, clause)
}

/// Whether a clause sets a field, named as `resource.field`.
fn sets_field(model: &Model, clause: &Clause, field: &str) -> bool {
    clause.then.iter().any(|effect| name_effect(model, effect) == field)
}

/// Whether a clause sets a field that responses show at a place, or says how the field changes.
fn is_about_place(model: &Model, clause: ClauseId, place: &str) -> bool {
    let written = model.find_suite_clause(clause);
    model.suite.resources.iter().enumerate().any(|(kind, resource)| {
        resource.fields.iter().enumerate().any(|(index, field)| {
            let shown = field.at.as_path().is_some_and(|at| place.ends_with(&at.to_pointer()));
            let sets = written.is_some_and(|written| {
                let of_field = |effect: &Effect| {
                    effect.field == field.name && find_kind(model, &name_target(model, effect)) == Some(kind)
                };
                written.then.iter().any(of_field)
            });
            shown && (sets || is_generated(model, clause, |it| *it == GeneratedClause::Field(kind, index)))
        })
    })
}

/// Whether a clause sets a field with which the broken clause compares the response.
fn sets_compared_field(model: &Model, mutant: &Mutant, clause: ClauseId) -> bool {
    let both = (model.find_suite_clause(mutant.clause), model.find_suite_clause(clause));
    let (Some(own), Some(other)) = both else { return false };
    let compared: Vec<FieldPath> = own.ensure.iter().flat_map(|(expr, _)| expr.list_reads()).collect();
    let is_compared = |effect: &Effect| {
        let field = name_effect(model, effect);
        compared.iter().any(|path| path.to_string() == field)
    };
    other.then.iter().any(is_compared)
}

/// Whether a clause compares the value at a place of the response whose shape the mutant breaks, or creates the resource
/// whose id is at the place.
fn reads_place(model: &Model, mutant: &Mutant, clause: ClauseId, place: &str) -> bool {
    let ClauseOrigin::Generated(GeneratedClause::Reply(operation)) = &model.clause_info(mutant.clause).origin else {
        return false;
    };
    let is_of_call = |written: &&Clause| match &written.calls {
        ClauseOperations::Only(operations) => operations.contains(operation),
        ClauseOperations::AllBut(operations) => !operations.contains(operation),
    };
    let Some(written) = model.find_suite_clause(clause).filter(is_of_call) else { return false };
    let is_place = |path: &FieldPath| &*path.root == "reply" && path.to_pointer() == place;
    let ids = model.operations[operation].about.iter().filter_map(|about| match &about.binding {
        IdExpression::New(id) => Some(id),
        IdExpression::Existing(_) => None,
    });
    let compared = written.ensure.iter().map(|(expr, _)| expr);
    compared.chain(ids).any(|expr| expr.list_reads().iter().any(is_place))
}

/// Whether a clause says that a field changes by stated effects alone.
fn is_frame_of(model: &Model, clause: ClauseId, field: &str) -> bool {
    let ClauseOrigin::Generated(GeneratedClause::Field(kind, index)) = &model.clause_info(clause).origin else {
        return false;
    };
    let Some((target, name)) = field.rsplit_once('.') else { return false };
    find_kind(model, target) == Some(*kind) && model.suite.resources[*kind].fields[*index].name == name
}

/// The field of an effect, as in the names of mutants.
fn name_effect(model: &Model, effect: &Effect) -> String {
    format!("{}.{}", name_target(model, effect), effect.field)
}

fn share_operation(one: &Clause, other: &Clause) -> bool {
    match (&one.calls, &other.calls) {
        (ClauseOperations::Only(these), ClauseOperations::Only(those)) => these.iter().any(|call| those.contains(call)),
        _ => true,
    }
}
