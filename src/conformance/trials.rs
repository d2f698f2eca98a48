//! The tests: a test per clause, and a test per suite for completeness.

use super::campaign::{SharedCampaign, SuiteResult};
use super::lock::TestRun;
use super::options::{Conformance, Target};
use crate::model::ClauseOrigin;
use crate::oracle::Verdict;
use crate::profile::CompletenessPolicy;
use crate::report::{ClauseRow, ReportLocation, describe_failure};
use crate::session::{RunStart, SuiteStore, UserError};
use libtest_mimic::{Arguments, Completion, Conclusion, Failed, Trial};
use std::sync::Arc;

#[cfg(all(test, feature = "http"))]
mod tests;

/// Runs the tests selected by the arguments of the test target.
///
/// A clause with verdict fail fails the test, with citation, response and replay line. An inconclusive or
/// untested clause fails the test against the mock, where every reachable clause must be decided, and is
/// ignored with the reason at an endpoint. `<suite>::complete` fails if a reachable clause
/// is not decided, unless the profile waives completeness.
///
/// # Panics
/// If a suite or its schemas cannot be read. The message has place, cause and remedy.
pub fn conformance(options: Conformance) -> Conclusion {
    let arguments = Arguments::from_args();
    let trials = list_trials(&Arc::new(options)).unwrap_or_else(|error| panic!("{error}"));
    libtest_mimic::run(&arguments, trials)
}

fn list_trials(options: &Arc<Conformance>) -> Result<Vec<Trial>, UserError> {
    let store = SuiteStore::find(&options.base, options.embedded)?;
    let start = RunStart::now();
    let run = TestRun::find(&start);
    let today = options.today.clone().unwrap_or_else(|| start.date.clone());
    let mut trials = Vec::new();
    for name in store.select_suites(&options.suites)? {
        let loaded = store.load(&name, &today)?;
        let promises = loaded.model.clauses.iter().filter(|info| !matches!(info.origin, ClauseOrigin::Event(_)));
        let clauses: Vec<String> = promises.map(|info| info.id.clone()).collect();
        let campaign = Arc::new(SharedCampaign::new(options.clone(), store.clone(), loaded, run.clone()));
        for clause in clauses {
            let campaign = Arc::clone(&campaign);
            let name = format!("{name}::{clause}");
            trials.push(Trial::ignorable_test(name, move || test_clause(&campaign, &clause)));
        }
        trials.push(Trial::ignorable_test(format!("{name}::complete"), move || test_complete(&campaign)));
    }
    Ok(trials)
}

fn test_clause(campaign: &SharedCampaign, clause: &str) -> Result<Completion, Failed> {
    let report = &campaign.wait_for_result().map_err(Failed::from)?.report;
    let row = report.find_clause(clause).ok_or_else(|| {
        Failed::from("the report does not have this clause; the suite may have changed during the test run")
    })?;
    let reports = campaign.options.reports.display().to_string();
    let at_mock = matches!(campaign.options.target, Target::Mock);
    match row.verdict {
        Verdict::Pass => Ok(Completion::Completed),
        Verdict::Fail if let Some(excuse) = report.find_clause_excuse(row) => {
            Ok(Completion::ignored_with(format!("known deviation: {} ({})", excuse.describe(), row.says)))
        }
        Verdict::Fail => Err(Failed::from(describe_failure(report, row, &ReportLocation { reports: &reports }))),
        Verdict::Inconclusive | Verdict::Untested if at_mock && report.misses_decision(row) => {
            Err(Failed::from(describe_reason(row)))
        }
        Verdict::Inconclusive | Verdict::Untested => Ok(Completion::ignored_with(describe_reason(row))),
    }
}

/// Tests whether every reachable clause was decided.
fn test_complete(campaign: &SharedCampaign) -> Result<Completion, Failed> {
    let SuiteResult { report, complete } = campaign.wait_for_result().map_err(Failed::from)?;
    let open = report.clauses.iter().filter(|row| report.misses_decision(row));
    let open: Vec<&str> = open.map(|row| row.id.as_str()).collect();
    if open.is_empty() && report.stopped.is_none() {
        return Ok(Completion::Completed);
    }
    let why = report.stopped.as_ref().map(|why| format!("; stopped: {why}")).unwrap_or_default();
    let text = format!("{} of {} clauses are not decided{why}: {}", open.len(), report.clauses.len(), open.join(", "));
    match complete {
        CompletenessPolicy::Required => Err(Failed::from(text)),
        CompletenessPolicy::Waived => Ok(Completion::ignored_with(format!("waived by the profile: {text}"))),
    }
}

fn describe_reason(row: &ClauseRow) -> String {
    format!("{}: {} ({})", row.verdict.word(), row.reason, row.says)
}
