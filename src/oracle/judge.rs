//! Judges exchanges, in order, against the belief and the schemas.

use super::body_check::{BodyCheck, check_response_body, list_input_differences};
use super::fingerprint::compute_fingerprints;
use super::infrastructure_hint::{InfrastructureHint, RefusalForms, find_throttling_hint};
use super::paging::{PageChains, PagingDeviation};
use super::race::{RaceEvidence, RaceJudgement, RaceRecord};
use super::shape_cause::release_shape_causes;
use crate::history::{Exchange, History, Outcome, Reply, ReplyBody};
use crate::model::{
    Belief, BeliefChange, BeliefLimits, ClauseId, ClauseTally, DeviationEvidence, Difference, DifferenceKind,
    ExceededLimit, ExpectationReason, InterpretedExchange, Model, SchemaDifference, read_input_class,
};
use crate::schema::CompiledCatalog;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A deviation, with everything needed to check the deviation by hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Number of the plan.
    pub plan: u64,
    /// Index of the step in the plan.
    pub step: usize,
    /// Number of the exchange in the history.
    pub exchange: u64,
    /// The call that deviates, with its response.
    pub recorded: Arc<Exchange>,
    /// Operation id.
    pub operation: String,
    /// The blamed clauses, the most specific first: one that every possible state before the exchange contradicts, or
    /// several of which every possible state contradicts at least one.
    pub clauses: Vec<ClauseId>,
    /// The blamed clauses, and those that every possible state contradicts too, sorted.
    pub suspected_clauses: Vec<ClauseId>,
    /// Further clauses that the response contradicts in every possible state, and clauses that repetitions contradict:
    /// responses with the same hint or the same fingerprint.
    pub related_clauses: BTreeSet<ClauseId>,
    /// Fingerprints of repetitions that differ from those of the finding.
    pub related_fingerprints: BTreeSet<String>,
    /// Whether there are more such fingerprints than a finding keeps.
    pub lacks_fingerprints: bool,
    /// Further operations of repetitions.
    pub operations: BTreeSet<String>,
    /// The response, in words.
    pub seen: String,
    /// The permitted outcomes, in words.
    pub expected: Vec<String>,
    /// How the nearest possible state differs from the response, and why that state was expected.
    pub evidence: DeviationEvidence,
    /// One text for each difference, equal for equal defects: clauses, operation, kind of difference and place.
    pub fingerprints: Vec<String>,
    /// The exchange after which fewer states of the same resources were possible, and the clauses involved. The wrong
    /// behaviour often occurred at that exchange.
    pub narrowed_by: Option<(u64, Vec<ClauseId>)>,
    /// What the profile may lack, if the response looks like an infrastructure failure.
    pub hint: Option<InfrastructureHint>,
    /// The calls and the furthest order, if no order of overlapping calls explains the response.
    pub race: Option<Arc<RaceEvidence>>,
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

/// Most fingerprints of one plan. The number is far above that of the defects of any API: it bounds the memory that an
/// endpoint with ever new responses can take.
const FINGERPRINTS_MAX: usize = 500;

/// Judges the exchanges of one plan in the order of sending.
#[derive(Debug, Clone)]
pub struct Judge {
    /// The belief after the exchanges so far.
    pub belief: Belief,
    schemas: Arc<CompiledCatalog>,
    pub(super) plan: u64,
    /// The fingerprints of the findings so far. At most [`FINGERPRINTS_MAX`].
    reported: BTreeSet<String>,
    /// The clauses that the findings so far contradict.
    contradicted: BTreeSet<ClauseId>,
    pages: PageChains,
    forms: RefusalForms,
    /// The clauses that the findings so far contradict, by hint.
    hints: BTreeMap<InfrastructureHint, BTreeSet<ClauseId>>,
    pub(super) race: RaceJudgement,
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
            contradicted: BTreeSet::new(),
            pages: PageChains::default(),
            forms: RefusalForms::default(),
            hints: BTreeMap::new(),
            race: RaceJudgement::default(),
        }
    }

    /// From now on, calls may name resources that existed before the first exchange; such a resource is undetermined
    /// until a response shows it.
    #[must_use]
    pub fn with_earlier_resources(mut self, expected: bool) -> Judge {
        if expected {
            self.belief.expect_earlier_resources();
        }
        self
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

    /// Judges the next exchange. An expression of the suite that fails on valid input decides nothing; the tally tells.
    pub fn observe(&mut self, exchange: &Exchange) -> ExchangeFindings {
        let interpreted = self.interpret(exchange);
        self.observe_interpreted(&interpreted)
    }

    /// As [`Judge::observe`], for a caller that needs the interpreted exchange too. A call of a race is judged by
    /// [`Judge::close_race`], or before the next exchange outside of the race.
    pub fn observe_interpreted(&mut self, interpreted: &InterpretedExchange<'_>) -> ExchangeFindings {
        if interpreted.exchange.overlap.is_some() {
            self.race.hold_call(interpreted.exchange);
            return ExchangeFindings::default();
        }
        let mut findings = self.close_race();
        if self.race.is_given_up() {
            return findings;
        }
        let seen = if self.race.has_results() {
            self.observe_after_race(interpreted)
        } else {
            self.observe_plainly(interpreted)
        };
        let later = std::mem::take(&mut self.belief.tally);
        self.belief.tally = self.race.restore_counts(later);
        findings.findings.extend(seen.findings);
        ExchangeFindings { findings: findings.findings, excess: seen.excess.or(findings.excess), insight: seen.insight }
    }

    /// The races so far, in order.
    #[must_use]
    pub fn list_races(&self) -> &[RaceRecord] {
        &self.race.records
    }

    /// Judges an exchange that overlaps no other.
    pub(super) fn observe_plainly(&mut self, interpreted: &InterpretedExchange<'_>) -> ExchangeFindings {
        let model = Arc::clone(self.belief.model());
        let exchange = interpreted.exchange;
        if let (Outcome::Replied(reply), "owner") = (&exchange.outcome, exchange.call.caller.as_str()) {
            self.belief.tally.count_answers(&exchange.call.operation, reply.status, 1);
        }
        let passes = self.belief.tally.list_passes();
        let observed = self.belief.observe_exchange(interpreted);
        if let Some(cell) = observed.cell {
            self.belief.tally.note_cell(cell, (self.plan, exchange.number));
        }
        let mut seen =
            ExchangeFindings { excess: observed.excess, insight: observed.insight, ..ExchangeFindings::default() };
        let shape = if observed.shape_demanded { self.compare_shape(&model, interpreted) } else { None };
        for mut deviation in observed.deviations {
            if let (Some(BodyCheck::Compared(broken)), Some(body)) = (&shape, exchange.find_json_body()) {
                // The finding about the body stands for what follows from its form, and the clauses that read such a place
                // are not decided.
                let released = release_shape_causes(&model, body, broken, &mut deviation);
                released.iter().for_each(|clause| self.belief.tally.count_mut(*clause).unclear += 1);
                if deviation.clauses.is_empty() {
                    continue;
                }
            }
            let mut evidence = deviation.evidence;
            add_input_differences(&mut evidence, || list_input_differences(&model, &self.schemas, exchange));
            let fingerprints = compute_fingerprints(&model, exchange, &deviation.clauses, &evidence);
            let contradicted = deviation.clauses.iter().chain(&deviation.further_clauses).copied();
            if !self.note_deviation(&fingerprints, contradicted) {
                continue;
            }
            seen.findings.push(Finding {
                recorded: Arc::new(exchange.clone()),
                evidence,
                fingerprints,
                plan: self.plan,
                step: deviation.step,
                exchange: deviation.exchange,
                operation: deviation.operation,
                clauses: deviation.clauses,
                suspected_clauses: deviation.suspected_clauses,
                seen: deviation.outcome,
                expected: deviation.expected,
                narrowed_by: deviation.narrowed_by.map(|shrunk| (shrunk.exchange, shrunk.clauses)),
                hint: None,
                related_clauses: deviation.further_clauses.into_iter().collect(),
                related_fingerprints: BTreeSet::new(),
                lacks_fingerprints: false,
                operations: BTreeSet::new(),
                race: None,
            });
        }
        if let Some(shape) = shape {
            seen.findings.extend(self.report_shape(&model, exchange, shape));
        }
        if seen.excess.is_none() {
            seen.excess = explain_unread_body(exchange);
        }
        let miscounts = self.pages.observe(&mut self.belief, interpreted);
        seen.findings
            .extend(miscounts.into_iter().filter_map(|miscount| self.report_paging_deviation(exchange, miscount)));
        self.belief.tally.count_passes_of(&exchange.call.operation, &passes);
        self.add_hints(exchange, &mut seen.findings);
        if self.belief.tally.quota_entry.is_none() {
            self.belief.tally.quota_entry = find_throttling_hint(exchange).map(|hint| hint.to_yaml());
        }
        seen
    }

    /// Adds what the profile may lack. Deviations with one reason are one finding with the clauses of all. A reason that
    /// an earlier finding has is reported again only for clauses that no such finding contradicts, so that none of them
    /// passes.
    fn add_hints(&mut self, exchange: &Exchange, findings: &mut Vec<Finding>) {
        if findings.is_empty() {
            self.forms.note_explained(exchange);
            return;
        }
        let Some(hint) = self.forms.find_hint(exchange) else { return };
        let count = findings.len();
        let mut all = std::mem::take(findings).into_iter();
        let Some(mut first) = all.next() else { return };
        all.for_each(|other| first.add_repetition(&other));
        first.hint = Some(hint.clone());
        let contradicted = self.hints.entry(hint).or_default();
        let known = contradicted.len();
        contradicted.extend(first.list_contradicted());
        if contradicted.len() > known {
            findings.push(first);
        }
        self.belief.tally.repeated += (count - findings.len()) as u64;
    }

    fn report_paging_deviation(&mut self, exchange: &Exchange, miscount: PagingDeviation) -> Option<Finding> {
        let what = DifferenceKind::Paging { expected: miscount.expected.clone(), got: miscount.seen.clone() };
        self.report_finding(exchange, miscount.clause, (miscount.seen, miscount.expected), vec![what])
    }

    /// Whether a deviation has a fingerprint that no earlier finding of the plan has, or contradicts a clause that none
    /// contradicts: equal fingerprints of two operations may stand for different clauses, and none of them may pass. Any
    /// other deviation is counted as a repetition.
    pub(super) fn note_deviation(
        &mut self,
        fingerprints: &[String],
        contradicted: impl IntoIterator<Item = ClauseId>,
    ) -> bool {
        let mut new = false;
        for clause in contradicted {
            new |= self.contradicted.insert(clause);
        }
        for fingerprint in fingerprints {
            if self.reported.len() < FINGERPRINTS_MAX {
                new |= self.reported.insert(fingerprint.clone());
            }
        }
        if !new {
            self.belief.tally.repeated += 1;
        }
        new
    }

    /// A finding about a single clause, with the differences that the plan has not shown; `None` if there is none.
    fn report_finding(
        &mut self,
        exchange: &Exchange,
        clause: ClauseId,
        (seen, expected): (String, String),
        differences: Vec<DifferenceKind>,
    ) -> Option<Finding> {
        let difference = |what| Difference { clauses: vec![clause], what };
        let mut evidence = DeviationEvidence {
            differences: differences.into_iter().map(difference).collect(),
            ..DeviationEvidence::default()
        };
        let model = Arc::clone(self.belief.model());
        let compute = |differences: &[Difference]| {
            let evidence = DeviationEvidence { differences: differences.to_vec(), ..DeviationEvidence::default() };
            compute_fingerprints(&model, exchange, &[clause], &evidence)
        };
        let reported = &self.reported;
        let is_new = |difference: &Difference| {
            compute(std::slice::from_ref(difference)).iter().any(|fingerprint| !reported.contains(fingerprint))
        };
        let new: Vec<Difference> =
            evidence.differences.iter().filter(|difference| is_new(difference)).cloned().collect();
        if !new.is_empty() {
            evidence.differences = new;
        }
        let fingerprints = compute(&evidence.differences);
        if !self.note_deviation(&fingerprints, [clause]) {
            return None;
        }
        Some(Finding {
            fingerprints,
            recorded: Arc::new(exchange.clone()),
            evidence,
            plan: self.plan,
            step: exchange.step,
            exchange: exchange.number,
            operation: exchange.call.operation.clone(),
            clauses: vec![clause],
            suspected_clauses: vec![clause],
            seen,
            expected: vec![expected],
            narrowed_by: None,
            hint: None,
            related_clauses: BTreeSet::new(),
            related_fingerprints: BTreeSet::new(),
            lacks_fingerprints: false,
            operations: BTreeSet::new(),
            race: None,
        })
    }

    /// Compares the response body with its documented schema, if a clause is about the body.
    fn compare_shape(&self, model: &Model, interpreted: &InterpretedExchange<'_>) -> Option<BodyCheck> {
        model.operations[&interpreted.exchange.call.operation].reply?;
        check_response_body(model, &self.schemas, interpreted)
    }

    /// Counts the comparison of a body with its schema, and reports the differences.
    fn report_shape(&mut self, model: &Model, exchange: &Exchange, shape: BodyCheck) -> Option<Finding> {
        let clause = model.operations[&exchange.call.operation].reply?;
        let differences = match shape {
            BodyCheck::Compared(differences) => differences,
            BodyCheck::Undecided => {
                self.belief.tally.count_mut(clause).unclear += 1;
                return None;
            }
        };
        let count = self.belief.tally.count_mut(clause);
        count.applied += 1;
        if differences.is_empty() {
            count.passed += 1;
            return None;
        }
        let status = match &exchange.outcome {
            Outcome::Replied(reply) => reply.status,
            _ => unreachable!("only responses have bodies"),
        };
        let seen = format!("status {status} with a body that differs from the documented schema");
        let expected = "a body that matches the documented schema".to_string();
        let kinds = differences.into_iter().map(DifferenceKind::Schema).collect();
        self.report_finding(exchange, clause, (seen, expected), kinds)
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

/// Adds the broken keywords of the input, where a clause about the input demands another outcome.
fn add_input_differences(evidence: &mut DeviationEvidence, list: impl FnOnce() -> Vec<SchemaDifference>) {
    let reads_input = |reason: &ExpectationReason| match reason {
        ExpectationReason::Applied(account) => {
            account.parts.iter().flat_map(|part| &part.values).any(|value| value.path == "input")
        }
        _ => false,
    };
    let refused = |difference: &&Difference| match &difference.what {
        DifferenceKind::Outcome { expected, .. } => expected.accepted == Some(false),
        _ => false,
    };
    let Some(outcome) = evidence.differences.iter().find(refused).cloned() else { return };
    if evidence.reasons.iter().any(reads_input) {
        let broken = list().into_iter().map(DifferenceKind::Input);
        let broken = broken.map(|what| Difference { clauses: outcome.clauses.clone(), what });
        evidence.differences.extend(broken);
    }
}

/// Judges a recorded history from the beginning.
#[must_use]
pub fn judge_history(
    history: &History,
    model: &Arc<Model>,
    schemas: &Arc<CompiledCatalog>,
    bounds: BeliefLimits,
) -> (Judge, Vec<ExchangeFindings>) {
    let judge = Judge::new(Arc::clone(model), Arc::clone(schemas), history.header.plan, bounds);
    let mut judge = judge.with_earlier_resources(history.header.earlier_resources);
    let mut seen: Vec<ExchangeFindings> = history.exchanges.iter().map(|exchange| judge.observe(exchange)).collect();
    let last = judge.close_race();
    if let Some(seen) = seen.last_mut() {
        seen.findings.extend(last.findings);
        seen.excess = seen.excess.take().or(last.excess);
    }
    (judge, seen)
}
