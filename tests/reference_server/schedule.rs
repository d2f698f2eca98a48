//! What will happen, in the order in which it will.

use std::collections::BTreeMap;

use super::ecs::{JobChange, ServerChange};
use super::scp::{SnapshotChange, VolumeChange};

/// One thing that happens to one subject at one moment.
#[derive(Clone, Debug)]
pub(super) struct ScheduledEvent {
    pub(super) subject: String,
    /// The subject's generation when this was planned: a deletion makes older plans void.
    pub(super) generation: u32,
    pub(super) change: Change,
}

#[derive(Clone, Debug)]
pub(super) enum Change {
    Server(ServerChange),
    Job(JobChange),
    Volume(VolumeChange),
    Snapshot(SnapshotChange),
}

/// Ordered by moment, and by order of planning within one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule {
    events: BTreeMap<(u64, u64), ScheduledEvent>,
    planned: u64,
}

impl Schedule {
    pub(super) fn add(&mut self, at: u64, event: ScheduledEvent) {
        self.planned += 1;
        self.events.insert((at, self.planned), event);
    }

    /// The next event that is due by `now`, with its moment.
    pub(super) fn take_due(&mut self, now: u64) -> Option<(u64, ScheduledEvent)> {
        let entry = self.events.first_entry()?;
        let at = entry.key().0;
        (at <= now).then(|| (at, entry.remove()))
    }
}
