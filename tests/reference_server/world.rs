//! All that exists, the server's time, and the one place where time passes.

use std::collections::{BTreeMap, BTreeSet};
use tokio::time::Instant;

use super::agenda::{Agenda, Change, Event};
use super::calendar;
use super::dice::Dice;
use super::ecs::{Job, Server};
use super::ledger::{Entry, Ledger};
use super::scp::{Snapshot, Volume};
use super::settings::{Clock, Settings};
use super::sky::Fate;

pub(super) struct World {
    pub(super) settings: Settings,
    /// The server's time, in milliseconds since 1970.
    pub(super) now: u64,
    pub(super) servers: BTreeMap<String, Server>,
    /// Servers that are gone; only a faulty server remembers them.
    pub(super) graves: Vec<Server>,
    pub(super) jobs: BTreeMap<String, Job>,
    pub(super) volumes: BTreeMap<String, Volume>,
    pub(super) snapshots: BTreeMap<String, Snapshot>,
    pub(super) agenda: Agenda,
    pub(super) served: BTreeMap<String, u64>,
    pub(super) dice: Dice,
    sky: Dice,
    start: (u64, Instant),
    /// Counts everything created: the order of creation is not left to equal timestamps.
    created: u64,
}

impl World {
    pub(super) fn new(settings: Settings) -> Self {
        // Eight in the morning of that day, so that a run of many hours still judges versions at the same date.
        let start = calendar::midnight(&settings.today).unwrap_or(0) + 8 * 3_600_000;
        World {
            dice: Dice::new(settings.seed, 1),
            sky: Dice::new(settings.seed, 2),
            now: start,
            servers: BTreeMap::new(),
            graves: Vec::new(),
            jobs: BTreeMap::new(),
            volumes: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            agenda: Agenda::default(),
            served: BTreeMap::new(),
            start: (start, Instant::now()),
            created: 0,
            settings,
        }
    }

    pub(super) fn has(&self, fault: &str) -> bool {
        self.settings.faults.contains(fault)
    }

    pub(super) fn fate(&mut self) -> Fate {
        Fate::drawn(&self.settings.weather, &mut self.sky)
    }

    /// Moves the clock for one request and lets everything happen that has become due.
    pub(super) fn advance(&mut self) {
        self.now = match self.settings.clock {
            Clock::PerRequest { ms } => self.now + ms,
            Clock::Real { speed } => self.start.0 + self.start.1.elapsed().as_millis() as u64 * speed.max(1),
        };
        while let Some((at, event)) = self.agenda.due(self.now) {
            self.happen(at, event);
        }
    }

    /// What becomes due happens before the next request.
    pub(super) fn pass(&mut self, ms: u64) {
        self.now += ms;
    }

    fn happen(&mut self, at: u64, event: Event) {
        let Event { subject, generation, change } = event;
        match change {
            Change::Server(change) => self.server_changes(at, &subject, generation, change),
            Change::Job(change) => self.job_changes(at, &subject, change),
            Change::Volume(change) => self.volume_changes(at, &subject, generation, change),
            Change::Snapshot(change) => self.snapshot_changes(at, &subject, change),
        }
    }

    /// How long the next phase of something takes.
    pub(super) fn phase(&mut self) -> u64 {
        let tempo = self.settings.tempo;
        let spread = tempo.phase_ms * tempo.jitter_percent.min(100) / 100;
        tempo.phase_ms - spread + self.dice.below(2 * spread + 1)
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.created += 1;
        self.created
    }

    pub(super) fn wipe(&mut self) {
        self.servers.clear();
        self.graves.clear();
        self.jobs.clear();
        self.volumes.clear();
        self.snapshots.clear();
        self.agenda = Agenda::default();
    }

    pub(super) fn ledger(&self) -> Ledger {
        let entry = |id: &String, owner: &str, name: &str, state: String, leaving| Entry {
            id: id.clone(),
            owner: owner.to_string(),
            name: name.to_string(),
            state,
            leaving,
        };
        Ledger {
            servers: self
                .servers
                .iter()
                .map(|(id, s)| entry(id, &s.project, &s.name, s.status().to_string(), s.leaving()))
                .collect(),
            jobs_unfinished: self.jobs.values().filter(|job| !job.finished()).count(),
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

    /// The names of all faults switched on that nobody defined: a typing error must not pass for a healthy server.
    pub(super) fn unknown_faults(&self) -> BTreeSet<&'static str> {
        let known = |name: &&&str| !super::FAULTS.iter().any(|fault| fault.name == **name);
        self.settings.faults.iter().filter(known).copied().collect()
    }
}
