//! An endpoint behind a network that takes time, so that calls overlap on a paused clock.

use probity::endpoint::{Endpoint, PendingOutcome, Request};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::sleep;

/// The times of a request and of its response, in turn, in milliseconds.
const LATENCIES_MS: [(u64, u64); 5] = [(10, 30), (40, 5), (3, 3), (25, 60), (7, 12)];

/// An endpoint whose requests and responses take time.
pub struct LatentEndpoint {
    inner: Rc<dyn Endpoint>,
    /// Number of requests so far.
    sent: Cell<usize>,
}

impl LatentEndpoint {
    pub fn new(inner: Rc<dyn Endpoint>) -> LatentEndpoint {
        LatentEndpoint { inner, sent: Cell::new(0) }
    }
}

impl Endpoint for LatentEndpoint {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a> {
        let (there, back) = LATENCIES_MS[self.sent.replace(self.sent.get() + 1) % LATENCIES_MS.len()];
        Box::pin(async move {
            sleep(Duration::from_millis(there)).await;
            let outcome = self.inner.send(request).await;
            sleep(Duration::from_millis(back)).await;
            outcome
        })
    }
}
