//! What the clauses say of one call in one world.
//!
//! Refusals come first: when several reasons to refuse hold, documents do not say which
//! one is answered, so a status of any of them is accepted (design, "Refusals").

use super::asked::Asked;
use super::compile::{ClauseId, Model, speaks_in_motion};
use super::factor::Held;
use super::scope::{Fault, Roots, seen_by, world_root};
use super::thing::Id;
use crate::expr::{Expr, Val};
use crate::schema::Class;
use crate::suite::{Calls, Clause, Statuses, Verb};
use std::sync::Arc;

/// The clauses that speak of a call in one world.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// The call must be refused.
    pub demanded: Vec<ClauseId>,
    /// It may be: guards that hold but do not demand, guards that nothing decides, `may refuse`.
    pub permitted: Vec<ClauseId>,
    /// It must be accepted, if nothing demands or permits a refusal.
    pub accepts: Vec<ClauseId>,
    /// It may be accepted: nothing decides the guard.
    pub perhaps: Vec<ClauseId>,
}

impl Reading {
    /// No clause says what becomes of the call.
    #[must_use]
    pub fn silent(&self) -> bool {
        self.demanded.is_empty() && self.accepts.is_empty()
    }

    /// Refusing clauses of either kind whose statuses hold this one.
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

/// Whether a clause's verb allows a status.
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

/// One way to fill in the things that a call names, each root once.
pub type Combination<'a> = Vec<(&'a str, Option<&'a Id>, Val)>;

/// Combinations of the things named, in the world's view of the caller.
/// One thing per root and one combination, unless a root names a batch.
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
        // A batch of batches would square; no document has one, and a bound must stand.
        all.truncate(1_000);
    }
    all
}

#[must_use]
pub fn find<'a>(world: &'a [Arc<Held>], id: &Id) -> Option<&'a Arc<Held>> {
    world.binary_search_by(|held| held.id.cmp(id)).ok().map(|index| &world[index])
}

/// Reads every clause that may speak of the call.
///
/// # Errors
/// If a guard goes wrong on valid input: the suite is bad.
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

/// How a clause stands to one combination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    Yes,
    No,
    Unknown,
    /// The guard holds or is unknown, but a thing it speaks of is in motion.
    InMotion,
}

/// A refusal of a batch holds if any target meets it, an acceptance if all do.
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

/// A reference that was given must lead to a thing, and some reference must be given if the call has any.
fn bound(combination: &Combination<'_>) -> bool {
    let missing = |(_, id, value): &(&str, Option<&Id>, Val)| id.is_some() && *value == Val::Null;
    !combination.iter().any(missing) && (combination.is_empty() || combination.iter().any(|(_, id, _)| id.is_some()))
}

fn truth(roots: &Roots<'_>, guard: &Expr, clause: &Clause) -> Result<Option<bool>, Fault> {
    match roots.eval(guard, clause.place.line) {
        Ok(Val::Bool(value)) => Ok(Some(value)),
        Ok(Val::Unknown) => Ok(None),
        // Input that breaks its schema breaks guards that rely on it; that decides nothing.
        Ok(_) | Err(_) if roots.asked.class != Class::Valid => Ok(None),
        Ok(other) => {
            let message = format!("a guard is true or false, this one is {other}");
            Err(Fault::new(roots.model, clause.place.line, guard, message))
        }
        Err(fault) => Err(fault),
    }
}
