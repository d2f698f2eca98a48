//! Deleting what a plan brought to life.

use super::Call;
use super::face::{Context, Run};
use crate::endpoint::{Request, compose};
use crate::history::{Outcome, Reply};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How one thing is deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct Deletion {
    /// What it is called in the journal and in reports.
    pub handle: String,
    /// Its id, for people.
    pub id: String,
    /// Deletes it.
    pub delete: Call,
    /// Shows it: 404 says that it is gone. None: a success of `delete` is taken for it.
    pub show: Option<Call>,
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

/// Deletes in the given order, which should be the reverse of birth: what was made of a thing goes before it.
///
/// Nothing of it enters the history, and the plan's budget and a cancellation do not stop
/// it: the reserve for cleaning up is `within`, for all of them together.
pub async fn sweep(context: &Context<'_>, deletions: &[Deletion], run: &mut Run, within: Duration) -> Swept {
    let end = Instant::now() + within;
    let mut swept = Swept::default();
    for deletion in deletions {
        match delete(context, deletion, end, &mut swept.requests).await {
            Ok(()) => {
                swept.gone.push(deletion.handle.clone());
                run.note_gone(&deletion.handle);
            }
            Err(because) => {
                let mut because = because;
                context.secrets.strip_text(&mut because);
                swept.left.push(Left { handle: deletion.handle.clone(), id: deletion.id.clone(), because });
            }
        }
    }
    swept
}

async fn delete(context: &Context<'_>, deletion: &Deletion, end: Instant, requests: &mut u64) -> Result<(), String> {
    let compose = |call| compose(context.catalog, call, context.identities).map_err(|error| error.to_string());
    let request = compose(&deletion.delete)?;
    let show = deletion.show.as_ref().map(compose).transpose()?;
    let mut wait = context.pace.poll_first;
    let mut accepted = false;
    loop {
        // A thing in motion refuses to be deleted; what is asked for again is what it did not accept.
        let asked = if accepted { show.as_ref().unwrap_or(&request) } else { &request };
        let Some(outcome) = ask(context, asked, requests).await else {
            return Err("the requests kept for cleaning up are spent".to_string());
        };
        let because = match &outcome {
            Outcome::Replied(Reply { status: 404 | 410, .. }) => return Ok(()),
            Outcome::Replied(Reply { status: 200..=299, .. }) if accepted => {
                "it was accepted and the thing is still there".to_string()
            }
            Outcome::Replied(Reply { status: 200..=299, .. }) => {
                if show.is_none() {
                    return Ok(());
                }
                accepted = true;
                "it was accepted and the thing was not seen to be gone".to_string()
            }
            Outcome::Replied(Reply { status: status @ (401 | 403), .. }) => {
                return Err(format!("refused with {status}"));
            }
            Outcome::Hindered { by, reply } => format!("{} with {}", by.word(), reply.status),
            Outcome::Replied(reply) => format!("refused with {}", reply.status),
            Outcome::Unsent { cause } | Outcome::Lost { cause } => cause.clone(),
        };
        if Instant::now() + wait > end {
            return Err(because);
        }
        sleep(wait).await;
        wait = (wait * context.pace.poll_factor_percent / 100).min(context.pace.poll_most);
    }
}

/// None where no request is left.
async fn ask(context: &Context<'_>, request: &Request, requests: &mut u64) -> Option<Outcome> {
    if !context.purse.reserved().await {
        return None;
    }
    *requests += 1;
    let most = context.pace.request_timeout;
    let outcome = timeout(most, context.endpoint.send(request)).await;
    Some(outcome.unwrap_or_else(|_| Outcome::Lost { cause: format!("no whole reply within {} ms", most.as_millis()) }))
}
