//! `probity sweep` at an endpoint: deletes the leftovers of earlier runs.

use super::bounded_check::finish_check;
use super::environment_setup::{block_on, make_endpoint_environment};
use super::preflight::check_for_cleanup;
use super::settings::CampaignSettings;
use super::target::SuiteTarget;
use super::tracking::find_reserve_time;
use super::user_error::UserError;
use crate::cleanup::{
    CleanupReserve, FoundLeftovers, JournalLines, Leftover, RunFilter, delete_leftovers, find_leftovers, read_entries,
};
use crate::endpoint::{Endpoint, run_command};
use std::collections::BTreeSet;
use std::rc::Rc;

/// The result of a sweep at an endpoint.
pub struct SweepResult {
    /// The leftovers that the search found.
    pub found: FoundLeftovers,
    /// Handles of the deleted resources.
    pub deleted: Vec<String>,
    /// Leftovers that could not be deleted.
    pub leftovers: Vec<Leftover>,
    /// Runs whose journals have creates of another suite.
    pub foreign: BTreeSet<String>,
    /// Everything that was sent.
    pub requests: u64,
}

/// Deletes the leftovers of finished runs at an endpoint. With `look_only` nothing is deleted.
///
/// # Errors
/// If the endpoint cannot be reached, or a command that ends a provoked failure fails.
pub fn sweep_endpoint(
    order: &CampaignSettings<'_>,
    journals: &[(String, JournalLines)],
    wanted: &RunFilter,
    look_only: bool,
) -> Result<SweepResult, UserError> {
    let SuiteTarget::Address(address, profile) = order.target else {
        unreachable!("only an endpoint with an address is swept")
    };
    block_on(async {
        let checks = order.make_check_settings(order.limits.total_requests());
        let (there, _) = finish_check(order, check_for_cleanup(order.loaded, address, profile, checks)).await?;
        let endpoint = |_| -> Rc<dyn Endpoint> { there.endpoint.clone() };
        let site = make_endpoint_environment(order, profile, &there, &endpoint);
        let journals: Vec<_> = journals.iter().map(|(run, lines)| read_entries(&site.model, run, lines)).collect();
        let foreign = journals.iter().filter(|journal| journal.foreign).map(|journal| journal.run.clone()).collect();
        // An endpoint may refuse to delete a resource in transition.
        let within = find_reserve_time(profile) + site.pace.settle_most;
        let reserve = CleanupReserve::start(within, order.journal.give_up.clone());
        site.budget.start_closing();
        let context = site.make_environment_outside_plans(there.endpoint.as_ref());
        let found = find_leftovers(&site.make_cleanup_context(&context), &journals, wanted, &reserve).await;
        if look_only {
            return Ok(SweepResult {
                found,
                deleted: Vec::new(),
                leftovers: Vec::new(),
                foreign,
                requests: site.budget.count_spent(),
            });
        }
        // A run that was killed did not end the failures that its profile provokes.
        for provocation in site.provoke.values() {
            if let Some(Err(cause)) = reserve.wait_for(run_command(&provocation.end)).await {
                let place = order.profile.clone().unwrap_or_else(|| "the profile".to_string());
                return Err(UserError::input(
                    place,
                    format!("a command under `provoke` failed: {cause}"),
                    "correct it",
                ));
            }
        }
        let swept = delete_leftovers(&site.make_cleanup_context(&context), &found, &journals, wanted, &reserve).await;
        let requests = site.budget.count_spent();
        Ok(SweepResult { found, deleted: swept.gone, leftovers: swept.leftovers, foreign, requests })
    })?
}
