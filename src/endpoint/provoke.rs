//! Letting an endpoint fail at a call on purpose, by commands of its profile.
//!
//! What the pages promise of a thing in error stays untested where nothing ever fails. How to bring a failure
//! about is the endpoint's affair, and no part of its API: a failpoint, an administrator's command. Nothing
//! of it is recorded, because what comes of it is only what the pages say may happen at any time.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::num::NonZeroU64;
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How to let a call fail here. Both commands are run by `sh`, in the folder where probity runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provocation {
    /// Run before the call: from here on it fails.
    pub begin: String,
    /// Run when the call's thing has come to rest, or should have: from here on it works again.
    pub end: String,
    /// About one in so many of these calls is let fail.
    #[serde(default = "five")]
    pub each: NonZeroU64,
}

fn five() -> NonZeroU64 {
    NonZeroU64::new(5).expect("it is not zero")
}

/// A command that takes longer does not end.
const WITHIN: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(5);

impl Provocation {
    /// Whether a call is let fail, of which this is told: what it says, and what a plan calls its things. These
    /// alone decide, so that a plan that is carried out again, or made shorter, fails at the same call. What it
    /// says would not do: some calls say one of two things, and others nothing.
    #[must_use]
    pub fn falls_on(&self, told: &Value) -> bool {
        let text = told.to_string();
        let mixed = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |mixed, byte| {
            (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        // The low digits of such a sum depend on the last bytes only, which bodies have in common.
        (mixed ^ (mixed >> 32)) % self.each == 0
    }
}

/// Runs a command of a profile; its outputs go where the errors of probity go.
///
/// # Errors
/// What became of it, if it did not end well or not in time.
pub async fn run_command(line: &str) -> Result<(), String> {
    let failed = |cause: String| format!("`{line}`: {cause}");
    let mut command = Command::new("sh");
    command.arg("-c").arg(line).stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    let began = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(failed(status.to_string())),
            Ok(None) if began.elapsed() < WITHIN => sleep(LOOK).await,
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed(format!("it did not end within {} s", WITHIN.as_secs())));
            }
            Err(error) => return Err(failed(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn calls_that_say_the_same_of_different_things_are_not_all_let_fail() {
        let half = Provocation { begin: String::new(), end: String::new(), each: NonZeroU64::new(2).unwrap() };
        let fell = (0..100).filter(|nth| half.falls_on(&json!([{ "lamp": [format!("lamp-{nth}")] }, null]))).count();
        assert!((30..=70).contains(&fell), "{fell} of 100");
    }

    #[test]
    fn about_one_call_in_so_many_is_let_fail_and_always_the_same() {
        let one_in =
            |each| Provocation { begin: String::new(), end: String::new(), each: NonZeroU64::new(each).unwrap() };
        for each in [1, 2, 5] {
            let bodies: Vec<Value> =
                (0..1000).map(|nth| json!({ "lamp": { "name": format!("a{nth}"), "size": 1 } })).collect();
            let fall = |body: &&Value| one_in(each).falls_on(body);
            let fell = bodies.iter().filter(fall).count() as u64;
            assert!((700 / each..=1300 / each).contains(&fell), "{fell} of 1000 where one in {each} was to fall");
            assert_eq!(bodies.iter().filter(fall).count() as u64, fell);
        }
    }

    #[test]
    fn a_command_that_fails_says_which() {
        let run = |line: &str| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            runtime.block_on(run_command(line))
        };
        assert_eq!(run("exit 0"), Ok(()));
        let cause = run("exit 3").unwrap_err();
        assert!(cause.starts_with("`exit 3`: ") && cause.contains('3'), "{cause}");
    }
}
