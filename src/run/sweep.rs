//! Deleting what a run brought to life.

use super::Call;
use super::face::Context;
use super::pace::Cancel;
use crate::endpoint::{ComposeError, Request, compose};
use crate::history::{Outcome, Reply};
use std::mem::discriminant;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How one thing is deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct Deletion {
    /// What it is called in the journal and in reports.
    pub handle: String,
    /// Its id, for people.
    pub id: String,
    /// Things of a lower rank are gone before those of a higher one are asked to go.
    pub rank: usize,
    /// Deletes it.
    pub delete: Call,
    /// Shows it: 404 says that it is gone. None: a success of `delete` is taken for it.
    pub show: Option<Call>,
}

/// What cleaning up may cost.
#[derive(Debug, Clone)]
pub struct Reserve {
    /// For all of it together.
    pub within: Duration,
    /// Ends it from outside: what is still there is reported as left.
    pub give_up: Cancel,
}

/// What became of the things.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Swept {
    /// Handles of those that are gone.
    pub gone: Vec<String>,
    /// Those that are, or may be, still there.
    pub left: Vec<Left>,
    /// Requests that it took.
    pub requests: u64,
}

/// A thing that could not be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its handle.
    pub handle: String,
    /// Its id.
    pub id: String,
    /// Why.
    pub because: String,
}

/// So often 401 or 403 is taken for something that passes: some services say so of a thing in motion, and of
/// one that is gone already.
const FORBIDDEN_MOST: u32 = 8;

/// After so many looks at a thing that was to go and is still there it is asked to go again.
const LOOKS: u32 = 5;

/// Deletes all things, those of one rank side by side, and looks until they are gone.
///
/// What is refused is asked for again, with growing pauses: a thing in motion, or one that another
/// still hangs on, refuses to go. Half of the time is given to the ranks in their order; after that
/// nothing waits for anything any more. Nothing of it enters the history, and the plan's budget and
/// a cancellation do not stop it.
///
/// `release` gives the calls that set a thing free, from what its show says: what is refused while it
/// hangs on something is let go first.
pub async fn sweep(
    context: &Context<'_>,
    deletions: &[Deletion],
    reserve: &Reserve,
    release: &dyn Fn(&Deletion, &Outcome) -> Vec<Call>,
) -> Swept {
    let began = Instant::now();
    let mut swept = Swept::default();
    let mut items: Vec<Item<'_>> = deletions.iter().map(|deletion| Item::new(context, deletion)).collect();
    let mut wait = context.pace.poll_first;
    while items.iter().any(Item::open) {
        let orderly = began.elapsed() < reserve.within / 2;
        let rank = items.iter().filter(|item| item.open()).map(|item| item.deletion.rank).min();
        let before: Vec<_> = items.iter().map(|item| discriminant(&item.stage)).collect();
        for item in items.iter_mut().filter(|item| item.open() && (!orderly || Some(item.deletion.rank) == rank)) {
            if reserve.give_up.asked() {
                break;
            }
            item.further(context, release, &mut swept.requests).await;
        }
        if !items.iter().any(Item::open) {
            break;
        }
        let moved = items.iter().zip(&before).any(|(item, before)| discriminant(&item.stage) != *before);
        wait = if moved {
            context.pace.poll_first
        } else {
            (wait * context.pace.poll_factor_percent / 100).min(context.pace.poll_most)
        };
        if reserve.give_up.asked() || began.elapsed() + wait > reserve.within {
            break;
        }
        tokio::select! {
            () = sleep(wait) => {}
            () = reserve.give_up.wait() => break,
        }
    }
    for item in items {
        let (handle, id) = (item.deletion.handle.clone(), item.deletion.id.clone());
        if item.stage == Stage::Gone {
            swept.gone.push(handle);
        } else {
            let mut because = item.because;
            context.secrets.strip_text(&mut because);
            swept.left.push(Left { handle, id, because });
        }
    }
    swept
}

/// How far the deletion of one thing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Wanted,
    /// Its deletion was accepted, or it was said not to be there; looked at so often since.
    Going {
        looks: u32,
    },
    Gone,
    /// Whoever asks may not delete it, and was told so often enough.
    Forbidden,
    /// No request is left to ask with.
    Unaffordable,
}

struct Item<'a> {
    deletion: &'a Deletion,
    delete: Option<Request>,
    show: Option<Request>,
    stage: Stage,
    /// How often its deletion was answered 401 or 403.
    forbidden: u32,
    because: String,
}

impl<'a> Item<'a> {
    fn new(context: &Context<'_>, deletion: &'a Deletion) -> Item<'a> {
        let compose = |call| compose(context.catalog, call, context.identities);
        let shown = deletion.show.as_ref().map(compose).transpose();
        let composed: Result<_, ComposeError> = compose(&deletion.delete).and_then(|delete| Ok((delete, shown?)));
        match composed {
            Ok((delete, show)) => Item {
                deletion,
                delete: Some(delete),
                show,
                stage: Stage::Wanted,
                forbidden: 0,
                because: "there was no time left to ask for it".to_string(),
            },
            Err(error) => {
                let because = error.to_string();
                Item { deletion, delete: None, show: None, stage: Stage::Forbidden, forbidden: 0, because }
            }
        }
    }

    fn open(&self) -> bool {
        matches!(self.stage, Stage::Wanted | Stage::Going { .. })
    }

    /// One step further: asked to go, and set free if it refuses; or looked at.
    async fn further(
        &mut self,
        context: &Context<'_>,
        release: &dyn Fn(&Deletion, &Outcome) -> Vec<Call>,
        requests: &mut u64,
    ) {
        match self.stage {
            Stage::Wanted => {
                let Some(delete) = &self.delete else { return };
                let Some(outcome) = inquire(context, delete, requests).await else { return self.spent() };
                self.asked(&outcome);
                if let (Stage::Wanted, Some(show)) = (self.stage, &self.show) {
                    let Some(shown) = inquire(context, show, requests).await else { return self.spent() };
                    if matches!(shown, Outcome::Replied(Reply { status: 404 | 410, .. })) {
                        self.stage = Stage::Gone;
                    }
                    for call in release(self.deletion, &shown) {
                        // Whether it was let go is seen when it is asked to go again.
                        if let Ok(request) = compose(context.catalog, &call, context.identities) {
                            inquire(context, &request, requests).await;
                        }
                    }
                }
            }
            Stage::Going { looks } => {
                let Some(show) = &self.show else { return };
                let Some(outcome) = inquire(context, show, requests).await else { return self.spent() };
                self.looked(&outcome, looks + 1);
            }
            Stage::Gone | Stage::Forbidden | Stage::Unaffordable => {}
        }
    }

    fn spent(&mut self) {
        self.stage = Stage::Unaffordable;
        self.because = "the requests kept for cleaning up are spent".to_string();
    }

    fn asked(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Replied(Reply { status: 200..=299 | 404 | 410, .. }) => {
                // Only the thing's own read proves that it is not there: a deletion may be answered
                // so for what else it names.
                self.stage = if self.show.is_some() { Stage::Going { looks: 0 } } else { Stage::Gone };
                self.because = "its deletion was accepted and it was not seen to be gone".to_string();
            }
            Outcome::Replied(Reply { status: status @ (401 | 403), .. }) => {
                self.forbidden += 1;
                self.stage = if self.forbidden < FORBIDDEN_MOST { Stage::Wanted } else { Stage::Forbidden };
                self.because = format!("refused with {status}");
            }
            Outcome::Hindered { by, reply } => self.because = format!("{} with {}", by.word(), reply.status),
            Outcome::Replied(reply) => self.because = format!("refused with {}", reply.status),
            Outcome::Unsent { cause } | Outcome::Lost { cause } => self.because.clone_from(cause),
        }
    }

    fn looked(&mut self, outcome: &Outcome, looks: u32) {
        match outcome {
            Outcome::Replied(Reply { status: 404 | 410, .. }) => self.stage = Stage::Gone,
            Outcome::Replied(Reply { status: 200..=299, .. }) => {
                self.because = "its deletion was accepted and it is still there".to_string();
                self.stage = if looks.is_multiple_of(LOOKS) { Stage::Wanted } else { Stage::Going { looks } };
            }
            Outcome::Hindered { reply, .. } | Outcome::Replied(reply) => {
                self.because = format!("its deletion was accepted; asked for it, {} is answered", reply.status);
                self.stage = Stage::Going { looks };
            }
            Outcome::Unsent { cause } | Outcome::Lost { cause } => {
                self.because.clone_from(cause);
                self.stage = Stage::Going { looks };
            }
        }
    }
}

/// One request outside of any plan: from the reserve, paced, bounded, and on no record. None where the
/// reserve is spent.
pub async fn inquire(context: &Context<'_>, request: &Request, requests: &mut u64) -> Option<Outcome> {
    if !context.purse.reserved().await {
        return None;
    }
    *requests += 1;
    let most = context.pace.request_timeout;
    let outcome = timeout(most, context.endpoint.send(request)).await;
    Some(outcome.unwrap_or_else(|_| Outcome::Lost { cause: format!("no whole reply within {} ms", most.as_millis()) }))
}
