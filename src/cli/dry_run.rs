//! The forecast of a dry run as text.

use crate::profile::ChangePolicy;
use crate::profile::Profile;
use crate::session::{CreatedCount, EndpointForecast};
use std::time::Duration;

/// The forecast as indented lines; each ends with a line feed.
#[must_use]
pub fn describe_forecast(dry_run: &EndpointForecast) -> String {
    let EndpointForecast { forecast, live_max, quotas, profile } = dry_run;
    let usual = &forecast.usual;
    let mut lines = vec![format!("requests   about {}", usual.requests)];
    for (kind, CreatedCount { count, lifetime }) in &usual.created {
        let hours = format_hours(*lifetime);
        lines.push(format!("resources  {kind}: about {count}, at most {live_max} at once; {hours} {kind} hours"));
    }
    if usual.created.is_empty() {
        lines.push("resources  none".to_string());
    }
    let time = format_minutes(usual.took);
    lines.push(match &forecast.slow {
        Some(slow) => format!(
            "time       about {time}, or {} at the slowest tenth; from {} transitions of an earlier run at this endpoint",
            format_minutes(slow.took),
            forecast.known
        ),
        None => format!("time       about {time} with the mock's times; no earlier run measured this endpoint"),
    });
    for kind in usual.created.keys() {
        let quota = quotas.iter().find(|(known, _)| known == kind).map(|(_, free)| *free);
        lines.push(format!("quota      {kind}: {}", describe_quota(quota, *live_max, profile)));
    }
    lines.into_iter().map(|line| format!("  {line}\n")).collect()
}

/// The needed and the free part of a quota.
fn describe_quota(quota: Option<Option<u64>>, needed: usize, profile: &Profile) -> String {
    match quota {
        Some(None) => "unlimited".to_string(),
        Some(Some(free)) if free < needed as u64 => format!(
            "{needed} needed at once, only {free} free; write `limits: {{ live: {free} }}`, or have the quota raised"
        ),
        Some(Some(free)) => format!("{needed} needed at once, {free} free"),
        None if profile.changes == ChangePolicy::Allowed => {
            "unknown; `quotas` in the profile says how to read the quota".to_string()
        }
        None => "none needed".to_string(),
    }
}

fn format_minutes(time: Duration) -> String {
    match time.as_secs().div_ceil(60) {
        1 => "1 minute".to_string(),
        minutes => format!("{minutes} minutes"),
    }
}

fn format_hours(time: Duration) -> String {
    let tenths = time.as_secs().div_ceil(360);
    format!("{}.{}", tenths / 10, tenths % 10)
}
