//! The end of a race of recorded traffic: where one result is left, clauses pass again.
//!
//! A run races calls in plans of their own, in which no clause passes after the first race. Recorded traffic has races
//! throughout, so that its clauses would never pass.

use crate::oracle::judge::Judge;

impl Judge {
    /// Ends the race if one result of its calls is left and each call has returned, or if no result is left because the
    /// resources of the calls were made undetermined. Promises of the raced calls pass nothing: which of them holds depends
    /// on the order.
    pub(super) fn end_certain_race(&mut self) {
        let is_over = match self.race.results.as_slice() {
            [] => true,
            [only] => only.pending.is_empty(),
            _ => false,
        };
        if !self.belief.expects_earlier_resources() || !is_over {
            return;
        }
        let first = self.race.calls.iter().map(|call| call.number).min().unwrap_or_default();
        self.belief.keep_obligations_before(first);
        self.race.results.clear();
        self.race.awaiting.clear();
        self.race.counts = None;
    }
}
