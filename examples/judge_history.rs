//! Judges a recorded history: the oracle needs no endpoint, only the exchanges.
//!
//! The history is recorded here, by a campaign against the mock with a fault. Needs no feature of `probity`.

use probity::campaign::{CampaignInput, HistoryCollector, MockCampaignSettings, RaceShare, run_mock_campaign};
use probity::history::{History, read_histories, write_history};
use probity::limits::Limits;
use probity::mock::{Tempo, list_mutants};
use probity::model::BeliefLimits;
use probity::oracle::{ClauseDecidability, ClauseSelection, judge_history};
use probity::plan_execution::Cancellation;
use probity::session::{LoadedSuite, STATES_MAX, SuiteStore};
use std::path::Path;

const BOUNDS: BeliefLimits = BeliefLimits { states_max: STATES_MAX, settle_percent: 100, insight: false };

/// Records a campaign against a mock that accepts the second dimming of a lamp. The text has a JSON value in each line.
fn record_history(loaded: &LoadedSuite) -> Vec<u8> {
    let mutants = list_mutants(&loaded.model, &loaded.schemas);
    let fault = mutants.into_iter().find(|mutant| mutant.name == "dim.twice/accepted");
    assert!(fault.is_some(), "the suite has this mutant");
    let limits =
        Limits { requests: 300, plans: 100, steps_per_plan: 20, live_resources: 3, first_only: true, ..Limits::NONE };
    let settings = MockCampaignSettings { seed: 1, tempo: Tempo::CLOUD, fault, bounds: BOUNDS, limits };
    let order = CampaignInput {
        seed: 1,
        selection: ClauseSelection::default(),
        standing: &|_| ClauseDecidability::Reachable,
        recorded_plans: &[],
        races: RaceShare::None,
        shrink: false,
        is_known: &|_| false,
    };
    let never = Cancellation::never();
    let mut recorded = HistoryCollector::default();
    run_mock_campaign(&loaded.model, &loaded.schemas, &settings, never, &order, &mut recorded);
    let mut text = Vec::new();
    for history in &recorded.histories {
        write_history(&history.load_history(), &mut text).expect("writing to memory succeeds");
    }
    text
}

fn main() {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    let store = SuiteStore::find(&base, None).unwrap_or_else(|error| panic!("{error}"));
    let loaded = store.load("lamps", "2026-11-20").unwrap_or_else(|error| panic!("{error}"));

    let recorded = record_history(&loaded);
    let (histories, _): (Vec<History>, _) =
        read_histories(&mut recorded.as_slice(), "the recorded history").unwrap_or_else(|error| panic!("{error:?}"));

    let mut found = 0;
    for history in &histories {
        // A history has the exchanges of one plan. Each plan starts without resources.
        let (_, judged) = judge_history(history, &loaded.model, &loaded.schemas, BOUNDS);
        for finding in judged.iter().flat_map(|exchange| &exchange.findings) {
            let clauses: Vec<&str> =
                finding.clauses.iter().map(|clause| loaded.model.clause_info(*clause).id.as_str()).collect();
            println!("plan {}, {}: {}", history.header.plan, finding.operation, finding.seen);
            println!("  contradicts {}", clauses.join(", "));
            found += 1;
        }
    }
    println!("{found} deviations in {} plans", histories.len());
    assert!(found > 0, "the fault of the mock is in the history");
}
