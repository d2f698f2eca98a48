//! Counts for each clause: how often the clause applied, and how often only the clause explains an outcome.

use super::call_cell::{CallCell, CellCount};
use super::clause_info::ClauseId;
use super::effect_field::EffectField;
use super::evaluation_log::EvaluationTally;
use std::collections::{BTreeMap, BTreeSet};

/// Counts for one clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClauseCount {
    /// The clause applied to a call in every possible state.
    pub applied: u64,
    /// Only the main outcome of the clause explains the response.
    pub passed: u64,
    /// An alternative of the clause explains the response, and not the main outcome.
    pub exceptions: u64,
    /// The clause applied in some possible states only, or to doubtful input, or no observation showed the
    /// promised value.
    pub unclear: u64,
}

/// A silent cell: a stable state and a call without a clause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObservedSilentCell {
    /// Id of the operation.
    pub operation: String,
    /// Kind and state of each resource of the call, such as `server ACTIVE`.
    pub states: Vec<String>,
}

/// Counts of one plan, or of several merged plans.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClauseTally {
    /// Counts by clause.
    pub clauses: BTreeMap<ClauseId, ClauseCount>,
    /// How many responses of each operation passed a clause; the sum of a clause is its `passed`.
    pub passed_by: BTreeMap<ClauseId, BTreeMap<String, u64>>,
    /// By clause: the fields for which a passed response told the effect from its absence.
    pub told_effects: BTreeMap<ClauseId, BTreeSet<EffectField>>,
    /// The operations with an accepted call.
    pub accepted: BTreeSet<String>,
    /// Silent cells, with the number of responses by status.
    pub silent: BTreeMap<ObservedSilentCell, BTreeMap<u16, u64>>,
    /// Responses to calls of the owner, by operation and status.
    pub answers: BTreeMap<String, BTreeMap<u16, u64>>,
    /// The cells that exchanges filled.
    pub cells: BTreeMap<CallCell, CellCount>,
    /// Throttled responses.
    pub throttled: u64,
    /// Lost responses.
    pub lost: u64,
    /// Calls that were not sent.
    pub unsent: u64,
    /// Deviations of clauses that the plan had already reported.
    pub repeated: u64,
    /// Deviations of their own that are not kept as findings, because there are too many.
    pub unkept: u64,
    /// The clauses that these deviations contradict.
    pub unkept_clauses: BTreeSet<ClauseId>,
    /// The entry for a profile, in YAML, if a throttled response names a quota.
    pub quota_entry: Option<String>,
    /// Highest number of possible states in one factor.
    pub states_most: usize,
    /// Judged calls.
    pub judged: u64,
    /// Number of reached limits, each with undetermined resources as a consequence.
    pub exceeded: u64,
    /// The first reached limit, in words.
    pub excess: Option<String>,
    /// Which expressions of the suite had a value, and which failed.
    pub evaluations: EvaluationTally,
}

impl ClauseTally {
    /// The counts of a clause.
    pub fn count_mut(&mut self, clause: ClauseId) -> &mut ClauseCount {
        self.clauses.entry(clause).or_default()
    }

    /// Counts an exchange for its cell. `exchange` has the numbers of the plan and of the exchange.
    pub fn note_cell(&mut self, cell: CallCell, exchange: (u64, u64)) {
        let known = self.cells.entry(cell).or_insert(CellCount { count: 0, first: exchange });
        known.count += 1;
    }

    /// Counts a deviation that is not kept as a finding. Its clauses do not pass.
    pub fn note_unkept(&mut self, clauses: impl IntoIterator<Item = ClauseId>) {
        self.unkept += 1;
        self.unkept_clauses.extend(clauses);
    }

    /// Counts responses to calls of the owner.
    pub fn count_answers(&mut self, operation: &str, status: u16, count: u64) {
        match self.answers.get_mut(operation) {
            Some(statuses) => *statuses.entry(status).or_default() += count,
            None => drop(self.answers.insert(operation.to_string(), BTreeMap::from([(status, count)]))),
        }
    }

    /// The passes of all clauses, for [`ClauseTally::count_passes_of`].
    pub fn list_passes(&self) -> BTreeMap<ClauseId, u64> {
        self.clauses.iter().map(|(clause, count)| (*clause, count.passed)).collect()
    }

    /// Counts the passes since `before` for an operation.
    pub fn count_passes_of(&mut self, operation: &str, before: &BTreeMap<ClauseId, u64>) {
        for (clause, count) in &self.clauses {
            let new = count.passed - before.get(clause).copied().unwrap_or(0);
            if new > 0 {
                let operations = self.passed_by.entry(*clause).or_default();
                match operations.get_mut(operation) {
                    Some(passes) => *passes += new,
                    None => drop(operations.insert(operation.to_string(), new)),
                }
            }
        }
    }

    /// Adds the counts of another plan.
    pub fn merge(&mut self, other: &ClauseTally) {
        for (clause, count) in &other.clauses {
            let mine = self.count_mut(*clause);
            mine.applied += count.applied;
            mine.passed += count.passed;
            mine.exceptions += count.exceptions;
            mine.unclear += count.unclear;
        }
        for (clause, operations) in &other.passed_by {
            let mine = self.passed_by.entry(*clause).or_default();
            for (operation, passes) in operations {
                *mine.entry(operation.clone()).or_default() += passes;
            }
        }
        for (clause, told) in &other.told_effects {
            self.told_effects.entry(*clause).or_default().extend(told);
        }
        self.accepted.extend(other.accepted.iter().cloned());
        for (cell, statuses) in &other.silent {
            let mine = self.silent.entry(cell.clone()).or_default();
            for (status, count) in statuses {
                *mine.entry(*status).or_default() += count;
            }
        }
        for (operation, statuses) in &other.answers {
            for (status, count) in statuses {
                self.count_answers(operation, *status, *count);
            }
        }
        for (cell, count) in &other.cells {
            let mine = self.cells.entry(cell.clone()).or_insert(CellCount { count: 0, first: count.first });
            mine.count += count.count;
            mine.first = mine.first.min(count.first);
        }
        self.throttled += other.throttled;
        self.lost += other.lost;
        self.unsent += other.unsent;
        self.repeated += other.repeated;
        self.unkept += other.unkept;
        self.unkept_clauses.extend(&other.unkept_clauses);
        if self.quota_entry.is_none() {
            self.quota_entry.clone_from(&other.quota_entry);
        }
        self.states_most = self.states_most.max(other.states_most);
        self.judged += other.judged;
        self.exceeded += other.exceeded;
        self.evaluations.merge(&other.evaluations);
        if self.excess.is_none() {
            self.excess.clone_from(&other.excess);
        }
    }
}
