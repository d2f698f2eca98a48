//! Line numbers of byte offsets.

/// The byte offsets at which the lines of a text begin.
pub(super) struct LineIndex {
    starts: Vec<usize>,
    pub(super) count: u32,
}

impl LineIndex {
    pub(super) fn new(text: &str) -> LineIndex {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        let count = text.lines().count().max(1) as u32;
        LineIndex { starts, count }
    }

    /// The 1-based line of a byte offset.
    pub(super) fn line_at(&self, at: usize) -> u32 {
        (self.starts.partition_point(|start| *start <= at) as u32).clamp(1, self.count)
    }
}
