//! Obligations: the promised values that no response has shown yet.
//!
//! A clause passes only if nothing else explains a response (docs/DESIGN.md), so a promise stays open until
//! an observation shows the resource as settled.

use super::belief::{Belief, Obligation};
use super::bulk_effect;
use super::call_view::CallView;
use super::clause_info::{ClauseId, GeneratedClause};
use super::effect_context::EffectContext;
use super::factor::{Factor, PromiseSource, PromiseSubject};
use super::observation_filter::ObservationContext;
use super::outcome_filter::{OutcomeExplanation, OutcomeJudgement};
use super::possible_state::{PossibleResource, make_possible_resource};
use super::resource_state::{Existence, ResourceId, ResourceState};
use crate::history::Exchange;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Belief {
    /// Records the obligations of the accepting clauses. A clause with an expression that failed promises nothing.
    pub(super) fn record_obligations(
        &mut self,
        factor: &mut Factor,
        asked: &CallView,
        before: &Factor,
        judged: &OutcomeJudgement,
        exchange: &Exchange,
        moment: &EffectContext<'_>,
    ) {
        let accepted: Vec<&Vec<(ClauseId, u16)>> = judged
            .states
            .iter()
            .filter_map(|next| match &next.explanation {
                OutcomeExplanation::Accepted { choice } => Some(choice),
                _ => None,
            })
            .collect();
        if accepted.len() != judged.states.len() {
            return;
        }
        let clauses: BTreeSet<ClauseId> =
            accepted.iter().flat_map(|choice| choice.iter().map(|(clause, _)| *clause)).collect();
        for clause in clauses {
            let spoke = judged
                .applicable
                .iter()
                .zip(0..)
                .all(|(reading, _)| reading.accepts.contains(&clause) || !reading.demanded.is_empty());
            let promise = PromiseSource { clause, exchange: exchange.number };
            let mut promised = self.find_promises(asked, clause, factor, judged, moment);
            promised.extend(self.find_unnamed_promises(asked, clause, before, judged, moment));
            if moment.log.has_failed(clause) {
                self.tally.count_mut(clause).unclear += 1;
                continue;
            }
            if promised.is_empty() {
                // An effect on an empty set of resources proves nothing.
                let hollow = self.affects_unnamed(clause);
                let count = self.tally.count_mut(clause);
                if spoke && !hollow {
                    count.passed += 1;
                } else {
                    count.unclear += 1;
                }
                continue;
            }
            let telling = self.find_telling_fields(clause, &promised, before, judged, moment);
            self.obligations
                .insert(promise, Obligation { remaining: promised.len(), unclear: !spoke, exception: false, telling });
            for what in promised {
                let promises = factor.promises.entry(what).or_default();
                let overtaken = promises.last().copied();
                promises.push(promise);
                if let Some(older) = overtaken.filter(|older| older.exchange != promise.exchange) {
                    self.drop_obligation(older);
                }
            }
        }
    }

    fn affects_unnamed(&self, clause: ClauseId) -> bool {
        self.model
            .find_suite_clause(clause)
            .is_some_and(|written| written.then.iter().any(|effect| effect.target.get_selection().is_some()))
    }

    /// The promises of a clause's main outcome about resources that the call does not name. A promise counts
    /// only if all possible states make the promise, because the condition may select other resources in
    /// another state.
    fn find_unnamed_promises(
        &self,
        asked: &CallView,
        clause: ClauseId,
        before: &Factor,
        judged: &OutcomeJudgement,
        moment: &EffectContext<'_>,
    ) -> BTreeSet<PromiseSubject> {
        let accepting = before.states.iter().zip(&judged.applicable).filter(|(_, r)| r.accepts.contains(&clause));
        let mut everywhere: Option<BTreeSet<(ResourceId, Option<u16>)>> = None;
        for (world, _) in accepting {
            let here = bulk_effect::find_certain_effects(&self.model, asked, world, clause, moment);
            everywhere = Some(everywhere.map_or(here.clone(), |known| known.intersection(&here).cloned().collect()));
        }
        let promised = everywhere.unwrap_or_default().into_iter().map(|(id, field)| match field {
            None => PromiseSubject::Absence(id),
            Some(field) => PromiseSubject::Field(id, field),
        });
        promised.collect()
    }

    /// The promises of a clause's main outcome about observed fields of the call's resources.
    fn find_promises(
        &self,
        asked: &CallView,
        clause: ClauseId,
        factor: &Factor,
        judged: &OutcomeJudgement,
        moment: &EffectContext<'_>,
    ) -> BTreeSet<PromiseSubject> {
        let written = self.model.find_suite_clause(clause).expect("only written clauses accept");
        let mut promised = BTreeSet::new();
        let via =
            |held: &PossibleResource| held.state.origin.as_ref().is_some_and(|via| via.find_outcome(clause).is_some());
        let touched: BTreeSet<&ResourceId> =
            judged.states.iter().flat_map(|next| &next.state).filter(|held| via(held)).map(|held| &held.id).collect();
        for id in touched.into_iter().filter(|id| factor.ids.contains(id)) {
            let resource = self.model.resource_kind(id);
            for effect in &written.then {
                // A call may name several resources of a kind; the effect names one by its root.
                let about = self.model.operations[&asked.operation].about.iter();
                let Some(index) = about.clone().position(|about| effect.target.is_named(&about.name)) else { continue };
                let existing =
                    || asked.existing.iter().any(|(at, ids)| *at == index && ids.iter().flatten().any(|i| i == id));
                let born = || moment.created.iter().any(|(at, ids)| *at == index && ids.contains(id));
                if !existing() && !born() {
                    continue;
                }
                if effect.ends_resource() {
                    promised.insert(PromiseSubject::Absence(id.clone()));
                } else if let Some(index) = resource.fields.iter().position(|field| field.name == effect.field) {
                    promised.insert(PromiseSubject::Field(id.clone(), index as u16));
                }
            }
        }
        promised
    }

    /// Closes an overtaken obligation that no observation confirmed: the clause is unclear.
    fn drop_obligation(&mut self, promise: PromiseSource) {
        if self.obligations.remove(&promise).is_some() {
            self.tally.count_mut(promise.clause).unclear += 1;
        }
    }

    /// Closes the obligations about every resource that is observed as settled or gone in all possible states.
    pub(super) fn confirm_obligations(
        &mut self,
        see: &ObservationContext<'_>,
        factor: &mut Factor,
        compared: &BTreeSet<ClauseId>,
    ) {
        for clause in compared {
            self.count_compared(see, *clause);
        }
        for id in factor.ids.clone() {
            let possible = factor.list_states(&id);
            let gone = possible.iter().all(|held| held.state.existence == Existence::Gone);
            // An absence that follows from another resource shows nothing about this resource.
            let gone = gone && (self.is_read_by_owner(see, &id, &possible) || !self.has_read(&id));
            let shown: Vec<_> = see.list_observations(&id).collect();
            let rest = possible.iter().all(|held| held.state.is_settled());
            if !(gone || (rest && !shown.is_empty())) {
                continue;
            }
            self.last_observed.insert(id.clone(), see.interpreted.exchange.number);
            let moved = possible.iter().any(|held| held.state.origin.is_some());
            let mine: Vec<PromiseSubject> =
                factor.promises.keys().filter(|promised| promised.id() == &id).cloned().collect();
            for what in mine {
                let visible = match &what {
                    PromiseSubject::Absence(_) => gone,
                    PromiseSubject::Field(_, field) => {
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
                    held.state
                        .origin
                        .as_ref()
                        .is_none_or(|via| via.find_outcome(promise.clause).is_none_or(|way| way == 0))
                });
                let event = possible.iter().any(|held| {
                    held.state.origin.as_ref().is_some_and(|via| via.find_outcome(promise.clause).is_none())
                });
                self.settle_obligation(promise, main && !event && !(gone && matches!(what, PromiseSubject::Field(..))));
            }
            if moved && !gone {
                let settles = GeneratedClause::Settles(usize::from(id.kind));
                if self.model.suite.resources[usize::from(id.kind)].state.is_some() {
                    let count = self.tally.count_mut(self.model.generated_clause(&settles));
                    count.applied += 1;
                    count.passed += 1;
                }
                self.forget_origin(factor, &id);
            }
        }
    }

    /// Whether the owner read the resource by id, or read a whole list of the kind.
    fn is_read_by_owner(
        &self,
        see: &ObservationContext<'_>,
        id: &ResourceId,
        possible: &[Arc<PossibleResource>],
    ) -> bool {
        let reads = !self.model.operations[&see.interpreted.call.operation].changes;
        let named =
            || see.interpreted.call.existing.iter().any(|(_, ids)| ids.iter().flatten().any(|named| named == id));
        let own = possible.iter().any(|held| see.interpreted.call.owner == Some(held.state.owner));
        own && ((reads && named()) || see.observations.whole_kinds.contains(&usize::from(id.kind)))
    }

    /// Whether some read can name the resource.
    fn has_read(&self, id: &ResourceId) -> bool {
        self.model.reads[usize::from(id.kind)].is_some() && self.find_id_source(id).is_none()
    }

    fn settle_obligation(&mut self, promise: PromiseSource, kept: bool) {
        let Some(owed) = self.obligations.get_mut(&promise) else { return };
        owed.remaining = owed.remaining.saturating_sub(1);
        owed.exception |= !kept;
        if owed.remaining > 0 {
            return;
        }
        let owed = std::mem::take(owed);
        self.obligations.remove(&promise);
        let count = self.tally.count_mut(promise.clause);
        if owed.exception {
            count.exceptions += 1;
        } else if owed.unclear {
            count.unclear += 1;
        } else {
            count.passed += 1;
            self.tally.told_effects.entry(promise.clause).or_default().extend(owed.telling);
        }
    }

    /// Removes the history of a settled resource, so that possible states with equal values merge.
    fn forget_origin(&self, factor: &mut Factor, id: &ResourceId) {
        let index = factor.ids.binary_search(id).expect("the id is one of the factor");
        let mut worlds = BTreeSet::new();
        for world in &factor.states {
            let mut world = world.clone();
            let held = &world[index];
            if held.state.origin.is_some() {
                let thing = ResourceState { origin: None, ..held.state.clone() };
                world[index] = make_possible_resource(&self.model, id.clone(), thing);
            }
            worlds.insert(world);
        }
        factor.states = worlds.into_iter().collect();
    }
}
