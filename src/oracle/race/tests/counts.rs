//! The counts of a plan with races.

use crate::model::{ClauseCount, ClauseId, ClauseTally, EffectField};
use crate::oracle::race::race_state::RaceJudgement;
use std::collections::{BTreeMap, BTreeSet};

/// A tally with one pass of a clause, and with a field that tells its effect.
fn tell(clause: u32, judged: u64) -> ClauseTally {
    let field = EffectField { kind: 0, field: 1, newborn: false };
    ClauseTally {
        clauses: BTreeMap::from([(ClauseId(clause), ClauseCount { passed: 1, ..ClauseCount::default() })]),
        passed_by: BTreeMap::from([(ClauseId(clause), BTreeMap::from([("dimLamp".to_string(), 1)]))]),
        told_effects: BTreeMap::from([(ClauseId(clause), BTreeSet::from([field]))]),
        judged,
        ..ClauseTally::default()
    }
}

#[test]
fn what_calls_after_a_race_prove_of_clauses_is_left_out_and_the_calls_count() {
    let after = tell(2, 9);
    assert_eq!(RaceJudgement::default().restore_counts(after.clone()), after, "there was no race");
    let raced = RaceJudgement { counts: Some(tell(1, 4)), ..RaceJudgement::default() };
    assert_eq!(raced.restore_counts(after), tell(1, 9));
}
