//! A run with several plans reports the counts of all of them.

use crate::model::{CallCell, CellCount, CellKind, ClauseCount, ClauseId, ClauseTally, ObservedSilentCell};
use std::collections::BTreeMap;

/// A tally with the same number in each count. What is no sum is equal in all tallies.
fn fill_counts(number: u64) -> ClauseTally {
    let clause = ClauseId(1);
    let count = ClauseCount { applied: number, passed: number, exceptions: number, unclear: number };
    let by_status = || BTreeMap::from([(200, number)]);
    let silent = ObservedSilentCell { operation: "showBox".to_string(), states: vec!["box here".to_string()] };
    let cell = CallCell { operation: "showBox".to_string(), kind: CellKind::Valid(None) };
    ClauseTally {
        clauses: BTreeMap::from([(clause, count)]),
        passed_by: BTreeMap::from([(clause, BTreeMap::from([("showBox".to_string(), number)]))]),
        silent: BTreeMap::from([(silent, by_status())]),
        answers: BTreeMap::from([("showBox".to_string(), by_status())]),
        cells: BTreeMap::from([(cell, CellCount { count: number, first: (0, 0) })]),
        throttled: number,
        lost: number,
        unsent: number,
        repeated: number,
        unkept: number,
        judged: number,
        exceeded: number,
        ..ClauseTally::default()
    }
}

#[test]
fn each_count_of_two_plans_is_the_sum() {
    let mut merged = ClauseTally::default();
    merged.merge(&fill_counts(2));
    assert_eq!(merged, fill_counts(2));
    merged.merge(&fill_counts(3));
    assert_eq!(merged, fill_counts(5));
}
