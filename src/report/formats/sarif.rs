//! Reports as SARIF 2.1.0: one rule per clause, one result per deviation and clause, at the lines of the broken promise.

use super::json::encode_json;
use crate::known_deviations::ExcuseSource;
use crate::oracle::Verdict;
use crate::report::explain_clause::basis_word;
use crate::report::failure_text::{describe_finding, select_findings};
use crate::report::finding_text::list_difference_sentences;
use crate::report::phrases::list_citations;
use crate::report::plan_text::describe_steps;
use crate::report::rows::{ClauseRow, FindingRow};
use crate::report::run_facts::RunFacts;
use crate::report::stored_run::StoredRun;
use crate::schema::catalog::SourceLines;
use probity_input::escape_line;
use serde_json::{Value, json};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What the ids of pages are relative to.
const PAGES: &str = "PAGES";
/// Most results of a run; `report.json` has all findings.
const RESULTS_MAX: usize = 1_000;
/// Most steps of a code flow.
const STEPS_MAX: usize = 100;

/// The bytes of `report.sarif`: one SARIF run per campaign.
pub(super) fn render_sarif(runs: &[StoredRun]) -> String {
    let runs: Vec<Value> = runs.iter().map(render_run).collect();
    encode_json(&json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": runs }))
}

fn render_run(run: &StoredRun) -> Value {
    let report = &run.report;
    let rules: Vec<Value> = report.clauses.iter().map(render_rule).collect();
    let broken = report.clauses.iter().enumerate().filter(|(_, row)| row.verdict == Verdict::Fail);
    let results = broken.flat_map(|(index, row)| {
        select_findings(report, row).map(move |finding| render_result(run, (index, row), finding))
    });
    let results: Vec<Value> = results.take(RESULTS_MAX).collect();
    let mut driver = json!({ "name": "probity", "rules": rules });
    if let Some(facts) = &run.facts {
        driver["version"] = facts.version.as_str().into();
    }
    json!({
        "tool": { "driver": driver },
        "automationDetails": { "id": format!("probity/{}/", report.suite.name) },
        "originalUriBaseIds": {
            PAGES: { "description": { "text": "The folder of the pages; a location names a page by its id in the catalog." } },
        },
        "invocations": [render_invocation(run)],
        "results": results,
        "columnKind": "unicodeCodePoints",
        "properties": {
            "suite": report.suite.name,
            "suiteDigest": report.suite.digest,
            "catalogDigest": report.catalog.digest,
            "target": report.target.describe(),
            "seed": report.seed,
            "clauses": report.totals,
        },
    })
}

fn render_rule(row: &ClauseRow) -> Value {
    json!({
        "id": row.id,
        "shortDescription": { "text": row.says },
        "help": { "text": format!("{} [{}]", row.says, list_citations(&row.cites)) },
        "defaultConfiguration": { "level": "error" },
        "properties": { "basis": basis_word(row.basis), "tags": ["conformance", basis_word(row.basis)] },
    })
}

/// A campaign as an invocation. The undecided clauses are its notes: they are no results, which readers would take for
/// deviations.
fn render_invocation(run: &StoredRun) -> Value {
    let undecided = run.report.clauses.iter().enumerate();
    let undecided = undecided.filter(|(_, row)| matches!(row.verdict, Verdict::Inconclusive | Verdict::Untested));
    let notes = undecided.map(|(index, row)| {
        json!({
            "level": "note",
            "message": { "text": format!("{}: {}", row.verdict.word(), escape_line(&row.reason)) },
            "associatedRule": { "id": row.id, "index": index },
        })
    });
    let notes: Vec<Value> = notes.collect();
    let mut invocation =
        json!({ "executionSuccessful": run.report.stopped.is_none(), "toolExecutionNotifications": notes });
    if let Some(facts) = &run.facts {
        invocation["startTimeUtc"] = facts.started.as_str().into();
        invocation["exitCode"] = facts.exit_code.into();
        if let Some(end) = find_end(facts) {
            invocation["endTimeUtc"] = end.into();
        }
    }
    invocation
}

fn find_end(facts: &RunFacts) -> Option<String> {
    let start = facts.started.parse::<jiff::Timestamp>().ok()?;
    let end = start.checked_add(jiff::SignedDuration::from_millis(i64::try_from(facts.duration_ms).ok()?)).ok()?;
    Some(end.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
}

fn render_result(run: &StoredRun, (index, row): (usize, &ClauseRow), finding: &FindingRow) -> Value {
    let suite = &run.report.suite.name;
    let mut message = vec![format!("{}: {}", row.says, escape_line(&finding.seen))];
    message.extend(list_difference_sentences(finding).iter().map(|sentence| escape_line(sentence).into_owned()));
    let logical = json!([{ "fullyQualifiedName": format!("{suite}::{}", row.id), "kind": "member", "name": row.id }]);
    let mut location = json!({ "logicalLocations": logical });
    if let Some(cite) = row.cites.first() {
        location["physicalLocation"] = locate_lines(cite);
    } else {
        // A convention has no page; the suite states it.
        location["physicalLocation"] = json!({ "artifactLocation": { "uri": format!("suites/{suite}.yaml") } });
    }
    let others = row.cites.iter().skip(1).enumerate();
    let others: Vec<Value> = others
        .map(|(id, cite)| json!({ "id": id + 1, "physicalLocation": locate_lines(cite), "message": { "text": cite.to_string() } }))
        .collect();
    let mut result = json!({
        "ruleId": row.id,
        "ruleIndex": index,
        "kind": "fail",
        "level": "error",
        "message": { "text": message.join("\n") },
        "locations": [location],
        "occurrenceCount": finding.count.max(1),
        "properties": {
            "operation": finding.operation,
            "details": describe_finding(finding, &run.location()),
        },
    });
    if !others.is_empty() {
        result["relatedLocations"] = others.into();
    }
    if !finding.fingerprints.is_empty() {
        let place = format!("{suite}::{}", row.id);
        result["partialFingerprints"] =
            json!({ "deviation/v1": format!("{place} {}", finding.fingerprints.join("; ")) });
    }
    if run.report.known_deviations.as_ref().is_some_and(|known| known.baseline) {
        let is_in_baseline = finding.excuse.as_ref().is_some_and(|excuse| excuse.by == ExcuseSource::Baseline);
        result["baselineState"] = if is_in_baseline { "unchanged" } else { "new" }.into();
    }
    if let Some(excuse) = &finding.excuse {
        let justification = escape_line(&excuse.describe()).into_owned();
        result["suppressions"] = json!([{ "kind": "external", "status": "accepted", "justification": justification }]);
    }
    if let Some(flow) = render_steps(finding, &location) {
        result["codeFlows"] = flow;
    }
    result
}

fn locate_lines(cite: &SourceLines) -> Value {
    json!({
        "artifactLocation": { "uri": crate::endpoint::percent_encode(&cite.page), "uriBaseId": PAGES },
        "region": { "startLine": cite.first.max(1), "endLine": cite.last.max(cite.first).max(1) },
    })
}

/// The steps of the counterexample as a code flow, each at the lines of the broken promise.
fn render_steps(finding: &FindingRow, location: &Value) -> Option<Value> {
    let plan = &finding.counterexample.plan;
    let steps = describe_steps(plan, &finding.counterexample.outcomes);
    let steps: Vec<Value> = steps
        .iter()
        .take(STEPS_MAX)
        .map(|step| {
            let mut at = json!({ "message": { "text": escape_line(step) } });
            at["physicalLocation"] = location["physicalLocation"].clone();
            json!({ "location": at })
        })
        .collect();
    (!steps.is_empty()).then(|| json!([{ "threadFlows": [{ "locations": steps }] }]))
}
