//! What clauses have earned: how often they applied, and how often only they explain what came.

use super::compile::ClauseId;
use std::collections::BTreeMap;

/// Counts for one clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// It spoke of a call, in every world then possible.
    pub applied: u64,
    /// Only this outcome explains what came.
    pub passed: u64,
    /// An alternative, not the main outcome, explains it.
    pub exceptions: u64,
    /// It spoke in some worlds only, on doubtful input, or what it promised was never seen apart.
    pub unclear: u64,
}

/// A stable state and a call of which no clause speaks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub operation: String,
    /// `server ACTIVE`; empty where the call names no thing.
    pub states: Vec<String>,
}

/// What one plan, or many merged, have shown of each clause.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    pub clauses: BTreeMap<ClauseId, Count>,
    /// Silent cells and the statuses that came there.
    pub silent: BTreeMap<Cell, BTreeMap<u16, u64>>,
    /// Replies that were throttled, lost, or never sent.
    pub throttled: u64,
    pub lost: u64,
    pub unsent: u64,
    /// Deviations of clauses that were reported in this plan already.
    pub repeated: u64,
    /// The most worlds that one factor held.
    pub worlds_most: usize,
    /// Calls that were judged.
    pub judged: u64,
    /// How often a bound was reached and what a call touched was given up, and the first reason.
    pub exceeded: u64,
    pub excess: Option<String>,
}

impl Tally {
    pub fn count(&mut self, clause: ClauseId) -> &mut Count {
        self.clauses.entry(clause).or_default()
    }

    /// Adds another plan's counts.
    pub fn merge(&mut self, other: &Tally) {
        for (clause, count) in &other.clauses {
            let mine = self.count(*clause);
            mine.applied += count.applied;
            mine.passed += count.passed;
            mine.exceptions += count.exceptions;
            mine.unclear += count.unclear;
        }
        for (cell, statuses) in &other.silent {
            let mine = self.silent.entry(cell.clone()).or_default();
            for (status, count) in statuses {
                *mine.entry(*status).or_default() += count;
            }
        }
        self.throttled += other.throttled;
        self.lost += other.lost;
        self.unsent += other.unsent;
        self.repeated += other.repeated;
        self.worlds_most = self.worlds_most.max(other.worlds_most);
        self.judged += other.judged;
        self.exceeded += other.exceeded;
        if self.excess.is_none() {
            self.excess.clone_from(&other.excess);
        }
    }
}
