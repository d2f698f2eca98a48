//! The list of all mutants of a model.

use super::effect_mutants::{is_created, list_effect_faults};
use super::mutant::{FaultKind, Mutant, find_kind, name_target};
use crate::model::{ClauseId, ClauseOrigin, GeneratedClause, Model};
use crate::schema::CompiledCatalog;
use crate::suite::{
    Clause, ClauseDecision, ClauseOperations, Effect, EffectTarget, EffectValue, FieldMutability, PermittedStatuses,
    ResourceKind,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// Lists all mutants of a model, in the order of the clauses.
#[must_use]
pub fn list_mutants(model: &Model, schemas: &CompiledCatalog) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (index, info) in model.clauses.iter().enumerate() {
        let clause = ClauseId(index as u32);
        let kinds = match &info.origin {
            ClauseOrigin::Clause(index) => list_clause_faults(model, clause, &model.suite.clauses[*index]),
            ClauseOrigin::Event(_) => Vec::new(),
            ClauseOrigin::Generated(generated) => list_generated_faults(model, schemas, generated),
        };
        all.extend(kinds.into_iter().map(|(word, kind)| Mutant { name: format!("{}/{word}", info.id), clause, kind }));
    }
    all
}

fn list_clause_faults(model: &Model, id: ClauseId, clause: &Clause) -> Vec<(String, FaultKind)> {
    let plain = |word: &str, kind: FaultKind| (word.to_string(), kind);
    match &clause.decision {
        ClauseDecision::Refuse(statuses) => {
            let mut kinds = vec![plain("accepted", FaultKind::Accepted)];
            if matches!(statuses, PermittedStatuses::Exactly(_)) {
                kinds.push(plain("other-status", FaultKind::OtherStatus));
            }
            // If all operations must refuse, each operation has a check of its own, and each check can be missing.
            if matches!(clause.calls, ClauseOperations::AllBut(_)) {
                let speaking = model.operations.values().filter(|operation| operation.clauses.contains(&id));
                kinds.extend(speaking.map(|operation| {
                    (format!("accepted/{}", operation.id), FaultKind::AcceptedBy(operation.id.clone()))
                }));
            }
            kinds
        }
        ClauseDecision::MayRefuse(_) => Vec::new(),
        ClauseDecision::Accept(_) => {
            let mut kinds = vec![plain("refused", FaultKind::Refused), plain("other-status", FaultKind::OtherStatus)];
            if !clause.ensure.is_empty() {
                kinds.push(plain("breaks-ensure", FaultKind::BreaksEnsure));
            }
            if clause.then.is_empty() {
                kinds.extend(list_acts_as_faults(model, clause));
            } else {
                // A created resource has no earlier state.
                if !clause.then.iter().all(|effect| is_created(model, &name_target(model, effect), clause)) {
                    kinds.push(plain("no-effect", FaultKind::NoEffect));
                }
                kinds.extend(list_effect_faults(model, clause));
            }
            kinds
        }
    }
}

/// Faults of a clause without an effect: the effects of each further clause of the call.
fn list_acts_as_faults(model: &Model, clause: &Clause) -> Vec<(String, FaultKind)> {
    let ClauseOperations::Only(calls) = &clause.calls else { return Vec::new() };
    let changing = calls.iter().filter_map(|call| model.operations.get(call)).filter(|operation| operation.changes);
    let others: BTreeSet<ClauseId> = changing.flat_map(|operation| operation.clauses.iter().copied()).collect();
    let acts = |id: &ClauseId| model.find_suite_clause(*id).is_some_and(|other| !other.then.is_empty());
    let named = |id: ClauseId| (format!("acts-as/{}", model.clause_info(id).id), FaultKind::ActsAs(id));
    others.into_iter().filter(acts).map(named).collect()
}

fn list_generated_faults(
    model: &Model,
    schemas: &CompiledCatalog,
    generated: &GeneratedClause,
) -> Vec<(String, FaultKind)> {
    let plain = |word: &str, kind: FaultKind| vec![(word.to_string(), kind)];
    match generated {
        GeneratedClause::NoServerError(_) => plain("server-error", FaultKind::ServerError),
        GeneratedClause::Reply(operation) => list_shape_faults(schemas, operation),
        GeneratedClause::Field(kind, index) => match model.suite.resources[*kind].fields[*index].class {
            FieldMutability::Modelled => Vec::new(),
            FieldMutability::Keeps => plain("changes", FaultKind::Changes(*index)),
            FieldMutability::Grows => plain("goes-back", FaultKind::GoesBack(*index)),
        },
        GeneratedClause::Settles(_) => Vec::new(),
        GeneratedClause::Shows(_, index) => plain("other", FaultKind::ShowsOther(*index)),
        GeneratedClause::PageLimit(..) => plain("overflows", FaultKind::PageOverflows),
        GeneratedClause::Paged(..) => plain("skips", FaultKind::PageSkips),
        GeneratedClause::Atomic(kind) => list_race_faults(model, *kind),
        GeneratedClause::Listed(..) => {
            [plain("omits", FaultKind::ListOmits), plain("lists-gone", FaultKind::ListsGone)].concat()
        }
    }
}

/// Faults of overlapping calls on a kind. Where each change of a resource takes time, the pages do not say what a second
/// call finds meanwhile, so that no response can show that a check came early or that an update was lost.
fn list_race_faults(model: &Model, kind: usize) -> Vec<(String, FaultKind)> {
    let named = |word: &str, fault: FaultKind| (word.to_string(), fault);
    let mut all = vec![named("fails-when-busy", FaultKind::FailsWhenBusy)];
    let resource = &model.suite.resources[kind];
    let is_state = |effect: &&Effect| resource.state.as_ref() == Some(&effect.field);
    let of_kind = |effect: &&Effect| {
        find_kind(model, &name_target(model, effect)) == Some(kind) && !matches!(&effect.target, EffectTarget::Each(_))
    };
    let changes = |clause: &&Clause| matches!(clause.decision, ClauseDecision::Accept(_)) && !clause.then.is_empty();
    let existing =
        |clause: &&Clause| !clause.then.iter().any(|effect| is_created(model, &name_target(model, effect), clause));
    for clause in model.suite.clauses.iter().filter(changes).filter(existing) {
        let on_kind: Vec<&Effect> = clause.then.iter().filter(of_kind).collect();
        let is_known = takes_no_time(resource, &on_kind);
        if !on_kind.is_empty() && (is_known || !on_kind.iter().any(is_state)) {
            all.push(named("loses-update", FaultKind::LosesUpdate));
        }
        if is_known && on_kind.iter().any(is_state) {
            all.push(named("checks-early", FaultKind::ChecksEarly));
        }
    }
    all.sort_by(|one, two| one.0.cmp(&two.0));
    all.dedup_by(|one, two| one.0 == two.0);
    all
}

/// Whether the effects change the state at once: the first stage is visible at once, and is the last.
fn takes_no_time(resource: &ResourceKind, effects: &[&Effect]) -> bool {
    resource.prompt
        && effects.iter().all(|effect| match &effect.value {
            EffectValue::Transition(stages) => stages.len() == 1,
            _ => true,
        })
}

/// Faults of mandatory and typed properties in the two upper levels of a response; deeper levels add no new kind
/// of fault.
fn list_shape_faults(schemas: &CompiledCatalog, operation: &str) -> Vec<(String, FaultKind)> {
    let Some(shape) = schemas.find_operation(operation).and_then(|operation| {
        let status =
            [200, 201, 202, 203].into_iter().find_map(|status| schemas.find_response_schema(operation, status, None));
        status.or_else(|| schemas.find_response_schema(operation, 204, None))
    }) else {
        return Vec::new();
    };
    let mut kinds = Vec::new();
    for (pointer, required, typed) in list_properties(&shape.schema) {
        if required {
            kinds.push((format!("omits{pointer}"), FaultKind::Omits(pointer.clone())));
        }
        if typed {
            kinds.push((format!("mistypes{pointer}"), FaultKind::Mistypes(pointer)));
        }
    }
    kinds
}

/// JSON Pointers of the properties in the two upper levels, and for each property whether the schema requires the
/// property and whether the schema gives a type.
fn list_properties(schema: &Value) -> Vec<(String, bool, bool)> {
    let mut found = Vec::new();
    let mut visit = |schema: &Value, base: &str, deeper: &mut Vec<(String, Value)>| {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(|name| name.as_str()).collect();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let pointer = format!("{base}/{}", name.replace('~', "~0").replace('/', "~1"));
            found.push((pointer.clone(), required.contains(&name.as_str()), property["type"].is_string()));
            if property["type"] == "object" {
                deeper.push((pointer.clone(), property.clone()));
            }
        }
    };
    let mut deeper = Vec::new();
    visit(schema, "", &mut deeper);
    for (pointer, property) in deeper {
        visit(&property, &pointer, &mut Vec::new());
    }
    found
}
