//! `run.json`: the facts of the machine and the time, which are not part of the report.

use super::compile::read_versioned;
use super::settle_times::SettleTimesRow;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The facts of a campaign that would differ in a repetition. The caller provides all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunFacts {
    /// Version of the form of `run.json`, which is counted with that of `report.json`.
    pub format: u32,
    /// Version of probity.
    pub version: String,
    /// Operating system, architecture and threads.
    pub machine: MachineFacts,
    /// The start of the run, of the first of several parts: RFC 3339, UTC.
    pub started: String,
    /// Wall-clock milliseconds of the campaign, shrinking included. Of a run in several parts: of all parts, without the time
    /// between them.
    pub duration_ms: u64,
    /// How much of `duration_ms` the earlier parts took, each until its last whole plan ended.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub earlier_ms: u64,
    /// Judged exchanges per second.
    pub judged_per_second: u64,
    /// The place of suite and schemas.
    pub origin: String,
    /// Digest of `report.json`, `sha256:…`.
    pub report: String,
    /// The code that the process ends with if this is its only campaign; see `docs/EXIT_CODES.md`.
    pub exit_code: u8,
    /// Limits of the campaign, by name.
    pub limits: BTreeMap<String, u64>,
    /// Times to settle, on the endpoint's clock.
    #[serde(default)]
    pub settled: Vec<SettleTimesRow>,
    /// What the history file does not have, in sentences; empty for a complete file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history_gaps: Vec<String>,
}

/// The machine that ran the campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineFacts {
    /// `linux`, `macos`, `windows`, …
    pub os: String,
    /// `x86_64`, `aarch64`, …, as Rust names the architecture of the target.
    pub arch: String,
    /// Number of parallel threads; 0 if unknown.
    pub threads: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

impl RunFacts {
    /// Reads `run.json`.
    ///
    /// # Errors
    /// A message, if the text is not JSON, not the facts of a run, or of a newer format.
    pub fn read(text: &str) -> Result<RunFacts, String> {
        read_versioned(text, "the facts of a run")
    }

    /// The bytes of `run.json`.
    ///
    /// # Panics
    /// Never: all values have a JSON form.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("facts of a run have string keys only");
        text.push('\n');
        text
    }
}
