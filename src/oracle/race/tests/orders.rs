//! The search for an order finds what trying all orders finds, for all histories of up to five calls.

use crate::oracle::race::order_search::{
    CallInterval, CallModel, CallRejection, OrderLimits, OrderSearch, search_orders,
};
use std::collections::BTreeSet;
use std::fmt::Debug;

const AMPLE: OrderLimits = OrderLimits { tries_max: 100_000, ends_max: 1_000 };

/// What one call of a small model does, with its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Write(u8),
    Read(u8),
    /// Sets the register from 0 to 1, and tells whether it was 0.
    TakeIfFree(bool),
    /// Adds one, or is lost before anybody can tell: both are possible.
    AddOrNot,
}

/// Calls on one register, as the search sees them.
struct Register<'a>(&'a [Op]);

impl CallModel for Register<'_> {
    /// The possible values.
    type State = BTreeSet<u8>;
    type Key = BTreeSet<u8>;
    type Contradiction = ();

    fn apply(&self, state: &BTreeSet<u8>, call: usize) -> Result<BTreeSet<u8>, CallRejection<()>> {
        let after: BTreeSet<u8> = state.iter().flat_map(|value| apply(self.0[call], *value)).collect();
        if after.is_empty() { Err(CallRejection::Contradicted(())) } else { Ok(after) }
    }

    fn make_key(&self, state: &BTreeSet<u8>) -> BTreeSet<u8> {
        state.clone()
    }
}

/// The values after a call; none if its response is not possible.
fn apply(op: Op, value: u8) -> Vec<u8> {
    match op {
        Op::Write(new) => vec![new],
        Op::Read(seen) if seen == value => vec![value],
        Op::TakeIfFree(taken) if taken == (value == 0) => vec![1],
        Op::AddOrNot => vec![value, value + 1],
        Op::Read(_) | Op::TakeIfFree(_) => Vec::new(),
    }
}

/// All values that some order of the calls ends with, by trying every sequence of calls.
fn try_all_orders(ops: &[Op], calls: &[CallInterval]) -> BTreeSet<BTreeSet<u8>> {
    let mut ends = BTreeSet::new();
    extend_order(ops, calls, &mut Vec::new(), &mut ends);
    ends
}

fn extend_order(ops: &[Op], calls: &[CallInterval], order: &mut Vec<usize>, ends: &mut BTreeSet<BTreeSet<u8>>) {
    let is_whole = (0..calls.len()).all(|call| order.contains(&call) || calls[call].received.is_none());
    if is_whole && follows_times(calls, order) {
        let mut values = BTreeSet::from([0]);
        for call in order.iter() {
            values = values.into_iter().flat_map(|value| apply(ops[*call], value)).collect();
        }
        if !values.is_empty() {
            ends.insert(values);
        }
    }
    for call in 0..calls.len() {
        if !order.contains(&call) {
            order.push(call);
            extend_order(ops, calls, order, ends);
            order.pop();
        }
    }
}

/// Whether no call of the order was sent after the response to a later one.
fn follows_times(calls: &[CallInterval], order: &[usize]) -> bool {
    let precedes = |one: usize, two: usize| calls[one].received.is_some_and(|received| received < calls[two].sent);
    (0..order.len()).all(|late| order[..late].iter().all(|early| !precedes(order[late], *early)))
}

/// Every way in which `count` calls can overlap: the calls in the order of sending, with each possible order of responses
/// between them.
fn list_overlaps(count: usize) -> Vec<Vec<CallInterval>> {
    let mut all = Vec::new();
    place_events(count, &mut Vec::new(), &mut Vec::new(), 0, &mut all);
    all
}

fn place_events(
    count: usize,
    calls: &mut Vec<CallInterval>,
    open: &mut Vec<usize>,
    time: u64,
    all: &mut Vec<Vec<CallInterval>>,
) {
    if calls.len() == count && open.is_empty() {
        all.push(calls.clone());
        return;
    }
    if calls.len() < count {
        calls.push(CallInterval { branch: calls.len() as u32 + 1, sent: time, received: None });
        open.push(calls.len() - 1);
        place_events(count, calls, open, time + 1, all);
        open.pop();
        calls.pop();
    }
    for index in 0..open.len() {
        let call = open.remove(index);
        calls[call].received = Some(time);
        place_events(count, calls, open, time + 1, all);
        calls[call].received = None;
        open.insert(index, call);
    }
}

/// Only which call precedes which matters, so that one of the overlaps with equal precedence is enough.
fn list_different_overlaps(count: usize) -> Vec<Vec<CallInterval>> {
    let mut seen = BTreeSet::new();
    let precedence = |calls: &[CallInterval]| -> Vec<bool> {
        let pairs = calls.iter().flat_map(|one| calls.iter().map(move |two| (one, two)));
        pairs.map(|(one, two)| one.received.is_some_and(|received| received < two.sent)).collect()
    };
    list_overlaps(count).into_iter().filter(|calls| seen.insert(precedence(calls))).collect()
}

/// Compares the search with all orders, for every history of up to `calls_max` calls. Returns how many were compared and
/// how many of them some order explains.
fn check(ops: &[Op], calls_max: usize, lost: bool) -> (usize, usize) {
    let (mut compared, mut explained) = (0, 0);
    for count in 0..=calls_max {
        for mut calls in list_different_overlaps(count) {
            if lost && let Some(first) = calls.first_mut() {
                first.received = None;
            }
            for choice in 0..ops.len().pow(count as u32) {
                let chosen: Vec<Op> =
                    (0..count).map(|call| ops[choice / ops.len().pow(call as u32) % ops.len()]).collect();
                let expected = try_all_orders(&chosen, &calls);
                let found = match search_orders(&Register(&chosen), &calls, BTreeSet::from([0]), AMPLE) {
                    OrderSearch::Explained(ends) => ends.into_iter().map(|end| end.state).collect(),
                    OrderSearch::Unexplained(dead) => {
                        assert!(!dead.is_empty(), "a dead end says which response is not explained");
                        BTreeSet::new()
                    }
                    OrderSearch::Exceeded(reason) => panic!("{reason}"),
                };
                assert_eq!(found, expected, "{chosen:?} {calls:?}");
                compared += 1;
                explained += usize::from(!expected.is_empty());
            }
        }
    }
    (compared, explained)
}

#[test]
fn the_search_finds_what_all_orders_find_for_every_history_of_a_register() {
    let (compared, explained) = check(&[Op::Write(1), Op::Read(0), Op::Read(1)], 4, false);
    assert!(explained > 100 && compared > 2 * explained, "{explained} of {compared}");
}

#[test]
fn the_search_finds_what_all_orders_find_for_every_history_of_five_takes() {
    let (compared, explained) = check(&[Op::TakeIfFree(true), Op::TakeIfFree(false)], 5, false);
    assert!(explained > 100 && compared > explained, "{explained} of {compared}");
}

#[test]
fn the_search_finds_what_all_orders_find_where_the_first_call_never_returns() {
    let (compared, explained) = check(&[Op::Write(1), Op::Read(0), Op::Read(1)], 4, true);
    assert!(explained > 100 && compared > explained, "{explained} of {compared}");
}

#[test]
fn the_search_finds_what_all_orders_find_where_effects_are_uncertain() {
    let (compared, explained) = check(&[Op::AddOrNot, Op::Read(0), Op::Read(1)], 4, false);
    assert!(explained > 100 && compared > explained, "{explained} of {compared}");
}

#[test]
fn calls_of_one_branch_keep_their_order() {
    let call = |branch| CallInterval { branch, sent: 0, received: Some(9) };
    let search = |branches: [u32; 2]| {
        let ops = [Op::Read(1), Op::Write(1)];
        search_orders(&Register(&ops), &branches.map(call), BTreeSet::from([0]), AMPLE)
    };
    assert!(matches!(search([1, 2]), OrderSearch::Explained(_)));
    assert!(matches!(search([1, 1]), OrderSearch::Unexplained(_)));
}

#[test]
fn calls_that_touch_at_one_moment_have_no_order() {
    let ops = [Op::Read(1), Op::Write(1)];
    let calls = |sent| {
        [CallInterval { branch: 1, sent: 0, received: Some(5) }, CallInterval { branch: 2, sent, received: Some(9) }]
    };
    let search = |sent| search_orders(&Register(&ops), &calls(sent), BTreeSet::from([0]), AMPLE);
    assert!(matches!(search(5), OrderSearch::Explained(_)));
    assert!(matches!(search(6), OrderSearch::Unexplained(_)));
}

#[test]
fn beyond_a_bound_nothing_is_decided() {
    let many = |count: usize| vec![CallInterval { branch: 1, sent: 0, received: Some(1) }; count];
    let search =
        |count: usize, limits| search_orders(&Register(&vec![Op::Read(0); count]), &many(count), [0].into(), limits);
    assert!(matches!(search(65, AMPLE), OrderSearch::Exceeded(_)));
    assert!(matches!(search(64, AMPLE), OrderSearch::Explained(_)));
    assert!(matches!(search(64, OrderLimits { tries_max: 63, ..AMPLE }), OrderSearch::Exceeded(_)));
    let ops = [Op::Write(1), Op::Write(2)];
    let calls = [1, 2].map(|branch| CallInterval { branch, sent: 0, received: Some(1) });
    let ends = |ends_max| search_orders(&Register(&ops), &calls, [0].into(), OrderLimits { ends_max, ..AMPLE });
    assert!(matches!(ends(1), OrderSearch::Exceeded(_)));
    assert!(matches!(ends(2), OrderSearch::Explained(_)));
}
