//! Campaigns against healthy mocks find no deviation, whatever the faults of the network, the speed and the strictness
//! of the mock.
//!
//! `PROBITY_CAMPAIGNS` sets the number of campaigns for each suite.

use probity::campaign::{
    CampaignInput, MockCampaignSettings, NullListener, RaceShare, make_mock_environment, make_mock_identities,
    run_campaign, run_on_paused_clock,
};
use probity::endpoint::{DisturbedEndpoint, Endpoint, WireFaults, compose_request};
use probity::history::{Call, Outcome, Reply, ReplyBody};
use probity::limits::Limits;
use probity::mock::{Mock, Tempo};
use probity::model::BeliefLimits;
use probity::oracle::{ClauseDecidability, ClauseSelection};
use probity::plan_execution::Cancellation;
use probity::schema::CompiledCatalog;
use probity::session::{LoadedSuite, SuiteStore};
use serde_json::{Value, json};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

/// Requests of one campaign.
const REQUESTS: u64 = 400;
/// Dates before and after every date on the pages, because versions of an API begin and end.
const DATES: [&str; 3] = ["2025-06-30", "2026-06-30", "2026-11-20"];

/// How an endpoint without deviations may behave.
struct Conditions {
    name: &'static str,
    tempo: Tempo,
    wire: &'static str,
}

const fn conditions(name: &'static str, tempo: Tempo, wire: &'static str) -> Conditions {
    Conditions { name, tempo, wire }
}

const CONDITIONS: [Conditions; 8] = [
    conditions("fair", Tempo::CLOUD, ""),
    conditions("fast, transient states hardly seen", Tempo { skip_percent: 90, ..Tempo::FAST }, ""),
    conditions("slow", Tempo { stage_ms: (30_000, 120_000), skip_percent: 0, ..Tempo::CLOUD }, ""),
    conditions("throttled", Tempo::CLOUD, "throttle=20,unavailable=20"),
    conditions("broken connections", Tempo::CLOUD, "reset-before=20,reset-after=20,truncate=10"),
    conditions("surplus fields and late replies", Tempo::FAST, "extra-fields=1000"),
    conditions(
        "every exception the pages permit",
        Tempo { exception_percent: 60, event_percent: 20, ..Tempo::CLOUD },
        "",
    ),
    conditions("everything", Tempo::FAST, "throttle=20,unavailable=10,reset-after=10,reset-before=10,extra-fields=100"),
];

fn count_campaigns() -> u64 {
    let asked = std::env::var("PROBITY_CAMPAIGNS").ok();
    asked.map_or(CONDITIONS.len() as u64, |text| text.parse().expect("PROBITY_CAMPAIGNS is a whole number"))
}

/// The findings, one line each.
fn find_deviations(loaded: &LoadedSuite, conditions: &Conditions, seed: u64, races: RaceShare) -> Vec<String> {
    let bounds = BeliefLimits { states_max: 4_096, settle_percent: 100, insight: false };
    let limits = Limits {
        requests: REQUESTS,
        plans: 1_000,
        steps_per_plan: 60,
        live_resources: 3,
        first_only: true,
        ..Limits::NONE
    };
    let home = MockCampaignSettings { seed, tempo: conditions.tempo, fault: None, bounds, limits };
    let wire: WireFaults = conditions.wire.parse().expect("faults of the wire that there are");
    let endpoint = |plan: u64| -> Rc<dyn Endpoint> {
        let drawn = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(plan);
        let mock = Mock::new(loaded.model.clone(), loaded.schemas.clone(), drawn, conditions.tempo, None);
        Rc::new(DisturbedEndpoint::new(mock, WireFaults { seed: drawn, ..wire.clone() }))
    };
    let site = make_mock_environment(&loaded.model, &loaded.schemas, &home, Cancellation::never(), &endpoint);
    let standing = |_| ClauseDecidability::Reachable;
    let order = CampaignInput {
        seed,
        selection: ClauseSelection::default(),
        standing: &standing,
        recorded_plans: &[],
        races,
        shrink: false,
        is_known: &|_| false,
    };
    let led = run_on_paused_clock(run_campaign(&site, &order, &mut NullListener));
    let (conclusion, _) = led;
    let name = |clause: &probity::model::ClauseId| loaded.model.clause_info(*clause).id.clone();
    let said = |found: &probity::campaign::RecordedFinding| {
        let finding = &found.finding;
        let clauses: Vec<String> = finding.clauses.iter().map(name).collect();
        format!(
            "{}, seed {seed}, conditions `{}`, day {}: {} at {} of exchange {}: {}; expected {:?} {:?}",
            loaded.name,
            conditions.name,
            loaded.model.today,
            clauses.join(" or "),
            finding.operation,
            finding.exchange,
            finding.seen,
            finding.expected,
            finding.evidence
        )
    };
    conclusion.findings.iter().map(said).collect()
}

/// Campaigns of every suite under every condition.
fn check(races: RaceShare) {
    let store = SuiteStore::find(Path::new(env!("CARGO_MANIFEST_DIR")), None)
        .expect("suites and schemas stand beside each other");
    let mut findings = Vec::new();
    let mut done = 0;
    for name in store.list_suites().expect("the suites can be listed") {
        let dates = DATES.map(|day| store.load(&name, day).unwrap_or_else(|wrong| panic!("{wrong}")));
        for seed in 0..count_campaigns() {
            let conditions = &CONDITIONS[seed as usize % CONDITIONS.len()];
            let loaded = &dates[seed as usize / CONDITIONS.len() % dates.len()];
            findings.extend(find_deviations(loaded, conditions, seed, races));
            done += 1;
        }
    }
    println!("{done} campaigns of {REQUESTS} requests");
    assert!(findings.is_empty(), "{} of {done} campaigns: {:#?}", findings.len(), &findings[..findings.len().min(5)]);
}

#[test]
fn a_healthy_mock_has_no_findings_under_any_conditions() {
    check(RaceShare::None);
}

#[test]
fn a_healthy_mock_shows_no_race_under_any_conditions() {
    check(RaceShare::All);
}

/// Sends a call of the owner about a lamp.
async fn send_lamp_call(
    mock: &Mock,
    schemas: &CompiledCatalog,
    operation: &str,
    lamp: Option<&str>,
    body: Option<Value>,
) -> Reply {
    let identities = make_mock_identities(schemas);
    let binding = schemas.find_operation(operation).expect("of the lamps").bindings[0].id.clone();
    let path = lamp.map(|id| ("lamp_id".to_string(), json!(id))).into_iter().collect();
    let call =
        Call { operation: operation.to_string(), binding, caller: "owner".to_string(), path, body, ..Call::default() };
    let request = compose_request(&schemas.catalog, &call, &identities).expect("a request");
    match mock.send(&request).await {
        Outcome::Replied(reply) => reply,
        other => panic!("{other:?}"),
    }
}

/// No clause says whether a lamp can be scrapped while a bulb is tried. A lamp that is shown again after it was absent would
/// contradict the suite.
#[test]
fn a_deletion_that_no_clause_describes_is_done_at_once_where_the_mock_accepts_it() {
    let (model, schemas) = super::lamp_suite::lamps();
    for seed in 1..=10 {
        run_on_paused_clock(async {
            let mock = Mock::new(model.clone(), schemas.clone(), seed, Tempo::CLOUD, None);
            let send = async |operation, lamp, body| send_lamp_call(&mock, &schemas, operation, lamp, body).await;
            let bought = send("buyLamp", None, Some(json!({ "lamp": { "bulb": "warm", "note": "a" } }))).await;
            let ReplyBody::Json(body) = bought.body else { panic!("no lamp: {bought:?}") };
            let lamp = body["lamp"]["id"].as_str();
            assert_eq!(send("tryBulb", lamp, Some(json!({ "try": { "bulb": "cold" } }))).await.status / 100, 2);
            tokio::time::sleep(Duration::from_secs(1200)).await;
            let mut accepted = false;
            for _ in 0..20 {
                accepted = accepted || send("scrapLamp", lamp, None).await.status < 300;
            }
            assert!(accepted, "seed {seed}: twenty deletions were refused");
            for _ in 0..20 {
                assert_eq!(send("showLamp", lamp, None).await.status, 404, "seed {seed}");
            }
        });
    }
}
