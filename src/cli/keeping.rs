//! The tracker of a run at a real endpoint.

use super::drive::{Chosen, Order};
use super::wrong::Wrong;
use crate::campaign::Site;
use crate::cleanup::{JOURNAL_FORMAT, Keeper, Whose, run_id};
use crate::endpoint::Profile;
use crate::limits::SECONDS_RESERVE;
use std::time::Duration;

/// Time for cleaning up after one plan, without a limit in the profile.
const SWEEP: Duration = Duration::from_secs(SECONDS_RESERVE);

/// Time for cleaning up after one plan.
pub(super) fn reserve_time(profile: &Profile) -> Duration {
    profile.limits.reserve_seconds.map_or(SWEEP, Duration::from_secs)
}

/// Adds a tracker to the environment if the run may change resources: from now on the journal records
/// every create.
///
/// # Errors
/// If the journal cannot be written.
pub fn kept<'a>(order: &Order<'_>, address: &str, site: Site<'a>) -> Result<Site<'a>, Wrong> {
    let Chosen::Address(_, profile) = order.chosen else { return Ok(site) };
    if site.reading_only {
        return Ok(site);
    }
    let keeping = &order.keeping;
    let within = reserve_time(profile);
    let whose = Whose {
        format: JOURNAL_FORMAT,
        run: run_id(keeping.began.seconds, &order.salt),
        suite: order.loaded.name.clone(),
        endpoint: address.to_string(),
        profile: order.profile.clone(),
        started: keeping.began.at.clone(),
        lifetime_s: order.limits.time.as_secs().saturating_add(within.as_secs()),
        pid: std::process::id(),
    };
    let path = keeping.journals.join(format!("{}.jsonl", whose.run));
    // The id has the start of the process; the campaign of a later suite begins later.
    let began_s = keeping.began.seconds + keeping.began.elapsed().as_secs();
    let keeper = Keeper::begin(&path, &whose, began_s, within, keeping.give_up.clone());
    let keeper = keeper.map_err(|error| Wrong::unwritable(&path, &error))?;
    eprintln!("run {}: the journal {} lists the created resources until they are deleted", keeper.run, path.display());
    Ok(Site { keeper: Some(keeper), ..site })
}
