//! Accumulates the results of plans.

use super::campaign_state::CampaignState;
use super::cell_results::{list_cell_results, list_unsent_calls};
use super::conclusion::{Conclusion, FindingRepetition, RecordedFinding, SpentRequests};
use super::covered::CoverageProgress;
use super::earlier_part::PlanAccount;
use super::event::CampaignEvent;
use super::plan_runner::PlanResult;
use super::race_tally::{RaceTally, is_about_overlap};
use crate::cleanup::Leftover;
use crate::model::{CallCell, ClauseId, ClauseTally};
use crate::oracle::{
    ClauseDecidability, ClauseResult, ClauseSelection, Finding, FindingNovelty, KnownFindings, RaceRecord, Verdict,
    VerdictSettings, decide_verdicts, list_missing_proof,
};
use crate::plan::CellTable;
use crate::plan_execution::StopReason;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The results of the plans so far, in the order of plan numbers.
#[derive(Default)]
pub(super) struct PlanResultCollector {
    pub findings: Vec<RecordedFinding>,
    known: KnownFindings,
    passed: BTreeSet<ClauseId>,
    tally: ClauseTally,
    pub spent: SpentRequests,
    /// Why the campaign ended early.
    pub stopped: Option<String>,
    /// Why the last plan ended early.
    last_stop: Option<StopReason>,
    /// What has to be mended before another run.
    failure: Option<StopReason>,
    progress: CoverageProgress,
    /// Whether the campaign ended because everything was covered.
    pub covered: bool,
    pub leftovers: Vec<Leftover>,
    pub races: RaceTally,
    /// By index of the pair, the races of the plans of earlier parts.
    pub earlier_races: Vec<(usize, Vec<RaceRecord>)>,
    /// Whether a resumed run has more to do.
    pub unfinished: bool,
}

impl PlanResultCollector {
    /// Adds the result of a plan, and emits new findings and new passed clauses.
    pub fn take_outcome(&mut self, driven: PlanResult, share: &CampaignState<'_>, selection: &ClauseSelection) {
        let plan = Arc::new(driven.plan);
        let known_before = self.findings.len();
        for finding in &driven.findings {
            let novelty = self.known.classify_finding(finding);
            if novelty == FindingNovelty::New {
                share.emit_event(&CampaignEvent::Found { finding });
                self.findings.push(RecordedFinding {
                    finding: finding.clone(),
                    plan: Arc::clone(&plan),
                    history: driven.history.clone(),
                    requests: self.spent.requests + finding.exchange + 1,
                    count: 1,
                    counterexample: None,
                    repetition: FindingRepetition::default(),
                });
                continue;
            }
            if let FindingNovelty::Repeated(index) = novelty {
                self.findings[index].count += 1;
                self.findings[index].finding.add_repetition(finding);
                self.tally.repeated += 1;
            } else {
                self.tally.note_unkept(finding.list_contradicted());
            }
        }
        self.tally.merge(&driven.tally);
        let counts = self.tally.clauses.iter().filter(|(_, count)| count.passed > 0);
        let counts = counts.map(|(clause, _)| *clause).filter(|clause| !self.passed.contains(clause));
        let model = &share.env.model;
        let unsent = list_unsent_calls(model, &share.env.hints, &self.tally);
        let proven = |clause: &ClauseId| {
            !unsent.contains_key(clause) && list_missing_proof(model, &self.tally, *clause).is_empty()
        };
        let passed: Vec<ClauseId> = counts.filter(proven).collect();
        for clause in passed {
            if selection.contains(clause) && self.passed.insert(clause) {
                share.emit_event(&CampaignEvent::Passed { clause, passed: self.passed.len() });
            }
        }
        self.spent.add_counts(&driven.spent);
        if let Some(excess) = driven.excesses.first() {
            self.tally.exceeded += driven.excesses.len() as u64;
            self.tally.excess.get_or_insert_with(|| excess.reason.clone());
        }
        self.leftovers.extend(driven.leftovers);
        let deviates = self.findings.len() > known_before;
        let account = PlanAccount {
            spent: driven.spent,
            shares: share.shared_budget.shares(),
            raced_pair: driven.raced_pair,
            waits: driven.waits,
        };
        let history = &driven.history;
        share.emit_event(&CampaignEvent::HistoryRecorded { plan: &plan, history, deviates, account: &account });
    }

    /// Decides what the early end of a plan means for the campaign. The results so far stand.
    pub fn apply_stop(&mut self, stop: Option<StopReason>) {
        self.last_stop.clone_from(&stop);
        match stop {
            None | Some(StopReason::Requests | StopReason::Time | StopReason::Enough) => {}
            // A recorded plan that needs more live resources than allowed.
            Some(StopReason::Live { .. }) => self.spent.steps_skipped += 1,
            Some(stop) => {
                self.stopped.get_or_insert_with(|| stop.to_string());
                if stop.is_failure() {
                    self.failure.get_or_insert(stop);
                }
            }
        }
    }

    /// Notes that the campaign ended because its last plans sent nothing. The end of a budget needs no note.
    pub fn note_quiet_plans(&mut self, count: u64) {
        let left = self.leftovers.len();
        let why = match &self.last_stop {
            Some(StopReason::Requests | StopReason::Time | StopReason::Enough) => return,
            Some(stop) => stop.to_string(),
            None if left > 0 => format!("{left} resources that may exist take places of live resources"),
            None => "no call can be composed".to_string(),
        };
        self.stopped.get_or_insert_with(|| format!("the last {count} plans could send no request: {why}"));
    }

    /// Whether no further plan is expected to show something new: the cells have their exchanges, and each clause is
    /// decided that some response can decide. Clauses about overlapping calls are for races to decide.
    pub fn is_covered(
        &mut self,
        share: &CampaignState<'_>,
        selection: &ClauseSelection,
        standing: &dyn Fn(ClauseId) -> ClauseDecidability,
        cells: &[CallCell],
    ) -> bool {
        let model = &share.env.model;
        let is_decided = |row: &ClauseResult| {
            matches!(row.verdict, Verdict::Pass | Verdict::Fail)
                || matches!(row.standing, ClauseDecidability::Unreachable(_) | ClauseDecidability::Unobservable(_))
                || is_about_overlap(model, row.clause)
        };
        self.progress.update(cells, &self.tally, self.spent.requests)
            && self.decide_clauses(share, selection, standing).iter().all(is_decided)
    }

    fn decide_clauses(
        &self,
        share: &CampaignState<'_>,
        selection: &ClauseSelection,
        standing: &dyn Fn(ClauseId) -> ClauseDecidability,
    ) -> Vec<ClauseResult> {
        let findings: Vec<Finding> = self.findings.iter().map(RecordedFinding::with_shown_clauses).collect();
        let model = &share.env.model;
        let missing = list_unsent_calls(model, &share.env.hints, &self.tally);
        let unsent = |clause| missing.get(&clause).cloned().unwrap_or_default();
        let settings = VerdictSettings { selection, standing, unsent: &unsent, stopped: self.stopped.as_deref() };
        decide_verdicts(model, &self.tally, &findings, &settings)
    }

    /// The conclusion of the campaign, and the leftovers.
    pub fn conclude_campaign(
        mut self,
        share: &CampaignState<'_>,
        seed: u64,
        selection: &ClauseSelection,
        standing: &dyn Fn(ClauseId) -> ClauseDecidability,
    ) -> (Conclusion, Vec<Leftover>) {
        self.spent.note_shares(share.shared_budget.shares());
        let model = &share.env.model;
        let table = CellTable::new(model, &share.env.hints, &share.env.plan_limits.callers);
        let rows = self.decide_clauses(share, selection, standing);
        let cells = list_cell_results(model, &table, &self.tally, !share.env.reading_only);
        let conclusion = Conclusion {
            cells,
            seed,
            rows,
            findings: self.findings,
            tally: self.tally,
            spent: self.spent,
            transition_times: share.transition_times.take(),
            unproven_transitions: share
                .waits
                .borrow()
                .list_unproven()
                .map(|(id, count)| (id.to_string(), count))
                .collect(),
            stopped: self.stopped,
            failure: self.failure,
            covered: self.covered,
            races: self.races,
            unfinished: self.unfinished,
        };
        (conclusion, self.leftovers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::ComposeError;
    use crate::plan_execution::FailureCounts;

    /// Whether a stop is a reason of the report, and whether something has to be mended.
    fn check(stop: StopReason) -> (bool, bool) {
        let mut gathered = PlanResultCollector::default();
        gathered.apply_stop(Some(stop.clone()));
        assert!(gathered.stopped.as_ref().is_none_or(|why| *why == stop.to_string()));
        (gathered.stopped.is_some(), gathered.failure.is_some())
    }

    #[test]
    fn each_early_end_is_a_reason_of_the_report_and_keeps_the_results() {
        let cause = || "no".to_string();
        let unfit = ComposeError::Operation { api: cause(), operation: cause() };
        assert_eq!(check(StopReason::Unreachable { cause: cause() }), (true, true));
        assert_eq!(check(StopReason::Journal { cause: cause() }), (true, true));
        assert_eq!(check(StopReason::Provocation { cause: cause() }), (true, true));
        assert_eq!(check(StopReason::Unfit(unfit)), (true, true));
        let refused = StopReason::CredentialsRefused { caller: cause(), operation: cause() };
        assert_eq!(check(refused), (true, true));
        assert_eq!(check(StopReason::Cancelled), (true, false));
        assert_eq!(check(StopReason::Unnamed { count: 3 }), (true, false));
        assert_eq!(check(StopReason::InfrastructureFailures { cause: cause() }), (true, false));
        let failures = StopReason::Failures { troubles: FailureCounts::default(), requests: 1 };
        assert_eq!(check(failures), (true, false));
    }

    #[test]
    fn limits_are_no_early_end() {
        for stop in [StopReason::Requests, StopReason::Time, StopReason::Enough, StopReason::Live { most: 1 }] {
            assert_eq!(check(stop), (false, false));
        }
    }
}
