//! The summary of judged records: of a history, or of recorded traffic.

use crate::campaign::{
    Conclusion, FindingRepetition, RaceTally, RecordedFinding, SpentRequests, TransitionTimes, decide_recorded_verdicts,
};
use crate::history::{History, HistoryHeader, RecordedHistory};
use crate::known_deviations::SuiteExceptions;
use crate::oracle::{Finding, JudgedRecords};
use crate::plan::{FORMAT, Plan};
use crate::report::{ReportLocation, ReportSubject, ReportTarget, SummaryDetail, compile_report, render_summary};
use crate::session::{ClausePatterns, ExitKind, LoadedSuite, judge_report};
use crate::terminal;

/// Prints the summary of judged records. Returns how the process ends.
pub(super) fn print_judgement(
    loaded: &LoadedSuite,
    header: &HistoryHeader,
    judged: JudgedRecords,
    allowed: &ClausePatterns,
) -> ExitKind {
    let conclusion = conclude_judgement(loaded, header, judged);
    let target = match header.endpoint.as_str() {
        "mock" => ReportTarget::Mock { fault: None },
        address => ReportTarget::Address(address.to_string()),
    };
    let subject = ReportSubject {
        model: &loaded.model,
        schemas: &loaded.schemas,
        catalog_digest: &loaded.catalog_digest,
        target: &target,
        settle_percent: header.settle_percent,
        selected: None,
        excluded: None,
        exceptions: &SuiteExceptions::default(),
        shard: None,
        resumed: None,
        profile_digest: None,
        times_digest: None,
        request_ids: &[],
        proofs: None,
        may_stay_undecided: &|clause| allowed.names_any(clause),
        replay_options: &[],
    };
    let report = compile_report(&conclusion, &subject);
    terminal::print_text(&render_summary(&report, &ReportLocation { reports: "reports" }, SummaryDetail::Whole));
    judge_report(&report)
}

fn conclude_judgement(loaded: &LoadedSuite, header: &HistoryHeader, judged: JudgedRecords) -> Conclusion {
    let (rows, cells) = decide_recorded_verdicts(&loaded.model, &loaded.schemas, &judged);
    let races = RaceTally::from_records(&loaded.model, &judged.races);
    let spent = SpentRequests { requests: judged.exchanges, plans: judged.plans, ..SpentRequests::default() };
    Conclusion {
        seed: 0,
        rows,
        findings: judged.findings.into_iter().map(|finding| record_finding(header, finding)).collect(),
        cells,
        tally: judged.tally,
        spent,
        transition_times: TransitionTimes::default(),
        unproven_transitions: Vec::new(),
        stopped: None,
        covered: false,
        failure: None,
        races,
        unfinished: false,
    }
}

/// A finding without a counterexample: a history has no plan.
fn record_finding(header: &HistoryHeader, finding: Finding) -> RecordedFinding {
    let plan = Plan { format: FORMAT, suite: header.suite.clone(), drawn: None, steps: Vec::new() };
    let header = HistoryHeader { plan: finding.plan, ..header.clone() };
    // The outcomes of a plan without steps need no exchanges.
    let history = RecordedHistory::from_history(&History { header, exchanges: Vec::new() });
    RecordedFinding {
        requests: 0,
        count: 1,
        finding,
        plan: plan.into(),
        history,
        counterexample: None,
        repetition: FindingRepetition::default(),
    }
}
