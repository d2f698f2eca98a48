//! The order in which overlapping calls are judged.
//!
//! The judge takes calls one after the other, and overlapping calls as a race, of which it tries the orders. Overlapping
//! calls that are not coupled give the same result in each order, so that they need no race.

use crate::history::CallOverlap;
use std::collections::{BTreeMap, BTreeSet};

/// Start and end of a call, in microseconds; the end is part of the call.
pub(super) type CallTime = (u64, u64);

/// Most calls of a race that the judge tries in all orders.
const RACE_CALLS_MAX: usize = 64;
/// Most calls that overlap one another in a chain; more are not judged together, because each pair is compared.
const CHAIN_CALLS_MAX: usize = 500;

/// Calls that are judged together, by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CallBatch {
    /// One call whose order does not matter, or is known.
    Single(usize),
    /// A race: calls with their branches and times, in the order of sending.
    Race(Vec<(usize, CallOverlap)>),
    /// More calls than the judge tries in all orders.
    TooMany(Vec<usize>),
}

impl CallBatch {
    /// The batch with other indices for its calls.
    pub fn map_calls(self, map: impl Fn(usize) -> usize) -> CallBatch {
        match self {
            CallBatch::Single(call) => CallBatch::Single(map(call)),
            CallBatch::Race(calls) => {
                CallBatch::Race(calls.into_iter().map(|(call, overlap)| (map(call), overlap)).collect())
            }
            CallBatch::TooMany(calls) => CallBatch::TooMany(calls.into_iter().map(map).collect()),
        }
    }
}

/// Orders calls. `times` is sorted by the start; `coupled` says whether the order of two calls can matter.
pub(super) fn order_calls(times: &[CallTime], coupled: &dyn Fn(usize, usize) -> bool) -> Vec<CallBatch> {
    let mut batches = Vec::new();
    let mut race_calls = 0;
    for chain in list_chains(times) {
        if chain.len() > CHAIN_CALLS_MAX {
            batches.push(CallBatch::TooMany(chain));
            continue;
        }
        for unit in order_units(times, &chain, coupled) {
            // Races in a row are one race for the judge.
            race_calls = if unit.len() == 1 { 0 } else { race_calls + unit.len() };
            batches.push(match unit.as_slice() {
                [only] => CallBatch::Single(*only),
                _ if race_calls > RACE_CALLS_MAX => {
                    race_calls = 0;
                    CallBatch::TooMany(unit)
                }
                _ => CallBatch::Race(assign_branches(times, &unit)),
            });
        }
    }
    batches
}

/// The chains of calls of which each overlaps an earlier one, in the order of time. Calls that touch at one moment
/// overlap.
fn list_chains(times: &[CallTime]) -> Vec<Vec<usize>> {
    let mut chains: Vec<Vec<usize>> = Vec::new();
    let mut end = None;
    for (call, (sent, received)) in times.iter().enumerate() {
        match chains.last_mut().filter(|_| end.is_some_and(|end| *sent <= end)) {
            Some(chain) => chain.push(call),
            None => chains.push(vec![call]),
        }
        end = end.max(Some(*received));
    }
    chains
}

/// The calls of a chain in units: calls that overlap and are coupled are one unit, and a unit follows each unit with a
/// coupled call that ended before. Units that would have to follow each other become one.
fn order_units(times: &[CallTime], chain: &[usize], coupled: &dyn Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
    let mut unit_of: Vec<usize> = (0..chain.len()).collect();
    let mut precedes: Vec<(usize, usize)> = Vec::new();
    for later in 0..chain.len() {
        for earlier in (0..later).filter(|earlier| coupled(chain[*earlier], chain[later])) {
            if times[chain[later]].0 <= times[chain[earlier]].1 {
                let (old, new) = (unit_of[later], unit_of[earlier]);
                unit_of.iter_mut().filter(|unit| **unit == old).for_each(|unit| *unit = new);
            } else {
                precedes.push((earlier, later));
            }
        }
    }
    let mut open: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (call, unit) in unit_of.iter().enumerate() {
        open.entry(*unit).or_default().push(call);
    }
    let mut before: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (earlier, later) in precedes.into_iter().map(|(earlier, later)| (unit_of[earlier], unit_of[later])) {
        if earlier != later {
            before.entry(later).or_default().insert(earlier);
        }
    }
    let mut ordered: Vec<Vec<usize>> = Vec::new();
    while !open.is_empty() {
        let is_free =
            |unit: &&usize| before.get(*unit).is_none_or(|before| before.iter().all(|unit| !open.contains_key(unit)));
        let next = open.keys().find(is_free).copied();
        let mut calls = match next {
            Some(unit) => open.remove(&unit).unwrap_or_default(),
            // The rest waits for itself.
            None => std::mem::take(&mut open).into_values().flatten().collect(),
        };
        calls.sort_unstable();
        ordered.push(calls.into_iter().map(|call| chain[call]).collect());
    }
    ordered
}

/// The calls of a race with branches: a call joins the first branch whose last call ended before.
fn assign_branches(times: &[CallTime], unit: &[usize]) -> Vec<(usize, CallOverlap)> {
    let mut ends: Vec<u64> = Vec::new();
    let mut placed = Vec::new();
    for call in unit {
        let (sent_us, received_us) = times[*call];
        let free = ends.iter().position(|end| *end < sent_us).unwrap_or(ends.len());
        if free == ends.len() {
            ends.push(received_us);
        }
        ends[free] = received_us;
        placed.push((*call, CallOverlap { branch: free as u32 + 1, sent_us, received_us }));
    }
    placed
}
