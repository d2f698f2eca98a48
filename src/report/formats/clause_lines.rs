//! The lines of clauses in the files of suites, for annotations.

use crate::report::stored_run::StoredRun;

/// File and line of a clause of a report; the first line of the suite for a clause without a place.
pub(super) fn locate_row(run: &StoredRun, clause: &str) -> (String, u32) {
    find_row_place(run, clause).unwrap_or_else(|| (format!("suites/{}.yaml", run.report.suite.name), 1))
}

/// File and line of a clause of a report, if it has a place.
pub(super) fn find_row_place(run: &StoredRun, clause: &str) -> Option<(String, u32)> {
    let (file, line) = run.report.find_clause(clause)?.place.as_deref()?.rsplit_once(':')?;
    Some((file.to_string(), line.parse().ok()?))
}
