//! The file of known deviations, which users keep beside their suites and edit.

use super::clause_aliases::ClauseAliases;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Version of the form of a baseline. A reader refuses a newer version.
pub const BASELINE_FORMAT: u32 = 1;
/// Longest baseline in bytes.
pub const BASELINE_BYTES_MAX: u64 = 16 << 20;

/// The known deviations of one or more suites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Version of the form, at most [`BASELINE_FORMAT`].
    pub format: u32,
    /// The known deviations, in the order of suite and fingerprint.
    pub deviations: Vec<BaselineEntry>,
}

/// A known deviation, with the answer of the vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineEntry {
    /// Name of the suite.
    pub suite: String,
    /// Clauses, operation, kind of difference and place: `fingerprints` of a finding in `report.json`.
    pub fingerprint: String,
    /// Ids of the contradicted clauses.
    pub clauses: Vec<String>,
    /// The promises in words, for readers of the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub says: Vec<String>,
    /// The date of the run in which the deviation was accepted, `YYYY-MM-DD`.
    pub accepted: String,
    /// The answer of the vendor in a word or two, such as `will be fixed` or `documentation is wrong`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposition: Option<String>,
    /// The answer of the vendor, or a remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The ticket in which the deviation is handled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

impl Baseline {
    /// A baseline without deviations.
    #[must_use]
    pub fn empty() -> Baseline {
        Baseline { format: BASELINE_FORMAT, deviations: Vec::new() }
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// A message, if the text is no baseline, or is of a newer format.
    pub fn parse(text: &str) -> Result<Baseline, String> {
        let baseline: Baseline =
            serde_json::from_str(text).map_err(|error| format!("the file is not a baseline: {error}"))?;
        if baseline.format > BASELINE_FORMAT {
            let format = baseline.format;
            return Err(format!(
                "the baseline has format {format}; this program reads formats up to {BASELINE_FORMAT}"
            ));
        }
        Ok(baseline)
    }

    /// The bytes of the file.
    ///
    /// # Panics
    /// Never: all values have a JSON form.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a baseline has string keys only");
        text.push('\n');
        text
    }

    /// Adds the deviations of a run. An entry that is there already keeps its date and its answer.
    pub fn accept(&mut self, found: Vec<BaselineEntry>) {
        let known: BTreeSet<(String, String)> = self.deviations.iter().map(BaselineEntry::key).collect();
        self.deviations.extend(found.into_iter().filter(|entry| !known.contains(&entry.key())));
        self.deviations.sort_by_key(BaselineEntry::key);
        self.deviations.dedup_by_key(|entry| entry.key());
    }

    /// Names the clauses of a suite by their ids of today, so that entries about renamed clauses keep their answers.
    pub fn rename_clauses(&mut self, suite: &str, aliases: &ClauseAliases) {
        for entry in self.deviations.iter_mut().filter(|entry| entry.suite == suite) {
            entry.rename_clauses(aliases);
        }
    }

    /// Removes the entries of `suites` that are not among the deviations of a run. Returns how many were removed.
    pub fn prune(&mut self, suites: &[String], found: &[BaselineEntry]) -> usize {
        let shown: BTreeSet<(String, String)> = found.iter().map(BaselineEntry::key).collect();
        let before = self.deviations.len();
        self.deviations.retain(|entry| !suites.contains(&entry.suite) || shown.contains(&entry.key()));
        before - self.deviations.len()
    }
}

impl BaselineEntry {
    /// Names the clauses by their ids of today.
    pub(super) fn rename_clauses(&mut self, aliases: &ClauseAliases) {
        self.fingerprint = aliases.rename_fingerprint(&self.fingerprint).into_owned();
        for id in &mut self.clauses {
            *id = aliases.find_current_id(id).to_string();
        }
    }

    /// What tells two entries apart.
    fn key(&self) -> (String, String) {
        (self.suite.clone(), self.fingerprint.clone())
    }
}
