//! Nobody is accused for bad weather: healthy mocks behind a bad wire, slow and fast, strict and
//! lenient, in campaigns with different seeds.
//!
//! `PROBITY_CAMPAIGNS` sets the number of campaigns for each suite; without it there are a few.

use probity::campaign::{Home, NullListener, Order, lead, on_paused_clock, site};
use probity::endpoint::{Endpoint, Faulty, WireFaults};
use probity::limits::Limits;
use probity::mock::{Mock, Tempo};
use probity::model::Bounds;
use probity::oracle::{Selection, Standing};
use probity::run::Cancel;
use probity::session::{LoadedSuite, SuiteStore};
use std::path::Path;
use std::rc::Rc;

/// Requests of one campaign: enough for a few long lives.
const REQUESTS: u64 = 400;
/// Days on either side of every date that the pages give, as versions of an API come and go.
const DAYS: [&str; 3] = ["2025-06-30", "2026-06-30", "2026-11-20"];

/// How an endpoint that keeps its promises may behave all the same.
struct Weather {
    name: &'static str,
    tempo: Tempo,
    wire: &'static str,
}

const fn weather(name: &'static str, tempo: Tempo, wire: &'static str) -> Weather {
    Weather { name, tempo, wire }
}

const WEATHERS: [Weather; 8] = [
    weather("fair", Tempo::CLOUD, ""),
    weather("fast, transient states hardly seen", Tempo { skip_percent: 90, ..Tempo::FAST }, ""),
    weather("slow", Tempo { stage_ms: (30_000, 120_000), skip_percent: 0, ..Tempo::CLOUD }, ""),
    weather("throttled", Tempo::CLOUD, "throttle=20,unavailable=20"),
    weather("broken connections", Tempo::CLOUD, "reset-before=20,reset-after=20,truncate=10"),
    weather("surplus fields and late replies", Tempo::FAST, "extra-fields=1000"),
    weather("every exception the pages permit", Tempo { exception_percent: 60, event_percent: 20, ..Tempo::CLOUD }, ""),
    weather("everything", Tempo::FAST, "throttle=20,unavailable=10,reset-after=10,reset-before=10,extra-fields=100"),
];

fn campaigns() -> u64 {
    let asked = std::env::var("PROBITY_CAMPAIGNS").ok();
    asked.map_or(WEATHERS.len() as u64, |text| text.parse().expect("PROBITY_CAMPAIGNS is a whole number"))
}

/// What was found, as lines; none in an honest world.
fn campaign(loaded: &LoadedSuite, weather: &Weather, seed: u64) -> Vec<String> {
    let bounds = Bounds { worlds_max: 4_096, settle_percent: 100, insight: false };
    let limits = Limits {
        requests: REQUESTS,
        plans: 1_000,
        steps_per_plan: 60,
        live_resources: 3,
        first_only: true,
        ..Limits::NONE
    };
    let home = Home { seed, tempo: weather.tempo, fault: None, bounds, limits };
    let wire: WireFaults = weather.wire.parse().expect("faults of the wire that there are");
    let endpoint = |plan: u64| -> Rc<dyn Endpoint> {
        let drawn = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(plan);
        let mock = Mock::new(loaded.model.clone(), loaded.schemas.clone(), drawn, weather.tempo, None);
        Rc::new(Faulty::new(mock, WireFaults { seed: drawn, ..wire.clone() }))
    };
    let site = site(&loaded.model, &loaded.schemas, &home, Cancel::never(), &endpoint);
    let standing = |_| Standing::Reachable;
    let order = Order { seed, selection: Selection::default(), standing: &standing, witnesses: &[], shrink: false };
    let led = on_paused_clock(lead(&site, &order, &mut NullListener));
    let (conclusion, _) = led.unwrap_or_else(|error| panic!("{} with seed {seed}: {error}", weather.name));
    let name = |clause: &probity::model::ClauseId| loaded.model.info(*clause).id.clone();
    let said = |found: &probity::campaign::Found| {
        let finding = &found.finding;
        let clauses: Vec<String> = finding.clauses.iter().map(name).collect();
        format!(
            "{}, seed {seed}, weather `{}`, day {}: {} at {} of exchange {}: {}; expected {:?} {:?}",
            loaded.name,
            weather.name,
            loaded.model.today,
            clauses.join(" or "),
            finding.operation,
            finding.exchange,
            finding.seen,
            finding.expected,
            finding.violations
        )
    };
    conclusion.found.iter().map(said).collect()
}

#[test]
fn a_mock_that_keeps_its_promises_is_never_accused_whatever_the_weather() {
    let store = SuiteStore::find(Path::new(env!("CARGO_MANIFEST_DIR")), None)
        .expect("suites and schemas stand beside each other");
    let mut accused = Vec::new();
    let mut done = 0;
    for name in store.list_suites().expect("the suites can be listed") {
        let days = DAYS.map(|day| store.load(&name, day).unwrap_or_else(|wrong| panic!("{wrong}")));
        for seed in 0..campaigns() {
            let weather = &WEATHERS[seed as usize % WEATHERS.len()];
            let loaded = &days[seed as usize / WEATHERS.len() % days.len()];
            accused.extend(campaign(loaded, weather, seed));
            done += 1;
        }
    }
    println!("{done} campaigns of {REQUESTS} requests");
    assert!(accused.is_empty(), "{} of {done} campaigns: {:#?}", accused.len(), &accused[..accused.len().min(5)]);
}
