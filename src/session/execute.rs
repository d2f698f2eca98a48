//! A campaign, or a recorded plan, at its target: the mock on a paused clock, an endpoint in real time.

use super::keeping::kept;
use super::listener::SessionListener;
use super::preflight::{check_endpoint, needs_changes};
use super::settings::CampaignSettings;
use super::site::{block_on, convert_error, limit_choices, make_home, make_site};
use super::target::SuiteTarget;
use super::user_error::UserError;
use crate::campaign::{
    self, CampaignError, Conclusion, Driven, Site, Standings, last_look, mocks, on_paused_clock, retrace, site,
};
use crate::cleanup::{Left, describe_leftovers};
use crate::endpoint::Endpoint;
use crate::model::ClauseId;
use crate::oracle::Standing;
use crate::plan::Plan;
use crate::run::Stop;
use std::pin::Pin;
use std::rc::Rc;

/// The conclusion of a campaign with its leftovers.
type CampaignResult = Result<(Conclusion, Vec<Left>), CampaignError>;

/// Runs a campaign; returns conclusion and leftovers.
///
/// # Errors
/// If an expression of the suite fails, or the preflight or the endpoint does.
pub fn run_campaign(
    settings: &CampaignSettings<'_>,
    listener: &mut dyn SessionListener,
) -> Result<(Conclusion, Vec<Left>), UserError> {
    let (model, schemas) = (&settings.loaded.model, &settings.loaded.schemas);
    match settings.target {
        SuiteTarget::Mock(_) => {
            let home = make_home(settings);
            let endpoint = mocks(model, schemas, &home);
            let site = site(model, schemas, &home, settings.cancel.clone(), &endpoint);
            run_at_site(settings, &site, listener, |running| Ok(on_paused_clock(running)))
        }
        SuiteTarget::InProcess(service) => {
            let make = |plan| (service.make_endpoint)(plan);
            let mut site = site(model, schemas, &make_home(settings), settings.cancel.clone(), &make);
            site.plan_limits = limit_choices(settings, &service.identities);
            let credentials = service.identities.credentials().map(|credential| credential.expose());
            site.secrets = site.secrets.clone().with_literals(credentials);
            site.identities = service.identities.clone();
            let paused = service.paused_clock;
            run_at_site(settings, &site, listener, |running| {
                if paused { Ok(on_paused_clock(running)) } else { block_on(running) }
            })
        }
        SuiteTarget::Address(address, profile) => block_on(async {
            let checked = check_endpoint(settings.loaded, address, profile, &settings.wall).await?;
            let endpoint = |_| -> Rc<dyn Endpoint> { checked.endpoint.clone() };
            let site = kept(settings, address, make_site(settings, profile, &checked, &endpoint), listener)?;
            let standings = compute_standings(&site);
            let standing = |clause| match site.reading_only && needs_changes(&site.model, clause) {
                true => Standing::Unreachable("the profile forbids changes".to_string()),
                false => standings.of(clause),
            };
            let order = make_order(settings, &standing);
            let result = campaign::lead(&site, &order, listener).await;
            // The resources of the campaign are deleted whatever its result is.
            let left = last_look(&site).await;
            match result {
                Ok((conclusion, _)) => Ok((conclusion, left)),
                Err(error) => Err(convert_error(settings, &error).with_detail(describe_leftovers(&left))),
            }
        })?,
    }
}

/// Runs a campaign in this process, on the clock that `run_on_clock` chooses.
fn run_at_site<'a>(
    settings: &CampaignSettings<'_>,
    site: &'a Site<'a>,
    listener: &mut dyn SessionListener,
    run_on_clock: impl FnOnce(Pin<Box<dyn Future<Output = CampaignResult> + '_>>) -> Result<CampaignResult, UserError>,
) -> Result<(Conclusion, Vec<Left>), UserError> {
    let standings = compute_standings(site);
    let standing = |clause| standings.of(clause);
    let order = make_order(settings, &standing);
    run_on_clock(Box::pin(campaign::lead(site, &order, listener)))?.map_err(|error| convert_error(settings, &error))
}

fn compute_standings(site: &Site<'_>) -> Standings {
    Standings::new(site.model.clone(), site.schemas.clone(), site.hints.clone(), site.plan_limits.clone())
}

fn make_order<'a>(
    settings: &'a CampaignSettings<'_>,
    standing: &'a dyn Fn(ClauseId) -> Standing,
) -> campaign::Order<'a> {
    let read_only = settings.target.is_read_only();
    campaign::Order {
        seed: settings.seed,
        selection: settings.selection.clone(),
        standing,
        // Recorded plans contain changes.
        witnesses: if read_only { &[] } else { settings.recorded },
        shrink: !read_only,
    }
}

/// Carries out a recorded plan.
///
/// # Errors
/// As [`run_campaign`]; and if the target is a service in the process of its tests.
pub fn replay_plan(
    settings: &CampaignSettings<'_>,
    plan: &Plan,
    number: u64,
    listener: &mut dyn SessionListener,
) -> Result<Driven, UserError> {
    let convert_fault = |error| convert_error(settings, &CampaignError::Suite(error));
    let driven = match settings.target {
        SuiteTarget::Mock(_) => {
            let home = make_home(settings);
            let (model, schemas) = (&settings.loaded.model, &settings.loaded.schemas);
            let endpoint = mocks(model, schemas, &home);
            let site = site(model, schemas, &home, settings.cancel.clone(), &endpoint);
            on_paused_clock(retrace(&site, plan, number, listener)).map_err(convert_fault)?
        }
        SuiteTarget::InProcess(service) => {
            let cause = format!("{} runs in the process of its tests", service.name);
            return Err(UserError::usage("replay", cause, "replay the plan at an address, or run the tests again"));
        }
        SuiteTarget::Address(address, profile) => block_on(async {
            let checked = check_endpoint(settings.loaded, address, profile, &settings.wall).await?;
            let endpoint = |_| -> Rc<dyn Endpoint> { checked.endpoint.clone() };
            let site = kept(settings, address, make_site(settings, profile, &checked, &endpoint), listener)?;
            let retraced = retrace(&site, plan, number, listener).await;
            let left = last_look(&site).await;
            match retraced {
                Ok(driven) => Ok(Driven { left, ..driven }),
                Err(error) => Err(convert_fault(error).with_detail(describe_leftovers(&left))),
            }
        })??,
    };
    match &driven.stop {
        Some(stop @ (Stop::Unreachable { .. } | Stop::Unfit(_) | Stop::Journal { .. } | Stop::Provocation { .. })) => {
            let (stop, left) = (stop.clone(), driven.left.clone());
            Err(convert_error(settings, &CampaignError::Endpoint { stop, left }))
        }
        _ => Ok(driven),
    }
}
