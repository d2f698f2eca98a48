//! A campaign, or a recorded plan, at its target: the mock on a paused clock, an endpoint in real time.

use super::bounded_check::finish_check;
use super::environment_setup::{
    block_on, convert_error, limit_choices, make_endpoint_environment, make_mock_campaign_settings,
};
use super::listener::{SessionEvent, SessionListener};
use super::needed_changes::needs_changes;
use super::preflight::check_endpoint;
use super::settings::CampaignSettings;
use super::target::SuiteTarget;
use super::tracking::attach_tracker;
use super::user_error::UserError;
use crate::campaign::{
    self, CampaignEnvironment, CampaignError, Conclusion, DecidabilityCheck, PlanResult, clean_up_run,
    make_mock_environment, make_mocks, rerun_plan, run_on_paused_clock,
};
use crate::cleanup::{Leftover, describe_leftovers};
use crate::endpoint::Endpoint;
use crate::model::ClauseId;
use crate::oracle::ClauseDecidability;
use crate::plan::Plan;
use crate::plan_execution::StopReason;
use std::pin::Pin;
use std::rc::Rc;

/// The conclusion of a campaign with its leftovers.
type CampaignResult = Result<(Conclusion, Vec<Leftover>), CampaignError>;

/// Runs a campaign; returns conclusion and leftovers.
///
/// # Errors
/// If an expression of the suite fails, or the preflight or the endpoint does.
pub fn run_campaign(
    settings: &CampaignSettings<'_>,
    listener: &mut dyn SessionListener,
) -> Result<(Conclusion, Vec<Leftover>), UserError> {
    let (model, schemas) = (&settings.loaded.model, &settings.loaded.schemas);
    match settings.target {
        SuiteTarget::Mock(_) => {
            settings.check_output()?;
            let home = make_mock_campaign_settings(settings);
            let endpoint = make_mocks(model, schemas, &home);
            let site = make_mock_environment(model, schemas, &home, settings.cancel.clone(), &endpoint);
            run_in_environment(settings, &site, listener, |running| Ok(run_on_paused_clock(running)))
        }
        SuiteTarget::InProcess(service) => {
            settings.check_output()?;
            let make = |plan| (service.make_endpoint)(plan);
            let mut site = make_mock_environment(
                model,
                schemas,
                &make_mock_campaign_settings(settings),
                settings.cancel.clone(),
                &make,
            );
            site.plan_limits = limit_choices(settings, &service.identities);
            let credentials = service.identities.list_credentials().map(|credential| credential.expose());
            site.secrets = site.secrets.clone().with_literals(credentials);
            site.identities = service.identities.clone();
            let paused = service.paused_clock;
            run_in_environment(settings, &site, listener, |running| {
                if paused { Ok(run_on_paused_clock(running)) } else { block_on(running) }
            })
        }
        SuiteTarget::Address(address, profile) => block_on(async {
            let wall = (&settings.wall, settings.limits.total_requests());
            let check = check_endpoint(settings.loaded, address, profile, wall);
            let (checked, limits) = finish_check(settings, check).await?;
            settings.check_output()?;
            let settings = &CampaignSettings { limits, ..settings.clone() };
            let endpoint = |_| -> Rc<dyn Endpoint> { checked.endpoint.clone() };
            let site = attach_tracker(
                settings,
                address,
                make_endpoint_environment(settings, profile, &checked, &endpoint),
                listener,
            )?;
            let standings = make_decidability_check(&site);
            let standing = |clause| match site.reading_only && needs_changes(&site.model, clause) {
                true => ClauseDecidability::Unreachable("the profile forbids changes".to_string()),
                false => standings.find_decidability(clause),
            };
            let order = make_campaign_input(settings, &standing);
            let result = campaign::run_campaign(&site, &order, listener).await;
            // The resources of the campaign are deleted whatever its result is.
            let left = clean_up_run(&site).await;
            tell_leftovers(settings, &site, &left, listener);
            match result {
                Ok((mut conclusion, _)) => {
                    conclusion.spent.note_shares(site.budget.shares());
                    Ok((conclusion, left))
                }
                Err(error) => Err(convert_error(settings, &error)
                    .with_detail(describe_leftovers(&left))
                    .with_requests(site.budget.count_spent())),
            }
        })?,
    }
}

/// Tells how to delete what cleaning up left behind.
fn tell_leftovers(
    settings: &CampaignSettings<'_>,
    site: &CampaignEnvironment<'_>,
    left: &[Leftover],
    listener: &mut dyn SessionListener,
) {
    if let Some(tracker) = site.tracker.as_ref().filter(|_| !left.is_empty()) {
        let (profile, journals) = (settings.profile.as_deref(), settings.journal.folder.as_path());
        listener.hear_session(&SessionEvent::LeftBehind { run: &tracker.run, profile, journals });
    }
}

/// Runs a campaign in this process, on the clock that `run_on_clock` chooses.
fn run_in_environment<'a>(
    settings: &CampaignSettings<'_>,
    site: &'a CampaignEnvironment<'a>,
    listener: &mut dyn SessionListener,
    run_on_clock: impl FnOnce(Pin<Box<dyn Future<Output = CampaignResult> + '_>>) -> Result<CampaignResult, UserError>,
) -> Result<(Conclusion, Vec<Leftover>), UserError> {
    let standings = make_decidability_check(site);
    let standing = |clause| standings.find_decidability(clause);
    let order = make_campaign_input(settings, &standing);
    run_on_clock(Box::pin(campaign::run_campaign(site, &order, listener)))?
        .map_err(|error| convert_error(settings, &error))
}

fn make_decidability_check(site: &CampaignEnvironment<'_>) -> DecidabilityCheck {
    DecidabilityCheck::new(site.model.clone(), site.schemas.clone(), site.hints.clone(), site.plan_limits.clone())
}

fn make_campaign_input<'a>(
    settings: &'a CampaignSettings<'_>,
    standing: &'a dyn Fn(ClauseId) -> ClauseDecidability,
) -> campaign::CampaignInput<'a> {
    let read_only = settings.target.is_read_only();
    campaign::CampaignInput {
        seed: settings.seed,
        selection: settings.selection.clone(),
        standing,
        // Recorded plans contain changes.
        recorded_plans: if read_only { &[] } else { settings.recorded },
        shrink: !read_only,
    }
}

/// Carries out a recorded plan.
///
/// # Errors
/// If a check of the endpoint fails, the journal cannot be written, or an expression of the suite cannot be
/// evaluated; and if the target is a service in the process of its tests.
pub fn replay_plan(
    settings: &CampaignSettings<'_>,
    plan: &Plan,
    number: u64,
    listener: &mut dyn SessionListener,
) -> Result<PlanResult, UserError> {
    let convert_fault = |error| convert_error(settings, &CampaignError::Suite(error));
    let driven = match settings.target {
        SuiteTarget::Mock(_) => {
            settings.check_output()?;
            let home = make_mock_campaign_settings(settings);
            let (model, schemas) = (&settings.loaded.model, &settings.loaded.schemas);
            let endpoint = make_mocks(model, schemas, &home);
            let site = make_mock_environment(model, schemas, &home, settings.cancel.clone(), &endpoint);
            run_on_paused_clock(rerun_plan(&site, plan, number, listener)).map_err(convert_fault)?
        }
        SuiteTarget::InProcess(service) => {
            let cause = format!("{} runs in the process of its tests", service.name);
            return Err(UserError::usage("replay", cause, "replay the plan at an address, or run the tests again"));
        }
        SuiteTarget::Address(address, profile) => block_on(async {
            let wall = (&settings.wall, settings.limits.total_requests());
            let check = check_endpoint(settings.loaded, address, profile, wall);
            let (checked, limits) = finish_check(settings, check).await?;
            settings.check_output()?;
            let settings = &CampaignSettings { limits, ..settings.clone() };
            let endpoint = |_| -> Rc<dyn Endpoint> { checked.endpoint.clone() };
            let site = attach_tracker(
                settings,
                address,
                make_endpoint_environment(settings, profile, &checked, &endpoint),
                listener,
            )?;
            let retraced = rerun_plan(&site, plan, number, listener).await;
            let left = clean_up_run(&site).await;
            tell_leftovers(settings, &site, &left, listener);
            match retraced {
                Ok(driven) => Ok(PlanResult { leftovers: left, ..driven }),
                Err(error) => Err(convert_fault(error).with_detail(describe_leftovers(&left))),
            }
        })??,
    };
    match &driven.stop {
        Some(
            stop @ (StopReason::Unreachable { .. }
            | StopReason::Unfit(_)
            | StopReason::Journal { .. }
            | StopReason::Provocation { .. }),
        ) => {
            let (stop, left) = (stop.clone(), driven.leftovers.clone());
            Err(convert_error(settings, &CampaignError::Endpoint { stop, left }))
        }
        _ => Ok(driven),
    }
}
