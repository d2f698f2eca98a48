//! Accumulates the results of plans.

use super::campaign_state::Share;
use super::conclusion::{Conclusion, Found, Spent};
use super::event::Event;
use super::plan_runner::Driven;
use crate::cleanup::Left;
use crate::history::{Exchange, History, Outcome};
use crate::model::{ClauseId, Tally};
use crate::oracle::{Finding, Selection, Standing, verdicts};
use crate::plan::Plan;
use crate::run::Stop;
use std::collections::BTreeSet;

/// The results of the plans so far, in the order of plan numbers.
#[derive(Default)]
pub(super) struct Gathered {
    pub found: Vec<Found>,
    /// Contradicted clauses of the findings so far.
    known: BTreeSet<Vec<ClauseId>>,
    passed: BTreeSet<ClauseId>,
    tally: Tally,
    pub spent: Spent,
    /// Why the campaign ended early.
    pub stopped: Option<String>,
    /// Why the campaign has no conclusion.
    pub failed: Option<Stop>,
    /// Whether the endpoint ever answered.
    answered: bool,
    histories: Vec<History>,
    plans: Vec<Plan>,
    pub left: Vec<Left>,
}

impl Gathered {
    /// Adds the result of a plan, and emits new findings and new passed clauses.
    pub fn take(&mut self, driven: Driven, share: &Share<'_>, selection: &Selection) {
        for finding in &driven.findings {
            // A finding that contradicts the clauses of an earlier finding is a repetition.
            if self.known.insert(finding.clauses.clone()) {
                share.tell(&Event::Found { finding });
                let (plan, history) = (driven.plan.clone(), driven.history.clone());
                self.found.push(Found { finding: finding.clone(), plan, history, witness: None, repeated: false });
            } else {
                self.tally.repeated += 1;
            }
        }
        self.tally.merge(&driven.tally);
        let passed: Vec<ClauseId> =
            self.tally.clauses.iter().filter(|(_, count)| count.passed > 0).map(|(clause, _)| *clause).collect();
        for clause in passed {
            if selection.holds(clause) && self.passed.insert(clause) {
                share.tell(&Event::Passed { clause, passed: self.passed.len() });
            }
        }
        self.spent.add(&driven.spent);
        if let Some(excess) = driven.excesses.first() {
            self.tally.exceeded += driven.excesses.len() as u64;
            self.tally.excess.get_or_insert_with(|| excess.reason.clone());
        }
        let answered = |exchange: &Exchange| matches!(exchange.outcome, Outcome::Replied(_) | Outcome::Hindered { .. });
        self.answered |= driven.history.exchanges.iter().any(answered);
        self.left.extend(driven.left);
        self.histories.push(driven.history);
        self.plans.push(driven.plan);
    }

    /// Decides what the early end of a plan means for the campaign. An endpoint that never answered is an
    /// error; if the endpoint answered before, the campaign has a conclusion.
    pub fn stop_by(&mut self, stop: Option<Stop>) {
        match stop {
            None | Some(Stop::Requests | Stop::Time | Stop::Enough) => {}
            // A recorded plan that needs more live resources than allowed.
            Some(Stop::Live { .. }) => self.spent.steps_skipped += 1,
            Some(stop @ (Stop::Unfit(_) | Stop::Journal { .. } | Stop::Provocation { .. })) => self.failed = Some(stop),
            Some(stop @ Stop::Unreachable { .. }) if !self.answered => self.failed = Some(stop),
            Some(stop) => {
                self.stopped.get_or_insert_with(|| stop.to_string());
            }
        }
    }

    /// The conclusion of the campaign, and the leftovers.
    pub fn conclude(
        mut self,
        share: &Share<'_>,
        seed: u64,
        selection: &Selection,
        standing: &dyn Fn(ClauseId) -> Standing,
    ) -> (Conclusion, Vec<Left>) {
        self.spent.cleaning = share.purse.spent().saturating_sub(self.spent.requests + self.spent.shrinking);
        let findings: Vec<Finding> = self.found.iter().map(|found| found.finding.clone()).collect();
        let model = &share.site.model;
        let rows = verdicts(model, &self.tally, &findings, selection, standing, self.stopped.as_deref());
        let conclusion = Conclusion {
            seed,
            rows,
            found: self.found,
            tally: self.tally,
            spent: self.spent,
            settling: share.settling.take(),
            stopped: self.stopped,
            histories: self.histories,
            plans: self.plans,
        };
        (conclusion, self.left)
    }
}
