//! The time for the checks of an endpoint before the first create.

use super::settings::CampaignSettings;
use super::target::SuiteTarget;
use super::user_error::UserError;
use crate::limits::Limits;
use crate::plan_execution::LAST_RESPONSE_TIME;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// The shortest time for the checks: without time for one response, no endpoint would pass.
const CHECK_TIME_LEAST: Duration = Duration::from_secs(3);

/// The result of a check of the endpoint, and the limits of the campaign without the time that the check took.
///
/// # Errors
/// The error of the check; and if a signal, or the end of the time of the run, comes first.
pub(super) async fn finish_check<T>(
    settings: &CampaignSettings<'_>,
    check: impl Future<Output = Result<T, UserError>>,
) -> Result<(T, Limits), UserError> {
    let place = || match settings.target {
        SuiteTarget::Address(address, _) => address.clone(),
        SuiteTarget::Mock(_) | SuiteTarget::InProcess(_) => settings.loaded.name.clone(),
    };
    let limits = &settings.limits;
    let within = limits.time.saturating_add(limits.shrink_time).max(CHECK_TIME_LEAST);
    let began = Instant::now();
    // An endpoint that answers usually passes the checks in this time, and the run ends with a report.
    let stop = async {
        settings.cancel.wait_for_request().await;
        sleep(LAST_RESPONSE_TIME).await;
    };
    tokio::select! {
        biased;
        checked = timeout(within, check) => {
            let checked = checked.unwrap_or_else(|_| {
                let cause = format!("the checks of the endpoint did not end within {} s", within.as_secs());
                Err(UserError::endpoint(place(), cause, "check that the endpoint answers, or raise `limits.seconds`"))
            })?;
            Ok((checked, subtract_time(limits, began.elapsed())))
        }
        () = stop => {
            let cause = "a signal came during the checks of the endpoint, before the first create";
            Err(UserError::stopped(place(), cause, "run again"))
        }
    }
}

/// The limits after some time was spent: first the time for plans, then the time for shrinking.
fn subtract_time(limits: &Limits, spent: Duration) -> Limits {
    let shrink_time = limits.shrink_time.saturating_sub(spent.saturating_sub(limits.time));
    Limits { time: limits.time.saturating_sub(spent), shrink_time, ..*limits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_the_checks_is_taken_from_plans_and_then_from_shrinking() {
        let limits = Limits { time: Duration::from_secs(10), shrink_time: Duration::from_secs(5), ..Limits::NONE };
        let rest = |spent: u64| {
            let rest = subtract_time(&limits, Duration::from_secs(spent));
            (rest.time.as_secs(), rest.shrink_time.as_secs())
        };
        assert_eq!([rest(4), rest(12), rest(20)], [(6, 5), (0, 3), (0, 0)]);
    }
}
