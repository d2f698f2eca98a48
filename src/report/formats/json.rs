//! Reports as JSON: `report.json` in the newest version of its format.

use crate::report::stored_run::StoredRun;

/// One report as it is, several as a list.
pub(super) fn render_json(runs: &[StoredRun]) -> String {
    if let [run] = runs {
        return run.report.to_json();
    }
    let reports: Vec<_> = runs.iter().map(|run| &run.report).collect();
    encode_json(&reports)
}

/// The text of a value that has string keys only.
pub(super) fn encode_json(value: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("a report has string keys only");
    text.push('\n');
    text
}
