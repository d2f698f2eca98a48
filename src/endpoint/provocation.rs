//! Provoked failures: commands of the profile make an endpoint fail at a call.
//!
//! Promises about failed resources stay untested while every call succeeds. A failpoint or an administrator's command
//! can cause a failure, and is no part of the API. The history does not record the commands, because the pages allow
//! the failures at any time.

use super::shell_command::ShellCommand;
#[cfg(test)]
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::num::NonZeroU64;
use std::process::Stdio;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Commands that make a call fail. `sh` runs both commands, in probity's working folder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "Provocation"))]
pub struct FailureProvocation {
    /// Runs before the call; from then on the call fails.
    pub begin: String,
    /// Runs when the resource of the call has settled, or its bound has passed; from then on the call works again.
    pub end: String,
    /// About one in this many calls fails.
    #[serde(default = "default_each")]
    pub each: NonZeroU64,
}

fn default_each() -> NonZeroU64 {
    NonZeroU64::new(5).expect("five is not zero")
}

/// Longest duration of a command.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

impl FailureProvocation {
    /// Whether a call fails. `told` contains the body and the handles of the call. The decision depends on `told`
    /// only, so that a replayed or shrunk plan fails at the same call. The body alone would not suffice, because many
    /// calls have equal bodies or none.
    #[must_use]
    pub fn applies_to(&self, told: &Value) -> bool {
        let text = told.to_string();
        let mixed = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |mixed, byte| {
            (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        // The low bits of the hash depend on the last bytes only, and those are equal in many bodies.
        (mixed ^ (mixed >> 32)) % self.each == 0
    }
}

/// Runs a command of a profile. Its error output goes to the error output of probity. A future that is dropped ends the
/// command with its children; children of a command that has ended run on, because they may keep the failure up.
///
/// # Errors
///
/// How the command ended, if not with success and in time.
pub async fn run_command(line: &str) -> Result<(), String> {
    let failed = |cause: String| format!("`{line}`: {cause}");
    let command = ShellCommand::start(line, Stdio::null(), false);
    let mut command = command.map_err(|error| failed(error.to_string()))?;
    let began = Instant::now();
    loop {
        match command.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(failed(status.to_string())),
            Ok(None) if began.elapsed() < COMMAND_TIMEOUT => sleep(POLL_INTERVAL).await,
            Ok(None) => {
                command.end_all();
                return Err(failed(format!("the command did not end within {} s", COMMAND_TIMEOUT.as_secs())));
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
    fn equal_calls_on_different_resources_do_not_all_fail() {
        let half = FailureProvocation { begin: String::new(), end: String::new(), each: NonZeroU64::new(2).unwrap() };
        let fell = (0..100).filter(|nth| half.applies_to(&json!([{ "lamp": [format!("lamp-{nth}")] }, null]))).count();
        assert!((30..=70).contains(&fell), "{fell} of 100");
    }

    #[test]
    fn about_one_call_in_each_fails_and_the_choice_is_stable() {
        let one_in = |each| FailureProvocation {
            begin: String::new(),
            end: String::new(),
            each: NonZeroU64::new(each).unwrap(),
        };
        for each in [1, 2, 5] {
            let bodies: Vec<Value> =
                (0..1000).map(|nth| json!({ "lamp": { "name": format!("a{nth}"), "size": 1 } })).collect();
            let fall = |body: &&Value| one_in(each).applies_to(body);
            let fell = bodies.iter().filter(fall).count() as u64;
            assert!((700 / each..=1300 / each).contains(&fell), "{fell} of 1000 where one in {each} was to fall");
            assert_eq!(bodies.iter().filter(fall).count() as u64, fell);
        }
    }

    #[test]
    fn an_error_names_the_failed_command() {
        let run = |line: &str| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            runtime.block_on(run_command(line))
        };
        assert_eq!(run("exit 0"), Ok(()));
        let cause = run("exit 3").unwrap_err();
        assert!(cause.starts_with("`exit 3`: ") && cause.contains('3'), "{cause}");
    }
}
