//! What waiting costs at an endpoint, and how long transitions took so far.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Number of kept times of a clause. Older times are dropped, because the speed of an endpoint changes.
const TIMES_MAX: usize = 15;

/// What a wait costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WaitPrice {
    /// Nothing: the clock is paused. Long waits save polls.
    #[default]
    Free,
    /// The time of the run.
    Time {
        /// By clause that starts a transition, how often plans wait for the bound of the transition because no response
        /// before could tell whether the transition has ended; `None` for each time. With a maximum, such waits come late in
        /// the run, and only for clauses that have not passed.
        bound_waits_max: Option<u64>,
    },
}

/// The waits of one plan for bounds, by clause that starts a transition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanWaits {
    /// Number of waits for the bound.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub bound_waits: BTreeMap<String, u64>,
    /// Number of transitions whose end only the passing of the bound could have shown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unproven: BTreeMap<String, u64>,
}

impl PlanWaits {
    /// Adds a wait for the bound of transitions that `clauses` started.
    pub fn note_bound_wait<'a>(&mut self, clauses: impl IntoIterator<Item = &'a str>) {
        clauses.into_iter().for_each(|clause| *self.bound_waits.entry(clause.to_string()).or_default() += 1);
    }

    /// Adds a transition whose end only the passing of the bound could have shown.
    pub fn note_unproven<'a>(&mut self, clauses: impl IntoIterator<Item = &'a str>) {
        clauses.into_iter().for_each(|clause| *self.unproven.entry(clause.to_string()).or_default() += 1);
    }
}

/// What a wait costs, and what the waits of a campaign have shown so far.
#[derive(Debug, Clone, Default)]
pub struct WaitLedger {
    price: WaitPrice,
    /// Whether the rest of the budget is worth less than a wait for a bound.
    late: bool,
    /// By clause that starts a transition: milliseconds until a response showed the end, the latest last.
    times_ms: BTreeMap<String, Vec<u64>>,
    /// By clause: the number of waits for the bound.
    waits: BTreeMap<String, u64>,
    /// Clauses that passed: no wait could tell more about them.
    passed: BTreeSet<String>,
    /// By clause: the number of transitions whose end only the passing of the bound could have shown.
    unproven: BTreeMap<String, u64>,
}

impl WaitLedger {
    /// A ledger without waits.
    #[must_use]
    pub fn new(price: WaitPrice) -> WaitLedger {
        WaitLedger { price, ..WaitLedger::default() }
    }

    /// Adds the usual times of an earlier run, by id of the clause that starts the transition, in milliseconds.
    #[must_use]
    pub fn with_times(mut self, usual_ms: &BTreeMap<String, u64>) -> WaitLedger {
        for (clause, time_ms) in usual_ms {
            self.note_time(clause, *time_ms);
        }
        self
    }

    /// Whether waiting costs nothing.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.price == WaitPrice::Free
    }

    /// Sets whether the rest of the budget is worth less than a wait for a bound.
    pub fn set_late(&mut self, late: bool) {
        self.late = late;
    }

    /// Adds the time of a transition, in milliseconds.
    pub fn note_time(&mut self, clause: &str, time_ms: u64) {
        let times = self.times_ms.entry(clause.to_string()).or_default();
        if times.len() == TIMES_MAX {
            times.remove(0);
        }
        times.push(time_ms);
    }

    /// Adds a wait for the bound of transitions that `clauses` started.
    pub fn note_bound_wait<'a>(&mut self, clauses: impl IntoIterator<Item = &'a str>) {
        clauses.into_iter().for_each(|clause| *self.waits.entry(clause.to_string()).or_default() += 1);
    }

    /// Adds the waits of a plan that an earlier part of the run carried out.
    pub fn add_plan(&mut self, waits: &PlanWaits) {
        for (sums, counts) in [(&mut self.waits, &waits.bound_waits), (&mut self.unproven, &waits.unproven)] {
            counts.iter().for_each(|(clause, count)| *sums.entry(clause.clone()).or_default() += count);
        }
    }

    /// Adds a clause that passed.
    pub fn note_pass(&mut self, clause: &str) {
        if !self.passed.contains(clause) {
            self.passed.insert(clause.to_string());
        }
    }

    /// Adds a transition whose end only the passing of the bound could have shown.
    pub fn note_unproven<'a>(&mut self, clauses: impl IntoIterator<Item = &'a str>) {
        clauses.into_iter().for_each(|clause| *self.unproven.entry(clause.to_string()).or_default() += 1);
    }

    /// The median time of transitions that any of `clauses` started, in milliseconds; `None` without a time.
    #[must_use]
    pub fn find_usual_ms<'a>(&self, clauses: impl IntoIterator<Item = &'a str>) -> Option<u64> {
        let mut times: Vec<u64> =
            clauses.into_iter().filter_map(|clause| self.times_ms.get(clause)).flatten().copied().collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    }

    /// Whether a plan waits for the bound of a transition that `clauses` start, if no response shows the end.
    #[must_use]
    pub fn buys_bound_wait<'a>(&self, clauses: impl IntoIterator<Item = &'a str>) -> bool {
        let WaitPrice::Time { bound_waits_max: Some(most) } = self.price else { return true };
        let wanted = |clause: &str| {
            self.unproven.contains_key(clause) && !self.passed.contains(clause) && self.count_waits(clause) < most
        };
        self.late && clauses.into_iter().any(wanted)
    }

    fn count_waits(&self, clause: &str) -> u64 {
        self.waits.get(clause).copied().unwrap_or(0)
    }

    /// Whether a plan waits for the bound of resources whose creates left them undetermined. Without the wait nothing but
    /// creates could be tested, because the next create would be no better.
    #[must_use]
    pub fn waits_for_creates(&self) -> bool {
        !matches!(self.price, WaitPrice::Free | WaitPrice::Time { bound_waits_max: Some(0) })
    }

    /// The clauses that started transitions whose end no response showed, without one wait for the bound, each with the
    /// number of transitions.
    pub fn list_unproven(&self) -> impl Iterator<Item = (&str, u64)> {
        let missed = self.unproven.iter().filter(|(clause, _)| !self.waits.contains_key(*clause));
        missed.map(|(clause, count)| (clause.as_str(), *count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make_ledger(bound_waits_max: Option<u64>) -> WaitLedger {
        let mut ledger = WaitLedger::new(WaitPrice::Time { bound_waits_max });
        ledger.note_unproven(["rebuild"]);
        ledger
    }

    #[test]
    fn a_bound_is_waited_for_once_and_late_and_only_where_nothing_else_decides() {
        let mut ledger = make_ledger(Some(1));
        assert!(!ledger.buys_bound_wait(["rebuild"]), "early");
        ledger.set_late(true);
        assert!(!ledger.buys_bound_wait(["resize"]), "a response showed the end each time");
        assert!(ledger.buys_bound_wait(["resize", "rebuild"]));
        let mut passed = ledger.clone();
        passed.note_pass("rebuild");
        assert!(!passed.buys_bound_wait(["rebuild"]), "other transitions decided the clause");
        ledger.note_bound_wait(["rebuild"]);
        assert!(!ledger.buys_bound_wait(["rebuild"]), "bought");
        assert_eq!(ledger.list_unproven().count(), 0);
    }

    #[test]
    fn a_ledger_without_a_maximum_buys_each_wait_and_a_maximum_of_0_none() {
        assert!(make_ledger(None).buys_bound_wait(["rebuild"]));
        let mut never = make_ledger(Some(0));
        never.set_late(true);
        assert!(!never.buys_bound_wait(["rebuild"]));
        assert_eq!(never.list_unproven().collect::<Vec<_>>(), [("rebuild", 1)]);
        assert!(!never.waits_for_creates() && make_ledger(Some(1)).waits_for_creates());
        assert!(WaitLedger::new(WaitPrice::Free).buys_bound_wait(["rebuild"]));
    }

    #[test]
    fn the_usual_time_is_the_median_of_the_latest_times() {
        let mut ledger = make_ledger(Some(1));
        assert_eq!(ledger.find_usual_ms(["rebuild"]), None);
        (0..100).for_each(|_| ledger.note_time("rebuild", 9_000));
        (0..8).for_each(|_| ledger.note_time("rebuild", 2_000));
        assert_eq!(ledger.find_usual_ms(["rebuild", "resize"]), Some(2_000));
    }

    #[test]
    fn times_of_an_earlier_run_count_until_times_of_this_run_outweigh_them() {
        let earlier = BTreeMap::from([("rebuild".to_string(), 500)]);
        let mut ledger = make_ledger(Some(1)).with_times(&earlier);
        assert_eq!(ledger.find_usual_ms(["rebuild"]), Some(500));
        (0..2).for_each(|_| ledger.note_time("rebuild", 9_000));
        assert_eq!(ledger.find_usual_ms(["rebuild"]), Some(9_000));
    }
}
