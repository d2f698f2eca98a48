//! Judges exchanges, in order, against the belief and the schemas.

use super::infrastructure_hint::{InfrastructureHint, RefusalForms};
use super::paging::{PageChains, PagingDeviation};
use crate::history::{Exchange, History, Outcome, Reply, ReplyBody, is_secret_placeholder};
use crate::model::{
    Belief, BeliefChange, BeliefLimits, ClauseId, ClauseTally, ExceededLimit, InterpretedExchange, Model,
    SuiteEvaluationError, read_input_class,
};
use crate::schema::{CompiledCatalog, CompiledSchema, SchemaViolation};
use crate::suite::{AboutEntry, IdExpression};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A deviation, with everything needed to check the deviation by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Finding {
    /// Number of the plan.
    pub plan: u64,
    /// Index of the step in the plan.
    pub step: usize,
    /// Number of the exchange in the history.
    pub exchange: u64,
    /// Operation id.
    pub operation: String,
    /// In each possible state before the exchange, the response contradicts at least one of the listed clauses.
    pub clauses: Vec<ClauseId>,
    /// Further clauses that other responses with the same hint contradict.
    pub related_clauses: BTreeSet<ClauseId>,
    /// The response, in words.
    pub seen: String,
    /// The permitted outcomes, in words.
    pub expected: Vec<String>,
    /// Differences between the body and the documented schema.
    pub violations: Vec<String>,
    /// The exchange after which fewer states of the same resources were possible, and the clauses involved. The wrong
    /// behaviour often occurred at that exchange.
    pub narrowed_by: Option<(u64, Vec<ClauseId>)>,
    /// What the profile may lack, if the response looks like an infrastructure failure.
    pub hint: Option<InfrastructureHint>,
}

/// The result of judging one exchange.
#[derive(Debug, Clone, Default)]
pub struct ExchangeFindings {
    /// The deviations.
    pub findings: Vec<Finding>,
    /// Set if the belief exceeded its bound.
    pub excess: Option<ExceededLimit>,
    /// What the exchange showed about the possible states, if requested.
    pub insight: Option<BeliefChange>,
}

/// Judges the exchanges of one plan in the order of sending.
#[derive(Debug, Clone)]
pub struct Judge {
    /// The belief after the exchanges so far.
    pub belief: Belief,
    schemas: Arc<CompiledCatalog>,
    plan: u64,
    reported: BTreeSet<ClauseId>,
    pages: PageChains,
    forms: RefusalForms,
    /// The hints of the findings so far.
    hints: BTreeSet<InfrastructureHint>,
}

impl Judge {
    /// A judge for one plan.
    #[must_use]
    pub fn new(model: Arc<Model>, schemas: Arc<CompiledCatalog>, plan: u64, bounds: BeliefLimits) -> Judge {
        Judge {
            belief: Belief::new(model, bounds),
            schemas,
            plan,
            reported: BTreeSet::new(),
            pages: PageChains::default(),
            forms: RefusalForms::default(),
            hints: BTreeSet::new(),
        }
    }

    /// The counts so far.
    #[must_use]
    pub fn tally(&self) -> &ClauseTally {
        &self.belief.tally
    }

    /// Interprets an exchange, for [`Judge::observe_interpreted`].
    #[must_use]
    pub fn interpret<'a>(&self, exchange: &'a Exchange) -> InterpretedExchange<'a> {
        let model = self.belief.model();
        InterpretedExchange::new(model, exchange, read_input_class(model, &self.schemas, exchange))
    }

    /// Judges the next exchange.
    ///
    /// # Errors
    /// If an expression of the suite fails on valid input.
    pub fn observe(&mut self, exchange: &Exchange) -> Result<ExchangeFindings, SuiteEvaluationError> {
        let interpreted = self.interpret(exchange);
        self.observe_interpreted(&interpreted)
    }

    /// As [`Judge::observe`], for a caller that needs the interpreted exchange too.
    ///
    /// # Errors
    /// If an expression of the suite fails on valid input.
    pub fn observe_interpreted(
        &mut self,
        interpreted: &InterpretedExchange<'_>,
    ) -> Result<ExchangeFindings, SuiteEvaluationError> {
        let model = Arc::clone(self.belief.model());
        let exchange = interpreted.exchange;
        let observed = self.belief.observe_exchange(interpreted)?;
        let mut seen =
            ExchangeFindings { excess: observed.excess, insight: observed.insight, ..ExchangeFindings::default() };
        for deviation in observed.deviations {
            seen.findings.push(Finding {
                plan: self.plan,
                step: deviation.step,
                exchange: deviation.exchange,
                operation: deviation.operation,
                clauses: deviation.clauses,
                seen: deviation.outcome,
                expected: deviation.expected,
                narrowed_by: deviation.narrowed_by.map(|shrunk| (shrunk.exchange, shrunk.clauses)),
                ..Finding::default()
            });
        }
        if observed.shape_demanded {
            seen.findings.extend(self.check_body(&model, interpreted));
        }
        if seen.excess.is_none() {
            seen.excess = explain_unread_body(exchange);
        }
        let miscounts = self.pages.observe(&mut self.belief, interpreted)?;
        seen.findings
            .extend(miscounts.into_iter().filter_map(|miscount| self.report_paging_deviation(exchange, miscount)));
        self.add_hints(exchange, &mut seen.findings);
        Ok(seen)
    }

    /// Adds what the profile may lack. A reason that an earlier finding has is no further finding.
    fn add_hints(&mut self, exchange: &Exchange, findings: &mut Vec<Finding>) {
        if findings.is_empty() {
            self.forms.note_explained(exchange);
            return;
        }
        let Some(hint) = self.forms.find_hint(exchange) else { return };
        let repeated = !self.hints.insert(hint.clone());
        let kept = if repeated { 0 } else { 1 };
        self.belief.tally.repeated += findings.len().saturating_sub(kept) as u64;
        findings.truncate(kept);
        findings.iter_mut().for_each(|finding| finding.hint = Some(hint.clone()));
    }

    fn report_paging_deviation(&mut self, exchange: &Exchange, miscount: PagingDeviation) -> Option<Finding> {
        self.report_finding(exchange, miscount.clause, miscount.seen, miscount.expected, Vec::new())
    }

    /// A finding about a single clause; `None` if the plan already has a finding of the clause.
    fn report_finding(
        &mut self,
        exchange: &Exchange,
        clause: ClauseId,
        seen: String,
        expected: String,
        violations: Vec<String>,
    ) -> Option<Finding> {
        if !self.reported.insert(clause) {
            self.belief.tally.repeated += 1;
            return None;
        }
        Some(Finding {
            plan: self.plan,
            step: exchange.step,
            exchange: exchange.number,
            operation: exchange.call.operation.clone(),
            clauses: vec![clause],
            seen,
            expected: vec![expected],
            violations,
            ..Finding::default()
        })
    }

    /// Checks the response body against its documented schema: of a success, and of a refusal if a page describes the
    /// body.
    fn check_body(&mut self, model: &Model, interpreted: &InterpretedExchange<'_>) -> Option<Finding> {
        let exchange = interpreted.exchange;
        let Outcome::Replied(reply) = &exchange.outcome else { return None };
        let clause = model.operations[&exchange.call.operation].reply?;
        let operation = self.schemas.find_operation(&exchange.call.operation)?;
        if !matches!(reply.status, 200..300 | 400..500) || GATEWAY_STATUSES.contains(&reply.status) {
            return None;
        }
        let version = interpreted.call.get_version();
        let shape = self.schemas.find_response_schema(operation, reply.status, version)?;
        let violations: Vec<String> = match &reply.body {
            ReplyBody::Json(body) => {
                let known = |violation: &SchemaViolation| {
                    body.pointer(&violation.pointer).and_then(Value::as_str).is_some_and(is_secret_placeholder)
                };
                let found = shape.find_violations_at_version(body, version);
                if found.iter().any(SchemaViolation::is_undecided) {
                    self.belief.tally.count_mut(clause).unclear += 1;
                    return None;
                }
                found
                    .iter()
                    .filter(|violation| {
                        !violation.doubtful
                            && !known(violation)
                            && !self.is_absent_property(model, exchange, shape, violation)
                    })
                    .map(render_violation)
                    .collect()
            }
            ReplyBody::Empty => vec!["the response has no body, and the page describes one".to_string()],
            ReplyBody::Text { because, .. } => vec![format!("the body is not JSON: {because}")],
            // The content may match the schema, and may not.
            ReplyBody::TooLarge { .. } | ReplyBody::Shortened { .. } => {
                self.belief.tally.count_mut(clause).unclear += 1;
                return None;
            }
        };
        // A refusal with a correct body is no evidence about the body of a success.
        if violations.is_empty() && reply.status >= 400 {
            return None;
        }
        let count = self.belief.tally.count_mut(clause);
        count.applied += 1;
        if violations.is_empty() {
            count.passed += 1;
            return None;
        }
        let seen = format!("status {} with a body that differs from the documented schema", reply.status);
        self.report_finding(exchange, clause, seen, "a body that matches the documented schema".to_string(), violations)
    }

    /// Whether a violation is null in place of an absent property. Pages leave optional properties out and services
    /// write null. A mandatory property may be null too, if an operation that creates such resources may leave the
    /// property out.
    fn is_absent_property(
        &self,
        model: &Model,
        exchange: &Exchange,
        shape: &CompiledSchema,
        violation: &SchemaViolation,
    ) -> bool {
        let name = violation.pointer.rsplit('/').next().unwrap_or_default();
        let shown = &model.operations[&exchange.call.operation].views;
        let makes = |about: &AboutEntry| {
            matches!(about.binding, IdExpression::New(_)) && shown.iter().any(|(kind, _)| *kind == about.resource)
        };
        let left_out = || {
            let makers = model.operations.values().filter(|operation| operation.about.iter().any(makes));
            let mut made = makers.filter_map(|operation| self.schemas.find_operation(&operation.id));
            made.any(|operation| self.schemas.has_optional_property(operation, name))
        };
        // The whole body is no property.
        violation.keyword == "type"
            && !violation.pointer.is_empty()
            && violation.found == "null"
            && (!shape.requires_property(&violation.pointer) || left_out())
    }
}

/// Why the content of a response is unknown; `None` for content that was read.
fn explain_unread_body(exchange: &Exchange) -> Option<ExceededLimit> {
    let Outcome::Replied(Reply { body, .. }) = &exchange.outcome else { return None };
    let reason = match body {
        ReplyBody::TooLarge { because, .. } => {
            format!("a response of {} is too large to read: {because}", exchange.call.operation)
        }
        ReplyBody::Shortened { bytes, .. } => {
            format!("a response of {} with {bytes} bytes is not in the history", exchange.call.operation)
        }
        _ => return None,
    };
    Some(ExceededLimit { exchange: exchange.number, reason })
}

/// Statuses of refusals that a gateway before the API may send in a form of its own.
const GATEWAY_STATUSES: [u16; 4] = [401, 403, 404, 429];

/// Judges a recorded history from the beginning.
///
/// # Errors
/// If an expression of the suite fails on valid input.
pub fn judge_history(
    history: &History,
    model: &Arc<Model>,
    schemas: &Arc<CompiledCatalog>,
    bounds: BeliefLimits,
) -> Result<(Judge, Vec<ExchangeFindings>), SuiteEvaluationError> {
    let mut judge = Judge::new(Arc::clone(model), Arc::clone(schemas), history.header.plan, bounds);
    let seen = history
        .exchanges
        .iter()
        .map(|exchange| judge.observe(exchange))
        .collect::<Result<Vec<ExchangeFindings>, SuiteEvaluationError>>()?;
    Ok((judge, seen))
}

fn render_violation(violation: &SchemaViolation) -> String {
    let at = if violation.pointer.is_empty() { "the body" } else { &violation.pointer };
    let source = violation.source.as_ref().map(|source| format!(" [{source}]")).unwrap_or_default();
    format!("{at}: {} expected, found {}{source}", violation.expected, violation.found)
}
