//! The tested contexts of clauses, and the steps by purpose.

use super::trait_counts::TraitCounts;
use crate::model::CallCell;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts of tested contexts. The sum over plans does not depend on their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// By clause: the number of tests in each context.
    pub clauses: BTreeMap<String, BTreeMap<String, u64>>,
    /// Steps by operation.
    #[serde(default)]
    pub operations: BTreeMap<String, u64>,
    /// Traits of the tested calls, see `novelty`. Only choosers read the traits; reports omit the field.
    #[serde(skip)]
    pub traits: TraitCounts,
    /// By clause: the number of tests in calls of each operation.
    #[serde(skip)]
    tests: BTreeMap<String, BTreeMap<String, u64>>,
    /// The cells that exchanges filled, with the number of exchanges.
    #[serde(skip)]
    pub cells: BTreeMap<CallCell, u64>,
    /// Steps by purpose.
    pub spent: StepCounts,
}

/// Steps by purpose, without polls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepCounts {
    /// All steps.
    pub steps: u64,
    /// Reads.
    pub reads: u64,
    /// Accepted changes other than creates and deletes.
    pub changes: u64,
    /// Accepted creates.
    pub creates: u64,
    /// Accepted deletes.
    pub deletes: u64,
    /// Refused changes.
    pub refusals: u64,
    /// Changes with a lost response, a throttled response or a server error.
    pub open: u64,
    /// Steps, of all purposes, on a resource that may have been in a transition.
    pub moving: u64,
}

impl Coverage {
    /// Counts a test of a clause in a call of an operation.
    pub fn note_test(&mut self, clause: &str, operation: &str, context: &str) {
        *self.clauses.entry(clause.to_string()).or_default().entry(context.to_string()).or_default() += 1;
        *self.tests.entry(clause.to_string()).or_default().entry(operation.to_string()).or_default() += 1;
    }

    /// Number of tests of a clause.
    #[must_use]
    pub fn count_tests(&self, clause: &str) -> u64 {
        self.tests.get(clause).map_or(0, |operations| operations.values().sum())
    }

    /// Number of tests of a clause in calls of one operation.
    #[must_use]
    pub fn count_tests_in(&self, clause: &str, operation: &str) -> u64 {
        self.tests.get(clause).and_then(|operations| operations.get(operation)).copied().unwrap_or(0)
    }

    /// Number of contexts with a test of a clause.
    #[must_use]
    pub fn count_contexts(&self, clause: &str) -> usize {
        self.clauses.get(clause).map_or(0, BTreeMap::len)
    }

    /// Adds the coverage of other plans.
    pub fn merge(&mut self, other: &Coverage) {
        for (operation, count) in &other.operations {
            *self.operations.entry(operation.clone()).or_default() += count;
        }
        self.traits.merge(&other.traits);
        for (cell, count) in &other.cells {
            *self.cells.entry(cell.clone()).or_default() += count;
        }
        for (clause, operations) in &other.tests {
            let mine = self.tests.entry(clause.clone()).or_default();
            for (operation, count) in operations {
                *mine.entry(operation.clone()).or_default() += count;
            }
        }
        for (clause, contexts) in &other.clauses {
            let mine = self.clauses.entry(clause.clone()).or_default();
            for (context, count) in contexts {
                *mine.entry(context.clone()).or_default() += count;
            }
        }
        let (mine, other) = (&mut self.spent, &other.spent);
        mine.steps += other.steps;
        mine.reads += other.reads;
        mine.changes += other.changes;
        mine.creates += other.creates;
        mine.deletes += other.deletes;
        mine.refusals += other.refusals;
        mine.open += other.open;
        mine.moving += other.moving;
    }
}
