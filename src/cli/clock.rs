//! The machine's clocks and facts; no other room asks for them.

use super::wrong::Wrong;
use crate::http_client::Wall;
use crate::report::Machine;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// When a run began, by both clocks.
#[derive(Debug, Clone)]
pub struct Began {
    /// RFC 3339, UTC.
    pub at: String,
    /// `YYYY-MM-DD`, UTC.
    pub day: String,
    stamp: jiff::Timestamp,
    /// Unix seconds.
    pub seconds: u64,
    monotonic: Instant,
}

impl Began {
    /// Now.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine's clocks")]
    pub fn now() -> Began {
        let stamp = jiff::Timestamp::now();
        let at = stamp.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let seconds = u64::try_from(stamp.as_second()).unwrap_or_default();
        Began { day: at[..10].to_string(), at, seconds, stamp, monotonic: Instant::now() }
    }

    /// A text that no other run on this machine has.
    pub fn salt(&self) -> String {
        let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        format!("{}-{}-{}", self.at, since.as_nanos(), std::process::id())
    }

    /// The time of the wall from now on: it goes on evenly, whatever is done to the machine's clock.
    pub fn wall(&self) -> Wall {
        let (stamp, monotonic) = (self.stamp, self.monotonic);
        Arc::new(move || {
            let since = jiff::SignedDuration::try_from(monotonic.elapsed()).unwrap_or(jiff::SignedDuration::ZERO);
            stamp.saturating_add(since).expect("a duration has no calendar units")
        })
    }

    /// Since then.
    pub fn elapsed(&self) -> Duration {
        self.monotonic.elapsed()
    }
}

/// A day as the user typed it.
///
/// # Errors
/// If there is no such day.
pub fn day(typed: &str) -> Result<String, Wrong> {
    let day: Result<jiff::civil::Date, _> = typed.parse();
    match day {
        Ok(day) if typed.len() == 10 => Ok(day.to_string()),
        _ => Err(Wrong::usage(format!("--today {typed}"), "it is not a day", "write it as YYYY-MM-DD")),
    }
}

/// A time span as the user typed it: `45s`, `30m`, `2h` or `3d`, in seconds.
///
/// # Errors
/// If it is none.
pub fn span(flag: &str, typed: &str) -> Result<u64, Wrong> {
    let wrong = || Wrong::usage(format!("{flag} {typed}"), "it is no time span", "write a number and s, m, h or d: 2h");
    let digits = typed.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let number: u64 = typed[..digits].parse().map_err(|_| wrong())?;
    let unit = match &typed[digits..] {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).ok_or_else(wrong)
}

/// What this machine is.
pub fn machine() -> Machine {
    Machine {
        os: std::env::consts::OS.to_string(),
        arch: std::env::consts::ARCH.to_string(),
        threads: std::thread::available_parallelism().map_or(0, usize::from),
    }
}
