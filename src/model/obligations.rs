//! Obligations: the promised values that no response has shown yet.
//!
//! A clause passes only if nothing else explains a response (design, section 4), so a promise stays open until
//! an
//! observation shows the resource as settled.

use super::belief::{Belief, Owed};
use super::bulk_effect;
use super::call_view::Asked;
use super::clause_info::{ClauseId, Generated};
use super::effect_context::Moment;
use super::factor::{Factor, Promise, Promised};
use super::observation_filter::See;
use super::outcome_filter::{How, Judged};
use super::possible_state::{Held, hold};
use super::resource_state::{Id, Life, Thing};
use super::roots::Fault;
use crate::history::Exchange;
use crate::suite::{EffectValue, Stage};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Belief {
    /// Records the obligations of the accepting clauses.
    ///
    /// # Errors
    /// If the evaluation of an effect's condition fails.
    pub(super) fn promise(
        &mut self,
        factor: &mut Factor,
        asked: &Asked,
        before: &Factor,
        judged: &Judged,
        exchange: &Exchange,
        moment: &Moment<'_>,
    ) -> Result<(), Fault> {
        let accepted: Vec<&Vec<(ClauseId, u16)>> = judged
            .next
            .iter()
            .filter_map(|next| match &next.how {
                How::Accepted { choice } => Some(choice),
                _ => None,
            })
            .collect();
        if accepted.len() != judged.next.len() {
            return Ok(());
        }
        let clauses: BTreeSet<ClauseId> =
            accepted.iter().flat_map(|choice| choice.iter().map(|(clause, _)| *clause)).collect();
        for clause in clauses {
            let spoke = judged
                .readings
                .iter()
                .zip(0..)
                .all(|(reading, _)| reading.accepts.contains(&clause) || !reading.demanded.is_empty());
            let promise = Promise { clause, exchange: exchange.number };
            let mut promised = self.promised(asked, clause, factor, judged, moment);
            promised.extend(self.promised_unnamed(asked, clause, before, judged, moment)?);
            if promised.is_empty() {
                // An effect on an empty set of resources proves nothing.
                let hollow = self.falls_on_unnamed(clause);
                let count = self.tally.count(clause);
                if spoke && !hollow {
                    count.passed += 1;
                } else {
                    count.unclear += 1;
                }
                continue;
            }
            self.open.insert(promise, Owed { left: promised.len(), tainted: !spoke, exception: false });
            for what in promised {
                let promises = factor.promises.entry(what).or_default();
                let overtaken = promises.last().copied();
                promises.push(promise);
                if let Some(older) = overtaken.filter(|older| older.exchange != promise.exchange) {
                    self.lapse(older);
                }
            }
        }
        Ok(())
    }

    fn falls_on_unnamed(&self, clause: ClauseId) -> bool {
        self.model
            .written(clause)
            .is_some_and(|written| written.then.iter().any(|effect| effect.target.each().is_some()))
    }

    /// The promises of a clause's main outcome about resources that the call does not name. A promise counts
    /// only if all possible states make the promise, because the condition may select other resources in
    /// another state.
    fn promised_unnamed(
        &self,
        asked: &Asked,
        clause: ClauseId,
        before: &Factor,
        judged: &Judged,
        moment: &Moment<'_>,
    ) -> Result<BTreeSet<Promised>, Fault> {
        let accepting = before.worlds.iter().zip(&judged.readings).filter(|(_, r)| r.accepts.contains(&clause));
        let mut everywhere: Option<BTreeSet<(Id, Option<u16>)>> = None;
        for (world, _) in accepting {
            let here = bulk_effect::certain(&self.model, asked, world, clause, moment)?;
            everywhere = Some(everywhere.map_or(here.clone(), |known| known.intersection(&here).cloned().collect()));
        }
        let promised = everywhere.unwrap_or_default().into_iter().map(|(id, field)| match field {
            None => Promised::End(id),
            Some(field) => Promised::Field(id, field),
        });
        Ok(promised.collect())
    }

    /// The promises of a clause's main outcome about observed fields of the call's resources.
    fn promised(
        &self,
        asked: &Asked,
        clause: ClauseId,
        factor: &Factor,
        judged: &Judged,
        moment: &Moment<'_>,
    ) -> BTreeSet<Promised> {
        let written = self.model.written(clause).expect("only written clauses accept");
        let mut promised = BTreeSet::new();
        let via = |held: &Held| held.thing.via.as_ref().is_some_and(|via| via.of(clause).is_some());
        let touched: BTreeSet<&Id> =
            judged.next.iter().flat_map(|next| &next.world).filter(|held| via(held)).map(|held| &held.id).collect();
        for id in touched.into_iter().filter(|id| factor.ids.contains(id)) {
            let resource = self.model.resource(id);
            for effect in &written.then {
                // A call may name several resources of a kind; the effect names one by its root.
                let about = self.model.operations[&asked.operation].about.iter();
                let Some(index) = about.clone().position(|about| effect.target.is(&about.name)) else { continue };
                let existing =
                    || asked.existing.iter().any(|(at, ids)| *at == index && ids.iter().flatten().any(|i| i == id));
                let born = || moment.born.iter().any(|(at, ids)| *at == index && ids.contains(id));
                if !existing() && !born() {
                    continue;
                }
                let ends =
                    matches!(&effect.value, EffectValue::Course(stages) if matches!(stages.last(), Some(Stage::Gone)));
                if ends {
                    promised.insert(Promised::End(id.clone()));
                } else if let Some(index) = resource.fields.iter().position(|field| field.name == effect.field) {
                    promised.insert(Promised::Field(id.clone(), index as u16));
                }
            }
        }
        promised
    }

    /// Closes an overtaken obligation that no observation confirmed: the clause is unclear.
    fn lapse(&mut self, promise: Promise) {
        if self.open.remove(&promise).is_some() {
            self.tally.count(promise.clause).unclear += 1;
        }
    }

    /// Closes the obligations about every resource that is observed as settled or gone in all possible states.
    pub(super) fn confirm(&mut self, see: &See<'_>, factor: &mut Factor, compared: &BTreeSet<ClauseId>) {
        for clause in compared {
            self.note_compared(see, *clause);
        }
        for id in factor.ids.clone() {
            let possible = factor.possibilities(&id);
            let gone = possible.iter().all(|held| held.thing.life == Life::Gone);
            // An absence that follows from another resource shows nothing about this resource.
            let gone = gone && (self.looks_for(see, &id, &possible) || !self.can_be_looked_for(&id));
            let shown: Vec<_> = see.sights_of(&id).collect();
            let rest = possible.iter().all(|held| held.thing.at_rest());
            if !(gone || (rest && !shown.is_empty())) {
                continue;
            }
            self.seen.insert(id.clone(), see.exchange.number);
            let moved = possible.iter().any(|held| held.thing.via.is_some());
            let mine: Vec<Promised> = factor.promises.keys().filter(|promised| promised.id() == &id).cloned().collect();
            for what in mine {
                let visible = match &what {
                    Promised::End(_) => gone,
                    Promised::Field(_, field) => {
                        gone || shown.iter().any(|sight| sight.fields[usize::from(*field)].is_some())
                    }
                };
                if !visible {
                    continue;
                }
                let promises = factor.promises.remove(&what).expect("the key was read from the same map");
                // Overtaken promises are closed already.
                let promise = *promises.last().expect("each entry holds at least one promise");
                let main = possible.iter().all(|held| {
                    held.thing.via.as_ref().is_none_or(|via| via.of(promise.clause).is_none_or(|way| way == 0))
                });
                let event = possible
                    .iter()
                    .any(|held| held.thing.via.as_ref().is_some_and(|via| via.of(promise.clause).is_none()));
                self.pay(promise, main && !event && !(gone && matches!(what, Promised::Field(..))));
            }
            if moved && !gone {
                let settles = Generated::Settles(usize::from(id.kind));
                if self.model.suite.resources[usize::from(id.kind)].state.is_some() {
                    let count = self.tally.count(self.model.generated(&settles));
                    count.applied += 1;
                    count.passed += 1;
                }
                self.forget_how(factor, &id);
            }
        }
    }

    /// Whether the owner read the resource by id, or read a whole list of the kind.
    fn looks_for(&self, see: &See<'_>, id: &Id, possible: &[Arc<Held>]) -> bool {
        let reads = !self.model.operations[&see.asked.operation].changes;
        let named = || see.asked.existing.iter().any(|(_, ids)| ids.iter().flatten().any(|named| named == id));
        let own = possible.iter().any(|held| see.asked.who == Some(held.thing.owner));
        own && ((reads && named()) || see.sights.whole.contains(&usize::from(id.kind)))
    }

    /// Whether some read can name the resource.
    fn can_be_looked_for(&self, id: &Id) -> bool {
        self.model.shown[usize::from(id.kind)].is_some() && self.teller(id).is_none()
    }

    fn pay(&mut self, promise: Promise, kept: bool) {
        let Some(owed) = self.open.get_mut(&promise) else { return };
        owed.left = owed.left.saturating_sub(1);
        owed.exception |= !kept;
        if owed.left > 0 {
            return;
        }
        let owed = *owed;
        self.open.remove(&promise);
        let count = self.tally.count(promise.clause);
        if owed.exception {
            count.exceptions += 1;
        } else if owed.tainted {
            count.unclear += 1;
        } else {
            count.passed += 1;
        }
    }

    /// Removes the history of a settled resource, so that possible states with equal values merge.
    fn forget_how(&self, factor: &mut Factor, id: &Id) {
        let index = factor.ids.binary_search(id).expect("the id is one of the factor");
        let mut worlds = BTreeSet::new();
        for world in &factor.worlds {
            let mut world = world.clone();
            let held = &world[index];
            if held.thing.via.is_some() {
                let thing = Thing { via: None, ..held.thing.clone() };
                world[index] = hold(&self.model, id.clone(), thing);
            }
            worlds.insert(world);
        }
        factor.worlds = worlds.into_iter().collect();
    }
}
