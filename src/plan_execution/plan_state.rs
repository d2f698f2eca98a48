//! The state of a plan while the plan is carried out.

use super::journal::Journal;
use crate::history::{Exchange, HistoryRecorder};
use std::collections::BTreeMap;
use tokio::time::Instant;

/// The state of a plan: known ids, recorded exchanges, and spent requests.
pub struct PlanState {
    /// Resource ids by handle.
    pub ids: BTreeMap<String, String>,
    /// Handles in the order in which their ids became known.
    pub created_handles: Vec<String>,
    /// Recorded exchanges in the order of sending, with digests in place of the bodies of responses. The bodies of a
    /// long plan would fill the memory; `recorder` has them.
    pub exchanges: Vec<Exchange>,
    /// The record of the plan.
    pub recorder: HistoryRecorder,
    /// Counts of requests.
    pub counts: RequestCounts,
    pub(super) started: Instant,
    pub(super) journal: Box<dyn Journal>,
    /// The number of the next exchange.
    pub(super) next: u64,
    /// Handles that each step creates, by step index and `about` name. A later response may tell the ids.
    pub(super) handles_by_step: BTreeMap<usize, BTreeMap<String, Vec<String>>>,
    /// Sent requests without a record, by number. A finished exchange waits for earlier ones.
    pub(super) waiting: BTreeMap<u64, Option<Exchange>>,
    /// Number of consecutive requests that did not reach the endpoint.
    pub(super) unsent_in_row: u32,
}

/// Counts of requests. Failures are counted so that they cannot hide a deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequestCounts {
    /// All requests.
    pub requests: u64,
    /// Polls.
    pub polls: u64,
    /// Retries.
    pub retries: u64,
    /// Refused because of the rate: 429, or 413, 502, 503 or 504 with a time for a retry.
    pub throttled: u64,
    /// No complete response, or 502, 503, 504.
    pub lost: u64,
    /// Did not reach the endpoint.
    pub unsent: u64,
    /// Waits for the bound of a transition because no response could tell whether the transition had ended.
    pub bound_waits: u64,
}

impl PlanState {
    /// The state of a plan that starts now.
    pub fn start_plan(journal: Box<dyn Journal>) -> PlanState {
        let started = Instant::now();
        PlanState {
            ids: BTreeMap::new(),
            created_handles: Vec::new(),
            exchanges: Vec::new(),
            recorder: HistoryRecorder::new(),
            counts: RequestCounts::default(),
            started,
            journal,
            next: 0,
            handles_by_step: BTreeMap::new(),
            waiting: BTreeMap::new(),
            unsent_in_row: 0,
        }
    }

    /// Milliseconds since the start of the plan, as exchanges record time.
    ///
    /// # Panics
    /// Never: a plan ends within ages.
    #[must_use]
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).expect("a plan ends within ages")
    }

    /// Microseconds since the start of the plan.
    ///
    /// # Panics
    /// Never: a plan ends within ages.
    #[must_use]
    pub fn elapsed_us(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).expect("a plan ends within ages")
    }

    /// Records in the journal that a resource is gone. An error is ignored: a sweep would find the
    /// resource absent.
    pub fn record_gone(&mut self, handle: &str) {
        let _ = self.journal.record_deletion(handle);
    }
}
