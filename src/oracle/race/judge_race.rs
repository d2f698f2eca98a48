//! Judges overlapping calls: which orders explain their responses, and the responses of later reads.
//!
//! The calls of a race are held until the last of them is known. The belief afterwards is one of several, one for each
//! result that some order of the calls has; a later response rules some of them out. Clauses pass in none of them,
//! because no response after a race has one explanation only.

use super::evidence::{RaceLane, RaceRecord, RaceVerdict, read_overlap};
use super::order_search::{
    CALLS_MAX, CallInterval, CallModel, CallRejection, DeadEnd, OrderEnd, OrderLimits, OrderSearch, search_orders,
};
use super::race_state::RaceResult;
use super::raced_kinds::list_shared_kinds;
use super::unexplained::UnexplainedRace;
use crate::history::Outcome;
use crate::model::{
    Belief, BeliefKey, ClauseOrigin, Deviation, ExceededLimit, ExchangeJudgement, GeneratedClause, InterpretedExchange,
    Model, OutcomeKind,
};
use crate::oracle::judge::{ExchangeFindings, Judge};
use std::collections::BTreeSet;

/// Bounds of the search for an order.
const LIMITS: OrderLimits = OrderLimits { tries_max: 2_000, ends_max: 64 };

impl Judge {
    /// Judges the calls of the race under way, after the last of them; without a race nothing.
    pub fn close_race(&mut self) -> ExchangeFindings {
        let held = std::mem::take(&mut self.race.held);
        if held.is_empty() {
            return ExchangeFindings::default();
        }
        self.race.counts.get_or_insert_with(|| self.belief.tally.clone());
        let calls: Vec<InterpretedExchange<'_>> = held.iter().map(|exchange| self.interpret(exchange)).collect();
        let kinds = list_shared_kinds(self.belief.model(), &calls);
        let lanes: Vec<RaceLane> = held.iter().map(RaceLane::new).collect();
        let overlapped = lanes.iter().any(|lane| lanes.iter().any(|other| lane.overlaps(other)));
        self.forget_pending_calls();
        let starts = match std::mem::take(&mut self.race.results) {
            none if none.is_empty() => vec![self.belief.clone()],
            results => results.into_iter().map(|result| result.belief).collect(),
        };
        self.race.is_given_up |= held.len() > CALLS_MAX;
        let mut findings = ExchangeFindings::default();
        let (search, first) = search_from(&calls, &starts);
        let start = starts[first].clone();
        let verdict = match search {
            OrderSearch::Explained(ends) => {
                self.follow_order(&start, &calls, &ends[0].order, &mut findings);
                let lost = |order: &[usize]| (0..calls.len()).filter(|call| !order.contains(call)).collect();
                let result = |end: OrderEnd<Belief>| RaceResult {
                    pending: lost(&end.order),
                    belief: end.state,
                    order: end.order,
                };
                self.race.results = ends.into_iter().map(result).collect();
                let is_telling = overlapped && self.race.results.iter().all(|result| result.is_known(&calls));
                self.race.awaiting = if is_telling { kinds.clone() } else { BTreeSet::new() };
                RaceVerdict::Explained
            }
            OrderSearch::Unexplained(dead) => {
                self.follow_order(&start, &calls, &dead[0].order, &mut findings);
                let race = UnexplainedRace::from_dead_ends(&calls, dead, &kinds);
                findings.findings.extend(self.report_race(&race));
                self.forget_calls(&start, &calls);
                RaceVerdict::Unexplained(race.describe())
            }
            OrderSearch::Exceeded(reason) => {
                self.forget_calls(&start, &calls);
                findings.excess = Some(ExceededLimit { exchange: held[0].number, reason: reason.clone() });
                RaceVerdict::Undecided(reason)
            }
        };
        self.note_race(&kinds);
        let kinds = kinds.iter().map(|kind| self.belief.model().suite.resources[*kind].name.clone()).collect();
        self.race.records.push(RaceRecord { lanes, kinds, overlapped, verdict });
        self.race.calls = held;
        self.settle_counts();
        if self.race.results.is_empty() {
            self.end_certain_race();
        }
        findings
    }

    /// Judges an exchange after a race, in each result of the race.
    pub(in crate::oracle) fn observe_after_race(&mut self, interpreted: &InterpretedExchange<'_>) -> ExchangeFindings {
        let results = std::mem::take(&mut self.race.results);
        let results = self.fork_pending_calls(results);
        let mut possible = Vec::new();
        let mut contradicted = Vec::new();
        for result in results {
            let mut belief = result.belief.clone();
            match find_contradiction(belief.model().clone().as_ref(), belief.observe_exchange(interpreted)) {
                None => possible.push((result.belief, RaceResult { belief, ..result })),
                Some(why) => contradicted.push((result, why)),
            }
        }
        let mut findings = ExchangeFindings::default();
        let Some((before, _)) = possible.first() else {
            let calls = std::mem::take(&mut self.race.calls);
            let calls: Vec<InterpretedExchange<'_>> = calls.iter().map(|exchange| self.interpret(exchange)).collect();
            let kinds = list_shared_kinds(self.belief.model(), &calls);
            let (first, _) = &contradicted[0];
            let before = first.belief.clone();
            let race = UnexplainedRace::from_results(&calls, contradicted, interpreted, &kinds);
            findings.findings.extend(self.report_race(&race));
            if let Some(record) = self.race.records.last_mut() {
                record.verdict = RaceVerdict::Unexplained(race.describe());
            }
            self.forget_calls(&before, &calls);
            let plain = self.observe_plainly(interpreted);
            findings.findings.extend(plain.findings);
            self.settle_counts();
            return findings;
        };
        self.belief = before.clone();
        let mut seen = self.observe_plainly(interpreted);
        seen.findings.splice(0..0, findings.findings);
        self.race.results = possible.into_iter().map(|(_, result)| result).collect();
        self.settle_counts();
        if matches!(interpreted.reply, OutcomeKind::Success(..) | OutcomeKind::Refusal(_)) {
            self.pass_atomic_clauses();
        }
        self.end_certain_race();
        seen
    }

    /// Judges the calls of an order that explains them, so that what no order changes is judged too: the shape of
    /// bodies, and server errors.
    fn follow_order(
        &mut self,
        start: &Belief,
        calls: &[InterpretedExchange<'_>],
        order: &[usize],
        findings: &mut ExchangeFindings,
    ) {
        self.belief = start.clone();
        for call in order {
            findings.findings.extend(self.observe_plainly(&calls[*call]).findings);
        }
    }

    /// Makes undetermined what the calls of a race may have changed.
    fn forget_calls(&mut self, before: &Belief, calls: &[InterpretedExchange<'_>]) {
        self.belief = before.clone();
        calls.iter().for_each(|call| self.belief.forget_call(call));
    }

    /// A call that has not returned by the next race is given up.
    fn forget_pending_calls(&mut self) {
        let mut results = std::mem::take(&mut self.race.results);
        for result in &mut results {
            for call in std::mem::take(&mut result.pending) {
                let call = self.interpret(&self.race.calls[call]);
                result.belief.forget_call(&call);
            }
        }
        self.race.results = results;
    }

    /// Lets each call without a response take effect now, or later.
    fn fork_pending_calls(&self, results: Vec<RaceResult>) -> Vec<RaceResult> {
        let mut open = results;
        let mut all: Vec<RaceResult> = Vec::new();
        let mut seen: BTreeSet<(BeliefKey, Vec<usize>)> = BTreeSet::new();
        while let Some(result) = open.pop() {
            if !seen.insert((result.belief.make_key(), result.pending.clone())) {
                continue;
            }
            for call in &result.pending {
                let mut belief = result.belief.clone();
                let judged = belief.observe_exchange(&self.interpret(&self.race.calls[*call]));
                if find_contradiction(belief.model().clone().as_ref(), judged).is_none() {
                    let pending = result.pending.iter().copied().filter(|other| other != call).collect();
                    open.push(RaceResult { belief, order: [result.order.as_slice(), &[*call]].concat(), pending });
                }
            }
            all.push(result);
        }
        all
    }

    /// Counts a race for the clauses about overlapping calls. The race is unclear unless they pass.
    fn note_race(&mut self, kinds: &BTreeSet<usize>) {
        let is_unclear = self.race.awaiting.is_empty();
        let model = self.belief.model().clone();
        let clauses = kinds.iter().filter_map(|kind| model.find_atomic_clause(*kind));
        let counts = self.race.counts.as_mut().expect("the counts are taken before the race is judged");
        for clause in clauses {
            let count = counts.count_mut(clause);
            count.applied += 1;
            count.unclear += u64::from(is_unclear);
        }
    }

    /// Counts a pass for the clauses about overlapping calls, once for each race.
    fn pass_atomic_clauses(&mut self) {
        let kinds = std::mem::take(&mut self.race.awaiting);
        let model = self.belief.model().clone();
        let operation = self.race.calls.first().map(|call| call.call.operation.clone()).unwrap_or_default();
        let Some(counts) = self.race.counts.as_mut().filter(|_| !kinds.is_empty()) else { return };
        let before = counts.list_passes();
        kinds.iter().filter_map(|kind| model.find_atomic_clause(*kind)).for_each(|clause| {
            counts.count_mut(clause).passed += 1;
        });
        counts.count_passes_of(&operation, &before);
        self.settle_counts();
    }

    fn settle_counts(&mut self) {
        let later = std::mem::take(&mut self.belief.tally);
        self.belief.tally = self.race.restore_counts(later);
    }
}

/// The calls of a race, for the search.
struct RacedCalls<'a> {
    calls: &'a [InterpretedExchange<'a>],
}

/// The belief after some calls in an order.
#[derive(Debug, Clone)]
struct OrderedBelief {
    belief: Belief,
    /// The calls whose server error no clause excuses in the order, by index.
    errors: BTreeSet<usize>,
}

impl CallModel for RacedCalls<'_> {
    type State = OrderedBelief;
    type Key = (BeliefKey, BTreeSet<usize>);
    type Contradiction = Box<Deviation>;

    fn apply(&self, state: &OrderedBelief, call: usize) -> Result<OrderedBelief, CallRejection<Box<Deviation>>> {
        let mut next = state.clone();
        let model = next.belief.model().clone();
        let judged = next.belief.observe_exchange(&self.calls[call]);
        if let Some(excess) = &judged.excess {
            return Err(CallRejection::Exceeded(excess.reason.clone()));
        }
        if judged.deviations.iter().any(|deviation| is_server_error(&model, deviation)) {
            next.errors.insert(call);
        }
        match find_contradiction(&model, judged) {
            Some(why) => Err(CallRejection::Contradicted(Box::new(why))),
            None => Ok(next),
        }
    }

    fn make_key(&self, state: &OrderedBelief) -> (BeliefKey, BTreeSet<usize>) {
        (state.belief.make_key(), state.errors.clone())
    }
}

/// Searches from each belief that earlier races left. The orders of all together count, those that excuse most server
/// errors first: such an error is a deviation only if no order excuses it. Returns the index of the belief from which the
/// first order begins, too.
fn search_from(calls: &[InterpretedExchange<'_>], starts: &[Belief]) -> (OrderSearch<Belief, Box<Deviation>>, usize) {
    let interval = |call: &InterpretedExchange<'_>| {
        let time = read_overlap(call.exchange);
        let returned = !matches!(call.exchange.outcome, Outcome::Lost { .. }) && call.reply != OutcomeKind::Lost;
        CallInterval { branch: time.branch, sent: time.sent_us, received: returned.then_some(time.received_us) }
    };
    let intervals: Vec<CallInterval> = calls.iter().map(interval).collect();
    let mut ends: Vec<(usize, OrderEnd<OrderedBelief>)> = Vec::new();
    let mut dead: Vec<DeadEnd<Box<Deviation>>> = Vec::new();
    for (index, belief) in starts.iter().enumerate() {
        let start = OrderedBelief { belief: belief.clone(), errors: BTreeSet::new() };
        match search_orders(&RacedCalls { calls }, &intervals, start, LIMITS) {
            OrderSearch::Explained(found) => ends.extend(found.into_iter().map(|end| (index, end))),
            OrderSearch::Unexplained(found) => dead.extend(found),
            OrderSearch::Exceeded(reason) => return (OrderSearch::Exceeded(reason), 0),
        }
    }
    ends.sort_by_key(|(_, end)| end.state.errors.len());
    let Some((first, _)) = ends.first() else { return (OrderSearch::Unexplained(dead), 0) };
    let first = *first;
    let plain = |(_, end): (usize, OrderEnd<OrderedBelief>)| OrderEnd { order: end.order, state: end.state.belief };
    (OrderSearch::Explained(ends.into_iter().map(plain).collect()), first)
}

/// Whether a deviation is a server error that no clause excuses. It makes no response impossible.
fn is_server_error(model: &Model, deviation: &Deviation) -> bool {
    deviation.clauses.iter().all(|clause| {
        matches!(model.clause_info(*clause).origin, ClauseOrigin::Generated(GeneratedClause::NoServerError(_)))
    })
}

/// The deviation that makes a response impossible.
fn find_contradiction(model: &Model, judged: ExchangeJudgement) -> Option<Deviation> {
    judged.deviations.into_iter().find(|deviation| !is_server_error(model, deviation))
}
