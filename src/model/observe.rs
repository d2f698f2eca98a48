//! How one exchange narrows a belief.

use super::belief::Belief;
use super::belief_factors::{make_factor, sort_states};
use super::blame::{BlamedClauses, rank_blamed_clauses};
use super::call_cell::classify_cell;
use super::call_view::CallView;
use super::clause_info::ClauseId;
use super::describe::{describe_expected, describe_outcome, describe_state};
use super::effect::make_call_undetermined;
use super::effect_context::EffectContext;
use super::evaluation_log::EvaluationLog;
use super::evidence::DeviationEvidence;
use super::exchange_judgement::{BeliefChange, Deviation, ExchangeJudgement};
use super::factor::{Factor, PromiseSubject};
use super::input_class::demands_documented_shape;
use super::interpreted_exchange::InterpretedExchange;
use super::observation::read_observations;
use super::observation_evidence::collect_observation_evidence;
use super::observation_filter;
use super::observation_filter::ObservationContext;
use super::outcome_evidence;
use super::outcome_filter::{OutcomeJudgement, judge_outcome};
use super::outcome_kind::OutcomeKind;
use super::possible_state::{PossibleState, find_resource};
use super::read_call::list_unsendable_creates;
use super::resource_state::{Existence, ResourceId};
use super::transition::close_states;
use crate::expr::ExprValue;
use crate::history::{Exchange, Outcome};
use crate::schema::InputClass;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Belief {
    /// Narrows the belief by one exchange. Where an expression of the suite fails on valid input, its clause says
    /// nothing about the exchange.
    pub fn observe_exchange(&mut self, interpreted: &InterpretedExchange<'_>) -> ExchangeJudgement {
        let log = EvaluationLog::new();
        let observed = self.observe_noted(interpreted, &log);
        self.tally.evaluations.merge(&log.into_tally());
        observed
    }

    fn observe_noted(&mut self, interpreted: &InterpretedExchange<'_>, log: &EvaluationLog) -> ExchangeJudgement {
        let model = Arc::clone(&self.model);
        let InterpretedExchange { exchange, call: asked, reply: heard } = interpreted;
        self.count_unjudged(exchange, heard);
        if *heard == OutcomeKind::NotExecuted {
            return ExchangeJudgement::default();
        }
        self.tally.judged += 1;
        self.learn_deferred_ids(asked, heard);
        let added = self.add_earlier_resources(asked, exchange.received_ms);
        let born = asked.read_created_ids(&model, heard);
        self.release_created_ids(&born, exchange.received_ms);
        let born = self.retain_new_ids(born);
        let Some(before) = self.take_joint_factor(asked, log) else {
            let mut observed = self.give_up_call(exchange, asked, &born);
            observed.shape_demanded = asked.class != InputClass::Doubtful;
            self.expect_deferred_ids(asked, &born);
            return observed;
        };
        let reply = match heard {
            OutcomeKind::Success(_, reply) => reply.clone(),
            OutcomeKind::Lost | OutcomeKind::ServerError(_) => ExprValue::Unknown,
            _ => ExprValue::Null,
        };
        let moment = EffectContext {
            created: &born,
            reply: &reply,
            now: exchange.received_ms,
            seq: self.seq,
            unknown_kinds: &self.unknown_kinds.clone(),
            uncertain: &[],
            log,
        };
        let known = (before.states.as_slice(), self.unknown_kinds.as_slice());
        self.call_memory.remember_call(&model, interpreted, known, &born);
        let judged = judge_outcome(&model, asked, heard, &before, &moment);
        self.seq = self.seq.saturating_add(born.iter().map(|(_, ids)| ids.len() as u32).sum());
        let unseen = matches!(heard, OutcomeKind::Lost | OutcomeKind::ServerError(_))
            || matches!(heard, OutcomeKind::Success(_, ExprValue::Unknown));
        if unseen && judged.may_have_acted {
            self.note_unknown_kinds(asked);
        }
        // Further resources exist, and the belief has no name for them.
        for index in list_unsendable_creates(&model, asked, heard) {
            self.note_unknown_kind(model.operations[&asked.operation].about[index].resource);
        }
        let described = judged.applicable.iter().all(|reading| demands_documented_shape(&model, asked, reading));
        let mut observed = self.conclude_exchange(interpreted, before, judged, &moment);
        observed.shape_demanded = described;
        self.drop_unseen_resources(&added, heard);
        self.expect_deferred_ids(asked, &born);
        observed
    }

    fn conclude_exchange(
        &mut self,
        interpreted: &InterpretedExchange<'_>,
        before: Factor,
        judged: OutcomeJudgement,
        moment: &EffectContext<'_>,
    ) -> ExchangeJudgement {
        let model = Arc::clone(&self.model);
        let InterpretedExchange { exchange, call: asked, reply: heard } = interpreted;
        let cell = || classify_cell(&model, asked, &before.states, &judged.applicable);
        let cell = if *heard == OutcomeKind::Lost { None } else { cell() };
        let mut observed = ExchangeJudgement { cell, ..ExchangeJudgement::default() };
        if let Some(clause) = judged.server_error {
            let evidence = self.collect_outcome_evidence(interpreted, &before, &judged);
            self.report_deviation(&mut observed, interpreted, &[vec![clause]], (&judged.expected, evidence), &before);
        }
        if self.bounds.insight {
            let lines = before.states.iter().map(|world| describe_state(&model, world)).collect();
            observed.insight = Some(BeliefChange {
                before: lines,
                ruled_out: judged.describe_ruled_out(&model),
                ..BeliefChange::default()
            });
        }
        if judged.states.is_empty() {
            let reasons = list_contradicted_clauses(asked, &before, &judged);
            let evidence = self.collect_outcome_evidence(interpreted, &before, &judged);
            self.report_deviation(&mut observed, interpreted, &reasons, (&judged.expected, evidence), &before);
            let worlds =
                before.states.iter().map(|world| make_call_undetermined(&model, asked, world, moment)).collect();
            self.put_back_factor(exchange, make_factor(worlds, &before, true), &[]);
            return observed;
        }
        self.count_applied(asked, heard, &judged, exchange, &before);
        let dropped = judged.collect_contradicted_clauses();
        let mut factor = make_factor(judged.states.iter().map(|next| next.state.clone()).collect(), &before, false);
        self.record_obligations(&mut factor, asked, &before, &judged, exchange, moment);
        let seen = read_observations(&model, asked, heard, moment.log);
        let (bounds, log) = (self.bounds, moment.log);
        let see = ObservationContext { model: &model, interpreted, observations: &seen, bounds, log };
        match close_states(&model, &factor.states, self.bounds.states_max, log) {
            Some(worlds) => factor.states = worlds,
            None => {
                let given_up = self.give_up_factor(exchange, factor);
                observed.excess = given_up.excess;
                return observed;
            }
        }
        self.apply_observations(&see, factor, &mut observed, &dropped);
        self.apply_other_observations(&see, &mut observed);
        self.call_memory.remember_shown(exchange, &seen);
        if let Some(insight) = &mut observed.insight {
            let touched: BTreeSet<&ResourceId> =
                asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
            let after = self.factors.iter().filter(|factor| factor.ids.iter().any(|id| touched.contains(id)));
            insight.after =
                after.flat_map(|factor| factor.states.iter().map(|world| describe_state(&model, world))).collect();
        }
        observed
    }

    /// Filters one factor by the observations of its resources.
    fn apply_observations(
        &mut self,
        see: &ObservationContext<'_>,
        factor: Factor,
        observed: &mut ExchangeJudgement,
        dropped: &[ClauseId],
    ) {
        let found = observation_filter::filter_by_observations(see, &factor);
        if let (Some(insight), false) = (&mut observed.insight, found.dropped.is_empty()) {
            insight
                .ruled_out
                .extend(found.dropped.iter().map(|(world, why)| (describe_state(see.model, world), why.clone())));
        }
        if found.states.is_empty() {
            let expected = describe_expected(see.model, &factor);
            let (evidence, reasons) = collect_observation_evidence(see, &factor, &self.call_memory);
            self.report_deviation(observed, see.interpreted, &reasons, (&expected, evidence), &factor);
            let worlds =
                factor.states.iter().map(|world| observation_filter::make_observed_undetermined(see, world)).collect();
            self.put_back_factor(see.interpreted.exchange, make_factor(worlds, &factor, true), &[]);
            return;
        }
        let mut reasons = found.collect_contradicted_clauses();
        reasons.extend(dropped.iter().copied());
        let mut next = Factor { states: sort_states(found.states), ..factor };
        self.confirm_obligations(see, &mut next, &found.compared);
        self.put_back_factor(see.interpreted.exchange, next, &reasons);
    }

    /// Filters the factors that the call did not join but the response shows.
    fn apply_other_observations(&mut self, see: &ObservationContext<'_>, observed: &mut ExchangeJudgement) {
        let named: BTreeSet<&ResourceId> =
            see.interpreted.call.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
        let (shown, rest): (Vec<Factor>, Vec<Factor>) = std::mem::take(&mut self.factors)
            .into_iter()
            .partition(|factor| !factor.ids.iter().any(|id| named.contains(id)) && see.concerns_factor(factor));
        self.factors = rest;
        for mut factor in shown {
            match close_states(see.model, &factor.states, self.bounds.states_max, see.log) {
                Some(worlds) => {
                    factor.states = worlds;
                    self.apply_observations(see, factor, observed, &[]);
                }
                None => observed.excess = self.give_up_factor(see.interpreted.exchange, factor).excess,
            }
        }
    }

    fn collect_outcome_evidence(
        &self,
        interpreted: &InterpretedExchange<'_>,
        before: &Factor,
        judged: &OutcomeJudgement,
    ) -> DeviationEvidence {
        let known = (&self.call_memory, self.unknown_kinds.as_slice());
        outcome_evidence::collect_outcome_evidence(&self.model, interpreted, before, judged, known)
    }

    /// Adds a deviation. `by_state` has the contradicted clauses of each possible state.
    fn report_deviation(
        &self,
        observed: &mut ExchangeJudgement,
        interpreted: &InterpretedExchange<'_>,
        by_state: &[Vec<ClauseId>],
        (expected, evidence): (&[String], DeviationEvidence),
        factor: &Factor,
    ) {
        let exchange = interpreted.exchange;
        let BlamedClauses { blamed, further } = rank_blamed_clauses(&self.model, by_state, &evidence);
        observed.deviations.push(Deviation {
            exchange: exchange.number,
            step: exchange.step,
            operation: exchange.call.operation.clone(),
            suspected_clauses: blamed.iter().chain(&further).copied().collect::<BTreeSet<_>>().into_iter().collect(),
            clauses: blamed,
            further_clauses: further,
            outcome: describe_outcome(&interpreted.reply),
            expected: expected.to_vec(),
            evidence,
            narrowed_by: factor.narrowed_by.clone(),
        });
    }

    fn count_unjudged(&mut self, exchange: &Exchange, heard: &OutcomeKind) {
        match (heard, &exchange.outcome) {
            (OutcomeKind::NotExecuted, Outcome::Unsent { .. }) => self.tally.unsent += 1,
            (OutcomeKind::NotExecuted, _) => self.tally.throttled += 1,
            (OutcomeKind::Lost, _) => self.tally.lost += 1,
            _ => {}
        }
    }

    pub(super) fn note_unknown_kinds(&mut self, asked: &CallView) {
        let model = Arc::clone(&self.model);
        for about in &model.operations[&asked.operation].about {
            if matches!(about.binding, crate::suite::IdExpression::New(_)) {
                self.note_unknown_kind(about.resource);
            }
        }
    }

    fn note_unknown_kind(&mut self, kind: usize) {
        if !self.unknown_kinds.contains(&kind) {
            self.unknown_kinds.push(kind);
        }
    }
}

/// The contradicted clauses of each possible state, including the clauses that promised the end of a resource of the
/// call.
fn list_contradicted_clauses(asked: &CallView, before: &Factor, judged: &OutcomeJudgement) -> Vec<Vec<ClauseId>> {
    let named: BTreeSet<&ResourceId> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
    let mut by_state: Vec<Vec<ClauseId>> = judged.dropped.iter().map(|(_, clauses)| clauses.clone()).collect();
    for (promised, promises) in &before.promises {
        let PromiseSubject::Absence(id) = promised else { continue };
        let gone = |world: &PossibleState| {
            find_resource(world, id).is_some_and(|held| held.state.existence == Existence::Gone)
        };
        for ((world, _), clauses) in judged.dropped.iter().zip(&mut by_state) {
            if named.contains(id) && gone(world) {
                clauses.extend(promises.iter().map(|promise| promise.clause));
            }
        }
    }
    by_state
}
