//! All resources of the server, and the server's time.

use std::collections::{BTreeMap, BTreeSet};
use tokio::time::Instant;

use super::ecs::{Job, Server};
use super::inventory::{Inventory, InventoryEntry};
use super::network::Delivery;
use super::random::RandomNumbers;
use super::schedule::{Change, Schedule, ScheduledEvent};
use super::scp::{Snapshot, Volume};
use super::settings::{Clock, Settings};
use super::timestamps;

pub(super) struct CloudState {
    pub(super) settings: Settings,
    /// The server's time, in milliseconds since 1970.
    pub(super) now: u64,
    pub(super) servers: BTreeMap<String, Server>,
    /// Deleted servers, for faults that show them again.
    pub(super) deleted_servers: Vec<Server>,
    pub(super) jobs: BTreeMap<String, Job>,
    pub(super) volumes: BTreeMap<String, Volume>,
    pub(super) snapshots: BTreeMap<String, Snapshot>,
    pub(super) schedule: Schedule,
    pub(super) served: BTreeMap<String, u64>,
    pub(super) random: RandomNumbers,
    network_random: RandomNumbers,
    start: (u64, Instant),
    /// Number of created resources; creation order does not depend on equal timestamps.
    created: u64,
}

impl CloudState {
    pub(super) fn new(settings: Settings) -> Self {
        // Eight in the morning, so that a run of many hours judges versions at one date.
        let start = timestamps::parse_date(&settings.today).unwrap_or(0) + 8 * 3_600_000;
        CloudState {
            random: RandomNumbers::new(settings.seed, 1),
            network_random: RandomNumbers::new(settings.seed, 2),
            now: start,
            servers: BTreeMap::new(),
            deleted_servers: Vec::new(),
            jobs: BTreeMap::new(),
            volumes: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            schedule: Schedule::default(),
            served: BTreeMap::new(),
            start: (start, Instant::now()),
            created: 0,
            settings,
        }
    }

    pub(super) fn has_fault(&self, fault: &str) -> bool {
        self.settings.faults.contains(fault)
    }

    pub(super) fn draw_delivery(&mut self) -> Delivery {
        Delivery::draw(&self.settings.network_faults, &mut self.network_random)
    }

    /// Moves the clock for one request, and applies all events that are due.
    pub(super) fn advance_clock(&mut self) {
        self.now = match self.settings.clock {
            Clock::PerRequest { ms } => self.now + ms,
            Clock::Real { speed } => self.start.0 + self.start.1.elapsed().as_millis() as u64 * speed.max(1),
        };
        while let Some((at, event)) = self.schedule.take_due(self.now) {
            self.apply_event(at, event);
        }
    }

    /// Moves the clock. Events that become due are applied before the next request.
    pub(super) fn advance_by(&mut self, ms: u64) {
        self.now += ms;
    }

    fn apply_event(&mut self, at: u64, event: ScheduledEvent) {
        let ScheduledEvent { subject, generation, change } = event;
        match change {
            Change::Server(change) => self.apply_server_change(at, &subject, generation, change),
            Change::Job(change) => self.apply_job_change(at, &subject, change),
            Change::Volume(change) => self.apply_volume_change(at, &subject, generation, change),
            Change::Snapshot(change) => self.apply_snapshot_change(at, &subject, change),
        }
    }

    /// Duration of the next phase of a transition.
    pub(super) fn draw_phase_ms(&mut self) -> u64 {
        let tempo = self.settings.tempo;
        let spread = tempo.phase_ms * tempo.jitter_percent.min(100) / 100;
        tempo.phase_ms - spread + self.random.draw_below(2 * spread + 1)
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.created += 1;
        self.created
    }

    pub(super) fn wipe(&mut self) {
        self.servers.clear();
        self.deleted_servers.clear();
        self.jobs.clear();
        self.volumes.clear();
        self.snapshots.clear();
        self.schedule = Schedule::default();
    }

    pub(super) fn inventory(&self) -> Inventory {
        let entry = |id: &String, owner: &str, name: &str, state: String, leaving| InventoryEntry {
            id: id.clone(),
            owner: owner.to_string(),
            name: name.to_string(),
            state,
            leaving,
        };
        Inventory {
            servers: self
                .servers
                .iter()
                .map(|(id, s)| entry(id, &s.project, &s.name, s.status().to_string(), s.is_leaving()))
                .collect(),
            jobs_unfinished: self.jobs.values().filter(|job| !job.is_finished()).count(),
            volumes: self
                .volumes
                .iter()
                .map(|(id, v)| entry(id, &v.account, &v.name, v.state.to_string(), v.state == "deleting"))
                .collect(),
            snapshots: self
                .snapshots
                .iter()
                .map(|(id, s)| entry(id, &s.account, &s.name, s.status.to_string(), s.status == "deleting"))
                .collect(),
        }
    }

    /// Enabled faults without a definition, so that a mistyped name is not taken for a healthy server.
    pub(super) fn unknown_faults(&self) -> BTreeSet<&'static str> {
        let known = |name: &&&str| !super::FAULTS.iter().any(|fault| fault.name == **name);
        self.settings.faults.iter().filter(known).copied().collect()
    }
}
