//! Waits for the bound of a transition whose end no response shows, where waiting takes time. The clock is paused, so that
//! times are exact.

use probity::campaign::{
    CampaignEvent, CampaignInput, CampaignListener, Conclusion, MockCampaignSettings, RaceShare, make_mock_environment,
    make_mocks, run_campaign, run_on_paused_clock,
};
use probity::limits::Limits;
use probity::mock::Tempo;
use probity::model::BeliefLimits;
use probity::oracle::{ClauseDecidability, ClauseSelection, Verdict};
use probity::plan::WaitPrice;
use probity::plan_execution::{Cancellation, Pace};
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// Transitions of about two seconds, under bounds of 15 minutes.
const TEMPO: Tempo =
    Tempo { latency_ms: (5, 40), stage_ms: (500, 2_000), skip_percent: 20, event_percent: 0, exception_percent: 0 };

/// Counts plans that run at the same time.
#[derive(Default)]
struct PlanCounter {
    running: usize,
    most: usize,
}

impl CampaignListener for PlanCounter {
    fn receive_event(&mut self, event: &CampaignEvent<'_>) {
        match event {
            CampaignEvent::PlanStarted { .. } => {
                self.running += 1;
                self.most = self.most.max(self.running);
            }
            CampaignEvent::PlanEnded { .. } => self.running -= 1,
            _ => {}
        }
    }
}

struct WaitOutcome {
    conclusion: Conclusion,
    took: Duration,
    plans_at_once: usize,
}

/// A campaign of 600 requests with one plan at a time; `bound_waits_max` as in [`WaitPrice::Time`].
fn check(bound_waits_max: Option<u64>) -> WaitOutcome {
    let store = probity::session::SuiteStore::find(Path::new(env!("CARGO_MANIFEST_DIR")), None)
        .expect("suites and schemas are there");
    let loaded = store.load("ecs-native", "2026-11-20").unwrap_or_else(|wrong| panic!("{wrong}"));
    let bounds = BeliefLimits { states_max: 2_000, settle_percent: 100, insight: false };
    let limits = Limits {
        requests: 600,
        steps_per_plan: 60,
        live_resources: 4,
        time: Duration::from_secs(36_000),
        ..Limits::NONE
    };
    let home = MockCampaignSettings { seed: 1, tempo: TEMPO, fault: None, bounds, limits };
    let endpoint = make_mocks(&loaded.model, &loaded.schemas, &home);
    let mut site = make_mock_environment(&loaded.model, &loaded.schemas, &home, Cancellation::never(), &endpoint);
    site.pace = Pace { settle_most: site.pace.settle_most, quiet: site.pace.settle_most, ..Pace::IN_PROCESS };
    site.wait_price = WaitPrice::Time { bound_waits_max };
    let order = CampaignInput {
        seed: 1,
        selection: ClauseSelection::default(),
        standing: &|_| ClauseDecidability::Reachable,
        recorded_plans: &[],
        races: RaceShare::None,
        shrink: false,
        is_known: &|_| false,
    };
    let mut plans = PlanCounter::default();
    let (conclusion, took) = run_on_paused_clock(async {
        let start = Instant::now();
        let (conclusion, _) = run_campaign(&site, &order, &mut plans).await;
        (conclusion, start.elapsed())
    });
    assert!(conclusion.findings.is_empty(), "{:?}", conclusion.findings);
    WaitOutcome { conclusion, took, plans_at_once: plans.most }
}

fn count_passes(outcome: &WaitOutcome) -> usize {
    outcome.conclusion.rows.iter().filter(|row| row.verdict == Verdict::Pass).count()
}

#[test]
fn a_campaign_buys_few_waits_for_bounds_and_tells_what_it_did_not_wait_for() {
    let (never, once, always) = (check(Some(0)), check(Some(1)), check(None));
    let bound = Duration::from_secs(900);
    assert!(never.took < bound, "without a wait for a bound: {:?}", never.took);
    assert!(always.took > 4 * bound, "with each wait: {:?}", always.took);
    assert!(once.took < never.took + 3 * bound, "waits only for clauses that nothing else decides: {:?}", once.took);
    assert!(!never.conclusion.unproven_transitions.is_empty());
    assert!(always.conclusion.unproven_transitions.is_empty());
    let (passes, passes_once, all) = (count_passes(&never), count_passes(&once), never.conclusion.rows.len());
    assert!(passes * 100 >= all * 90, "without waits {passes} of {all} clauses pass");
    assert!(passes_once >= passes, "{passes_once} and {passes}");
}

#[test]
fn another_plan_runs_in_place_of_a_plan_that_waits_for_a_bound() {
    assert_eq!(check(Some(0)).plans_at_once, 1);
    assert!(check(None).plans_at_once > 1);
}
