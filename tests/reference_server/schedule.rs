//! Future events, in order.

use std::collections::BTreeMap;

use super::ecs::{JobChange, ServerChange};
use super::scp::{SnapshotChange, VolumeChange};

/// A change of one resource at one time.
#[derive(Clone, Debug)]
pub(super) struct ScheduledEvent {
    pub(super) subject: String,
    /// The resource's generation when the event was scheduled. A deletion raises the generation and cancels earlier events.
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

/// Ordered by time, and by order of scheduling within one millisecond.
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

    /// The next event that is due at `now`, with its time.
    pub(super) fn take_due(&mut self, now: u64) -> Option<(u64, ScheduledEvent)> {
        let entry = self.events.first_entry()?;
        let at = entry.key().0;
        (at <= now).then(|| (at, entry.remove()))
    }
}
