//! How fast, how long and how often to ask.

use std::time::Duration;
use tokio::sync::watch;

/// Delays and repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between the first and the second poll; the step says when the first comes.
    pub poll_first: Duration,
    /// Each further wait is so many percent of the one before.
    pub poll_factor_percent: u32,
    /// The longest wait between two polls.
    pub poll_most: Duration,
    /// What has been waited for long is looked at more rarely still: after so many percent of that time more. Most
    /// requests would go to things that show rest already, while nothing yet proves that they are not about to
    /// leave it.
    pub poll_part_percent: u32,
    /// Stop polling when the replies have not changed for so long. It steers the runner
    /// and proves nothing; at least `settle_most` where liveness is to be judged.
    pub quiet: Duration,
    /// Stop polling so long after the reply; the last poll is made at this moment.
    pub settle_most: Duration,
    /// A request without a whole reply after so long is lost.
    pub request_timeout: Duration,
    /// How often one call is sent again.
    pub retries: u32,
    /// Before a repeat, where the endpoint does not say; doubled each time.
    pub retry_after: Duration,
    /// The longest wait before a repeat, whatever the endpoint says.
    pub retry_after_most: Duration,
    /// So many requests in a row that never reached the endpoint end the plan.
    pub unsent_most: u32,
    /// Waits between polls and before repeats are longer by up to so many percent, drawn from the
    /// seed: plans side by side do not all ask at once. With 0 the same endpoint behaviour gives
    /// the same times.
    pub jitter_percent: u32,
}

impl Pace {
    /// For an endpoint over a network.
    pub const REAL: Pace = Pace {
        poll_first: Duration::from_secs(1),
        poll_factor_percent: 150,
        poll_most: Duration::from_secs(15),
        poll_part_percent: 25,
        quiet: Duration::from_secs(3600),
        settle_most: Duration::from_secs(1800),
        request_timeout: Duration::from_secs(60),
        retries: 5,
        retry_after: Duration::from_secs(1),
        retry_after_most: Duration::from_secs(120),
        unsent_most: 5,
        jitter_percent: 25,
    };

    /// For an endpoint in this process, whose time may be paused.
    pub const IN_PROCESS: Pace = Pace { jitter_percent: 0, ..Pace::REAL };
}

/// Ceilings of one plan. What is cleaned up afterwards is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Requests, polls and repeats included.
    pub requests: u64,
    /// Since the plan began.
    pub time: Duration,
}

/// Lets a plan be stopped from outside, between two requests or in a wait.
#[derive(Debug, Clone)]
pub struct Cancel {
    asked: watch::Receiver<bool>,
}

impl Cancel {
    /// The sender's `true` stops every plan that holds a clone.
    pub fn pair() -> (watch::Sender<bool>, Cancel) {
        let (sender, asked) = watch::channel(false);
        (sender, Cancel { asked })
    }

    /// One that is never asked for.
    pub fn never() -> Cancel {
        Cancel::pair().1
    }

    /// Whether it was asked for.
    pub fn asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Returns when it is asked for.
    pub async fn wait(&self) {
        if self.asked.clone().wait_for(|asked| *asked).await.is_err() {
            // Nobody is left who could ask.
            std::future::pending::<()>().await;
        }
    }
}
