//! A forecast of a run at an endpoint: the same run against the mock, on a paused clock.
//!
//! The limits of the profile alone give an upper bound, which does not tell whether a quota suffices. A dry
//! run draws plans by the same rules, at the same rate and side by side.

use super::bounded_check::finish_check;
use super::checked_endpoint::FreeQuotas;
use super::environment_setup::{
    block_on, choose_pace, describe_failure, find_wait_price, limit_choices, make_mock_campaign_settings,
};
use super::preflight::check_with_quotas;
use super::settings::CampaignSettings;
use super::target::SuiteTarget;
use super::user_error::UserError;
use crate::campaign::{
    self, CampaignEvent, CampaignListener, MockCampaignSettings, RaceShare, make_mock_environment, make_mocks,
    run_campaign, run_on_paused_clock,
};
use crate::mock::Tempo;
use crate::model::Model;
use crate::profile::{ChangePolicy, Profile};
use crate::report::{REPORT_BYTES_MAX, Report, ReportTarget, RunFacts, SettleTimesRow, compute_settle_times};
use probity_input::read_input_text;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The forecast of a campaign at an endpoint, with the facts of the endpoint.
#[derive(Debug, Clone)]
pub struct EndpointForecast {
    /// Requests, time and created resources of a run.
    pub forecast: DryRunForecast,
    /// Most live resources.
    pub live_max: usize,
    /// How many resources of each kind the endpoint still permits.
    pub quotas: FreeQuotas,
    /// The profile whose rate and limits the forecast used.
    pub profile: Arc<Profile>,
}

/// What a run at an endpoint is expected to spend.
#[derive(Debug, Clone, PartialEq)]
pub struct DryRunForecast {
    /// With the median times of earlier runs at the endpoint; without earlier runs, with the mock's times.
    pub usual: SimulatedCampaign,
    /// With the 90th percentile of the times of earlier runs.
    pub slow: Option<SimulatedCampaign>,
    /// Transitions of earlier runs that the times come from.
    pub known: u64,
}

/// The result of a campaign against the mock at the profile's rate.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedCampaign {
    /// Requests of plans; the requests for shrinking are not part of a forecast.
    pub requests: u64,
    /// Simulated time.
    pub took: Duration,
    /// By resource kind.
    pub created: BTreeMap<String, CreatedCount>,
    /// Times to settle.
    pub settled: Vec<SettleTimesRow>,
}

/// The created resources of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CreatedCount {
    /// How many resources of the kind were created over the whole campaign.
    pub count: u64,
    /// The sum of the lifetimes. Each lasts to the end of the plan, because plans delete at their end.
    pub lifetime: Duration,
}

/// Checks the endpoint and forecasts the campaign; none where the target is not an endpoint. The endpoint
/// receives reads only.
///
/// # Errors
/// If the preflight fails, or an expression of the suite does.
pub fn forecast_at_endpoint(
    settings: &CampaignSettings<'_>,
    reports: &Path,
) -> Result<Option<EndpointForecast>, UserError> {
    let SuiteTarget::Address(address, profile) = settings.target else { return Ok(None) };
    let check = check_with_quotas(settings.loaded, address, profile, settings.make_check_settings(u64::MAX));
    let ((checked, quotas), _) = block_on(finish_check(settings, check))??;
    let settings = CampaignSettings { loaded: &checked.loaded, ..settings.clone() };
    let earlier = read_earlier_times(reports, &settings.loaded.name, address);
    let forecast = forecast_run(&settings, profile, &earlier)?;
    Ok(Some(EndpointForecast { forecast, live_max: settings.limits.live_resources, quotas, profile: profile.clone() }))
}

/// Forecasts a campaign. `earlier` are the times to settle of an earlier run at the endpoint.
fn forecast_run(
    settings: &CampaignSettings<'_>,
    profile: &Profile,
    earlier: &[SettleTimesRow],
) -> Result<DryRunForecast, UserError> {
    let percent = u64::from(settings.settle_percent);
    // The mock's times and a suite's bounds are a cloud's. `settle_percent` scales both.
    let tempo = scale_tempo(Tempo::CLOUD, percent, 100);
    let first = run_on_mock(settings, profile, tempo)?;
    let usual = compare_times(earlier, &first.settled, |row| row.p50_ms);
    let slow = compare_times(earlier, &first.settled, |row| row.p90_ms);
    let Some((usual, slow)) = usual.zip(slow) else {
        return Ok(DryRunForecast { usual: first, slow: None, known: 0 });
    };
    let in_both = earlier.iter().filter(|row| find_transition(&first.settled, row).is_some());
    Ok(DryRunForecast {
        usual: run_on_mock(settings, profile, scale_tempo(tempo, usual.0, usual.1))?,
        slow: Some(run_on_mock(settings, profile, scale_tempo(tempo, slow.0, slow.1))?),
        known: in_both.map(|row| row.count).sum(),
    })
}

fn run_on_mock(
    settings: &CampaignSettings<'_>,
    profile: &Profile,
    tempo: Tempo,
) -> Result<SimulatedCampaign, UserError> {
    let (model, schemas) = (&settings.loaded.model, &settings.loaded.schemas);
    let home = MockCampaignSettings { tempo, fault: None, ..make_mock_campaign_settings(settings) };
    let endpoint = make_mocks(model, schemas, &home);
    let mut site = make_mock_environment(model, schemas, &home, settings.cancel.clone(), &endpoint);
    site.pace = choose_pace(settings, profile, model);
    site.wait_price = find_wait_price(profile);
    site.reading_only = profile.changes != ChangePolicy::Allowed;
    site.plan_limits.callers = limit_choices(settings, &profile.identities).callers;
    site.setup = profile.setup.clone();
    let (models, hints) = ((site.model.clone(), site.schemas.clone()), site.hints.clone());
    let standings = campaign::DecidabilityCheck::new(models.0, models.1, hints, site.plan_limits.clone());
    let order = campaign::CampaignInput {
        seed: settings.seed,
        selection: settings.selection.clone(),
        standing: &|clause| standings.find_decidability(clause),
        recorded_plans: if site.reading_only { &[] } else { settings.recorded },
        races: if settings.target.allows_overlap() { RaceShare::Tenth } else { RaceShare::None },
        shrink: false,
        is_known: &|_| false,
    };
    let mut created = CreatedCounter { model, created: BTreeMap::new() };
    let ((conclusion, _), took) = run_on_paused_clock(async {
        let start = tokio::time::Instant::now();
        let result = run_campaign(&site, &order, &mut created).await;
        (result, start.elapsed())
    });
    if let Some(stop) = &conclusion.failure {
        return Err(describe_failure(settings, stop));
    }
    Ok(SimulatedCampaign {
        requests: conclusion.spent.requests,
        took,
        created: created.created,
        settled: compute_settle_times(&conclusion.transition_times),
    })
}

/// Counts the created resources, by kind.
struct CreatedCounter<'a> {
    model: &'a Model,
    created: BTreeMap<String, CreatedCount>,
}

impl CampaignListener for CreatedCounter<'_> {
    fn receive_event(&mut self, event: &CampaignEvent<'_>) {
        let CampaignEvent::HistoryRecorded { plan, history, .. } = event else { return };
        let mut end = 0;
        // The kind and the number of the created resources, and the time of the response.
        let mut creates: Vec<(usize, u64, u64)> = Vec::new();
        let read = history.read_exchanges(|exchange| {
            end = end.max(exchange.received_ms);
            let Some(step) = plan.steps.get(exchange.step) else { return };
            for about in &self.model.operations[&step.call.operation].about {
                let handles = step.births.get(&about.name).into_iter().flatten();
                let count = handles.filter(|handle| exchange.created.contains_key(*handle)).count() as u64;
                creates.push((about.resource, count, exchange.received_ms));
            }
        });
        // A forecast is an estimate, for which the readable part suffices.
        drop(read);
        for (kind, count, received_ms) in creates.into_iter().filter(|(_, count, _)| *count > 0) {
            let created = self.created.entry(self.model.suite.resources[kind].name.clone()).or_default();
            created.count += count;
            created.lifetime += Duration::from_millis(end.saturating_sub(received_ms) * count);
        }
    }
}

/// The endpoint's times divided by the mock's, as a fraction, over the transitions that both have seen; none
/// without such a transition.
fn compare_times(
    earlier: &[SettleTimesRow],
    mock: &[SettleTimesRow],
    time: impl Fn(&SettleTimesRow) -> u64,
) -> Option<(u64, u64)> {
    let both = earlier.iter().filter_map(|row| Some((row, find_transition(mock, row)?)));
    let (there, here) = both
        .fold((0, 0), |(there, here), (row, like)| (there + like.count * time(row), here + like.count * like.p50_ms));
    (here > 0).then_some((there, here))
}

fn find_transition<'a>(rows: &'a [SettleTimesRow], row: &SettleTimesRow) -> Option<&'a SettleTimesRow> {
    let transition = |row: &SettleTimesRow| (row.resource.clone(), row.from.clone(), row.to.clone(), row.by.clone());
    rows.iter().find(|other| transition(other) == transition(row))
}

fn scale_tempo(tempo: Tempo, there: u64, here: u64) -> Tempo {
    let scaled = |ms: u64| ms.saturating_mul(there) / here.max(1);
    let (least, most) = tempo.stage_ms;
    Tempo { stage_ms: (scaled(least), scaled(most).max(1)), ..tempo }
}

/// The times to settle of the last run at an address; empty without such a run.
fn read_earlier_times(reports: &Path, suite: &str, address: &str) -> Vec<SettleTimesRow> {
    let read = |name: &str| read_input_text(&reports.join(suite).join(name), REPORT_BYTES_MAX).ok();
    let report = read("report.json").and_then(|text| Report::read(&text).ok());
    let same_address = report.is_some_and(|report| report.target == ReportTarget::Address(address.to_string()));
    let run: Option<RunFacts> =
        read("run.json").filter(|_| same_address).and_then(|text| serde_json::from_str(&text).ok());
    run.map(|run| run.settled).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(by: &str, count: u64, p50_ms: u64, p90_ms: u64) -> SettleTimesRow {
        SettleTimesRow {
            resource: "lamp".into(),
            from: None,
            to: Some("DARK".into()),
            by: vec![by.into()],
            count,
            p50_ms,
            p90_ms,
            p99_ms: p90_ms,
            most_ms: p90_ms,
        }
    }

    #[test]
    fn times_are_compared_over_the_transitions_of_both_and_weighted_by_their_count() {
        let earlier = [row("buy", 5, 2_000, 8_000), row("only-there", 9, 1, 1)];
        let mock = [row("buy", 30, 1_000, 1_500), row("only-here", 9, 1, 1)];
        assert_eq!(compare_times(&earlier, &mock, |row| row.p50_ms), Some((60_000, 30_000)));
        assert_eq!(compare_times(&earlier, &mock, |row| row.p90_ms), Some((240_000, 30_000)));
        assert_eq!(compare_times(&earlier[1..], &mock, |row| row.p50_ms), None);
        assert_eq!(scale_tempo(Tempo::CLOUD, 60_000, 30_000).stage_ms, (400, 120_000));
    }
}
