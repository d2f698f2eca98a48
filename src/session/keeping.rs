//! Cleaning up at an address: the keeper of a run, and the sweep of what others left.

use super::limits::SECONDS_RESERVE;
use super::listener::{SessionEvent, SessionListener};
use super::preflight::check_for_cleanup;
use super::settings::CampaignSettings;
use super::site::{block_on, make_site};
use super::target::SuiteTarget;
use super::user_error::UserError;
use crate::campaign::{Keeper, Leftovers, Mark, Site, Wanted, delete, idle, leftovers, marked, remembered, run_id};
use crate::endpoint::{Endpoint, run_command};
use crate::run::{Entry, JOURNAL_FORMAT, Left, Purse, Reserve, Whose};
use std::rc::Rc;
use std::time::Duration;

/// For cleaning up after one plan, where the profile does not say.
const SWEEP: Duration = Duration::from_secs(SECONDS_RESERVE);

/// The site with a keeper: from here on nothing is created that is not in its journal.
///
/// # Errors
/// If the journal cannot be written.
pub fn kept<'a>(
    order: &CampaignSettings<'_>,
    address: &str,
    site: Site<'a>,
    listener: &mut dyn SessionListener,
) -> Result<Site<'a>, UserError> {
    let SuiteTarget::Address(_, profile) = order.target else { return Ok(site) };
    if site.reading_only {
        return Ok(site);
    }
    let keeping = &order.journal;
    let within = profile.limits.reserve_seconds.map_or(SWEEP, Duration::from_secs);
    let whose = Whose {
        format: JOURNAL_FORMAT,
        run: run_id(keeping.start.seconds, &order.salt),
        suite: order.loaded.name.clone(),
        endpoint: address.to_string(),
        profile: order.profile.clone(),
        started: keeping.start.at.clone(),
        lifetime_s: order.budget.seconds_max.saturating_add(within.as_secs()),
        pid: std::process::id(),
    };
    let path = keeping.folder.join(format!("{}.jsonl", whose.run));
    // The id tells the second in which the process began; a suite that is run later begins later.
    let began_s = keeping.start.seconds + keeping.start.elapsed().as_secs();
    let keeper = Keeper::begin(&path, &whose, began_s, within, keeping.give_up.clone());
    let keeper = keeper.map_err(|error| UserError::unwritable(&path, &error))?;
    listener.hear_session(&SessionEvent::JournalOpened { run: &keeper.run, path: &path });
    Ok(Site { keeper: Some(keeper), ..site })
}

/// What came of a sweep at one endpoint.
pub struct Cleared {
    pub found: Leftovers,
    /// Handles of what is gone; empty where nothing was to be deleted.
    pub gone: Vec<String>,
    pub left: Vec<Left>,
}

/// Deletes what runs that are over have left at an endpoint; with `look_only` nothing is deleted.
///
/// # Errors
/// If the endpoint is not there.
pub fn sweep(
    order: &CampaignSettings<'_>,
    journals: &[Vec<Entry>],
    wanted: &Wanted,
    look_only: bool,
) -> Result<Cleared, UserError> {
    let SuiteTarget::Address(address, profile) = order.target else {
        unreachable!("only what stands at an address is swept")
    };
    block_on(async {
        let there = check_for_cleanup(order.loaded, address, profile, &order.wall).await?;
        let endpoint = |_| -> Rc<dyn Endpoint> { there.endpoint.clone() };
        let site = make_site(order, profile, &there, &endpoint);
        let journals: Vec<_> = journals.iter().filter_map(|entries| remembered(&site.model, entries)).collect();
        // What is in motion may refuse to go until it has come to rest.
        let within = profile.limits.reserve_seconds.map_or(SWEEP, Duration::from_secs) + site.pace.settle_most;
        let reserve = Reserve { within, give_up: order.journal.give_up.clone() };
        let found = leftovers(&site, &journals, wanted, &reserve, &mut 0).await;
        if look_only {
            return Ok(Cleared { found, gone: Vec::new(), left: Vec::new() });
        }
        // A run that was killed has let nothing work again.
        for provocation in site.provoke.values() {
            if let Err(cause) = run_command(&provocation.end).await {
                let place = order.profile.clone().unwrap_or_else(|| "the profile".to_string());
                return Err(UserError::input(
                    place,
                    format!("a command under `provoke` failed: {cause}"),
                    "correct it",
                ));
            }
        }
        let purse = Purse::new(site.ceilings);
        let context = idle(&site, there.endpoint.as_ref(), &purse);
        let mut swept = delete(&site, &context, &found.made, &reserve).await;
        // Once more through the lists: what was hidden behind something else, or came late.
        let mine = |mark: &Mark| found.runs.contains_key(&mark.run) && wanted.means(&mark.run);
        if found.unread.is_none() && !found.made.is_empty() {
            let again = marked(&site, &context, &mine, &mut 0).await.unwrap_or_default();
            let again: Vec<_> =
                again.into_iter().filter(|made| swept.left.iter().all(|left| left.id != made.id)).collect();
            swept.left.extend(delete(&site, &context, &again, &reserve).await.left);
        }
        Ok(Cleared { found, gone: swept.gone, left: swept.left })
    })?
}
