//! Stopping plans from outside.

use std::time::Duration;
use tokio::sync::watch;

/// Time for a response that is under way when testing is stopped.
pub const LAST_RESPONSE_TIME: Duration = Duration::from_secs(2);

/// Stops plans from outside, between two requests or during a wait.
#[derive(Debug, Clone)]
pub struct Cancellation {
    requested: watch::Receiver<bool>,
}

impl Cancellation {
    /// A sender and a receiver. The value `true` from the sender stops every plan with a clone.
    pub fn make_pair() -> (watch::Sender<bool>, Cancellation) {
        let (sender, asked) = watch::channel(false);
        (sender, Cancellation { requested: asked })
    }

    /// Never stops a plan.
    pub fn never() -> Cancellation {
        Cancellation::make_pair().1
    }

    /// Whether a stop was requested.
    pub fn is_requested(&self) -> bool {
        *self.requested.borrow()
    }

    /// Returns when a stop is requested.
    pub async fn wait_for_request(&self) {
        if self.requested.clone().wait_for(|asked| *asked).await.is_err() {
            // The sender was dropped: no stop can be requested any more.
            std::future::pending::<()>().await;
        }
    }
}
