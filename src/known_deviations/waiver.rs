//! A waiver of the profile.

use super::name_pattern::NamePattern;

/// A deviation that the owner of the profile accepts, with the reason and an end.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// Which deviations are waived.
    pub scope: WaiverScope,
    /// The suite; none for each suite.
    pub suite: Option<String>,
    /// Why the deviation is accepted.
    pub reason: String,
    /// Who answers for the waiver.
    pub owner: Option<String>,
    /// The last day of the waiver, `YYYY-MM-DD`; none for a waiver without an end.
    pub until: Option<String>,
    /// Where the waiver is written, `profile.yaml:12:5`.
    pub place: String,
}

/// Which deviations a waiver covers.
#[derive(Debug, Clone)]
pub enum WaiverScope {
    /// Deviations that contradict only clauses whose id matches.
    Clauses(NamePattern),
    /// Deviations whose only fingerprint is this one.
    Fingerprint(String),
}

impl Waiver {
    /// Whether the waiver has ended on a day, `YYYY-MM-DD`. Dates of this form are in the order of their texts.
    #[must_use]
    pub fn is_expired(&self, today: &str) -> bool {
        self.until.as_deref().is_some_and(|until| until < today)
    }

    /// What the waiver covers, in words.
    #[must_use]
    pub fn describe_scope(&self) -> String {
        match &self.scope {
            WaiverScope::Clauses(pattern) => format!("clause {}", pattern.text()),
            WaiverScope::Fingerprint(fingerprint) => format!("fingerprint {fingerprint}"),
        }
    }
}
