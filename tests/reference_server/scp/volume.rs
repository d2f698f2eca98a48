//! A volume, a snapshot, and their changes.

use serde_json::{Map, Value};

use super::super::behavior::IntermediateStates;
use super::super::cloud_state::CloudState;
use super::super::pools::VolumeType;
use super::super::schedule::{Change, ScheduledEvent};

#[derive(Clone, Debug)]
pub struct Volume {
    pub id: String,
    pub account: String,
    pub number: u64,
    pub generation: u32,
    pub name: String,
    pub size: i64,
    pub kind: VolumeType,
    pub from_snapshot: Option<String>,
    /// `available`, `in-use` and so on, as in the API.
    pub state: &'static str,
    pub attached: Vec<Attachment>,
    pub created: u64,
    pub modified: u64,
    /// Counters, for faults that depend on the history.
    pub extends: u32,
    pub reverts: u32,
}

#[derive(Clone, Debug)]
pub struct Attachment {
    pub server: String,
    pub since: u64,
}

#[derive(Clone, Debug)]
pub struct Snapshot {
    pub id: String,
    pub account: String,
    pub volume: String,
    /// Position in the order of creation, which decides the latest snapshot.
    pub number: u64,
    pub name: String,
    pub description: Option<String>,
    pub metadata: Map<String, Value>,
    /// The volume's size at the creation of the snapshot.
    pub size: i64,
    pub status: &'static str,
    pub created: u64,
    pub updated: u64,
}

#[derive(Clone, Debug)]
pub enum VolumeChange {
    State(&'static str),
    Size(i64),
    Attached(String),
    Detached,
    Gone,
}

#[derive(Clone, Debug)]
pub enum SnapshotChange {
    Status(&'static str),
    Gone,
}

impl CloudState {
    /// A volume of the account. Volumes of other accounts are absent.
    pub fn volume(&self, account: &str, id: &str) -> Option<&Volume> {
        let foreign_shown = self.has_fault("foreign-volume-shown");
        self.volumes.get(id).filter(|volume| volume.account == account || foreign_shown)
    }

    pub fn snapshot(&self, account: &str, id: &str) -> Option<&Snapshot> {
        self.snapshots.get(id).filter(|snapshot| snapshot.account == account)
    }

    /// The newest snapshot of a volume, without snapshots that are being deleted.
    pub fn latest_snapshot(&self, volume: &str) -> Option<&Snapshot> {
        let mine =
            self.snapshots.values().filter(|snapshot| snapshot.volume == volume && snapshot.status != "deleting");
        mine.max_by_key(|snapshot| snapshot.number)
    }

    /// Puts a volume into an intermediate state, and schedules the changes at its end. Returns the time of the end.
    pub fn begin_volume_transition(&mut self, id: &str, state: &'static str, then: Vec<VolumeChange>) -> u64 {
        let at = self.draw_transition_end();
        let now = self.now;
        let Some(volume) = self.volumes.get_mut(id) else {
            return now;
        };
        (volume.state, volume.modified) = (state, now);
        let generation = volume.generation;
        for change in then {
            let event = ScheduledEvent { subject: id.to_string(), generation, change: Change::Volume(change) };
            self.schedule.add(at, event);
        }
        at
    }

    pub fn begin_snapshot_transition(&mut self, id: &str, status: &'static str, at: u64, then: SnapshotChange) {
        let now = self.now;
        let Some(snapshot) = self.snapshots.get_mut(id) else {
            return;
        };
        (snapshot.status, snapshot.updated) = (status, now);
        self.schedule
            .add(at, ScheduledEvent { subject: id.to_string(), generation: 0, change: Change::Snapshot(then) });
    }

    /// The end of a transition that begins now.
    pub fn draw_transition_end(&mut self) -> u64 {
        match self.settings.behavior.transients {
            IntermediateStates::Never => self.now,
            _ => self.now + self.draw_phase_ms(),
        }
    }

    pub fn apply_volume_change(&mut self, at: u64, id: &str, generation: u32, change: VolumeChange) {
        let Some(volume) = self.volumes.get_mut(id).filter(|volume| volume.generation == generation) else {
            return;
        };
        volume.modified = at;
        match change {
            VolumeChange::State(state) => volume.state = state,
            VolumeChange::Size(size) => volume.size = size,
            VolumeChange::Attached(server) => volume.attached.push(Attachment { server, since: at }),
            VolumeChange::Detached => volume.attached.clear(),
            VolumeChange::Gone => _ = self.volumes.remove(id),
        }
    }

    pub fn apply_snapshot_change(&mut self, at: u64, id: &str, change: SnapshotChange) {
        match (change, self.snapshots.get_mut(id)) {
            (SnapshotChange::Status(status), Some(snapshot)) => (snapshot.status, snapshot.updated) = (status, at),
            _ => _ = self.snapshots.remove(id),
        }
    }
}
