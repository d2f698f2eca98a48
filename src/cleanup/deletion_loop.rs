//! Sends deletions, and polls until the resources are gone.

use super::context::{PollWaits, Reserve, inquire};
use super::created::Left;
use crate::endpoint::{Call, ComposeError, Request, compose};
use crate::history::{Outcome, Reply};
use crate::run::Context;
use std::mem::discriminant;
use tokio::time::{Instant, sleep};

/// The deletion of one resource.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Deletion {
    /// The handle in the journal and in reports.
    pub handle: String,
    /// The resource id.
    pub id: String,
    /// Resources of a lower rank must be gone before resources of a higher rank are deleted.
    pub rank: usize,
    /// Deletes the resource.
    pub delete: Call,
    /// Shows the resource; 404 proves absence. `None`: a success of `delete` counts as proof.
    pub show: Option<Call>,
}

/// The result of a deletion of several resources.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Swept {
    /// Handles of the deleted resources.
    pub gone: Vec<String>,
    /// Resources that exist, or may exist.
    pub left: Vec<Left>,
}

/// The calls that release a resource, given the response that shows the resource.
pub(super) type Release<'a> = &'a dyn Fn(&Deletion, &Outcome) -> Vec<Call>;

/// Number of responses 401 or 403 after which a deletion is given up. Some services answer 401 or 403
/// while a resource is in transition, and after a resource is gone.
const FORBIDDEN_MOST: u32 = 8;

/// Number of polls that show a resource after which the deletion is sent again.
const LOOKS: u32 = 5;

/// Deletes resources, those of one rank concurrently, and polls until they are gone.
///
/// A refused deletion is repeated with growing waits, because an endpoint refuses to delete a resource
/// in transition or in use. After half of the time limit the ranks are no longer respected. No request
/// is recorded in the history; the plan's budget and the plan's cancellation do not apply.
pub(super) async fn sweep(
    context: &Context<'_>,
    deletions: &[Deletion],
    reserve: &Reserve,
    release: Release<'_>,
) -> Swept {
    let began = Instant::now();
    let mut items: Vec<Item<'_>> = deletions.iter().map(|deletion| Item::new(context, deletion)).collect();
    let mut waits = PollWaits::new(context);
    while items.iter().any(Item::open) {
        let orderly = began.elapsed() < reserve.within / 2;
        let rank = items.iter().filter(|item| item.open()).map(|item| item.deletion.rank).min();
        let before: Vec<_> = items.iter().map(|item| discriminant(&item.stage)).collect();
        for item in items.iter_mut().filter(|item| item.open() && (!orderly || Some(item.deletion.rank) == rank)) {
            if reserve.give_up.asked() {
                break;
            }
            item.further(context, release).await;
        }
        if !items.iter().any(Item::open) {
            break;
        }
        let moved = items.iter().zip(&before).any(|(item, before)| discriminant(&item.stage) != *before);
        if moved {
            waits.reset();
        } else {
            waits.grow();
        }
        if reserve.give_up.asked() || began.elapsed() + waits.next > reserve.within {
            break;
        }
        tokio::select! {
            () = sleep(waits.next) => {}
            () = reserve.give_up.wait() => break,
        }
    }
    collect_result(context, items)
}

fn collect_result(context: &Context<'_>, items: Vec<Item<'_>>) -> Swept {
    let mut swept = Swept::default();
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

/// Progress of one deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The deletion is to be sent.
    Wanted,
    /// The deletion was accepted or answered with 404.
    Going {
        /// Number of polls since.
        looks: u32,
    },
    /// A response proved absence.
    Gone,
    /// The caller may not delete the resource, or no request can be composed.
    Forbidden,
    /// No requests are left.
    Unaffordable,
}

struct Item<'a> {
    deletion: &'a Deletion,
    delete: Option<Request>,
    show: Option<Request>,
    stage: Stage,
    /// Number of deletions answered with 401 or 403.
    forbidden: u32,
    /// Why the resource would be a leftover.
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
                because: "no time was left to delete the resource".to_string(),
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

    /// Sends the deletion, or polls after an accepted deletion.
    async fn further(&mut self, context: &Context<'_>, release: Release<'_>) {
        match self.stage {
            Stage::Wanted => self.send_deletion(context, release).await,
            Stage::Going { looks } => {
                let Some(show) = &self.show else { return };
                let Some(outcome) = inquire(context, show).await else { return self.spent() };
                self.looked(&outcome, looks + 1);
            }
            Stage::Gone | Stage::Forbidden | Stage::Unaffordable => {}
        }
    }

    /// Sends the deletion; if the endpoint refuses, sends the calls that release the resource.
    async fn send_deletion(&mut self, context: &Context<'_>, release: Release<'_>) {
        let Some(delete) = &self.delete else { return };
        let Some(outcome) = inquire(context, delete).await else { return self.spent() };
        self.asked(&outcome);
        let (Stage::Wanted, Some(show)) = (self.stage, &self.show) else { return };
        let Some(shown) = inquire(context, show).await else { return self.spent() };
        if matches!(shown, Outcome::Replied(Reply { status: 404 | 410, .. })) {
            self.stage = Stage::Gone;
        }
        for call in release(self.deletion, &shown) {
            // The next deletion shows whether the release worked.
            if let Ok(request) = compose(context.catalog, &call, context.identities) {
                inquire(context, &request).await;
            }
        }
    }

    fn spent(&mut self) {
        self.stage = Stage::Unaffordable;
        self.because = "the requests reserved for cleaning up are spent".to_string();
    }

    /// Takes in the outcome of a deletion.
    fn asked(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Replied(Reply { status: 200..=299 | 404 | 410, .. }) => {
                // Only a read of the resource proves absence: 404 may concern another resource that the
                // deletion names.
                self.stage = if self.show.is_some() { Stage::Going { looks: 0 } } else { Stage::Gone };
                self.because = "the deletion was accepted, and no read has shown that the resource is gone".to_string();
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

    /// Takes in the outcome of a poll.
    fn looked(&mut self, outcome: &Outcome, looks: u32) {
        match outcome {
            Outcome::Replied(Reply { status: 404 | 410, .. }) => self.stage = Stage::Gone,
            Outcome::Replied(Reply { status: 200..=299, .. }) => {
                self.because = "the deletion was accepted, and the resource still exists".to_string();
                self.stage = if looks.is_multiple_of(LOOKS) { Stage::Wanted } else { Stage::Going { looks } };
            }
            Outcome::Hindered { reply, .. } | Outcome::Replied(reply) => {
                self.because = format!("the deletion was accepted, and a read is answered with {}", reply.status);
                self.stage = Stage::Going { looks };
            }
            Outcome::Unsent { cause } | Outcome::Lost { cause } => {
                self.because.clone_from(cause);
                self.stage = Stage::Going { looks };
            }
        }
    }
}
