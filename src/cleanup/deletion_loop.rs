//! Sends deletions, and polls until the resources are gone.

use super::attempt_pace::AttemptPace;
use super::context::{CleanupReserve, send_unrecorded};
use super::created::Leftover;
use crate::endpoint::{ComposeError, Request, compose_request};
use crate::history::{Call, Outcome, Reply};
use crate::plan_execution::PlanEnvironment;
use std::collections::BTreeSet;
use tokio::time::Instant;

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
    /// Shows the resource. `None`: a success of `delete` counts as proof of absence.
    pub show: Option<Call>,
    /// Statuses of `show` that prove absence.
    pub absent: BTreeSet<u16>,
    /// Whether a deletion was accepted before, so that the first request is a read.
    pub deleted_before: bool,
}

/// The result of a deletion of several resources.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeletionResult {
    /// Handles of the deleted resources.
    pub gone: Vec<String>,
    /// Resources that exist, or may exist.
    pub leftovers: Vec<Leftover>,
}

/// What the suite says about a read of a resource that is being deleted.
#[derive(Clone, Copy)]
pub(super) struct ReadMeaning<'a> {
    /// The calls that release the resource.
    pub list_release_calls: &'a dyn Fn(&Deletion, &Outcome) -> Vec<Call>,
    /// Whether the resource is deleted and stays visible.
    pub is_kept: &'a dyn Fn(&Deletion, &Outcome) -> bool,
}

/// Number of responses 401 or 403 after which a deletion is given up. Some services answer 401 or 403
/// while a resource is in transition, and after a resource is gone.
const FORBIDDEN_MOST: u32 = 8;

/// Number of polls that show a resource after which the deletion is sent again.
const POLLS_UNTIL_REPEAT: u32 = 5;

/// Deletes resources, those of one rank concurrently, and polls until they are gone.
///
/// A refused deletion is repeated with growing waits, because an endpoint refuses to delete a resource
/// in transition or in use; a resource that goes on to refuse is given up. After half of the time limit the ranks are no
/// longer respected. No request is recorded in the history; the plan's budget and the plan's cancellation do not apply.
pub(super) async fn run_deletions(
    context: &PlanEnvironment<'_>,
    deletions: &[Deletion],
    reserve: &CleanupReserve,
    meaning: ReadMeaning<'_>,
) -> DeletionResult {
    let orderly_until = Instant::now() + reserve.remaining() / 2;
    let mut items: Vec<PendingDeletion<'_>> =
        deletions.iter().map(|deletion| PendingDeletion::new(context, deletion)).collect();
    loop {
        let now = Instant::now();
        let lowest = items.iter().filter(|item| item.is_open()).map(|item| item.deletion.rank).min();
        let has_turn =
            |item: &PendingDeletion<'_>| item.is_open() && (now >= orderly_until || Some(item.deletion.rank) == lowest);
        let Some(due) = items.iter().filter(|item| has_turn(item)).map(|item| item.attempts.due()).min() else { break };
        if due > now {
            let until = if now < orderly_until { due.min(orderly_until) } else { due };
            if until - now >= reserve.remaining() {
                break;
            }
            reserve.pause(until - now).await;
            continue;
        }
        let mut moved = false;
        for item in items.iter_mut().filter(|item| has_turn(item) && item.attempts.due() <= now) {
            if reserve.is_over() {
                return collect_result(context, items);
            }
            moved |= item.make_attempt(context, reserve, meaning).await;
        }
        if moved {
            items.iter_mut().for_each(|item| item.attempts.plan_soon());
        }
    }
    collect_result(context, items)
}

fn collect_result(context: &PlanEnvironment<'_>, items: Vec<PendingDeletion<'_>>) -> DeletionResult {
    let mut swept = DeletionResult::default();
    for item in items {
        let (handle, id) = (item.deletion.handle.clone(), item.deletion.id.clone());
        // A deletion without success has its price, too: further creates must be able to pay it.
        if item.attempts.count_requests() > 0 {
            context.shared_budget.note_deletion_cost(item.attempts.count_requests());
        }
        if item.stage == DeletionStage::Gone {
            swept.gone.push(handle);
        } else {
            let mut because = item.reason;
            context.secrets.strip_text(&mut because);
            swept.leftovers.push(Leftover { handle, id, reason: because });
        }
    }
    swept
}

/// Progress of one deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DeletionStage {
    /// The deletion is to be sent.
    Wanted,
    /// The deletion was accepted or answered with 404.
    Going {
        /// Number of polls since.
        looks: u32,
    },
    /// A response proved absence, or showed a state in which the suite lets a deleted resource stay.
    Gone,
    /// The caller may not delete the resource, or no request can be composed.
    Forbidden,
    /// No requests are left.
    Unaffordable,
    /// The resource used up its requests, or refused for too long.
    GivenUp,
}

struct PendingDeletion<'a> {
    deletion: &'a Deletion,
    delete: Option<Request>,
    show: Option<Request>,
    stage: DeletionStage,
    /// Whether a deletion was accepted.
    accepted: bool,
    /// The requests so far, and the time of the next.
    attempts: AttemptPace,
    /// Number of deletions answered with 401 or 403.
    forbidden: u32,
    /// Why the resource would be a leftover.
    reason: String,
}

impl<'a> PendingDeletion<'a> {
    fn new(context: &PlanEnvironment<'_>, deletion: &'a Deletion) -> PendingDeletion<'a> {
        let compose = |call| compose_request(context.catalog, call, context.identities);
        let shown = deletion.show.as_ref().map(compose).transpose();
        let composed: Result<_, ComposeError> = compose(&deletion.delete).and_then(|delete| Ok((delete, shown?)));
        match composed {
            Ok((delete, show)) => PendingDeletion {
                deletion,
                delete: Some(delete),
                show,
                stage: match deletion.deleted_before && deletion.show.is_some() {
                    true => DeletionStage::Going { looks: 0 },
                    false => DeletionStage::Wanted,
                },
                accepted: deletion.deleted_before,
                attempts: AttemptPace::new(&context.pace),
                forbidden: 0,
                reason: "no time was left to delete the resource".to_string(),
            },
            Err(error) => {
                let because = error.to_string();
                PendingDeletion {
                    deletion,
                    delete: None,
                    show: None,
                    stage: DeletionStage::Forbidden,
                    accepted: false,
                    attempts: AttemptPace::new(&context.pace),
                    forbidden: 0,
                    reason: because,
                }
            }
        }
    }

    /// The progress of the deletion. A repeated deletion is none: the pauses go on to grow.
    fn count_advances(&self) -> u32 {
        match self.stage {
            DeletionStage::Wanted if self.accepted => 1,
            DeletionStage::Wanted => 0,
            DeletionStage::Going { .. } => 1,
            DeletionStage::Gone | DeletionStage::Forbidden | DeletionStage::Unaffordable | DeletionStage::GivenUp => 2,
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.stage, DeletionStage::Wanted | DeletionStage::Going { .. })
    }

    /// Makes one attempt, and plans the next. Returns whether the deletion advanced.
    async fn make_attempt(
        &mut self,
        context: &PlanEnvironment<'_>,
        reserve: &CleanupReserve,
        meaning: ReadMeaning<'_>,
    ) -> bool {
        let before = self.count_advances();
        self.advance_deletion(context, reserve, meaning).await;
        let refused = self.stage == DeletionStage::Wanted && !self.accepted;
        let advanced = self.count_advances() > before;
        if advanced {
            self.attempts.plan_after_advance();
        } else {
            self.attempts.plan_next(refused, reserve);
        }
        if self.is_open() && self.attempts.is_used_up(refused) {
            self.stage = DeletionStage::GivenUp;
            return false;
        }
        advanced
    }

    /// Sends the deletion, or polls after an accepted deletion.
    async fn advance_deletion(
        &mut self,
        context: &PlanEnvironment<'_>,
        reserve: &CleanupReserve,
        meaning: ReadMeaning<'_>,
    ) {
        match self.stage {
            DeletionStage::Wanted => self.send_deletion(context, reserve, meaning).await,
            DeletionStage::Going { looks } => {
                let Some(show) = &self.show else { return };
                self.attempts.count_request();
                let Some(outcome) = send_unrecorded(context, show, reserve).await else {
                    return self.mark_unaffordable();
                };
                if (meaning.is_kept)(self.deletion, &outcome) {
                    self.stage = DeletionStage::Gone;
                } else {
                    self.note_poll(&outcome, looks + 1);
                }
            }
            _ => {}
        }
    }

    /// Sends the deletion; if the endpoint refuses, sends the calls that release the resource.
    async fn send_deletion(
        &mut self,
        context: &PlanEnvironment<'_>,
        reserve: &CleanupReserve,
        meaning: ReadMeaning<'_>,
    ) {
        let Some(delete) = &self.delete else { return };
        self.attempts.count_request();
        let Some(outcome) = send_unrecorded(context, delete, reserve).await else { return self.mark_unaffordable() };
        self.note_deletion(&outcome);
        let (DeletionStage::Wanted, Some(show)) = (self.stage, &self.show) else { return };
        self.attempts.count_request();
        let Some(shown) = send_unrecorded(context, show, reserve).await else { return self.mark_unaffordable() };
        if self.proves_absence(&shown) {
            self.stage = DeletionStage::Gone;
            return;
        }
        for call in (meaning.list_release_calls)(self.deletion, &shown) {
            // The next deletion shows whether the release worked.
            if let Ok(request) = compose_request(context.catalog, &call, context.identities) {
                self.attempts.count_request();
                send_unrecorded(context, &request, reserve).await;
            }
        }
    }

    /// Whether the outcome of a read proves absence.
    fn proves_absence(&self, shown: &Outcome) -> bool {
        matches!(shown, Outcome::Replied(reply) if self.deletion.absent.contains(&reply.status))
    }

    fn mark_unaffordable(&mut self) {
        self.stage = DeletionStage::Unaffordable;
        self.reason = "no request is left for cleaning up".to_string();
    }

    /// Takes in the outcome of a deletion.
    fn note_deletion(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Replied(Reply { status: 200..=299 | 404 | 410, .. }) => {
                // Only a read of the resource proves absence: 404 may concern another resource that the
                // deletion names.
                self.accepted = true;
                self.stage = if self.show.is_some() { DeletionStage::Going { looks: 0 } } else { DeletionStage::Gone };
                self.reason = "the deletion was accepted, and no read has shown that the resource is gone".to_string();
            }
            Outcome::Replied(Reply { status: status @ (401 | 403), .. }) => {
                self.forbidden += 1;
                self.stage =
                    if self.forbidden < FORBIDDEN_MOST { DeletionStage::Wanted } else { DeletionStage::Forbidden };
                self.reason = format!("refused with {status}");
            }
            Outcome::InfrastructureFailed { by, reply, .. } => {
                self.reason = format!("{} with {}", by.describe(), reply.status)
            }
            Outcome::Replied(reply) => self.reason = format!("refused with {}", reply.status),
            Outcome::Unsent { cause } | Outcome::Lost { cause } => self.reason.clone_from(cause),
        }
    }

    /// Takes in the outcome of a poll.
    fn note_poll(&mut self, outcome: &Outcome, looks: u32) {
        match outcome {
            shown if self.proves_absence(shown) => self.stage = DeletionStage::Gone,
            Outcome::Replied(Reply { status: 200..=299, .. }) => {
                self.reason = "the deletion was accepted, and the resource still exists".to_string();
                self.stage = if looks.is_multiple_of(POLLS_UNTIL_REPEAT) {
                    DeletionStage::Wanted
                } else {
                    DeletionStage::Going { looks }
                };
            }
            Outcome::InfrastructureFailed { reply, .. } | Outcome::Replied(reply) => {
                self.reason = format!("the deletion was accepted, and a read is answered with {}", reply.status);
                self.stage = DeletionStage::Going { looks };
            }
            Outcome::Unsent { cause } | Outcome::Lost { cause } => {
                self.reason.clone_from(cause);
                self.stage = DeletionStage::Going { looks };
            }
        }
    }
}
