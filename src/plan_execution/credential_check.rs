//! Whether an endpoint still accepts the credentials of a caller.
//!
//! A 401 that no clause explains may be a deviation, or the credentials may have expired or been revoked since the plan
//! began. A read that the endpoint answered before tells: the read is sent again with the same credentials, and a token
//! that can be renewed has been renewed by then. If the endpoint accepts the read, the 401 is judged as any response. If
//! the endpoint refuses the read, the 401 says nothing about the API, and all plans stop.

use crate::endpoint::Request;
use crate::history::{Outcome, Reply};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The last accepted read of each caller, in all plans of a campaign.
#[derive(Debug, Default)]
pub struct AcceptedReads(RefCell<BTreeMap<String, Request>>);

impl AcceptedReads {
    /// Keeps a read that the endpoint answered otherwise than with 401, and rather one with a success.
    pub(super) fn note_outcome(&self, request: &Request, outcome: &Outcome) {
        let Outcome::Replied(reply) = outcome else { return };
        if request.method != "GET" || reply.status == 401 || reply.is_throttling() || reply.status >= 500 {
            return;
        }
        let mut reads = self.0.borrow_mut();
        if (200..300).contains(&reply.status) || !reads.contains_key(&request.caller) {
            reads.insert(request.caller.clone(), request.clone());
        }
    }
}

/// Whether a 401 is about credentials that every operation accepts: a caller with valid ones gets it.
pub(super) fn is_refusal_of_credentials(request: &Request, outcome: &Outcome) -> bool {
    // The others are sent in order to be refused.
    matches!(request.caller.as_str(), "owner" | "other")
        && matches!(outcome, Outcome::Replied(Reply { status: 401, .. }))
}

/// What a check of credentials showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CredentialState {
    /// The endpoint answers the read otherwise than with 401.
    Accepted,
    /// The endpoint refuses the read with 401, each time.
    Refused,
    /// No read was answered.
    Unclear,
}

/// A check in progress: the read is sent until an answer decides.
pub(super) struct CredentialCheck {
    /// The read.
    pub read: Request,
    refusals: u32,
    sent: u32,
}

impl CredentialCheck {
    /// Refusals in a row that prove that the credentials are refused: a single 401 may be a stray one too.
    const REFUSALS: u32 = 3;
    /// Most requests of a check.
    const SENT_MAX: u32 = 6;

    /// A check for a caller; `None` if no read of the caller was accepted so far.
    pub(super) fn begin(reads: &AcceptedReads, caller: &str) -> Option<CredentialCheck> {
        let read = reads.0.borrow().get(caller)?.clone();
        Some(CredentialCheck { read, refusals: 0, sent: 0 })
    }

    /// Takes in the outcome of the read. `None` if the read has to be sent again.
    pub(super) fn take_outcome(&mut self, outcome: &Outcome) -> Option<CredentialState> {
        self.sent += 1;
        match outcome {
            Outcome::Replied(Reply { status: 401, .. }) => self.refusals += 1,
            Outcome::Replied(reply) if !reply.is_throttling() && !reply.is_from_gateway() => {
                return Some(CredentialState::Accepted);
            }
            _ => {}
        }
        if self.refusals >= CredentialCheck::REFUSALS {
            return Some(CredentialState::Refused);
        }
        (self.sent >= CredentialCheck::SENT_MAX).then_some(CredentialState::Unclear)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::ReplyBody;

    fn reply(status: u16) -> Outcome {
        Outcome::Replied(Reply { status, headers: BTreeMap::new(), body: ReplyBody::Empty })
    }

    /// The state after these statuses, where 0 is a lost response; `None` if the check goes on.
    fn check(statuses: &[u16]) -> Option<CredentialState> {
        let read = Request {
            operation: "show".to_string(),
            binding: "v1".to_string(),
            caller: "owner".to_string(),
            method: "GET".to_string(),
            path: "/lamps/1".to_string(),
            parameters: BTreeMap::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
        };
        let reads = AcceptedReads::default();
        assert!(CredentialCheck::begin(&reads, "owner").is_none());
        reads.note_outcome(&read, &reply(401));
        assert!(CredentialCheck::begin(&reads, "owner").is_none());
        reads.note_outcome(&read, &reply(200));
        assert!(CredentialCheck::begin(&reads, "other").is_none());
        let mut check = CredentialCheck::begin(&reads, "owner").expect("the read was accepted");
        let lost = || Outcome::Lost { cause: "reset".to_string() };
        let outcomes = statuses.iter().map(|status| if *status == 0 { lost() } else { reply(*status) });
        outcomes.map(|outcome| check.take_outcome(&outcome)).last().flatten()
    }

    #[test]
    fn any_answer_but_401_shows_that_the_credentials_are_accepted() {
        assert_eq!(check(&[200]), Some(CredentialState::Accepted));
        // The resource of the read may be gone by now.
        assert_eq!(check(&[401, 0, 404]), Some(CredentialState::Accepted));
    }

    #[test]
    fn three_refusals_show_that_the_credentials_are_refused() {
        assert_eq!(check(&[401, 401]), None);
        assert_eq!(check(&[401, 0, 429, 401, 401]), Some(CredentialState::Refused));
    }

    #[test]
    fn without_answers_the_state_is_unclear() {
        assert_eq!(check(&[0, 503, 429, 0, 0]), None);
        assert_eq!(check(&[0, 503, 429, 0, 0, 401]), Some(CredentialState::Unclear));
    }
}
