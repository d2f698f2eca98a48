//! Why a deviation does not fail a run.

use serde::{Deserialize, Serialize};

/// Where a known deviation is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ExcuseSource {
    /// The baseline has the fingerprints of the deviation.
    Baseline,
    /// A waiver of the profile covers the deviation.
    Waiver,
    /// The profile does not claim the operation, or none of the contradicted clauses.
    NotClaimed,
}

/// Why a deviation does not fail a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Excuse {
    /// Where the deviation is written down.
    pub by: ExcuseSource,
    /// The reason of the waiver, or the answer of the vendor in the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who answers for the waiver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The last day of the waiver, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The date of the run in which the baseline accepted the deviation, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
    /// The answer of the vendor in a word or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposition: Option<String>,
    /// The ticket in which the deviation is handled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

impl Excuse {
    /// The excuse as one line: the source, then what is known, separated by commas.
    #[must_use]
    pub fn describe(&self) -> String {
        let source = match self.by {
            ExcuseSource::Baseline => "in the baseline",
            ExcuseSource::Waiver => "waived",
            ExcuseSource::NotClaimed => "not claimed",
        };
        let since = self.accepted.as_ref().map(|date| format!("accepted {date}"));
        let until = self.until.as_ref().map(|date| format!("until {date}"));
        let owner = self.owner.as_ref().map(|owner| format!("owner {owner}"));
        let parts = [since, until, owner, self.disposition.clone(), self.ticket.clone(), self.reason.clone()];
        let parts: Vec<String> = std::iter::once(source.to_string()).chain(parts.into_iter().flatten()).collect();
        parts.join(", ")
    }
}
