//! The second filter: whether the observations in a response match each possible state.

use super::belief::Bounds;
use super::call_view::Asked;
use super::clause_info::{ClauseId, Generated};
use super::compile::{Model, frame, state_of};
use super::factor::{Factor, Promised};
use super::match_observation::{Misfit, listed, meet};
use super::observation::{Sight, Sights};
use super::possible_state::{Held, World, hold, replaced};
use super::resource_state::{Id, Life, Thing};
use super::roots::Fault;
use crate::history::Exchange;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The observations of a response, with the context for the comparison.
#[derive(Debug, Clone, Copy)]
pub struct See<'a> {
    pub model: &'a Model,
    pub asked: &'a Asked,
    pub exchange: &'a Exchange,
    pub sights: &'a Sights,
    pub bounds: Bounds,
}

/// The possible states that match, and the ruled-out states with the contradicted clauses.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub worlds: Vec<World>,
    pub dropped: Vec<(World, Vec<ClauseId>)>,
    /// Clauses that were compared with a determined value.
    pub compared: BTreeSet<ClauseId>,
}

impl Found {
    #[must_use]
    pub fn reasons(&self) -> Vec<ClauseId> {
        self.dropped.iter().flat_map(|(_, clauses)| clauses.iter().copied()).collect()
    }
}

impl See<'_> {
    /// Whether the response shows a resource of the factor, or lists all resources of a kind.
    #[must_use]
    pub fn concerns(&self, factor: &Factor) -> bool {
        factor.ids.iter().any(|id| self.sight(id).is_some() || self.sights.whole.contains(&usize::from(id.kind)))
    }

    fn sight(&self, id: &Id) -> Option<&Sight> {
        self.sights.things.iter().find(|sight| sight.id == *id)
    }

    /// The observations of one resource: a response may show a resource twice.
    pub(super) fn sights_of<'a>(&'a self, id: &'a Id) -> impl Iterator<Item = &'a Sight> {
        self.sights.things.iter().filter(move |sight| sight.id == *id)
    }

    fn listed_clause(&self, kind: u16) -> Option<ClauseId> {
        let whole = self.sights.whole.contains(&usize::from(kind));
        whole.then(|| self.list_clause(kind))
    }

    fn list_clause(&self, kind: u16) -> ClauseId {
        self.model.generated(&Generated::Listed(usize::from(kind), self.asked.operation.clone()))
    }
}

/// Compares each possible state with the observations.
///
/// # Errors
/// If the evaluation of an expression fails.
pub fn filter(see: &See<'_>, factor: &Factor) -> Result<Found, Fault> {
    let mut found = Found::default();
    for world in &factor.worlds {
        let mut changed: BTreeMap<Id, Thing> = BTreeMap::new();
        let mut reasons = Vec::new();
        for held in world {
            if let Some((clause, misses)) = list_says(see, held) {
                if misses {
                    reasons.push(clause);
                    break;
                }
                found.compared.insert(clause);
            }
            match fits(see, held, &mut found.compared)? {
                Ok(Some(thing)) => {
                    changed.insert(held.id.clone(), thing);
                }
                Ok(None) => {}
                Err(misfit) => {
                    reasons.extend(blamed(see, factor, &held.id, &misfit));
                    break;
                }
            }
        }
        if reasons.is_empty() {
            found.worlds.push(if changed.is_empty() { world.clone() } else { replaced(see.model, world, changed) });
        } else {
            found.dropped.push((world.clone(), reasons));
        }
    }
    Ok(found)
}

/// The clause of a whole list that demands the presence or the absence of a resource, and whether the response
/// contradicts the clause. The clause that ended a resource covers its absence.
fn list_says(see: &See<'_>, held: &Arc<Held>) -> Option<(ClauseId, bool)> {
    let shown = see.sight(&held.id).is_some();
    let foreign = see.asked.who != Some(held.thing.owner);
    if see.sights.parts.contains(&usize::from(held.id.kind)) {
        // A resource may stand on another page.
        return (shown && foreign).then(|| (see.list_clause(held.id.kind), true));
    }
    let clause = see.listed_clause(held.id.kind)?;
    let demanded = if foreign { false } else { listed(held)? };
    let misses = if demanded { !shown } else { shown && foreign };
    Some((clause, misses))
}

fn fits(
    see: &See<'_>,
    held: &Arc<Held>,
    compared: &mut BTreeSet<ClauseId>,
) -> Result<Result<Option<Thing>, Misfit>, Fault> {
    if see.asked.who != Some(held.thing.owner) {
        return Ok(Ok(None));
    }
    let mut now: Option<Arc<Held>> = None;
    for sight in see.sights_of(&held.id) {
        let before = now.as_ref().unwrap_or(held);
        match meet(see.model, before, sight, see.exchange.sent_ms, see.bounds.settle_percent)? {
            Ok(thing) => {
                note_compared(see, before, sight, compared);
                now = Some(hold(see.model, held.id.clone(), thing));
            }
            Err(misfit) => return Ok(Err(misfit)),
        }
    }
    Ok(Ok(now.map(|held| held.thing.clone())))
}

fn note_compared(see: &See<'_>, held: &Held, sight: &Sight, compared: &mut BTreeSet<ClauseId>) {
    if !held.thing.at_rest() || held.thing.life != Life::Alive {
        return;
    }
    let kind = usize::from(held.id.kind);
    for (index, shown) in sight.fields.iter().enumerate() {
        if shown.is_some() && !held.thing.fields[index].has_unknown() {
            compared.insert(see.model.generated(&Generated::Field(kind, index)));
        }
    }
    if sight.full {
        let shows = &see.model.suite.resources[kind].shows;
        compared.extend((0..shows.len()).map(|index| see.model.generated(&Generated::Shows(kind, index))));
    }
}

fn blamed(see: &See<'_>, factor: &Factor, id: &Id, misfit: &Misfit) -> Vec<ClauseId> {
    let state = state_of(see.model, usize::from(id.kind)).unwrap_or_default() as u16;
    match misfit {
        Misfit::Clause(clause) => vec![*clause],
        Misfit::Field(field) => promisers(factor, &Promised::Field(id.clone(), *field))
            .unwrap_or_else(|| vec![frame(see.model, id, *field)]),
        Misfit::End => {
            promisers(factor, &Promised::End(id.clone())).unwrap_or_else(|| vec![frame(see.model, id, state)])
        }
    }
}

fn promisers(factor: &Factor, what: &Promised) -> Option<Vec<ClauseId>> {
    factor.promises.get(what).map(|promises| promises.iter().map(|promise| promise.clause).collect())
}

/// The possible state with every observed resource undetermined.
#[must_use]
pub fn fogged(see: &See<'_>, world: &[Arc<Held>]) -> World {
    let named: BTreeSet<&Id> = see.asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
    let touched = |held: &&Arc<Held>| {
        named.contains(&held.id)
            || see.sight(&held.id).is_some()
            || see.sights.whole.contains(&usize::from(held.id.kind))
    };
    let changed =
        world.iter().filter(touched).map(|held| (held.id.clone(), held.thing.fogged(see.exchange.received_ms)));
    replaced(see.model, world, changed.collect())
}
