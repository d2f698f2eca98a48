//! How a belief joins the factors that a call involves, and splits them again.

use super::applicability::evaluate_clauses;
use super::belief::Belief;
use super::call_view::CallView;
use super::clause_info::ClauseId;
use super::effect::make_call_undetermined;
use super::effect_context::{CreatedIds, EffectContext};
use super::evaluation_log::EvaluationLog;
use super::exchange_judgement::{ExceededLimit, ExchangeJudgement};
use super::factor::{BeliefNarrowing, Factor};
use super::possible_state::{PossibleState, make_possible_resource};
use super::resource_state::ResourceId;
use super::transition::close_states;
use crate::expr::ExprValue;
use crate::history::Exchange;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Belief {
    /// Removes the factors that a call involves and returns the joint factor, closed under events and
    /// transitions. `None` means that the joint factor exceeds the limit.
    pub(super) fn take_joint_factor(&mut self, asked: &CallView, log: &EvaluationLog) -> Option<Factor> {
        let model = Arc::clone(&self.model);
        let kinds = &model.operations[&asked.operation].reads_all;
        let named: BTreeSet<&ResourceId> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
        let concerned = |factor: &Factor| {
            self.unfactored || factor.ids.iter().any(|id| named.contains(id) || kinds.contains(&usize::from(id.kind)))
        };
        let (taken, rest): (Vec<Factor>, Vec<Factor>) =
            std::mem::take(&mut self.factors).into_iter().partition(concerned);
        self.factors = rest;
        let mut closed = Vec::with_capacity(taken.len());
        for factor in &taken {
            let Some(worlds) = close_states(&model, &factor.states, self.bounds.states_max, log) else {
                self.factors.extend(taken.iter().cloned());
                return None;
            };
            closed.push(Factor { states: worlds, ..factor.clone() });
        }
        let joined = Factor::join_factors(closed, self.bounds.states_max);
        match &joined {
            Some(factor) => self.tally.states_most = self.tally.states_most.max(factor.states.len()),
            None => self.factors.extend(taken),
        }
        joined
    }

    /// Whether, in some possible state, a clause demands or permits the refusal of a call with `status`.
    #[must_use]
    pub fn may_refuse(&self, asked: &CallView, status: u16) -> bool {
        let log = EvaluationLog::discarding();
        // Beyond the limit of possible states any clause may apply.
        let Some(factor) = self.clone().take_joint_factor(asked, &log) else { return true };
        factor.states.iter().any(|world| {
            let reading = evaluate_clauses(&self.model, asked, world, &self.unknown_kinds, &log);
            reading.list_explaining(&self.model, &asked.operation, status).next().is_some()
        })
    }

    /// Sorts and splits a factor and adds the parts to the belief. `reasons` are the clauses that ruled out
    /// states.
    pub(super) fn put_back_factor(&mut self, exchange: &Exchange, mut factor: Factor, reasons: &[ClauseId]) {
        if !reasons.is_empty() {
            let mut clauses = reasons.to_vec();
            clauses.sort();
            clauses.dedup();
            factor.narrowed_by = Some(BeliefNarrowing { exchange: exchange.number, clauses });
        }
        self.tally.states_most = self.tally.states_most.max(factor.states.len());
        let parts = if self.unfactored { vec![factor] } else { factor.split_factor() };
        self.factors.extend(parts.into_iter().filter(|factor| !factor.ids.is_empty()));
        self.factors.sort_by(|a, b| a.ids.cmp(&b.ids));
    }

    /// Makes every resource of the call undetermined, because the joint factor exceeds the limit. No verdict
    /// may depend on the call.
    pub(super) fn give_up_call(
        &mut self,
        exchange: &Exchange,
        asked: &CallView,
        born: &CreatedIds,
    ) -> ExchangeJudgement {
        let named: BTreeSet<ResourceId> =
            asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten().cloned()).collect();
        let kinds = self.model.operations[&asked.operation].reads_all.clone();
        let (taken, rest): (Vec<Factor>, Vec<Factor>) =
            std::mem::take(&mut self.factors).into_iter().partition(|factor| {
                factor.ids.iter().any(|id| named.contains(id) || kinds.contains(&usize::from(id.kind)))
            });
        self.factors = rest;
        let mut observed = ExchangeJudgement::default();
        for factor in taken {
            observed.excess = self.give_up_factor(exchange, factor).excess;
        }
        let moment = EffectContext {
            created: born,
            reply: &ExprValue::Unknown,
            now: exchange.received_ms,
            seq: self.seq,
            unknown_kinds: &[],
            uncertain: &[],
            log: &EvaluationLog::discarding(),
        };
        let newborn = make_call_undetermined(&self.model, asked, &[], &moment);
        self.factors.extend(newborn.into_iter().map(Factor::from_resource));
        self.factors.sort_by(|a, b| a.ids.cmp(&b.ids));
        observed
    }

    pub(super) fn give_up_factor(&mut self, exchange: &Exchange, factor: Factor) -> ExchangeJudgement {
        let first = factor.states.first().cloned().unwrap_or_default();
        for held in first {
            let thing = held.state.make_undetermined(exchange.received_ms);
            self.factors.push(Factor::from_resource(make_possible_resource(&self.model, held.id.clone(), thing)));
        }
        self.factors.sort_by(|a, b| a.ids.cmp(&b.ids));
        let reason = format!("more than {} possible states at once", self.bounds.states_max);
        ExchangeJudgement {
            excess: Some(ExceededLimit { exchange: exchange.number, reason }),
            ..ExchangeJudgement::default()
        }
    }

    pub(super) fn retain_new_ids(&self, mut born: Vec<(usize, Vec<ResourceId>)>) -> Vec<(usize, Vec<ResourceId>)> {
        for (_, ids) in &mut born {
            ids.retain(|id| !self.factors.iter().any(|factor| factor.ids.contains(id)));
        }
        born
    }
}

pub(super) fn make_factor(worlds: Vec<PossibleState>, before: &Factor, forget: bool) -> Factor {
    let worlds = sort_states(worlds);
    let ids = worlds.first().map(|world| world.iter().map(|held| held.id.clone()).collect()).unwrap_or_default();
    let promises = if forget { BTreeMap::new() } else { before.promises.clone() };
    Factor { ids, states: worlds, promises, narrowed_by: before.narrowed_by.clone() }
}

pub(super) fn sort_states(worlds: Vec<PossibleState>) -> Vec<PossibleState> {
    worlds.into_iter().collect::<BTreeSet<PossibleState>>().into_iter().collect()
}
