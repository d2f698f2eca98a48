//! Mutants: the mock with one promise broken.
//!
//! They are computed from the suite, for each clause each way to break it, and are named
//! `clause/kind[/field]`. No name stands in the source.

use crate::model::{ClauseId, Generated, Model, Origin};
use crate::schema::Schemas;
use crate::suite::{Binding, Calls, Clause, Effect, EffectValue, FieldClass, Stage, Target, UNNAMED, Verb};
use std::collections::BTreeSet;

/// One broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// `clause/kind[/field]`.
    pub name: String,
    pub clause: ClauseId,
    pub kind: Kind,
}

/// How a promise is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A call that must be refused is accepted.
    Accepted,
    /// The same in calls of one operation only.
    AcceptedBy(String),
    /// A call that must be accepted is refused.
    Refused,
    /// The right verb with a status that the clause does not allow.
    OtherStatus,
    /// 500 instead of the reply.
    ServerError,
    /// Accepted, and nothing happens.
    NoEffect,
    /// One effect is left out.
    Skips(String),
    /// One field is set to another value.
    Alters(String),
    /// The course of a thing of this kind never comes to its end.
    Stuck(usize),
    /// The course of a thing of this kind ends in another stable state.
    EndsIn(usize, String),
    /// A thing of this kind is at its end before what it has to wait for.
    OutOfOrder(usize),
    /// What should do nothing does what another clause says.
    ActsAs(ClauseId),
    /// A field that the clause does not speak of changes too.
    Touches(String),
    /// The effect lands on another thing of the same kind.
    HitsAnother,
    /// What the clause ensures of the reply does not hold.
    BreaksEnsure,
    /// A mandatory property is missing from the reply.
    Omits(String),
    /// A property of the reply has another type.
    Mistypes(String),
    /// A list leaves a thing out.
    ListOmits,
    /// A page begins one thing later than it was asked to.
    PageSkips,
    /// A page holds more than was asked for.
    PageOverflows,
    /// A list still holds what is gone.
    ListsGone,
    /// What follows from the fields is shown otherwise.
    ShowsOther(usize),
    /// A field that never changes does, at each change of its thing.
    Changes(usize),
    /// A field that moves forward goes back.
    GoesBack(usize),
}

/// Every mutant of a model, in the order of its clauses.
#[must_use]
pub fn mutants(model: &Model, schemas: &Schemas) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (index, info) in model.clauses.iter().enumerate() {
        let clause = ClauseId(index as u32);
        let kinds = match &info.origin {
            Origin::Clause(index) => of_clause(model, clause, &model.suite.clauses[*index]),
            Origin::Event(_) => Vec::new(),
            Origin::Generated(generated) => of_generated(model, schemas, generated),
        };
        all.extend(kinds.into_iter().map(|(word, kind)| Mutant { name: format!("{}/{word}", info.id), clause, kind }));
    }
    all
}

fn of_clause(model: &Model, id: ClauseId, clause: &Clause) -> Vec<(String, Kind)> {
    let plain = |word: &str, kind: Kind| (word.to_string(), kind);
    match &clause.verb {
        Verb::Refuse(statuses) => {
            let mut kinds = vec![plain("accepted", Kind::Accepted)];
            if matches!(statuses, crate::suite::Statuses::Exactly(_)) {
                kinds.push(plain("other-status", Kind::OtherStatus));
            }
            // Each operation checks for itself what must be refused everywhere, or forgets to.
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
                kinds.extend(of_idle(model, clause));
            } else {
                // What was not there before cannot stay as it was.
                if !clause.then.iter().all(|effect| newborn(model, &name_of(model, effect), clause)) {
                    kinds.push(plain("no-effect", Kind::NoEffect));
                }
                kinds.extend(of_effects(model, clause));
            }
            kinds
        }
    }
}

fn of_effects(model: &Model, clause: &Clause) -> Vec<(String, Kind)> {
    let mut kinds = Vec::new();
    let targets: BTreeSet<String> = clause.then.iter().map(|effect| name_of(model, effect)).collect();
    let courses = clause.then.iter().filter(|effect| matches!(effect.value, EffectValue::Course(_))).count();
    for effect in &clause.then {
        let target = name_of(model, effect);
        let field = format!("{target}.{}", effect.field);
        if effect.target.each().is_some() && matches!(effect.value, EffectValue::Course(_)) {
            kinds.push((format!("skips/{field}"), Kind::Skips(field.clone())));
        }
        match &effect.value {
            EffectValue::Course(stages) => {
                // Where it ends is not said, so that nothing tells a wrong end from a right one.
                let open = |stage: &Stage| match stage {
                    Stage::Anything => true,
                    Stage::State(state) => state == UNNAMED,
                    _ => false,
                };
                if stages.last().is_none_or(open) {
                    continue;
                }
                let Some(kind) = kind_of(model, &target) else { continue };
                // One name per thing where the clause sends several on their way.
                let of = |word: &str| if courses > 1 { format!("{target}.{word}") } else { word.to_string() };
                let stuck = if courses > 1 { format!("stuck/{target}") } else { "stuck".to_string() };
                // What begins in the last stage cannot be stuck before it.
                if stages.len() > 1 || !newborn(model, &target, clause) {
                    kinds.push((stuck, Kind::Stuck(kind)));
                }
                let resource = &model.suite.resources[kind];
                let last = match stages.last() {
                    Some(Stage::State(state)) => state.as_str(),
                    _ => "",
                };
                // An end that an exception permits breaks nothing.
                let permitted = |state: &&String| clause.or.iter().any(|way| ends_in(way, effect, state));
                let others = resource.stable.iter().filter(|state| state.as_str() != last && !permitted(state));
                kinds.extend(others.map(|state| (format!("ends-in/{}", of(state)), Kind::EndsIn(kind, state.clone()))));
            }
            EffectValue::Anything => {}
            EffectValue::Expr(_) => {
                kinds.push((format!("skips/{field}"), Kind::Skips(field.clone())));
                let observed =
                    resource_of(model, &target).is_some_and(|r| r.fields.iter().any(|f| f.name == effect.field));
                if observed {
                    kinds.push((format!("alters/{field}"), Kind::Alters(field.clone())));
                }
            }
        }
    }
    let ends = |target: &str| {
        clause.then.iter().any(|effect| {
            name_of(model, effect) == target
                && matches!(&effect.value, EffectValue::Course(stages) if matches!(stages.last(), Some(Stage::Gone)))
        })
    };
    // Of what is gone no field is seen.
    for target in targets.iter().filter(|target| !ends(target)) {
        let Some(resource) = resource_of(model, target) else { continue };
        let set = clause.then.iter().filter(|effect| name_of(model, effect) == *target);
        let set: BTreeSet<&str> = set.map(|effect| effect.field.as_str()).collect();
        let untouched = resource.fields.iter().filter(|field| {
            field.class == FieldClass::Modelled
                && !set.contains(field.name.as_str())
                && resource.state.as_ref() != Some(&field.name)
        });
        kinds.extend(untouched.map(|field| {
            let field = format!("{target}.{}", field.name);
            (format!("touches/{field}"), Kind::Touches(field))
        }));
    }
    if !targets.iter().all(|target| newborn(model, target, clause)) {
        kinds.push(("hits-another".to_string(), Kind::HitsAnother));
    }
    for (later, earlier) in &clause.order {
        if let Some(kind) = kind_of(model, later) {
            kinds.push((format!("out-of-order/{later}-before-{earlier}"), Kind::OutOfOrder(kind)));
        }
    }
    kinds
}

/// What a mutant's name calls the thing of an effect: those that the call does not name go by their kind.
fn name_of(model: &Model, effect: &Effect) -> String {
    match &effect.target {
        Target::Named(name) => name.clone(),
        Target::Each(each) => format!("{UNNAMED_THINGS}{}", model.suite.resources[each.resource].name),
    }
}

/// Begins what a mutant's name calls things that the call does not name. No name of a thing has a `-`.
pub(super) const UNNAMED_THINGS: &str = "each-";

/// Whether what an effect is on comes to life by the call, in each of the clause's calls.
fn newborn(model: &Model, target: &str, clause: &Clause) -> bool {
    let Calls::Only(calls) = &clause.calls else { return false };
    if target.starts_with(UNNAMED_THINGS) {
        return false;
    }
    let operations = calls.iter().filter_map(|call| model.operations.get(call));
    let mut about = operations.flat_map(|operation| &operation.about).filter(|about| about.name == target);
    about.all(|about| matches!(about.binding, Binding::New(_)))
}

/// Whether an exception lets the thing of an effect end in a state.
fn ends_in(way: &crate::suite::Alternative, effect: &Effect, state: &str) -> bool {
    let same = |other: &&Effect| other.key == effect.key;
    way.then.iter().filter(same).any(|other| {
        matches!(&other.value, EffectValue::Course(stages)
            if matches!(stages.last(), Some(Stage::State(last)) if last == state))
    })
}

/// A change that should do nothing may do what the other clauses of its call do.
fn of_idle(model: &Model, clause: &Clause) -> Vec<(String, Kind)> {
    let Calls::Only(calls) = &clause.calls else { return Vec::new() };
    let changing = calls.iter().filter_map(|call| model.operations.get(call)).filter(|operation| operation.changes);
    let others: BTreeSet<ClauseId> = changing.flat_map(|operation| operation.clauses.iter().copied()).collect();
    let acts = |id: &ClauseId| model.written(*id).is_some_and(|other| !other.then.is_empty());
    let named = |id: ClauseId| (format!("acts-as/{}", model.info(id).id), Kind::ActsAs(id));
    others.into_iter().filter(acts).map(named).collect()
}

/// The resource behind the name that an effect gives its thing.
pub(super) fn kind_of(model: &Model, target: &str) -> Option<usize> {
    if let Some(kind) = target.strip_prefix(UNNAMED_THINGS) {
        return model.suite.resources.iter().position(|resource| resource.name == kind);
    }
    let about = model.operations.values().flat_map(|operation| &operation.about).find(|about| about.name == target)?;
    Some(about.resource)
}

fn resource_of<'a>(model: &'a Model, target: &str) -> Option<&'a crate::suite::Resource> {
    model.suite.resources.get(kind_of(model, target)?)
}

fn of_generated(model: &Model, schemas: &Schemas, generated: &Generated) -> Vec<(String, Kind)> {
    let plain = |word: &str, kind: Kind| vec![(word.to_string(), kind)];
    match generated {
        Generated::NoServerError(_) => plain("server-error", Kind::ServerError),
        Generated::Reply(operation) => of_reply(schemas, operation),
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

/// Mandatory and typed properties two levels down: deeper ones break in the same way.
fn of_reply(schemas: &Schemas, operation: &str) -> Vec<(String, Kind)> {
    let Some(shape) = schemas.operation(operation).and_then(|operation| {
        let status = [200, 201, 202, 203].into_iter().find_map(|status| schemas.response(operation, status, None));
        status.or_else(|| schemas.response(operation, 204, None))
    }) else {
        return Vec::new();
    };
    let mut kinds = Vec::new();
    for (pointer, required, typed) in properties(&shape.schema) {
        if required {
            kinds.push((format!("omits{pointer}"), Kind::Omits(pointer.clone())));
        }
        if typed {
            kinds.push((format!("mistypes{pointer}"), Kind::Mistypes(pointer)));
        }
    }
    kinds
}

fn properties(schema: &serde_json::Value) -> Vec<(String, bool, bool)> {
    let mut found = Vec::new();
    let mut visit = |schema: &serde_json::Value, base: &str, deeper: &mut Vec<(String, serde_json::Value)>| {
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
