//! `probity sweep` at an endpoint: deletes the leftovers of earlier runs.

use super::keeping::reserve_time;
use super::preflight::check_for_cleanup;
use super::settings::CampaignSettings;
use super::site::{block_on, make_site};
use super::target::SuiteTarget;
use super::user_error::UserError;
use crate::cleanup::{Entry, Left, Leftovers, Reserve, Wanted, delete_leftovers, leftovers, remembered};
use crate::endpoint::{Endpoint, run_command};
use crate::run::Purse;
use std::rc::Rc;

/// The result of a sweep at an endpoint.
pub struct Cleared {
    /// The leftovers that the search found.
    pub found: Leftovers,
    /// Handles of the deleted resources.
    pub gone: Vec<String>,
    /// Leftovers that could not be deleted.
    pub left: Vec<Left>,
}

/// Deletes the leftovers of finished runs at an endpoint. With `look_only` nothing is deleted.
///
/// # Errors
/// If the endpoint cannot be reached, or a command that ends a provoked failure fails.
pub fn sweep(
    order: &CampaignSettings<'_>,
    journals: &[Vec<Entry>],
    wanted: &Wanted,
    look_only: bool,
) -> Result<Cleared, UserError> {
    let SuiteTarget::Address(address, profile) = order.target else {
        unreachable!("only an endpoint with an address is swept")
    };
    block_on(async {
        let there = check_for_cleanup(order.loaded, address, profile, &order.wall).await?;
        let endpoint = |_| -> Rc<dyn Endpoint> { there.endpoint.clone() };
        let site = make_site(order, profile, &there, &endpoint);
        let journals: Vec<_> = journals.iter().filter_map(|entries| remembered(&site.model, entries)).collect();
        // An endpoint may refuse to delete a resource in transition.
        let within = reserve_time(profile) + site.pace.settle_most;
        let reserve = Reserve { within, give_up: order.journal.give_up.clone() };
        let purse = Purse::new(site.limits);
        let context = site.idle(there.endpoint.as_ref(), &purse);
        let found = leftovers(&site.cleanup(&context), &journals, wanted, &reserve).await;
        if look_only {
            return Ok(Cleared { found, gone: Vec::new(), left: Vec::new() });
        }
        // A run that was killed did not end the failures that its profile provokes.
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
        let purse = Purse::new(site.limits);
        let context = site.idle(there.endpoint.as_ref(), &purse);
        let swept = delete_leftovers(&site.cleanup(&context), &found, wanted, &reserve).await;
        Ok(Cleared { found, gone: swept.gone, left: swept.left })
    })?
}
