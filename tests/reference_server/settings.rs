//! The settings of one server.

use std::collections::BTreeSet;

use super::behavior::{Behavior, NetworkFaults};
use super::pools::Pools;
use super::random::RandomNumbers;
use super::scp::Version;

#[derive(Clone, Debug)]
pub struct Settings {
    pub seed: u64,
    pub clock: Clock,
    pub tempo: Tempo,
    /// `YYYY-MM-DD`: the date of version lifecycles, at which the server's clock starts.
    pub today: String,
    pub network_faults: NetworkFaults,
    pub behavior: Behavior,
    /// Names from [`super::FAULTS`]; none by default.
    pub faults: BTreeSet<&'static str>,
    pub identities: Identities,
    pub pools: Pools,
    /// The SCP versions of page 004, newest first.
    pub versions: Vec<Version>,
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            seed: 1,
            clock: Clock::PerRequest { ms: 100 },
            tempo: Tempo::default(),
            today: "2026-11-25".to_string(),
            network_faults: NetworkFaults::default(),
            behavior: Behavior::default(),
            faults: BTreeSet::new(),
            identities: Identities::default(),
            pools: Pools::default(),
            versions: Version::of_page_004(),
            limits: Limits::default(),
        }
    }
}

impl Settings {
    /// A server without faults and without network faults, with choices and times from the seed.
    pub fn draw(seed: u64) -> Self {
        Settings { seed, behavior: Behavior::draw(seed), tempo: Tempo::draw(seed), ..Settings::default() }
    }
}

/// The source of the server's time.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// Each request advances the time by a fixed number of milliseconds: equal requests meet equal states.
    PerRequest { ms: u64 },
    /// The machine's clock, `speed` times as fast.
    Real { speed: u64 },
}

/// Durations, in the server's milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Tempo {
    /// Duration of one intermediate state of a server or a volume.
    pub phase_ms: u64,
    /// Phases vary by up to this percentage of `phase_ms`, both ways.
    pub jitter_percent: u64,
    /// Duration of INIT of a job.
    pub job_init_ms: u64,
    /// Time between the effect of a job and SUCCESS.
    pub job_tail_ms: u64,
}

impl Default for Tempo {
    fn default() -> Self {
        Tempo { phase_ms: 150, jitter_percent: 40, job_init_ms: 150, job_tail_ms: 150 }
    }
}

impl Tempo {
    pub fn fast() -> Self {
        Tempo { phase_ms: 10, jitter_percent: 0, job_init_ms: 5, job_tail_ms: 10 }
    }

    pub fn slow() -> Self {
        Tempo { phase_ms: 700, jitter_percent: 60, job_init_ms: 600, job_tail_ms: 1500 }
    }

    pub fn draw(seed: u64) -> Self {
        let mut random = RandomNumbers::new(seed, 13);
        Tempo {
            phase_ms: 20 + random.draw_below(600),
            jitter_percent: random.draw_below(80),
            job_init_ms: random.draw_below(500),
            job_tail_ms: random.draw_below(900),
        }
    }
}

/// The callers. All values are invented; a client reads them here.
#[derive(Clone, Debug)]
pub struct Identities {
    pub owner: Project,
    pub other: Project,
    /// A former token of the owner's project.
    pub expired_token: String,
    /// Two accounts of SCP; the first account is the owner.
    pub keys: [AccessKey; 2],
}

/// A project of ECS and its token (`X-Auth-Token`).
#[derive(Clone, Debug)]
pub struct Project {
    pub id: String,
    pub user_id: String,
    pub token: String,
}

/// A key pair of SCP with its account.
#[derive(Clone, Debug)]
pub struct AccessKey {
    pub access: String,
    pub secret: String,
    pub account: String,
}

impl Default for Identities {
    fn default() -> Self {
        let project = |id: &str, user: &str, token: &str| Project {
            id: id.to_string(),
            user_id: user.to_string(),
            token: token.to_string(),
        };
        let key = |access: &str, secret: &str, account: &str| AccessKey {
            access: access.to_string(),
            secret: secret.to_string(),
            account: account.to_string(),
        };
        Identities {
            owner: project(
                "0f5181caba0024e72f89c0045e707b91",
                "9e1f7c1b2d3a4f5068718293a4b5c6d7",
                "token-of-the-owner",
            ),
            other: project(
                "7c6b5a49382716059f8e7d6c5b4a3928",
                "5d4c3b2a190807f6e5d4c3b2a1908f7e",
                "token-of-the-other",
            ),
            expired_token: "token-that-has-expired".to_string(),
            keys: [
                key("OWNERACCESSKEY000001", "secret/of+the=owner/0001", "a1c0ffee00000000000000000000a001"),
                key("OTHERACCESSKEY000002", "secret/of+the=other/0002", "b2c0ffee00000000000000000000b002"),
            ],
        }
    }
}

/// Upper bounds for all clients.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub connections_max: usize,
    pub body_bytes_max: usize,
    pub servers_per_project_max: usize,
    pub volumes_per_account_max: usize,
    pub snapshots_per_account_max: usize,
    /// With more jobs, the oldest finished job is forgotten.
    pub jobs_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections_max: 256,
            body_bytes_max: 1 << 20,
            servers_per_project_max: 1000,
            volumes_per_account_max: 500,
            snapshots_per_account_max: 1000,
            jobs_max: 2000,
        }
    }
}
