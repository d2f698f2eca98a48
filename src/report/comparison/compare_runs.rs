//! The comparison as data.

use crate::known_deviations::ClauseAliases;
use crate::oracle::Verdict;
use crate::report::compile::Report;
use crate::report::rows::{ClauseRow, FindingRow};
use crate::report::settle_times::SettleTimesRow;
use crate::report::stored_run::StoredRun;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Fewest measurements of a transition in each run from which its times are compared.
const MEASUREMENTS_LEAST: u64 = 3;
/// A transition got slower if the median is at least this many percent of the median of the first run.
const SLOWER_PERCENT: u64 = 150;

/// The comparison of two or more runs. Lists of values have one value for each run, in the order of `runs`; null where the
/// run lacks the subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunComparison {
    /// Version of the form of the JSON: 1.
    pub format: u32,
    /// The runs, in the order of the command line.
    pub runs: Vec<ComparedRun>,
    /// The suites of all runs, by name.
    pub suites: Vec<SuiteComparison>,
}

/// One of the compared runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedRun {
    /// A letter that stands for the run: `A`, `B`, ….
    pub label: String,
    /// The place of the reports as the user named it.
    pub place: String,
    /// The endpoint of the first report.
    pub target: String,
    /// When the first campaign started, RFC 3339; none without `run.json`.
    pub started: Option<String>,
}

/// One suite in the compared runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SuiteComparison {
    /// Name of the suite.
    pub suite: String,
    /// The digest of the suite's text in each run. Different digests are different promises under the same ids.
    pub digests: Vec<Option<String>>,
    /// Number of clauses with the same verdict in all runs.
    pub equal_clauses: usize,
    /// The clauses whose verdicts differ, in the order of the first run that has the clause.
    pub clauses: Vec<ClauseComparison>,
    /// The deviations that not all runs show.
    pub deviations: Vec<DeviationComparison>,
    /// The transitions that got slower than in the first run.
    pub slower: Vec<SettleTimeComparison>,
}

/// A clause whose verdicts differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClauseComparison {
    /// Clause id.
    pub id: String,
    /// The promise as one sentence.
    pub says: String,
    /// The verdict in each run.
    pub verdicts: Vec<Option<Verdict>>,
}

/// A deviation that not all runs show. Deviations are matched by fingerprint.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeviationComparison {
    /// The fingerprint.
    pub fingerprint: String,
    /// Ids of the contradicted clauses.
    pub clauses: Vec<String>,
    /// Whether each run shows the deviation; null where the run lacks the suite.
    pub shown: Vec<Option<bool>>,
}

/// The times of a transition that got slower.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SettleTimeComparison {
    /// The transition, such as `server ACTIVE -> SHUTOFF`.
    pub transition: String,
    /// The median in each run, in milliseconds; null with fewer than three measurements.
    pub p50_ms: Vec<Option<u64>>,
}

/// Compares stored runs. Each entry has the place as the user named it and the reports there.
#[must_use]
pub fn compare_runs(runs: &[(String, Vec<StoredRun>)]) -> RunComparison {
    let names: BTreeSet<&str> = list_reports(runs).map(|report| report.suite.name.as_str()).collect();
    let compared = runs.iter().enumerate().map(|(index, (place, stored))| ComparedRun {
        label: label_run(index),
        place: place.clone(),
        target: stored.first().map_or_else(|| "no report".to_string(), |run| run.report.target.describe()),
        started: stored.first().and_then(|run| run.facts.as_ref()).map(|facts| facts.started.clone()),
    });
    RunComparison {
        format: 1,
        runs: compared.collect(),
        suites: names.into_iter().map(|name| compare_suite(name, runs)).collect(),
    }
}

fn list_reports(runs: &[(String, Vec<StoredRun>)]) -> impl Iterator<Item = &Report> {
    runs.iter().flat_map(|(_, stored)| stored).map(|run| &run.report)
}

/// `A` to `Z`, then `A2`, `B2`, ….
fn label_run(index: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(index % 26).expect("a remainder of 26 fits"));
    if index < 26 { letter.to_string() } else { format!("{letter}{}", index / 26 + 1) }
}

fn compare_suite(name: &str, runs: &[(String, Vec<StoredRun>)]) -> SuiteComparison {
    let of_suite: Vec<Option<&StoredRun>> =
        runs.iter().map(|(_, stored)| stored.iter().find(|run| run.report.suite.name == name)).collect();
    let rows = of_suite.iter().flatten().flat_map(|run| &run.report.clauses);
    let aliases = ClauseAliases::from_pairs(
        rows.flat_map(|row| row.aliases.iter().map(|alias| (alias.as_str(), row.id.as_str()))),
    );
    let (equal_clauses, clauses) = compare_clauses(&of_suite, &aliases);
    SuiteComparison {
        suite: name.to_string(),
        digests: of_suite.iter().map(|run| run.map(|run| run.report.suite.digest.clone())).collect(),
        equal_clauses,
        clauses,
        deviations: compare_deviations(&of_suite, &aliases),
        slower: compare_times(&of_suite),
    }
}

/// Compares verdicts by clause. Runs from before a clause was renamed have an earlier id.
fn compare_clauses(runs: &[Option<&StoredRun>], aliases: &ClauseAliases) -> (usize, Vec<ClauseComparison>) {
    let mut order: Vec<&ClauseRow> = Vec::new();
    let mut known = BTreeSet::new();
    for row in runs.iter().flatten().flat_map(|run| &run.report.clauses) {
        if known.insert(aliases.find_current_id(&row.id)) {
            order.push(row);
        }
    }
    let verdicts: Vec<BTreeMap<&str, Verdict>> = runs
        .iter()
        .map(|run| {
            let rows = run.iter().flat_map(|run| &run.report.clauses);
            rows.map(|row| (aliases.find_current_id(&row.id), row.verdict)).collect()
        })
        .collect();
    let rows = order.into_iter().map(|row| ClauseComparison {
        id: aliases.find_current_id(&row.id).to_string(),
        says: row.says.clone(),
        verdicts: verdicts.iter().map(|known| known.get(aliases.find_current_id(&row.id)).copied()).collect(),
    });
    let (equal, differing): (Vec<_>, Vec<_>) = rows.partition(|row| are_equal(&row.verdicts));
    (equal.len(), differing)
}

fn are_equal<T: PartialEq>(values: &[T]) -> bool {
    values.windows(2).all(|pair| pair[0] == pair[1])
}

fn compare_deviations(runs: &[Option<&StoredRun>], aliases: &ClauseAliases) -> Vec<DeviationComparison> {
    let mut clauses: BTreeMap<Cow<'_, str>, Vec<String>> = BTreeMap::new();
    let mut shown: Vec<Option<BTreeSet<Cow<'_, str>>>> = Vec::new();
    for run in runs {
        shown.push(run.map(|run| {
            let findings = run.report.findings.iter();
            let prints = findings.flat_map(|finding| &finding.fingerprints);
            prints.map(|print| aliases.rename_fingerprint(print)).collect()
        }));
        for finding in run.iter().flat_map(|run| &run.report.findings) {
            for fingerprint in &finding.fingerprints {
                clauses
                    .entry(aliases.rename_fingerprint(fingerprint))
                    .or_insert_with(|| list_current_ids(finding, aliases));
            }
        }
    }
    let rows = clauses.into_iter().map(|(fingerprint, clauses)| DeviationComparison {
        fingerprint: fingerprint.to_string(),
        clauses,
        shown: shown.iter().map(|of_run| of_run.as_ref().map(|of_run| of_run.contains(&fingerprint))).collect(),
    });
    rows.filter(|row| !are_equal(&row.shown)).collect()
}

fn list_current_ids(finding: &FindingRow, aliases: &ClauseAliases) -> Vec<String> {
    finding.clauses.iter().map(|clause| aliases.find_current_id(&clause.id).to_string()).collect()
}

fn compare_times(runs: &[Option<&StoredRun>]) -> Vec<SettleTimeComparison> {
    let medians: Vec<BTreeMap<String, u64>> = runs
        .iter()
        .map(|run| {
            let facts = run.and_then(|run| run.facts.as_ref());
            collect_medians(facts.map_or(&[], |facts| facts.settled.as_slice()))
        })
        .collect();
    let names: BTreeSet<&String> = medians.iter().flat_map(BTreeMap::keys).collect();
    let rows = names.into_iter().map(|name| SettleTimeComparison {
        transition: name.clone(),
        p50_ms: medians.iter().map(|of_run| of_run.get(name).copied()).collect(),
    });
    rows.filter(|row| got_slower(&row.p50_ms)).collect()
}

/// The medians of transitions with enough measurements. The clauses that started a transition are left out, because another
/// suite or draw names other ones; of several rows for the same states the one with most measurements counts.
fn collect_medians(rows: &[SettleTimesRow]) -> BTreeMap<String, u64> {
    let mut most: BTreeMap<String, &SettleTimesRow> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.count >= MEASUREMENTS_LEAST) {
        let (from, to) = (row.from.as_deref().unwrap_or("new"), row.to.as_deref().unwrap_or("gone"));
        let held = most.entry(format!("{} {from} -> {to}", row.resource)).or_insert(row);
        if held.count < row.count {
            *held = row;
        }
    }
    most.into_iter().map(|(name, row)| (name, row.p50_ms)).collect()
}

fn got_slower(medians: &[Option<u64>]) -> bool {
    let Some(Some(first)) = medians.first() else { return false };
    medians[1..]
        .iter()
        .flatten()
        .any(|median| median.saturating_mul(100) >= first.saturating_mul(SLOWER_PERCENT).max(1))
}

impl RunComparison {
    /// Whether all runs have the same verdicts and the same deviations.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.suites.iter().all(|suite| suite.clauses.is_empty() && suite.deviations.is_empty())
    }

    /// The text of the JSON.
    ///
    /// # Panics
    /// Never: all keys are text.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a comparison has string keys only");
        text.push('\n');
        text
    }
}

/// A verdict as a word; `–` where the run lacks the clause.
pub(super) fn name_verdict(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        None => "–",
        Some(Verdict::Pass) => "pass",
        Some(Verdict::Untested) => "untested",
        Some(Verdict::Inconclusive) => "inconclusive",
        Some(Verdict::Fail) => "fail",
    }
}

/// Whether a run shows a deviation, as a word.
pub(super) fn name_shown(shown: Option<bool>) -> &'static str {
    match shown {
        None => "–",
        Some(true) => "shown",
        Some(false) => "not shown",
    }
}

/// A median as text, in seconds.
pub(super) fn format_median(median: Option<u64>) -> String {
    median.map_or_else(|| "–".to_string(), |ms| format!("{}.{:03} s", ms / 1000, ms % 1000))
}
