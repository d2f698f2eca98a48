//! Which clauses apply to a call in one possible state.
//!
//! A refusal takes precedence over acceptance. Where several reasons to refuse a call hold, the pages do not
//! say
//! which reason the endpoint reports, so the status of any of the reasons is accepted (design, "Refusals").

use super::call_view::Asked;
use super::clause_info::ClauseId;
use super::compile::Model;
use super::possible_state::{Held, find};
use super::resource_state::Id;
use super::roots::{Fault, Roots, seen_by, world_root};
use crate::expr::{Expr, Val};
use crate::schema::Class;
use crate::suite::{Calls, Clause, Statuses, Verb, While};
use std::sync::Arc;

/// The clauses that apply to a call in one possible state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// Clauses that demand a refusal.
    pub demanded: Vec<ClauseId>,
    /// Clauses that permit a refusal: a `may refuse`, an undetermined guard, or a guard that holds during a
    /// transition.
    pub permitted: Vec<ClauseId>,
    /// Clauses that demand acceptance, unless a clause demands or permits a refusal.
    pub accepts: Vec<ClauseId>,
    /// Accepting clauses with an undetermined guard.
    pub perhaps: Vec<ClauseId>,
}

impl Reading {
    /// Whether no clause determines the outcome of the call.
    #[must_use]
    pub fn silent(&self) -> bool {
        self.demanded.is_empty() && self.accepts.is_empty()
    }

    /// Clauses that demand or permit a refusal with `status`.
    pub fn explaining<'a>(
        &'a self,
        model: &'a Model,
        operation: &'a str,
        status: u16,
    ) -> impl Iterator<Item = ClauseId> + 'a {
        self.demanded
            .iter()
            .chain(&self.permitted)
            .copied()
            .filter(move |clause| allows(model, operation, *clause, status))
    }
}

/// Whether the verb of a clause allows a status. An accepting clause and a refusing clause both list statuses.
#[must_use]
pub fn allows(model: &Model, operation: &str, clause: ClauseId, status: u16) -> bool {
    let Some(clause) = model.written(clause) else { return false };
    let operation = &model.operations[operation];
    let (statuses, documented, class) = match &clause.verb {
        Verb::Accept(statuses) => (statuses, &operation.success, 2),
        Verb::Refuse(statuses) | Verb::MayRefuse(statuses) => (statuses, &operation.client_error, 4),
    };
    match statuses {
        Statuses::Exactly(codes) => codes.contains(&status),
        Statuses::Documented if documented.is_empty() => status / 100 == class,
        Statuses::Documented => documented.contains(&status),
    }
}

/// One assignment of a resource to each name in a call: the name, the resource id, and the record.
pub type Combination<'a> = Vec<(&'a str, Option<&'a Id>, Val)>;

/// The combinations of the resources that a call names, as the caller sees the resources. A call has one
/// combination, unless a name stands for a batch.
#[must_use]
pub fn combinations<'a>(model: &'a Model, asked: &'a Asked, world: &[Arc<Held>]) -> Vec<Combination<'a>> {
    let about = &model.operations[&asked.operation].about;
    let mut all: Vec<Combination<'a>> = vec![Vec::new()];
    for (index, ids) in &asked.existing {
        let name = about[*index].name.as_str();
        let mut bound: Vec<(&str, Option<&Id>, Val)> = ids
            .iter()
            .map(|id| {
                (
                    name,
                    id.as_ref(),
                    id.as_ref().and_then(|id| find(world, id)).map_or(Val::Null, |held| seen_by(asked.who, held)),
                )
            })
            .collect();
        if bound.is_empty() {
            bound.push((name, None, Val::Null));
        }
        all = all
            .iter()
            .flat_map(|combination| {
                bound.iter().map(move |one| [combination.as_slice(), std::slice::from_ref(one)].concat())
            })
            .collect();
        // Several batches in one call would multiply. No page describes a call with several batches; the limit
        // guards against a bad suite.
        all.truncate(1_000);
    }
    all
}

/// Evaluates every clause of the operation in one possible state.
///
/// # Errors
/// If the evaluation of a guard fails on valid input: the suite is faulty.
pub fn read(model: &Model, asked: &Asked, world: &[Arc<Held>], strangers: &[usize]) -> Result<Reading, Fault> {
    let operation = &model.operations[&asked.operation];
    let combinations = combinations(model, asked, world);
    let all = (!operation.reads_all.is_empty())
        .then(|| world_root(model, operation.reads_all.iter().copied(), world, asked.who, strangers));
    let mut reading = Reading::default();
    for &id in &operation.clauses {
        let clause = model.written(id).expect("operations index written clauses only");
        let mut truths = Vec::with_capacity(combinations.len());
        for combination in &combinations {
            truths.push(applies(model, asked, world, clause, combination, all.as_ref())?);
        }
        sort_in(&mut reading, id, clause, &truths);
    }
    Ok(reading)
}

/// Whether a clause applies to one combination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    Yes,
    No,
    Unknown,
    /// The guard holds or is undetermined, and a resource of the call is in a transition.
    InMotion,
}

/// A refusal applies to a batch if one combination meets the guard; an acceptance applies if every combination
/// does.
fn sort_in(reading: &mut Reading, id: ClauseId, clause: &Clause, truths: &[Truth]) {
    let any = |truth| truths.contains(&truth);
    match clause.verb {
        Verb::Accept(_) if any(Truth::No) || any(Truth::InMotion) => {}
        Verb::Accept(_) if any(Truth::Unknown) => reading.perhaps.push(id),
        Verb::Accept(_) => reading.accepts.push(id),
        Verb::Refuse(_) if any(Truth::Yes) => reading.demanded.push(id),
        Verb::Refuse(_) | Verb::MayRefuse(_) if truths.iter().any(|truth| *truth != Truth::No) => {
            reading.permitted.push(id)
        }
        Verb::Refuse(_) | Verb::MayRefuse(_) => {}
    }
}

fn applies(
    model: &Model,
    asked: &Asked,
    world: &[Arc<Held>],
    clause: &Clause,
    combination: &Combination<'_>,
    all: Option<&Val>,
) -> Result<Truth, Fault> {
    let accepts = matches!(clause.verb, Verb::Accept(_));
    if accepts && (asked.class == Class::Invalid || !bound(combination)) {
        return Ok(Truth::No);
    }
    let things: Vec<(&str, Val)> = combination.iter().map(|(name, _, value)| (*name, value.clone())).collect();
    let roots = Roots { model, asked, things: &things, reply: None, it: None, world: all };
    let held = match &clause.when {
        None => Some(true),
        Some(guard) => truth(&roots, guard, clause)?,
    };
    if held == Some(false) {
        return Ok(Truth::No);
    }
    let general = matches!(clause.calls, Calls::AllBut(_));
    let fogged = !general && combination.iter().any(|(_, _, value)| *value == Val::Unknown);
    if held.is_none() || fogged {
        return Ok(Truth::Unknown);
    }
    let moving = |id: &Id| find(world, id).is_some_and(|held| held.thing.motion.is_some());
    if !speaks_in_motion(clause) && combination.iter().any(|(_, id, _)| id.is_some_and(moving)) {
        return Ok(Truth::InMotion);
    }
    Ok(Truth::Yes)
}

/// Whether each given id leads to a resource, and whether the call gives an id at all if the operation names
/// resources.
fn bound(combination: &Combination<'_>) -> bool {
    let missing = |(_, id, value): &(&str, Option<&Id>, Val)| id.is_some() && *value == Val::Null;
    !combination.iter().any(missing) && (combination.is_empty() || combination.iter().any(|(_, id, _)| id.is_some()))
}

fn truth(roots: &Roots<'_>, guard: &Expr, clause: &Clause) -> Result<Option<bool>, Fault> {
    match roots.eval(guard, clause.place.line) {
        Ok(Val::Bool(value)) => Ok(Some(value)),
        Ok(Val::Unknown) => Ok(None),
        // The guard relies on the schema, and the input violates the schema: the guard is undetermined.
        Ok(_) | Err(_) if roots.asked.class != Class::Valid => Ok(None),
        Ok(other) => {
            let message = format!("the guard must be true or false, but it is {other}");
            Err(Fault::new(roots.model, clause.place.line, guard, message))
        }
        Err(fault) => Err(fault),
    }
}

/// Whether a clause applies during a transition. A general clause judges the caller and not the state of a
/// resource, so `while` does not restrict the clause.
#[must_use]
pub fn speaks_in_motion(clause: &Clause) -> bool {
    clause.during == While::Any || matches!(clause.calls, Calls::AllBut(_))
}
