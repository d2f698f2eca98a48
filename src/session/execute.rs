//! A campaign, or a recorded plan, at its target: the mock on a paused clock, an endpoint in real time.

use super::bounded_check::finish_check;
use super::environment_setup::{
    block_on, describe_failure, limit_choices, list_unclaimed_operations, make_endpoint_environment,
    make_mock_campaign_settings,
};
use super::listener::{SessionEvent, SessionListener};
use super::needed_changes::needs_changes;
use super::preflight::check_endpoint;
use super::settings::CampaignSettings;
use super::target::SuiteTarget;
use super::tracking::attach_tracker;
use super::user_error::UserError;
use crate::campaign::{
    self, CampaignEnvironment, Conclusion, DecidabilityCheck, EarlierPart, PlanResult, RaceShare, clean_up_run,
    make_mock_environment, make_mocks, rerun_plan, run_on_paused_clock,
};
use crate::cleanup::Leftover;
use crate::endpoint::Endpoint;
use crate::known_deviations::DeviationIdentity;
use crate::model::ClauseId;
use crate::oracle::{ClauseDecidability, Finding};
use crate::plan::Plan;
use std::pin::Pin;
use std::rc::Rc;

/// The conclusion of a campaign with its leftovers.
type CampaignResult = (Conclusion, Vec<Leftover>);

/// Runs a campaign, after what an earlier part of the run has recorded; returns conclusion and leftovers.
///
/// # Errors
/// If a check before the first plan fails. Once plans have run, the conclusion covers what they have seen.
pub fn run_campaign(
    settings: &CampaignSettings<'_>,
    earlier: Option<&EarlierPart<'_>>,
    listener: &mut dyn SessionListener,
) -> Result<(Conclusion, Vec<Leftover>), UserError> {
    let (model, schemas) = (&settings.loaded.model, &settings.loaded.schemas);
    match settings.target {
        SuiteTarget::Mock(_) => {
            settings.check_output()?;
            let home = make_mock_campaign_settings(settings);
            let endpoint = make_mocks(model, schemas, &home);
            let mut site = make_mock_environment(model, schemas, &home, settings.cancel.clone(), &endpoint);
            site.plan_limits.avoided_operations = list_unclaimed_operations(settings);
            run_in_environment(settings, &site, (earlier, listener), |running| Ok(run_on_paused_clock(running)))
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
            run_in_environment(settings, &site, (earlier, listener), |running| {
                if paused { Ok(run_on_paused_clock(running)) } else { block_on(running) }
            })
        }
        SuiteTarget::Address(address, profile) => block_on(async {
            let sent = earlier.map_or(0, |part| part.shares.total());
            let checks = settings.make_check_settings(settings.limits.total_requests().saturating_sub(sent));
            let check = check_endpoint(settings.loaded, address, profile, checks);
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
                false => find_standing(settings, &standings, clause),
            };
            let is_known = |finding: &Finding| is_known_deviation(settings, finding);
            let order = make_campaign_input(settings, &standing, &is_known);
            let (mut conclusion, _) = campaign::resume_campaign(&site, &order, earlier, listener).await;
            // The resources of the campaign are deleted whatever its result is.
            let left = clean_up_run(&site).await;
            tell_leftovers(settings, &site, &left, listener);
            conclusion.spent.note_shares(site.budget.shares());
            Ok((conclusion, left))
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
    (earlier, listener): (Option<&EarlierPart<'_>>, &mut dyn SessionListener),
    run_on_clock: impl FnOnce(Pin<Box<dyn Future<Output = CampaignResult> + '_>>) -> Result<CampaignResult, UserError>,
) -> Result<(Conclusion, Vec<Leftover>), UserError> {
    let standings = make_decidability_check(site);
    let standing = |clause| find_standing(settings, &standings, clause);
    let is_known = |finding: &Finding| is_known_deviation(settings, finding);
    let order = make_campaign_input(settings, &standing, &is_known);
    run_on_clock(Box::pin(campaign::resume_campaign(site, &order, earlier, listener)))
}

/// Whether a campaign can decide a clause. Clauses that the profile does not claim need not be shown.
fn find_standing(
    settings: &CampaignSettings<'_>,
    standings: &DecidabilityCheck,
    clause: ClauseId,
) -> ClauseDecidability {
    let id = &settings.loaded.model.clause_info(clause).id;
    match settings.exceptions.unclaimed().is_some_and(|unclaimed| unclaimed.clauses.contains(id)) {
        true => ClauseDecidability::Unreachable("the profile does not claim the clause".to_string()),
        false => standings.find_decidability(clause),
    }
}

fn make_decidability_check(site: &CampaignEnvironment<'_>) -> DecidabilityCheck {
    DecidabilityCheck::new(site.model.clone(), site.schemas.clone(), site.hints.clone(), site.plan_limits.clone())
}

fn make_campaign_input<'a>(
    settings: &'a CampaignSettings<'_>,
    standing: &'a dyn Fn(ClauseId) -> ClauseDecidability,
    is_known: &'a dyn Fn(&Finding) -> bool,
) -> campaign::CampaignInput<'a> {
    let read_only = settings.target.is_read_only();
    campaign::CampaignInput {
        seed: settings.seed,
        selection: settings.selection.clone(),
        standing,
        // Recorded plans contain changes.
        recorded_plans: if read_only { &[] } else { settings.recorded },
        races: if settings.target.allows_overlap() { RaceShare::Tenth } else { RaceShare::None },
        shrink: !read_only,
        is_known,
    }
}

/// Whether the baseline or a waiver covers a deviation.
fn is_known_deviation(settings: &CampaignSettings<'_>, finding: &Finding) -> bool {
    let model = &settings.loaded.model;
    let clauses = finding.list_contradicted().map(|clause| model.clause_info(clause).id.as_str()).collect();
    let all = finding.fingerprints.iter().chain(&finding.related_fingerprints).map(String::as_str);
    let fingerprints = if finding.lacks_fingerprints { Vec::new() } else { all.collect() };
    let found = DeviationIdentity { fingerprints, clauses, operation: &finding.operation };
    settings.exceptions.find_excuse(&found).is_some()
}

/// Carries out a recorded plan. Returns the result, and the error if the plan ended early because something has to be
/// mended.
///
/// # Errors
/// If a check of the endpoint fails, or the journal cannot be written; and if the target is a service in the process of
/// its tests.
pub fn replay_plan(
    settings: &CampaignSettings<'_>,
    plan: &Plan,
    number: u64,
    listener: &mut dyn SessionListener,
) -> Result<(PlanResult, Option<UserError>), UserError> {
    let driven = match settings.target {
        SuiteTarget::Mock(_) => {
            settings.check_output()?;
            let home = make_mock_campaign_settings(settings);
            let (model, schemas) = (&settings.loaded.model, &settings.loaded.schemas);
            let endpoint = make_mocks(model, schemas, &home);
            let site = make_mock_environment(model, schemas, &home, settings.cancel.clone(), &endpoint);
            run_on_paused_clock(rerun_plan(&site, plan, number, listener))
        }
        SuiteTarget::InProcess(service) => {
            let cause = format!("{} runs in the process of its tests", service.name);
            return Err(UserError::usage("replay", cause, "replay the plan at an address, or run the tests again"));
        }
        SuiteTarget::Address(address, profile) => block_on(async {
            let checks = settings.make_check_settings(settings.limits.total_requests());
            let check = check_endpoint(settings.loaded, address, profile, checks);
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
            let driven = rerun_plan(&site, plan, number, listener).await;
            let left = clean_up_run(&site).await;
            tell_leftovers(settings, &site, &left, listener);
            Ok::<PlanResult, UserError>(PlanResult { leftovers: left, ..driven })
        })??,
    };
    let failure = driven.stop.as_ref().filter(|stop| stop.is_failure());
    let failure = failure.map(|stop| describe_failure(settings, stop));
    Ok((driven, failure))
}
