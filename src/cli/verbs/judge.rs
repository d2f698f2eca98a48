//! `probity judge`: a recorded history, judged again without the endpoint.

use crate::campaign::{
    Conclusion, FindingRepetition, RaceTally, RecordedFinding, SpentRequests, TransitionTimes, decide_recorded_verdicts,
};
use crate::cli::args::JudgeArguments;
use crate::cli::config::ALLOW_UNDECIDED;
use crate::cli::embedded::find_store;
use crate::cli::recorded::{convert_read_error, load_recorded_suite, open_history, warn_of_torn_history};
use crate::history::{History, HistoryHeader, RecordedHistory};
use crate::known_deviations::SuiteExceptions;
use crate::oracle::{Finding, JudgedRecords, judge_records};
use crate::plan::{FORMAT, Plan};
use crate::report::{ReportLocation, ReportSubject, ReportTarget, SummaryDetail, compile_report, render_summary};
use crate::session::{ClausePatterns, ExitKind, LoadedSuite, STATES_MAX, UserError, judge_report};
use crate::terminal;

/// Judges every plan of the file and prints the summary.
pub fn judge_file(arguments: &JudgeArguments) -> Result<ExitKind, UserError> {
    let store = find_store()?;
    let mut reader = open_history(&arguments.history)?;
    let header = reader.read_first_header().map_err(convert_read_error)?;
    let loaded = load_recorded_suite(&store, &header)?;
    let allowed = ClausePatterns::new(ALLOW_UNDECIDED, &arguments.allow_undecided)?;
    allowed.check_matching(ALLOW_UNDECIDED, std::slice::from_ref(&loaded))?;
    let target = format!("none; {} was recorded at {}", arguments.history.display(), header.endpoint);
    terminal::print_line(&store.describe_origin(std::slice::from_ref(&loaded), &target));
    let judged = judge_records(&mut reader, &loaded.model, &loaded.schemas, STATES_MAX).map_err(convert_read_error)?;
    warn_of_torn_history(&arguments.history, &reader);
    if judged.skipped > 0 {
        terminal::print_line(&format!(
            "{} of {} plans are not judged: the history has only a part of their exchanges, because it reached its limit",
            judged.skipped, judged.plans
        ));
    }
    let conclusion = conclude_judgement(&loaded, &header, judged);
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
    Ok(judge_report(&report))
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
