//! The clocks and the facts of the machine. Only this module reads the clocks.

use crate::http_client::WallClock;
use crate::report::MachineFacts;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The start of a run, by the wall clock and by the monotonic clock.
#[derive(Debug, Clone)]
pub struct RunStart {
    /// RFC 3339, UTC.
    pub at: String,
    /// `YYYY-MM-DD`, UTC.
    pub date: String,
    stamp: jiff::Timestamp,
    /// Unix seconds.
    pub seconds: u64,
    monotonic: Instant,
}

impl RunStart {
    /// The present moment.
    #[expect(clippy::disallowed_methods, reason = "the only function that reads the clocks of the machine")]
    pub fn now() -> RunStart {
        let stamp = jiff::Timestamp::now();
        let at = stamp.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let seconds = u64::try_from(stamp.as_second()).unwrap_or_default();
        RunStart { date: at[..10].to_string(), at, seconds, stamp, monotonic: Instant::now() }
    }

    /// A text that differs between any two runs on a machine.
    pub fn make_salt(&self) -> String {
        let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        format!("{}-{}-{}", self.at, since.as_nanos(), std::process::id())
    }

    /// A wall clock that advances with the monotonic clock, so that an adjustment of the machine's clock
    /// has no effect.
    pub fn wall_clock(&self) -> WallClock {
        let (stamp, monotonic) = (self.stamp, self.monotonic);
        Arc::new(move || {
            let since = jiff::SignedDuration::try_from(monotonic.elapsed()).unwrap_or(jiff::SignedDuration::ZERO);
            stamp.saturating_add(since).expect("a duration has no calendar units")
        })
    }

    /// The time since the start, by the monotonic clock.
    pub fn elapsed(&self) -> Duration {
        self.monotonic.elapsed()
    }
}

/// Operating system, architecture and threads of the machine.
pub fn describe_machine() -> MachineFacts {
    MachineFacts {
        os: std::env::consts::OS.to_string(),
        arch: std::env::consts::ARCH.to_string(),
        threads: std::thread::available_parallelism().map_or(0, usize::from),
    }
}
