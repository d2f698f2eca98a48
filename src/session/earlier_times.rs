//! Times of transitions that an earlier run measured, so that a run does not have to learn them again.
//!
//! Times only tell when to poll. No verdict depends on them.

use super::user_error::UserError;
use crate::report::{SettleTimesRow, digest_bytes, read_stored_runs};
use std::collections::BTreeMap;
use std::path::Path;

/// The times that an earlier run measured for one suite.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EarlierTimes {
    /// `sha256:…` of the measured times, for the report: the same times give the same plans.
    pub digest: String,
    /// By id of the clause that starts a transition: the usual time in milliseconds.
    pub usual_ms: BTreeMap<String, u64>,
}

/// Reads the times of an earlier run, by suite. `place` is a folder of reports, or the report of one suite.
///
/// # Errors
/// If there is no report, or a report has no times because its `run.json` is missing.
pub fn load_earlier_times(place: &Path) -> Result<BTreeMap<String, EarlierTimes>, UserError> {
    let runs = read_stored_runs(place).map_err(|error| UserError::input(error.place, error.cause, error.remedy))?;
    let times = runs.into_iter().map(|run| {
        let suite = run.report.suite.name;
        let facts = run.facts.ok_or_else(|| {
            let cause = format!("there is no run.json beside the report of {suite}, and so no measured time");
            UserError::input(place.display().to_string(), cause, "name the folder that the run wrote")
        })?;
        Ok((suite, summarise_times(&facts.settled)))
    });
    times.collect()
}

/// By clause, the median of its most frequent transition.
fn summarise_times(rows: &[SettleTimesRow]) -> EarlierTimes {
    let mut frequent: BTreeMap<&str, &SettleTimesRow> = BTreeMap::new();
    for row in rows {
        for clause in &row.by {
            let known = frequent.entry(clause).or_insert(row);
            if row.count > known.count {
                *known = row;
            }
        }
    }
    let usual_ms = frequent.into_iter().map(|(clause, row)| (clause.to_string(), row.p50_ms)).collect();
    let bytes = serde_json::to_vec(rows).expect("rows have string keys only");
    EarlierTimes { digest: digest_bytes(&bytes), usual_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make_row(by: &[&str], count: u64, p50_ms: u64) -> SettleTimesRow {
        SettleTimesRow {
            resource: "lamp".to_string(),
            from: None,
            to: None,
            by: by.iter().map(|clause| (*clause).to_string()).collect(),
            count,
            p50_ms,
            p90_ms: p50_ms,
            p99_ms: p50_ms,
            most_ms: p50_ms,
        }
    }

    /// Summarises rows, and writes the times by clause.
    fn check(rows: &[SettleTimesRow], expected: &str) {
        let times = summarise_times(rows);
        let lines: Vec<String> = times.usual_ms.iter().map(|(clause, ms)| format!("{clause} {ms}")).collect();
        assert_eq!(lines.join(", "), expected);
    }

    #[test]
    fn a_clause_has_the_time_of_its_most_frequent_transition() {
        let rows = [make_row(&["dim", "light"], 2, 900), make_row(&["dim"], 5, 300)];
        check(&rows, "dim 300, light 900");
        check(&[], "");
    }

    #[test]
    fn other_times_have_another_digest() {
        let digest = |ms| summarise_times(&[make_row(&["dim"], 1, ms)]).digest;
        assert_eq!(digest(1), digest(1));
        assert_ne!(digest(1), digest(2));
    }
}
