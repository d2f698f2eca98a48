//! `probity judge`: a recorded history, judged again without the endpoint.

use crate::campaign::{Conclusion, RecordedFinding, SpentRequests, TransitionTimes};
use crate::cli::args::JudgeArguments;
use crate::cli::embedded::find_store;
use crate::cli::recorded::{judge_again, load_recorded_suite, read_recorded_histories};
use crate::history::History;
use crate::model::ClauseTally;
use crate::oracle::{ClauseDecidability, ClauseSelection, Finding, decide_verdicts};
use crate::plan::{FORMAT, Plan};
use crate::report::{ReportLocation, ReportSubject, ReportTarget, compile_report, render_summary};
use crate::session::{ExitKind, LoadedSuite, UserError, judge_report};
use crate::terminal;

/// Judges every plan of the file and prints the summary.
pub fn judge_file(arguments: &JudgeArguments) -> Result<ExitKind, UserError> {
    let store = find_store()?;
    let histories = read_recorded_histories(&arguments.history)?;
    let loaded = load_recorded_suite(&store, &histories[0])?;
    let endpoint = histories[0].header.endpoint.clone();
    let target = format!("none; {} was recorded at {endpoint}", arguments.history.display());
    terminal::print_line(&store.describe_origin(std::slice::from_ref(&loaded), &target));
    let conclusion = judge_histories(&loaded, &histories)?;
    let target = match endpoint.as_str() {
        "mock" => ReportTarget::Mock { fault: None },
        address => ReportTarget::Address(address.to_string()),
    };
    let subject = ReportSubject {
        model: &loaded.model,
        catalog_digest: &loaded.catalog_digest,
        target: &target,
        settle_percent: histories[0].header.settle_percent,
        selected: None,
        replay_options: &[],
    };
    let report = compile_report(&conclusion, &subject);
    terminal::print_text(&render_summary(&report, &ReportLocation { reports: "reports" }));
    Ok(judge_report(&report))
}

fn judge_histories(loaded: &LoadedSuite, histories: &[History]) -> Result<Conclusion, UserError> {
    let mut tally = ClauseTally::default();
    let mut found: Vec<RecordedFinding> = Vec::new();
    for history in histories {
        let (judge, seen) = judge_again(loaded, history, false)?;
        tally.merge(judge.tally());
        for finding in seen.into_iter().flat_map(|seen| seen.findings) {
            found.push(record_finding(history, finding));
        }
    }
    let findings: Vec<Finding> = found.iter().map(|found| found.finding.clone()).collect();
    let rows = decide_verdicts(
        &loaded.model,
        &tally,
        &findings,
        &ClauseSelection::default(),
        &|_| ClauseDecidability::Reachable,
        None,
    );
    let requests = histories.iter().map(|history| history.exchanges.len() as u64).sum();
    Ok(Conclusion {
        seed: 0,
        rows,
        findings: found,
        tally,
        spent: SpentRequests { requests, plans: histories.len() as u64, ..SpentRequests::default() },
        transition_times: TransitionTimes::default(),
        stopped: None,
        plans: Vec::new(),
        histories: Vec::new(),
    })
}

/// A finding without a counterexample: a history has no plan.
fn record_finding(history: &History, finding: Finding) -> RecordedFinding {
    let plan = Plan { format: FORMAT, suite: history.header.suite.clone(), drawn: None, steps: Vec::new() };
    RecordedFinding { finding, plan, history: history.clone(), counterexample: None, repeated: false }
}
