//! The tracker of a run at a real endpoint.

use super::listener::{SessionEvent, SessionListener};
use super::settings::CampaignSettings;
use super::target::SuiteTarget;
use super::user_error::UserError;
use crate::campaign::CampaignEnvironment;
use crate::cleanup::{CleanupTimes, JOURNAL_FORMAT, JournalHeader, ResourceTracker, make_run_id};
use crate::limits::SECONDS_RESERVE;
use crate::profile::Profile;
use std::time::Duration;

/// Time for cleaning up after one plan, without a limit in the profile.
const DEFAULT_RESERVE_TIME: Duration = Duration::from_secs(SECONDS_RESERVE);

/// Time for cleaning up after one plan.
pub(super) fn find_reserve_time(profile: &Profile) -> Duration {
    profile.limits.reserve_seconds.map_or(DEFAULT_RESERVE_TIME, Duration::from_secs)
}

/// Adds a tracker to the environment if the run may change resources: from now on the journal records
/// every create.
///
/// # Errors
/// If the journal cannot be written.
pub fn attach_tracker<'a>(
    order: &CampaignSettings<'_>,
    address: &str,
    site: CampaignEnvironment<'a>,
    listener: &mut dyn SessionListener,
) -> Result<CampaignEnvironment<'a>, UserError> {
    let SuiteTarget::Address(_, profile) = order.target else { return Ok(site) };
    if site.reading_only {
        return Ok(site);
    }
    let keeping = &order.journal;
    let within = find_reserve_time(profile);
    let whose = JournalHeader {
        format: JOURNAL_FORMAT,
        run: make_run_id(keeping.start.seconds, &order.salt),
        suite: order.loaded.name.clone(),
        endpoint: address.to_string(),
        profile: order.profile.clone(),
        started: keeping.start.at.clone(),
        lifetime_s: order.limits.time.as_secs().saturating_add(within.as_secs()),
        pid: std::process::id(),
    };
    let path = keeping.folder.join(format!("{}.jsonl", whose.run));
    // The id has the start of the process; the campaign of a later suite begins later.
    let began_s = keeping.start.seconds + keeping.start.elapsed().as_secs();
    let times = CleanupTimes {
        within,
        testing: order.limits.time + order.limits.shrink_time,
        cancel: order.cancel.clone(),
        give_up: keeping.give_up.clone(),
    };
    let keeper = ResourceTracker::start_run(&path, &whose, began_s, times);
    let keeper = keeper.map_err(|error| UserError::unwritable(&path, &error))?;
    listener.hear_session(&SessionEvent::JournalOpened { run: &keeper.run, path: &path });
    Ok(CampaignEnvironment { tracker: Some(keeper), ..site })
}
