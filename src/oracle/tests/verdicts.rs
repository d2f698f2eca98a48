//! Which verdict the counts of a clause give.

use super::super::verdict::{ClauseDecidability, ClauseSelection, Verdict, VerdictSettings, decide_verdicts};
use super::load_lamps;
use crate::model::{ClauseCount, ClauseTally};

/// The verdict of the clause `show.there` with a reason, and whether it is reported as reachable.
fn check(count: ClauseCount, standing: &ClauseDecidability, expected: (Verdict, &str, bool)) {
    let (model, _) = load_lamps();
    let clause = model.find_clause("show.there").expect("the clause exists");
    let mut tally = ClauseTally::default();
    *tally.count_mut(clause) = count;
    let selection = ClauseSelection::default();
    let standing = |_| standing.clone();
    let settings =
        VerdictSettings { selection: &selection, standing: &standing, unsent: &|_| Vec::new(), stopped: None };
    let rows = decide_verdicts(&model, &tally, &[], &settings);
    let row = rows.into_iter().find(|row| row.clause == clause).expect("the clause has a verdict");
    let reachable = row.standing == ClauseDecidability::Reachable;
    assert_eq!((row.verdict, row.reason.as_str(), reachable), expected);
}

#[test]
fn what_the_search_says_of_a_clause_holds_until_a_call_says_otherwise() {
    let unreachable = ClauseDecidability::Unreachable("it is dark".to_string());
    let why = "unreachable here: it is dark";
    check(ClauseCount::default(), &unreachable, (Verdict::Untested, why, false));
    let missed = ClauseDecidability::NotReached("not reached in 9 calls".to_string());
    let why = "the clause never applied; by a search of the model it was not reached in 9 calls";
    check(ClauseCount::default(), &missed, (Verdict::Untested, why, false));
    for standing in [unreachable, missed] {
        let applied = ClauseCount { applied: 1, ..ClauseCount::default() };
        let why = "the clause applied 1 times, and each response has another explanation too";
        check(applied, &standing, (Verdict::Inconclusive, why, true));
    }
}

#[test]
fn a_clause_of_which_only_an_alternative_was_seen_is_inconclusive() {
    let count = ClauseCount { applied: 1, exceptions: 1, ..ClauseCount::default() };
    let why = "only an alternative was observed (1 times)";
    check(count, &ClauseDecidability::Reachable, (Verdict::Inconclusive, why, true));
}
