//! How a belief joins the factors that a call involves, and splits them again.

use super::belief::Belief;
use super::call_view::Asked;
use super::clause_info::ClauseId;
use super::effect::fogged;
use super::effect_context::{Born, Moment};
use super::exchange_judgement::{Excess, Observed};
use super::factor::{Factor, Shrunk};
use super::possible_state::{World, hold};
use super::resource_state::Id;
use super::roots::Fault;
use super::transition::closure;
use crate::expr::Val;
use crate::history::Exchange;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Belief {
    /// Removes the factors that a call involves and returns the joint factor, closed under events and
    /// transitions. `None` means that the joint factor exceeds the limit.
    pub(super) fn take(&mut self, asked: &Asked) -> Result<Option<Factor>, Fault> {
        let model = Arc::clone(&self.model);
        let kinds = &model.operations[&asked.operation].reads_all;
        let named: BTreeSet<&Id> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
        let concerned = |factor: &Factor| {
            self.whole || factor.ids.iter().any(|id| named.contains(id) || kinds.contains(&usize::from(id.kind)))
        };
        let (taken, rest): (Vec<Factor>, Vec<Factor>) =
            std::mem::take(&mut self.factors).into_iter().partition(concerned);
        self.factors = rest;
        let mut closed = Vec::with_capacity(taken.len());
        for factor in &taken {
            let Some(worlds) = closure(&model, &factor.worlds, self.bounds.worlds_max)? else {
                self.factors.extend(taken.iter().cloned());
                return Ok(None);
            };
            closed.push(Factor { worlds, ..factor.clone() });
        }
        let joined = Factor::join(closed, self.bounds.worlds_max);
        match &joined {
            Some(factor) => self.tally.worlds_most = self.tally.worlds_most.max(factor.worlds.len()),
            None => self.factors.extend(taken),
        }
        Ok(joined)
    }

    /// Sorts and splits a factor and adds the parts to the belief. `reasons` are the clauses that ruled out
    /// states.
    pub(super) fn put_back(&mut self, exchange: &Exchange, mut factor: Factor, reasons: &[ClauseId]) {
        if !reasons.is_empty() {
            let mut clauses = reasons.to_vec();
            clauses.sort();
            clauses.dedup();
            factor.shrunk = Some(Shrunk { exchange: exchange.number, clauses });
        }
        self.tally.worlds_most = self.tally.worlds_most.max(factor.worlds.len());
        let parts = if self.whole { vec![factor] } else { factor.split() };
        self.factors.extend(parts.into_iter().filter(|factor| !factor.ids.is_empty()));
        self.factors.sort_by(|a, b| a.ids.cmp(&b.ids));
    }

    /// Makes every resource of the call undetermined, because the joint factor exceeds the limit. No verdict
    /// may depend on the call.
    pub(super) fn give_up(&mut self, exchange: &Exchange, asked: &Asked, born: &Born) -> Observed {
        let named: BTreeSet<Id> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten().cloned()).collect();
        let kinds = self.model.operations[&asked.operation].reads_all.clone();
        let (taken, rest): (Vec<Factor>, Vec<Factor>) =
            std::mem::take(&mut self.factors).into_iter().partition(|factor| {
                factor.ids.iter().any(|id| named.contains(id) || kinds.contains(&usize::from(id.kind)))
            });
        self.factors = rest;
        let mut observed = Observed::default();
        for factor in taken {
            observed.excess = self.give_up_on(exchange, factor).excess;
        }
        let moment = Moment { born, reply: &Val::Unknown, now: exchange.received_ms, seq: self.seq, strangers: &[] };
        let newborn = fogged(&self.model, asked, &[], &moment);
        self.factors.extend(newborn.into_iter().map(Factor::single));
        self.factors.sort_by(|a, b| a.ids.cmp(&b.ids));
        observed
    }

    pub(super) fn give_up_on(&mut self, exchange: &Exchange, factor: Factor) -> Observed {
        let first = factor.worlds.first().cloned().unwrap_or_default();
        for held in first {
            let thing = held.thing.fogged(exchange.received_ms);
            self.factors.push(Factor::single(hold(&self.model, held.id.clone(), thing)));
        }
        self.factors.sort_by(|a, b| a.ids.cmp(&b.ids));
        let reason = format!("more than {} possible states at once", self.bounds.worlds_max);
        Observed { excess: Some(Excess { exchange: exchange.number, reason }), ..Observed::default() }
    }

    pub(super) fn fresh(&self, mut born: Vec<(usize, Vec<Id>)>) -> Vec<(usize, Vec<Id>)> {
        for (_, ids) in &mut born {
            ids.retain(|id| !self.factors.iter().any(|factor| factor.ids.contains(id)));
        }
        born
    }
}

pub(super) fn fresh_factor(worlds: Vec<World>, before: &Factor, forget: bool) -> Factor {
    let worlds = sorted(worlds);
    let ids = worlds.first().map(|world| world.iter().map(|held| held.id.clone()).collect()).unwrap_or_default();
    let promises = if forget { BTreeMap::new() } else { before.promises.clone() };
    Factor { ids, worlds, promises, shrunk: before.shrunk.clone() }
}

pub(super) fn sorted(worlds: Vec<World>) -> Vec<World> {
    worlds.into_iter().collect::<BTreeSet<World>>().into_iter().collect()
}
