//! What a plan needs, knows and spends, and how its steps end.

use super::Call;
use super::journal::Journal;
use super::pace::{Budget, Cancel, Pace};
use super::purse::{Purse, Troubles};
use crate::endpoint::{ComposeError, Endpoint, Identities};
use crate::history::{Exchange, Secrets};
use crate::schema::catalog::Catalog;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Who reads what comes back: the campaign over the belief, or a plain recorder.
pub trait Watcher {
    /// Ids that this reply brings to life, by the suite's `about` name. Sees the reply
    /// before secrets are replaced, polls and repeats too: the thing of a lost create may
    /// be found by one.
    fn born(&self, exchange: &Exchange) -> BTreeMap<String, Vec<String>>;
    /// Ids that this reply tells of things which earlier steps brought to life. Sees it as `born` does.
    fn told(&self, _exchange: &Exchange) -> Vec<Told> {
        Vec::new()
    }
    /// Puts down what only the unstripped exchange shows: the class of its inputs.
    fn mark(&self, _exchange: &mut Exchange) {}
    /// Called once for every exchange as recorded, in the order in which they were sent.
    fn observe(&mut self, exchange: &Exchange);
    /// Reads that would show what this step touched and is not yet at rest; empty at rest.
    fn unsettled(&self, step_index: usize) -> Vec<Call>;
    /// Whether nothing but time will tell: all that this step touched may be at rest, and no reply can show
    /// that it is.
    fn only_time_tells(&self, _step_index: usize) -> bool {
        false
    }
    /// Within what time all that this step touched must have come to rest; none where only the
    /// pace says how long to look.
    fn bound(&self, _step_index: usize) -> Option<Duration> {
        None
    }
}

/// The id of a thing that an earlier step brought to life without naming it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Index of that step.
    pub step: usize,
    /// The suite's `about` name of the thing there.
    pub about: String,
    /// Its id.
    pub id: String,
}

/// Marks calls, so that what they bring to life or rename is known again.
pub trait Marking {
    /// Changes the call's body where a mark may go, before the call is sent and put on record.
    fn mark(&self, call: &mut Call);
}

/// For endpoints that need no cleaning.
pub struct NoMarks;

impl Marking for NoMarks {
    fn mark(&self, _: &mut Call) {}
}

/// What stays the same during a plan.
pub struct Context<'a> {
    /// Whom to ask.
    pub endpoint: &'a dyn Endpoint,
    /// The operations that steps name.
    pub catalog: &'a Catalog,
    /// What fills the paths that steps leave open.
    pub identities: &'a Identities,
    /// What must not be recorded.
    pub secrets: &'a Secrets,
    /// Puts the mark of the run on what is created.
    pub marks: &'a dyn Marking,
    /// Delays and repeats.
    pub pace: Pace,
    /// Ceilings of this plan.
    pub budget: Budget,
    /// Ceilings of all plans together.
    pub purse: &'a Purse,
    /// What the waits are spread by: the seed of the campaign and the number of the plan.
    pub seeds: (u64, u64),
    /// Stops it from outside.
    pub cancel: Cancel,
}

/// A plan on its way: what it knows, what it has recorded, what it has spent.
pub struct Run {
    /// The id of each handle that has one.
    pub ids: BTreeMap<String, String>,
    /// Handles in the order in which they got their id.
    pub births: Vec<String>,
    /// What was recorded, in the order in which it was sent.
    pub exchanges: Vec<Exchange>,
    /// Requests by what became of them.
    pub spent: Spent,
    pub(super) started: Instant,
    pub(super) journal: Box<dyn Journal>,
    pub(super) next: u64,
    /// The births of the steps so far, by index: ids may be told later.
    pub(super) births_of: BTreeMap<usize, BTreeMap<String, Vec<String>>>,
    /// Sent and not yet on record: an earlier one is still out.
    pub(super) waiting: BTreeMap<u64, Option<Exchange>>,
    pub(super) unsent_in_row: u32,
}

/// Counts of requests. Trouble of the infrastructure is counted so that it cannot hide a deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// All of them.
    pub requests: u64,
    /// Made to see whether something rests.
    pub polls: u64,
    /// Made again.
    pub retries: u64,
    /// Refused for their number: 429, or 503 that says when to come back.
    pub throttled: u64,
    /// Without a whole reply: no reply, or 502, 503, 504.
    pub lost: u64,
    /// Never reached the endpoint.
    pub unsent: u64,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepEnd {
    /// Sent; nothing was to be waited for.
    Done,
    /// Not sent.
    Skipped(Skip),
    /// What it touched has come to rest.
    Settled,
    /// It has not.
    NotSettled(Unrest),
}

/// Why a step was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// This handle has no id: what should have brought it to life did not.
    Unbound(String),
    /// HTTP has no way to carry it.
    Unsendable(ComposeError),
}

/// Why polling ended before there was rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unrest {
    /// `settle_most` is over.
    Bound,
    /// The replies did not change for the quiet time.
    Quiet,
}

/// Why the plan cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The budget of requests is spent.
    #[error("the plan's budget of requests is spent")]
    Requests,
    /// The budget of time is spent.
    #[error("the plan's budget of time is spent")]
    Time,
    /// Several requests in a row did not reach the endpoint.
    #[error("the endpoint cannot be reached: {cause}")]
    Unreachable {
        /// What became of the last one.
        cause: String,
    },
    /// More requests got no answer than the campaign may meet.
    #[error(
        "trouble on the way: of {requests} requests {} got no answer ({} throttled, {} lost, {} not sent)",
        troubles.all(), troubles.throttled, troubles.lost, troubles.unsent
    )]
    Trouble {
        /// Until then.
        troubles: Troubles,
        /// Until then.
        requests: u64,
    },
    /// The plan would have more things alive at once than is allowed.
    #[error("the plan needs more than the {most} things that may be alive at once")]
    Live {
        /// Over all plans.
        most: usize,
    },
    /// Another plan has decided what the campaign was to decide.
    #[error("another plan has found enough")]
    Enough,
    /// The infrastructure stood in the way too often to go on.
    #[error("{cause}")]
    Hindered {
        /// How often, and by what.
        cause: String,
    },
    /// Asked for from outside.
    #[error("stopped on request")]
    Cancelled,
    /// Without a journal nothing may be created.
    #[error("the journal cannot be written: {cause}; nothing is created without it")]
    Journal {
        /// What the system says.
        cause: String,
    },
    /// A command of the profile that lets calls fail did not do what it is for.
    #[error("a command under `provoke` failed: {cause}")]
    Provocation {
        /// Which, and how.
        cause: String,
    },
    /// The plan and the catalog or the profile do not fit.
    #[error(transparent)]
    Unfit(#[from] ComposeError),
}

impl Run {
    /// Begins now.
    pub fn begin(journal: Box<dyn Journal>) -> Run {
        let started = Instant::now();
        Run {
            ids: BTreeMap::new(),
            births: Vec::new(),
            exchanges: Vec::new(),
            spent: Spent::default(),
            started,
            journal,
            next: 0,
            births_of: BTreeMap::new(),
            waiting: BTreeMap::new(),
            unsent_in_row: 0,
        }
    }

    /// The journal is told that a thing is gone; the sweep does not depend on it.
    pub fn note_gone(&mut self, handle: &str) {
        let _ = self.journal.gone(handle);
    }
}
