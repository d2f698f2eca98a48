//! Reports in the Common Test Report Format: one test per clause. The schema is in the npm package `ctrf`.

use super::json::encode_json;
use crate::oracle::Verdict;
use crate::report::explain_clause::basis_word;
use crate::report::failure_text::{describe_failure, select_findings};
use crate::report::rows::ClauseRow;
use crate::report::run_facts::RunFacts;
use crate::report::stored_run::StoredRun;
use probity_input::escape_line;
use serde_json::{Value, json};

/// Version of the format.
const SPEC_VERSION: &str = "0.0.0";

/// The bytes of `ctrf.json`. An inconclusive or untested clause is skipped, with the verdict as `rawStatus`.
pub(super) fn render_ctrf(runs: &[StoredRun]) -> String {
    let tests: Vec<Value> =
        runs.iter().flat_map(|run| run.report.clauses.iter().map(|row| render_test(run, row))).collect();
    let count = |status: &str| tests.iter().filter(|test| test["status"] == status).count();
    let spans: Vec<(i64, i64)> = runs.iter().flat_map(|run| &run.facts).map(find_span).collect();
    let start = spans.iter().map(|(start, _)| *start).min().unwrap_or(0);
    let stop = spans.iter().map(|(_, stop)| *stop).max().unwrap_or(0);
    let mut tool = json!({ "name": "probity" });
    if let Some(facts) = runs.iter().find_map(|run| run.facts.as_ref()) {
        tool["version"] = facts.version.as_str().into();
    }
    let subjects: Vec<Value> = runs
        .iter()
        .map(|run| {
            json!({
                "suite": run.report.suite.name,
                "suiteDigest": run.report.suite.digest,
                "catalogDigest": run.report.catalog.digest,
                "target": run.report.target.describe(),
                "seed": run.report.seed,
                "requests": run.report.spending.requests,
            })
        })
        .collect();
    encode_json(&json!({
        "reportFormat": "CTRF",
        "specVersion": SPEC_VERSION,
        "generatedBy": "probity",
        "results": {
            "tool": tool,
            "summary": {
                "tests": tests.len(),
                "passed": count("passed"),
                "failed": count("failed"),
                "skipped": count("skipped"),
                "pending": 0,
                "other": 0,
                "suites": runs.len(),
                "start": start,
                "stop": stop,
                "duration": stop - start,
            },
            "tests": tests,
            "extra": { "campaigns": subjects },
        },
    }))
}

fn render_test(run: &StoredRun, row: &ClauseRow) -> Value {
    let report = &run.report;
    let excuse = report.find_clause_excuse(row);
    let status = match row.verdict {
        Verdict::Pass => "passed",
        // A known deviation fails no build.
        Verdict::Fail if excuse.is_some() => "skipped",
        Verdict::Fail => "failed",
        Verdict::Inconclusive | Verdict::Untested => "skipped",
    };
    let cites: Vec<String> = row.cites.iter().map(ToString::to_string).collect();
    let mut labels = json!({ "basis": basis_word(row.basis) });
    if !cites.is_empty() {
        labels["cites"] = json!(cites);
    }
    let mut test = json!({
        "testId": format!("{}::{}", report.suite.name, row.id),
        "name": row.id,
        "status": status,
        // One response decides many clauses, so that no clause has a time of its own.
        "duration": 0,
        "suite": [report.suite.name],
        "rawStatus": row.verdict.word(),
        "type": "conformance",
        "tags": [row.verdict.word()],
        "labels": labels,
        "extra": { "says": row.says, "applied": row.counts.applied, "passed": row.counts.passed },
    });
    match row.verdict {
        Verdict::Pass => {}
        Verdict::Fail => {
            let seen = select_findings(report, row).next().map_or(row.reason.as_str(), |finding| finding.seen.as_str());
            test["message"] = format!("{}: {}", row.says, escape_line(seen)).into();
            test["trace"] = describe_failure(report, row, &run.location()).into();
            let prints: Vec<&String> = select_findings(report, row).flat_map(|finding| &finding.fingerprints).collect();
            test["extra"]["fingerprints"] = json!(prints);
        }
        Verdict::Inconclusive | Verdict::Untested => test["message"] = escape_line(&row.reason).into(),
    }
    if let Some(excuse) = excuse {
        test["rawStatus"] = "known deviation".into();
        test["tags"] = json!(["fail", "known deviation"]);
        test["extra"]["excuse"] = json!(excuse);
    }
    test
}

/// Start and end in milliseconds since 1970.
fn find_span(facts: &RunFacts) -> (i64, i64) {
    let start = facts.started.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_millisecond);
    (start, start.saturating_add(i64::try_from(facts.duration_ms).unwrap_or(i64::MAX)))
}
