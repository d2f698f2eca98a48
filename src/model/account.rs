//! Keeping count: what a clause has promised, what was seen of it, what it has earned.
//!
//! A clause passes only on a reply that nothing else explains (design, section 4), so
//! a promise is followed until the thing it is about was seen at rest.

use super::asked::{Asked, Heard};
use super::belief::{Belief, Owed};
use super::compile::{ClauseId, Generated};
use super::credit::Cell;
use super::each;
use super::effect::Moment;
use super::factor::{Factor, Held, Promise, Promised};
use super::outcome::{How, Judged, cell};
use super::scope::Fault;
use super::sighting::See;
use super::thing::{Id, Life};
use crate::history::Exchange;
use crate::schema::Class;
use crate::suite::{EffectValue, Stage};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Belief {
    /// Counts which clauses spoke and which of them alone explain the outcome.
    pub(super) fn settle_accounts(
        &mut self,
        asked: &Asked,
        heard: &Heard,
        judged: &Judged,
        exchange: &Exchange,
        before: &Factor,
    ) {
        let everywhere = |has: &dyn Fn(&super::reading::Reading) -> bool| judged.readings.iter().all(has);
        let spoken: BTreeSet<ClauseId> = judged
            .readings
            .iter()
            .flat_map(|reading| reading.demanded.iter().chain(&reading.accepts))
            .copied()
            .collect();
        for clause in spoken {
            let count = self.tally.count(clause);
            if everywhere(&|reading| reading.demanded.contains(&clause) || reading.accepts.contains(&clause)) {
                count.applied += 1;
            } else {
                count.unclear += 1;
            }
        }
        for permitted in judged.readings.iter().flat_map(|reading| &reading.permitted).collect::<BTreeSet<_>>() {
            self.note_permitted(*permitted, judged);
        }
        let sole = sole_refusal(judged);
        if let (Some(clause), Heard::Refusal(_) | Heard::ServerError(_)) = (sole, heard) {
            self.tally.count(clause).passed += 1;
        }
        if judged.server_error.is_none() && !matches!(heard, Heard::Lost) {
            let clause = self.model.operations[&asked.operation].no_server_error;
            let count = self.tally.count(clause);
            count.applied += 1;
            count.passed += 1;
        }
        let silent = judged.next.iter().all(|next| matches!(next.how, How::Open { silent: true }));
        if silent
            && asked.class == Class::Valid
            && asked.caller == "owner"
            && let Some(states) = cell(&self.model, asked, before)
            && let Heard::Success(status, _) | Heard::Refusal(status) = heard
        {
            let cell = Cell { operation: asked.operation.clone(), states };
            *self.tally.silent.entry(cell).or_default().entry(*status).or_default() += 1;
        }
        let changes = self.model.operations[&asked.operation].changes;
        if changes && !matches!(heard, Heard::Refusal(_)) {
            self.changed = exchange.number + 1;
        }
    }

    /// A `may refuse` clause is exercised when it alone explains a refusal, or when its guard held and nothing came of it.
    fn note_permitted(&mut self, clause: ClauseId, judged: &Judged) {
        let may = self.model.written(clause).is_some_and(|c| matches!(c.verb, crate::suite::Verb::MayRefuse(_)));
        if !may || !judged.readings.iter().all(|reading| reading.permitted.contains(&clause)) {
            return;
        }
        let alone = judged.next.iter().all(|next| match &next.how {
            How::Refused { explaining, .. } => explaining.as_slice() == [clause],
            _ => false,
        });
        let count = self.tally.count(clause);
        count.applied += 1;
        if alone {
            count.passed += 1;
        }
    }

    /// Writes down what the accepting clauses owe from here on.
    ///
    /// # Errors
    /// If the condition of an effect goes wrong.
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
                // An effect on things of which there are none has shown nothing.
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

    /// What a clause's main outcome says of things that the call does not name: only what it says in every world
    /// that was possible, for in another one a thing may be none of those meant.
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
            let here = each::certain(&self.model, asked, world, clause, moment)?;
            everywhere = Some(everywhere.map_or(here.clone(), |known| known.intersection(&here).cloned().collect()));
        }
        let promised = everywhere.unwrap_or_default().into_iter().map(|(id, field)| match field {
            None => Promised::End(id),
            Some(field) => Promised::Field(id, field),
        });
        Ok(promised.collect())
    }

    /// What a clause's main outcome says of observed fields, thing by thing.
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
        let via = |held: &super::factor::Held| held.thing.via.as_ref().is_some_and(|via| via.of(clause).is_some());
        let touched: BTreeSet<&Id> =
            judged.next.iter().flat_map(|next| &next.world).filter(|held| via(held)).map(|held| &held.id).collect();
        for id in touched.into_iter().filter(|id| factor.ids.contains(id)) {
            let resource = self.model.resource(id);
            for effect in &written.then {
                // Several things of one kind in a call: the effect names one of them by its root.
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

    /// A promise that was overtaken before anyone saw it kept: nothing is known of it.
    fn lapse(&mut self, promise: Promise) {
        if self.open.remove(&promise).is_some() {
            self.tally.count(promise.clause).unclear += 1;
        }
    }

    /// Settles the promises of every thing that was seen at rest in all worlds.
    pub(super) fn confirm(&mut self, see: &See<'_>, factor: &mut Factor, compared: &BTreeSet<ClauseId>) {
        for clause in compared {
            self.note_compared(see, *clause);
        }
        for id in factor.ids.clone() {
            let possible = factor.possibilities(&id);
            let gone = possible.iter().all(|held| held.thing.life == Life::Gone);
            // That it must be gone because something else says so shows nothing of it.
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
                let promises = factor.promises.remove(&what).expect("its key was just read");
                // Those that were overtaken have lapsed already.
                let promise = *promises.last().expect("a promise is pushed when the entry is made");
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

    /// Whether the owner asked for a thing: by its name, or for all of its kind.
    fn looks_for(&self, see: &See<'_>, id: &Id, possible: &[Arc<Held>]) -> bool {
        let reads = !self.model.operations[&see.asked.operation].changes;
        let named = || see.asked.existing.iter().any(|(_, ids)| ids.iter().flatten().any(|named| named == id));
        let own = possible.iter().any(|held| see.asked.who == Some(held.thing.owner));
        own && ((reads && named()) || see.sights.whole.contains(&usize::from(id.kind)))
    }

    /// Whether some read can name it.
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

    /// Once it was seen at rest, how it came there is history: worlds that differ in nothing else merge.
    fn forget_how(&self, factor: &mut Factor, id: &Id) {
        let index = factor.ids.binary_search(id).expect("the caller iterates over the factor's ids");
        let mut worlds = BTreeSet::new();
        for world in &factor.worlds {
            let mut world = world.clone();
            let held = &world[index];
            if held.thing.via.is_some() {
                let thing = super::thing::Thing { via: None, ..held.thing.clone() };
                world[index] = super::effect::hold(&self.model, id.clone(), thing);
            }
            worlds.insert(world);
        }
        factor.worlds = worlds.into_iter().collect();
    }

    /// A frame clause has proved something only if something was changed since the thing was last seen.
    fn note_compared(&mut self, see: &See<'_>, clause: ClauseId) {
        let changed = self.changed;
        let since = |id: &Id| self.seen.get(id).is_some_and(|seen| *seen < changed);
        let fresh = see.sights.things.iter().any(|sight| since(&sight.id));
        let count = self.tally.count(clause);
        count.applied += 1;
        if fresh {
            count.passed += 1;
        }
    }
}

fn sole_refusal(judged: &Judged) -> Option<ClauseId> {
    let mut sole = None;
    for next in &judged.next {
        let How::Refused { demanded, explaining } = &next.how else { return None };
        let [clause] = explaining.as_slice() else { return None };
        if !demanded.contains(clause) || sole.is_some_and(|known| known != *clause) {
            return None;
        }
        sole = Some(*clause);
    }
    sole
}
