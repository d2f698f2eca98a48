//! How often each trait of calls was tested.
//!
//! A chooser asks for many traits and seldom adds one, so the counts are kept by the parts of a trait: a question makes
//! no text.

use std::collections::BTreeMap;

/// Counts of tested traits, see `novelty`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraitCounts {
    /// By operation and demanded outcome, then by the rest of the trait.
    by_call: BTreeMap<String, BTreeMap<String, u64>>,
    /// By refusing clause, then by masking.
    by_masking: BTreeMap<String, BTreeMap<usize, u64>>,
}

impl TraitCounts {
    /// Counts a test of a trait of a call; `call` has the operation and the demanded outcome.
    pub fn note_call_trait(&mut self, call: &str, name: &str) {
        *self.by_call.entry(call.to_string()).or_default().entry(name.to_string()).or_default() += 1;
    }

    /// Counts a test of a refusing clause with a masking.
    pub fn note_masking(&mut self, clause: &str, masking: usize) {
        *self.by_masking.entry(clause.to_string()).or_default().entry(masking).or_default() += 1;
    }

    /// The counts of the traits of calls with an operation and a demanded outcome.
    #[must_use]
    pub fn of_call(&self, call: &str) -> Option<&BTreeMap<String, u64>> {
        self.by_call.get(call)
    }

    /// The counts of a refusing clause by masking.
    #[must_use]
    pub fn of_clause(&self, clause: &str) -> Option<&BTreeMap<usize, u64>> {
        self.by_masking.get(clause)
    }

    /// Every trait in words, with its count.
    #[must_use]
    pub fn describe_all(&self) -> BTreeMap<String, u64> {
        let calls = self.by_call.iter();
        let of_calls =
            calls.flat_map(|(call, names)| names.iter().map(move |(name, n)| (format!("{call}; {name}"), *n)));
        let maskings = self.by_masking.iter();
        let of_clauses = maskings.flat_map(|(clause, counts)| {
            counts.iter().map(move |(masking, n)| (describe_masking(clause, *masking), *n))
        });
        of_calls.chain(of_clauses).collect()
    }

    /// Adds the counts of other plans.
    pub fn merge(&mut self, other: &TraitCounts) {
        for (call, names) in &other.by_call {
            let mine = self.by_call.entry(call.clone()).or_default();
            names.iter().for_each(|(name, count)| *mine.entry(name.clone()).or_default() += count);
        }
        for (clause, counts) in &other.by_masking {
            let mine = self.by_masking.entry(clause.clone()).or_default();
            counts.iter().for_each(|(masking, count)| *mine.entry(*masking).or_default() += count);
        }
    }
}

fn describe_masking(clause: &str, masking: usize) -> String {
    format!("{clause} behind {}", masking - 1)
}
