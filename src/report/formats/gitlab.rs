//! Deviations as a code quality report of GitLab, which a merge request shows.
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use super::clause_lines::locate_row;
use super::json::encode_json;
use crate::report::digest::digest_bytes;
use crate::report::finding_text::list_difference_sentences;
use crate::report::phrases::list_citations;
use crate::report::rows::{ClauseReference, FindingRow};
use crate::report::stored_run::StoredRun;
use probity_input::escape_line;
use serde_json::{Value, json};

/// Most entries; `report.json` has all findings.
const ENTRIES_MAX: usize = 1_000;

/// The bytes of the report: an entry for each deviation and contradicted clause. GitLab compares entries of two branches
/// by their fingerprints, which have no ids, times and values.
pub(super) fn render_gitlab(runs: &[StoredRun]) -> String {
    let entries = runs.iter().flat_map(|run| {
        let findings = run.report.findings.iter();
        findings.flat_map(move |finding| finding.clauses.iter().map(move |clause| render_entry(run, finding, clause)))
    });
    encode_json(&entries.take(ENTRIES_MAX).collect::<Vec<Value>>())
}

fn render_entry(run: &StoredRun, finding: &FindingRow, clause: &ClauseReference) -> Value {
    let suite = &run.report.suite.name;
    let mut sentences = vec![format!("{} [{}]: {}", clause.says, list_citations(&clause.cites), finding.seen)];
    sentences.extend(list_difference_sentences(finding));
    sentences.extend(finding.excuse.as_ref().map(|excuse| format!("known: {}", excuse.describe())));
    // The clause stands in the suite, which is a file of the repository.
    let (path, line) = locate_row(run, &clause.id);
    let identity = format!("{suite}::{} {}", clause.id, finding.fingerprints.join("; "));
    json!({
        "description": escape_line(&sentences.join("; ")),
        "check_name": clause.id,
        "fingerprint": digest_bytes(identity.as_bytes()).trim_start_matches("sha256:"),
        "severity": if finding.excuse.is_some() { "info" } else { "major" },
        "location": { "path": path, "lines": { "begin": line } },
    })
}
