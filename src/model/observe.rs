//! How one exchange narrows a belief.

use super::belief::Belief;
use super::belief_factors::{fresh_factor, sorted};
use super::call_view::Asked;
use super::clause_info::ClauseId;
use super::describe::{describe, expectations, said};
use super::effect::fogged;
use super::effect_context::Moment;
use super::exchange_judgement::{Deviation, Insight, Observed};
use super::factor::{Factor, Promised};
use super::input_class::described;
use super::observation::sights;
use super::observation_filter;
use super::observation_filter::See;
use super::outcome_filter::{Judged, judge};
use super::possible_state::{World, find};
use super::reply_kind::Heard;
use super::resource_state::{Id, Life};
use super::roots::Fault;
use super::transition::closure;
use crate::expr::Val;
use crate::history::{Exchange, Input, Outcome};
use crate::schema::Class;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Belief {
    /// Narrows the belief by one exchange. `input` is the class of the call's input.
    ///
    /// # Errors
    /// If the evaluation of an expression fails on valid input.
    pub fn observe(&mut self, exchange: &Exchange, input: impl Into<Input>) -> Result<Observed, Fault> {
        let model = Arc::clone(&self.model);
        let asked = Asked::new(&model, exchange, input);
        let heard = Heard::of(&exchange.outcome);
        self.count_trouble(exchange, &heard);
        if heard == Heard::Nothing {
            return Ok(Observed::default());
        }
        self.tally.judged += 1;
        self.learn(&asked, &heard);
        let born = self.fresh(asked.born(&model, &heard));
        let Some(before) = self.take(&asked)? else {
            let mut observed = self.give_up(exchange, &asked, &born);
            observed.described = asked.class != Class::Doubtful;
            self.expect(&asked, &born);
            return Ok(observed);
        };
        let reply = match &heard {
            Heard::Success(_, reply) => reply.clone(),
            Heard::Lost | Heard::ServerError(_) => Val::Unknown,
            _ => Val::Null,
        };
        let moment = Moment {
            born: &born,
            reply: &reply,
            now: exchange.received_ms,
            seq: self.seq,
            strangers: &self.strangers.clone(),
        };
        let judged = judge(&model, &asked, &heard, &before, &moment)?;
        self.seq += born.iter().map(|(_, ids)| ids.len() as u32).sum::<u32>();
        if matches!(heard, Heard::Lost | Heard::ServerError(_)) && judged.may_have_acted {
            self.note_strangers(&asked);
        }
        let described = judged.readings.iter().all(|reading| described(&model, &asked, reading));
        let mut observed = self.conclude(exchange, &asked, &heard, before, judged, &moment)?;
        observed.described = described;
        self.expect(&asked, &born);
        Ok(observed)
    }

    fn conclude(
        &mut self,
        exchange: &Exchange,
        asked: &Asked,
        heard: &Heard,
        before: Factor,
        judged: Judged,
        moment: &Moment<'_>,
    ) -> Result<Observed, Fault> {
        let model = Arc::clone(&self.model);
        let mut observed = Observed::default();
        if let Some(clause) = judged.server_error {
            self.report(&mut observed, exchange, vec![clause], heard, &judged.expected, &before);
        }
        if self.bounds.insight {
            let lines = before.worlds.iter().map(|world| describe(&model, world)).collect();
            observed.insight =
                Some(Insight { before: lines, ruled_out: judged.ruled_out(&model), ..Insight::default() });
        }
        if judged.next.is_empty() {
            let reasons = with_promises(asked, &before, &judged);
            self.report(&mut observed, exchange, reasons, heard, &judged.expected, &before);
            let worlds = before.worlds.iter().map(|world| fogged(&model, asked, world, moment)).collect();
            self.put_back(exchange, fresh_factor(worlds, &before, true), &[]);
            return Ok(observed);
        }
        self.settle_accounts(asked, heard, &judged, exchange, &before);
        let dropped = judged.reasons();
        let mut factor = fresh_factor(judged.next.iter().map(|next| next.world.clone()).collect(), &before, false);
        self.promise(&mut factor, asked, &before, &judged, exchange, moment)?;
        let seen = sights(&model, asked, heard)?;
        let see = See { model: &model, asked, exchange, sights: &seen, bounds: self.bounds };
        match closure(&model, &factor.worlds, self.bounds.worlds_max)? {
            Some(worlds) => factor.worlds = worlds,
            None => {
                let given_up = self.give_up_on(exchange, factor);
                observed.excess = given_up.excess;
                return Ok(observed);
            }
        }
        self.look(&see, factor, &mut observed, &dropped)?;
        self.look_elsewhere(&see, &mut observed)?;
        if let Some(insight) = &mut observed.insight {
            let touched: BTreeSet<&Id> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
            let after = self.factors.iter().filter(|factor| factor.ids.iter().any(|id| touched.contains(id)));
            insight.after =
                after.flat_map(|factor| factor.worlds.iter().map(|world| describe(&model, world))).collect();
        }
        Ok(observed)
    }

    /// Filters one factor by the observations of its resources.
    fn look(
        &mut self,
        see: &See<'_>,
        factor: Factor,
        observed: &mut Observed,
        dropped: &[ClauseId],
    ) -> Result<(), Fault> {
        let found = observation_filter::filter(see, &factor)?;
        if let (Some(insight), false) = (&mut observed.insight, found.dropped.is_empty()) {
            insight
                .ruled_out
                .extend(found.dropped.iter().map(|(world, why)| (describe(see.model, world), why.clone())));
        }
        if found.worlds.is_empty() {
            let reasons = found.reasons();
            let heard = Heard::of(&see.exchange.outcome);
            let expected = expectations(see.model, &factor);
            self.report(observed, see.exchange, reasons, &heard, &expected, &factor);
            let worlds = factor.worlds.iter().map(|world| observation_filter::fogged(see, world)).collect();
            self.put_back(see.exchange, fresh_factor(worlds, &factor, true), &[]);
            return Ok(());
        }
        let mut reasons = found.reasons();
        reasons.extend(dropped.iter().copied());
        let mut next = Factor { worlds: sorted(found.worlds), ..factor };
        self.confirm(see, &mut next, &found.compared);
        self.put_back(see.exchange, next, &reasons);
        Ok(())
    }

    /// Filters the factors that the call did not join but the response shows.
    fn look_elsewhere(&mut self, see: &See<'_>, observed: &mut Observed) -> Result<(), Fault> {
        let named: BTreeSet<&Id> = see.asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
        let (shown, rest): (Vec<Factor>, Vec<Factor>) = std::mem::take(&mut self.factors)
            .into_iter()
            .partition(|factor| !factor.ids.iter().any(|id| named.contains(id)) && see.concerns(factor));
        self.factors = rest;
        for mut factor in shown {
            match closure(see.model, &factor.worlds, self.bounds.worlds_max)? {
                Some(worlds) => {
                    factor.worlds = worlds;
                    self.look(see, factor, observed, &[])?;
                }
                None => observed.excess = self.give_up_on(see.exchange, factor).excess,
            }
        }
        Ok(())
    }

    fn report(
        &mut self,
        observed: &mut Observed,
        exchange: &Exchange,
        mut clauses: Vec<ClauseId>,
        heard: &Heard,
        expected: &[String],
        factor: &Factor,
    ) {
        clauses.sort();
        clauses.dedup();
        if clauses.iter().all(|clause| self.reported.contains(clause)) {
            self.tally.repeated += 1;
            return;
        }
        self.reported.extend(clauses.iter().copied());
        observed.deviations.push(Deviation {
            exchange: exchange.number,
            step: exchange.step,
            operation: exchange.operation.clone(),
            clauses,
            seen: said(heard),
            expected: expected.to_vec(),
            shrunk: factor.shrunk.clone(),
        });
    }

    fn count_trouble(&mut self, exchange: &Exchange, heard: &Heard) {
        match (heard, &exchange.outcome) {
            (Heard::Nothing, Outcome::Unsent { .. }) => self.tally.unsent += 1,
            (Heard::Nothing, _) => self.tally.throttled += 1,
            (Heard::Lost, _) => self.tally.lost += 1,
            _ => {}
        }
    }

    fn note_strangers(&mut self, asked: &Asked) {
        for about in &self.model.operations[&asked.operation].about {
            if matches!(about.binding, crate::suite::Binding::New(_)) && !self.strangers.contains(&about.resource) {
                self.strangers.push(about.resource);
            }
        }
    }
}

/// The contradicted clauses, including the clauses that promised the end of a resource of the call.
fn with_promises(asked: &Asked, before: &Factor, judged: &Judged) -> Vec<ClauseId> {
    let named: BTreeSet<&Id> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
    let mut reasons = judged.reasons();
    for (promised, promises) in &before.promises {
        let Promised::End(id) = promised else { continue };
        let gone = |world: &World| find(world, id).is_some_and(|held| held.thing.life == Life::Gone);
        if named.contains(id) && judged.dropped.iter().any(|(world, _)| gone(world)) {
            reasons.extend(promises.iter().map(|promise| promise.clause));
        }
    }
    reasons
}
