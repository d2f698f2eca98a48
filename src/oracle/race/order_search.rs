//! Searches for an order of overlapping calls in which every response is possible.
//!
//! The algorithm is that of J. M. Wing and C. Gong, "Testing and Verifying Concurrent Objects" (Journal of Parallel and
//! Distributed Computing 17, 1993), with the memory of G. Lowe, "Testing for Linearizability" (Concurrency and
//! Computation: Practice and Experience 29, 2017): the same calls done with the same result are tried once. A search is
//! bounded, and beyond the bound decides nothing.

use std::collections::BTreeSet;

/// The time of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallInterval {
    /// The branch of the call. The calls of a branch are in the order of the list.
    pub branch: u32,
    /// When the call was sent.
    pub sent: u64,
    /// When the response arrived; `None` for a call without a response, which may take effect at any later time, or
    /// never. Intervals are closed: calls that touch at one moment may have been carried out in either order.
    pub received: Option<u64>,
}

/// What the search asks about calls. A call is known by its index.
pub trait CallModel {
    /// The result of some calls, in an order.
    type State: Clone;
    /// What tells results apart.
    type Key: Ord;
    /// Why a response is not possible.
    type Contradiction;

    /// The result after one more call.
    ///
    /// # Errors
    /// Why the response of the call is not possible then.
    fn apply(&self, state: &Self::State, call: usize) -> Result<Self::State, CallRejection<Self::Contradiction>>;

    /// What tells the result apart from others.
    fn make_key(&self, state: &Self::State) -> Self::Key;
}

/// Why a call cannot follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallRejection<C> {
    /// The response is not possible.
    Contradicted(C),
    /// Whether the response is possible is not decided; with the bound that was reached.
    Exceeded(String),
}

/// Bounds of one search.
#[derive(Debug, Clone, Copy)]
pub struct OrderLimits {
    /// Highest number of calls tried after others.
    pub tries_max: usize,
    /// Highest number of results.
    pub ends_max: usize,
}

/// An order of calls and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderEnd<S> {
    /// The calls, by index. A call without a response may be missing.
    pub order: Vec<usize>,
    /// The result.
    pub state: S,
}

/// An order that cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadEnd<C> {
    /// The calls before, by index.
    pub order: Vec<usize>,
    /// The call whose response is not possible after them.
    pub call: usize,
    /// Why not.
    pub why: C,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderSearch<S, C> {
    /// The orders that explain every response: one for each result. Never empty.
    Explained(Vec<OrderEnd<S>>),
    /// No order explains every response. The dead ends of all orders, one with the longest order first.
    Unexplained(Vec<DeadEnd<C>>),
    /// A bound ended the search.
    Exceeded(String),
}

/// Most calls that overlap, because the calls done are a set of bits.
pub const CALLS_MAX: usize = 64;

/// Searches for the orders that are consistent with the times of the calls: a call follows each call whose response
/// arrived before it was sent, and the earlier calls of its branch.
pub fn search_orders<M: CallModel>(
    model: &M,
    calls: &[CallInterval],
    start: M::State,
    limits: OrderLimits,
) -> OrderSearch<M::State, M::Contradiction> {
    if calls.len() > CALLS_MAX {
        return OrderSearch::Exceeded(format!("more than {CALLS_MAX} calls overlap"));
    }
    let before = list_predecessors(calls);
    let required = calls.iter().enumerate().filter(|(_, call)| call.received.is_some());
    let required: u64 = required.fold(0, |set, (index, _)| set | 1 << index);
    let mut search = Search { model, seen: BTreeSet::new(), open: Vec::new(), ends: Vec::new(), dead: Vec::new() };
    search.reach(0, OrderEnd { order: Vec::new(), state: start });
    let mut tries = 0;
    while let Some((done, here)) = search.open.pop() {
        // The first calls are tried first.
        for call in (0..calls.len()).rev().filter(|call| done & (1 << call) == 0 && before[*call] & !done == 0) {
            tries += 1;
            if tries > limits.tries_max {
                return OrderSearch::Exceeded(format!("more than {} calls to try in all orders", limits.tries_max));
            }
            match model.apply(&here.state, call) {
                Ok(state) => {
                    let order = [here.order.as_slice(), &[call]].concat();
                    search.reach(done | 1 << call, OrderEnd { order, state });
                }
                Err(CallRejection::Contradicted(why)) => {
                    search.dead.push(DeadEnd { order: here.order.clone(), call, why });
                }
                Err(CallRejection::Exceeded(reason)) => return OrderSearch::Exceeded(reason),
            }
        }
        if done & required == required {
            search.ends.push(here);
        }
        if search.ends.len() > limits.ends_max {
            return OrderSearch::Exceeded(format!("more than {} results of the calls are possible", limits.ends_max));
        }
    }
    if !search.ends.is_empty() {
        return OrderSearch::Explained(search.ends);
    }
    search.dead.sort_by_key(|end| std::cmp::Reverse(end.order.len()));
    OrderSearch::Unexplained(search.dead)
}

struct Search<'a, M: CallModel> {
    model: &'a M,
    seen: BTreeSet<(u64, M::Key)>,
    open: Vec<(u64, OrderEnd<M::State>)>,
    ends: Vec<OrderEnd<M::State>>,
    dead: Vec<DeadEnd<M::Contradiction>>,
}

impl<M: CallModel> Search<'_, M> {
    /// Goes on from a set of calls and their result, unless both were reached before.
    fn reach(&mut self, done: u64, end: OrderEnd<M::State>) {
        if self.seen.insert((done, self.model.make_key(&end.state))) {
            self.open.push((done, end));
        }
    }
}

/// By call: the calls that come before in every order, as a set of bits.
fn list_predecessors(calls: &[CallInterval]) -> Vec<u64> {
    let precedes = |first: usize, second: usize| {
        let (one, two) = (calls[first], calls[second]);
        let ended = one.received.is_some_and(|received| received < two.sent);
        ended || (first < second && one.branch == two.branch && one.received.is_some())
    };
    let others = |second: usize| (0..calls.len()).filter(move |first| *first != second);
    let before =
        |second: usize| others(second).filter(|first| precedes(*first, second)).fold(0, |set, first| set | 1 << first);
    (0..calls.len()).map(before).collect()
}
