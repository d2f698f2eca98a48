//! Judges exchanges, in order, against the belief and the schemas.

use super::paging::{Miscount, Pages};
use crate::history::{Exchange, History, Outcome, ReplyBody, is_token};
use crate::model::{Asked, Belief, Bounds, ClauseId, Excess, Fault, Heard, Insight, Model, Tally, classed, version_of};
use crate::schema::{Schemas, Shape, Violation};
use crate::suite::{About, Binding};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A deviation, with everything needed to check the deviation by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// The response, in words.
    pub seen: String,
    /// The permitted outcomes, in words.
    pub expected: Vec<String>,
    /// Differences between the body and the documented schema.
    pub violations: Vec<String>,
    /// The exchange after which fewer states of the same resources were possible, and the clauses involved. The wrong
    /// behaviour often occurred at that exchange.
    pub shrunk: Option<(u64, Vec<ClauseId>)>,
}

/// The result of judging one exchange.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The deviations.
    pub findings: Vec<Finding>,
    /// Set if the belief exceeded its bound.
    pub excess: Option<Excess>,
    /// What the exchange showed about the possible states, if requested.
    pub insight: Option<Insight>,
}

/// Judges the exchanges of one plan in the order of sending.
#[derive(Debug, Clone)]
pub struct Judge {
    /// The belief after the exchanges so far.
    pub belief: Belief,
    schemas: Arc<Schemas>,
    plan: u64,
    reported: BTreeSet<ClauseId>,
    pages: Pages,
}

impl Judge {
    /// A judge for one plan.
    #[must_use]
    pub fn new(model: Arc<Model>, schemas: Arc<Schemas>, plan: u64, bounds: Bounds) -> Judge {
        Judge { belief: Belief::new(model, bounds), schemas, plan, reported: BTreeSet::new(), pages: Pages::default() }
    }

    /// The counts so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.belief.tally
    }

    /// Judges the next exchange.
    ///
    /// # Errors
    /// If an expression of the suite fails on valid input.
    pub fn observe(&mut self, exchange: &Exchange) -> Result<Seen, Fault> {
        let model = Arc::clone(self.belief.model());
        let input = classed(&model, &self.schemas, exchange);
        let asked = Asked::new(&model, exchange, input.clone());
        let observed = self.belief.observe(exchange, input)?;
        let mut seen = Seen { excess: observed.excess, insight: observed.insight, ..Seen::default() };
        for deviation in observed.deviations {
            seen.findings.push(Finding {
                plan: self.plan,
                step: deviation.step,
                exchange: deviation.exchange,
                operation: deviation.operation,
                clauses: deviation.clauses,
                seen: deviation.seen,
                expected: deviation.expected,
                violations: Vec::new(),
                shrunk: deviation.shrunk.map(|shrunk| (shrunk.exchange, shrunk.clauses)),
            });
        }
        if observed.described {
            seen.findings.extend(self.shape(&model, exchange));
        }
        let heard = Heard::of(&exchange.outcome);
        let miscounts = self.pages.observe(&mut self.belief, exchange, &asked, &heard)?;
        seen.findings.extend(miscounts.into_iter().filter_map(|miscount| self.miscounted(exchange, miscount)));
        Ok(seen)
    }

    fn miscounted(&mut self, exchange: &Exchange, miscount: Miscount) -> Option<Finding> {
        self.report(exchange, miscount.clause, miscount.seen, miscount.expected, Vec::new())
    }

    /// A finding about a single clause; `None` if the plan already has a finding of the clause.
    fn report(
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
            operation: exchange.operation.clone(),
            clauses: vec![clause],
            seen,
            expected: vec![expected],
            violations,
            shrunk: None,
        })
    }

    /// Checks the response body against its documented schema: of a success, and of a refusal if a page describes the
    /// body.
    fn shape(&mut self, model: &Model, exchange: &Exchange) -> Option<Finding> {
        let Outcome::Replied(reply) = &exchange.outcome else { return None };
        let clause = model.operations[&exchange.operation].reply?;
        let operation = self.schemas.operation(&exchange.operation)?;
        if !matches!(reply.status, 200..300 | 400..500) || FROM_BEFORE.contains(&reply.status) {
            return None;
        }
        let version = version_of(model, exchange);
        let shape = self.schemas.response(operation, reply.status, version.as_deref())?;
        let violations: Vec<String> = match &reply.body {
            ReplyBody::Json(body) => {
                let known = |violation: &Violation| {
                    body.pointer(&violation.pointer).and_then(Value::as_str).is_some_and(is_token)
                };
                shape
                    .violations_at(body, version.as_deref())
                    .iter()
                    .filter(|violation| {
                        !violation.doubtful && !known(violation) && !self.absent(model, exchange, shape, violation)
                    })
                    .map(line)
                    .collect()
            }
            ReplyBody::Empty => vec!["the response has no body, and the page describes one".to_string()],
            ReplyBody::Text { because, .. } => vec![format!("the body is not JSON: {because}")],
        };
        // A refusal with a correct body is no evidence about the body of a success.
        if violations.is_empty() && reply.status >= 400 {
            return None;
        }
        let count = self.belief.tally.count(clause);
        count.applied += 1;
        if violations.is_empty() {
            count.passed += 1;
            return None;
        }
        let seen = format!("status {} with a body that differs from the documented schema", reply.status);
        self.report(exchange, clause, seen, "a body that matches the documented schema".to_string(), violations)
    }

    /// Whether a violation is null in place of an absent property. Pages leave optional properties out and services
    /// write null. A mandatory property may be null too, if an operation that creates such resources may leave the
    /// property out.
    fn absent(&self, model: &Model, exchange: &Exchange, shape: &Shape, violation: &Violation) -> bool {
        let name = violation.pointer.rsplit('/').next().unwrap_or_default();
        let shown = &model.operations[&exchange.operation].views;
        let makes = |about: &About| {
            matches!(about.binding, Binding::New(_)) && shown.iter().any(|(kind, _)| *kind == about.resource)
        };
        let left_out = || {
            let makers = model.operations.values().filter(|operation| operation.about.iter().any(makes));
            let mut made = makers.filter_map(|operation| self.schemas.operation(&operation.id));
            made.any(|operation| self.schemas.may_leave_out(operation, name))
        };
        violation.keyword == "type" && violation.found == "null" && (!shape.demands(&violation.pointer) || left_out())
    }
}

/// Statuses of refusals that a gateway before the API may send in a form of its own.
const FROM_BEFORE: [u16; 4] = [401, 403, 404, 429];

/// Judges a recorded history from the beginning.
///
/// # Errors
/// If an expression of the suite fails on valid input.
pub fn judge(
    history: &History,
    model: &Arc<Model>,
    schemas: &Arc<Schemas>,
    bounds: Bounds,
) -> Result<(Judge, Vec<Seen>), Fault> {
    let mut judge = Judge::new(Arc::clone(model), Arc::clone(schemas), history.header.plan, bounds);
    let seen =
        history.exchanges.iter().map(|exchange| judge.observe(exchange)).collect::<Result<Vec<Seen>, Fault>>()?;
    Ok((judge, seen))
}

fn line(violation: &Violation) -> String {
    let at = if violation.pointer.is_empty() { "the body" } else { &violation.pointer };
    let source = violation.source.as_ref().map(|source| format!(" [{source}]")).unwrap_or_default();
    format!("{at}: {} expected, found {}{source}", violation.expected, violation.found)
}
