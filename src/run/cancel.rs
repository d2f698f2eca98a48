//! Stopping plans from outside.

use tokio::sync::watch;

/// Stops plans from outside, between two requests or during a wait.
#[derive(Debug, Clone)]
pub struct Cancel {
    asked: watch::Receiver<bool>,
}

impl Cancel {
    /// A sender and a receiver. The value `true` from the sender stops every plan with a clone.
    pub fn pair() -> (watch::Sender<bool>, Cancel) {
        let (sender, asked) = watch::channel(false);
        (sender, Cancel { asked })
    }

    /// Never stops a plan.
    pub fn never() -> Cancel {
        Cancel::pair().1
    }

    /// Whether a stop was requested.
    pub fn asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Returns when a stop is requested.
    pub async fn wait(&self) {
        if self.asked.clone().wait_for(|asked| *asked).await.is_err() {
            // The sender was dropped: no stop can be requested any more.
            std::future::pending::<()>().await;
        }
    }
}
