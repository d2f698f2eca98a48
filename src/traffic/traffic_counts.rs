//! What became of the entries of a file.

use std::collections::{BTreeMap, BTreeSet};

/// Most calls that are named as not covered.
const NAMED_MAX: usize = 5;

/// What became of the entries of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrafficCounts {
    /// Entries of the file.
    pub entries: u64,
    /// Entries that are judged.
    pub judged: u64,
    /// Entries that no operation of the suite covers.
    pub not_covered: u64,
    /// The first of these, without query and without secrets: method and address.
    pub not_covered_calls: BTreeSet<String>,
    /// Entries of operations that are not judged, by reason.
    pub unread: BTreeMap<&'static str, u64>,
    /// Judged responses whose body the recording does not have as JSON.
    pub unknown_bodies: u64,
    /// Refusals of callers whom nothing identifies. They are not judged.
    pub unproven_refusals: u64,
    /// Calls that are not judged and may have changed resources. After each of them, every resource is undetermined.
    pub changes_by_others: u64,
}

impl TrafficCounts {
    /// Counts a call that no operation covers.
    pub(super) fn add_not_covered(&mut self, call: impl FnOnce() -> String) {
        self.not_covered += 1;
        if self.not_covered_calls.len() < NAMED_MAX {
            self.not_covered_calls.insert(call());
        }
    }

    /// The counts in words, one line for each kind of entry that the file has.
    #[must_use]
    pub fn describe(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "entries: {} read, {} judged, {} not covered by the suite, {} not judged",
            self.entries,
            self.judged,
            self.not_covered,
            self.unread.values().sum::<u64>()
        )];
        if !self.not_covered_calls.is_empty() {
            let calls: Vec<&str> = self.not_covered_calls.iter().map(String::as_str).collect();
            let more = if self.not_covered > calls.len() as u64 { ", ..." } else { "" };
            lines.push(format!("  not covered: {}{more}", calls.join(", ")));
        }
        lines.extend(self.unread.iter().map(|(reason, count)| format!("  not judged: {count}: {reason}")));
        let mut tell = |count: u64, what: &str| lines.extend((count > 0).then(|| format!("  {what}: {count}")));
        tell(self.unknown_bodies, "undetermined bodies, which the file lacks as JSON; the status is judged");
        tell(self.unproven_refusals, "undetermined callers: refusals of calls without a credential of the profile");
        tell(
            self.changes_by_others,
            "calls that are not judged and may have changed resources, after which every resource is undetermined until a \
             response shows it",
        );
        lines
    }
}
