//! Pauses after searches without a result.

/// The pause after a search without a result; the pause grows with each such search.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SearchPause {
    /// The first step after the pause.
    pub(super) until: usize,
    pub(super) misses: usize,
}

impl SearchPause {
    pub(super) fn extend(self, now: usize) -> SearchPause {
        SearchPause { until: now + (2 << self.misses.min(5)), misses: self.misses + 1 }
    }
}
