//! `run.json`: what belongs to the machine and the hour, kept out of the report.

use super::settled::Settled;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Facts of one run that would differ in the next one. All are handed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    pub format: u32,
    /// Version of probity.
    pub version: String,
    pub machine: Machine,
    /// RFC 3339, UTC.
    pub started: String,
    /// Wall-clock milliseconds of the campaign, shrinking included.
    pub duration_ms: u64,
    /// Exchanges judged for each second of it.
    pub judged_per_second: u64,
    /// Where suite and schemas came from.
    pub origin: String,
    /// Digest of `report.json`, `sha256:…`.
    pub report: String,
    pub exit_code: u8,
    /// Limits of the campaign, by name.
    pub limits: BTreeMap<String, u64>,
    /// How long things took to come to rest, on the endpoint's clock.
    #[serde(default)]
    pub settled: Vec<Settled>,
}

/// The machine that ran the campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// `linux`, `macos`, `windows`, …
    pub os: String,
    pub arch: String,
    /// Threads that could run side by side; 0 if unknown.
    pub threads: usize,
}

impl Run {
    /// The bytes of `run.json`.
    ///
    /// # Panics
    /// Never: all its values have a JSON form.
    #[must_use]
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("facts of a run have string keys only");
        text.push('\n');
        text
    }
}
