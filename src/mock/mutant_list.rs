//! The list of all mutants of a model.

use super::effect_mutants::{list_effect_faults, newborn};
use super::mutant::{Kind, Mutant, name_of};
use crate::model::{ClauseId, Generated, Model, Origin};
use crate::schema::Schemas;
use crate::suite::{Calls, Clause, FieldClass, Statuses, Verb};
use serde_json::Value;
use std::collections::BTreeSet;

/// Lists all mutants of a model, in the order of the clauses.
#[must_use]
pub fn mutants(model: &Model, schemas: &Schemas) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (index, info) in model.clauses.iter().enumerate() {
        let clause = ClauseId(index as u32);
        let kinds = match &info.origin {
            Origin::Clause(index) => list_clause_faults(model, clause, &model.suite.clauses[*index]),
            Origin::Event(_) => Vec::new(),
            Origin::Generated(generated) => list_generated_faults(model, schemas, generated),
        };
        all.extend(kinds.into_iter().map(|(word, kind)| Mutant { name: format!("{}/{word}", info.id), clause, kind }));
    }
    all
}

fn list_clause_faults(model: &Model, id: ClauseId, clause: &Clause) -> Vec<(String, Kind)> {
    let plain = |word: &str, kind: Kind| (word.to_string(), kind);
    match &clause.verb {
        Verb::Refuse(statuses) => {
            let mut kinds = vec![plain("accepted", Kind::Accepted)];
            if matches!(statuses, Statuses::Exactly(_)) {
                kinds.push(plain("other-status", Kind::OtherStatus));
            }
            // If all operations must refuse, each operation has a check of its own, and each check can be missing.
            if matches!(clause.calls, Calls::AllBut(_)) {
                let speaking = model.operations.values().filter(|operation| operation.clauses.contains(&id));
                kinds.extend(
                    speaking.map(|operation| {
                        (format!("accepted/{}", operation.id), Kind::AcceptedBy(operation.id.clone()))
                    }),
                );
            }
            kinds
        }
        Verb::MayRefuse(_) => Vec::new(),
        Verb::Accept(_) => {
            let mut kinds = vec![plain("refused", Kind::Refused), plain("other-status", Kind::OtherStatus)];
            if !clause.ensure.is_empty() {
                kinds.push(plain("breaks-ensure", Kind::BreaksEnsure));
            }
            if clause.then.is_empty() {
                kinds.extend(list_idle_faults(model, clause));
            } else {
                // A created resource has no earlier state.
                if !clause.then.iter().all(|effect| newborn(model, &name_of(model, effect), clause)) {
                    kinds.push(plain("no-effect", Kind::NoEffect));
                }
                kinds.extend(list_effect_faults(model, clause));
            }
            kinds
        }
    }
}

/// Faults of a clause without an effect: the effects of each further clause of the call.
fn list_idle_faults(model: &Model, clause: &Clause) -> Vec<(String, Kind)> {
    let Calls::Only(calls) = &clause.calls else { return Vec::new() };
    let changing = calls.iter().filter_map(|call| model.operations.get(call)).filter(|operation| operation.changes);
    let others: BTreeSet<ClauseId> = changing.flat_map(|operation| operation.clauses.iter().copied()).collect();
    let acts = |id: &ClauseId| model.written(*id).is_some_and(|other| !other.then.is_empty());
    let named = |id: ClauseId| (format!("acts-as/{}", model.info(id).id), Kind::ActsAs(id));
    others.into_iter().filter(acts).map(named).collect()
}

fn list_generated_faults(model: &Model, schemas: &Schemas, generated: &Generated) -> Vec<(String, Kind)> {
    let plain = |word: &str, kind: Kind| vec![(word.to_string(), kind)];
    match generated {
        Generated::NoServerError(_) => plain("server-error", Kind::ServerError),
        Generated::Reply(operation) => list_shape_faults(schemas, operation),
        Generated::Field(kind, index) => match model.suite.resources[*kind].fields[*index].class {
            FieldClass::Modelled => Vec::new(),
            FieldClass::Keeps => plain("changes", Kind::Changes(*index)),
            FieldClass::Grows => plain("goes-back", Kind::GoesBack(*index)),
        },
        Generated::Settles(_) => Vec::new(),
        Generated::Shows(_, index) => plain("other", Kind::ShowsOther(*index)),
        Generated::PageLimit(..) => plain("overflows", Kind::PageOverflows),
        Generated::Paged(..) => plain("skips", Kind::PageSkips),
        Generated::Listed(..) => [plain("omits", Kind::ListOmits), plain("lists-gone", Kind::ListsGone)].concat(),
    }
}

/// Faults of mandatory and typed properties in the two upper levels of a response; deeper levels add no new kind
/// of fault.
fn list_shape_faults(schemas: &Schemas, operation: &str) -> Vec<(String, Kind)> {
    let Some(shape) = schemas.operation(operation).and_then(|operation| {
        let status = [200, 201, 202, 203].into_iter().find_map(|status| schemas.response(operation, status, None));
        status.or_else(|| schemas.response(operation, 204, None))
    }) else {
        return Vec::new();
    };
    let mut kinds = Vec::new();
    for (pointer, required, typed) in list_properties(&shape.schema) {
        if required {
            kinds.push((format!("omits{pointer}"), Kind::Omits(pointer.clone())));
        }
        if typed {
            kinds.push((format!("mistypes{pointer}"), Kind::Mistypes(pointer)));
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
