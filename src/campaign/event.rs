//! What a campaign tells its listeners, and what it leaves behind.

use super::settling::Settling;
use crate::history::{Exchange, History};
use crate::model::{ClauseId, Tally};
use crate::oracle::{Finding, Row};
use crate::plan::Plan;

/// Ends of a campaign; whichever comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Requests in all, those for shrinking not counted.
    pub requests_max: u64,
    /// Requests for shrinking, in all.
    pub shrink_requests_max: u64,
    pub plans_max: u64,
    pub steps_per_plan_max: usize,
    /// Seconds on the endpoint's clock (the paused one for the mock in process), over all plans.
    pub seconds_max: u64,
    /// Things alive at once, over all plans side by side.
    pub live_max: usize,
    /// Stop at the first finding.
    pub first_only: bool,
}

/// A finding with what is needed to see it again.
#[derive(Debug, Clone)]
pub struct Found {
    pub finding: Finding,
    /// The plan as it was run, and what was seen.
    pub plan: Plan,
    pub history: History,
    /// The smallest plan that still shows it, with its own history; none where it did not show again.
    pub witness: Option<(Plan, History)>,
    /// Whether a plan for it was run again to its end; if not, that it did not show again means nothing.
    pub repeated: bool,
}

/// What the requests were spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    pub requests: u64,
    /// Reading calls that were steps of a plan, and polls.
    pub reads: u64,
    pub polls: u64,
    /// Changing calls that were refused, and that were accepted.
    pub refusals: u64,
    pub changes: u64,
    pub creates: u64,
    pub lost: u64,
    pub throttled: u64,
    pub shrinking: u64,
    pub cleaning: u64,
    pub plans: u64,
    pub steps_skipped: u64,
}

impl Spent {
    /// Adds another plan's counts.
    pub fn add(&mut self, other: &Spent) {
        self.requests += other.requests;
        self.reads += other.reads;
        self.polls += other.polls;
        self.refusals += other.refusals;
        self.changes += other.changes;
        self.creates += other.creates;
        self.lost += other.lost;
        self.throttled += other.throttled;
        self.shrinking += other.shrinking;
        self.cleaning += other.cleaning;
        self.plans += other.plans;
        self.steps_skipped += other.steps_skipped;
    }
}

/// One moment of a campaign.
#[derive(Debug)]
pub enum Event<'a> {
    /// Clauses that are to be decided.
    Started {
        clauses: usize,
        requests_max: u64,
    },
    PlanStarted {
        plan: u64,
    },
    Exchanged {
        plan: u64,
        exchange: &'a Exchange,
    },
    /// A clause passed for the first time.
    Passed {
        clause: ClauseId,
        passed: usize,
    },
    Found {
        finding: &'a Finding,
    },
    Shrinking {
        clauses: &'a [ClauseId],
        steps: usize,
        tried: u64,
    },
    PlanEnded {
        plan: u64,
        spent: &'a Spent,
    },
}

/// Hears events as they come.
pub trait Listener {
    fn hear(&mut self, event: &Event<'_>);
}

/// What a campaign leaves behind.
#[derive(Debug, Clone)]
pub struct Conclusion {
    pub seed: u64,
    pub rows: Vec<Row>,
    pub found: Vec<Found>,
    pub tally: Tally,
    pub spent: Spent,
    /// How long things took to come to rest.
    pub settling: Settling,
    /// Why it ended before its clauses were decided; none if all were or the budget was spent as planned.
    pub stopped: Option<String>,
    /// The histories of all plans, in order.
    pub histories: Vec<History>,
    pub plans: Vec<Plan>,
}
