//! Cells: which a suite has, and which a campaign fills.

use crate::lamp_suite::lamps;
use probity::campaign::{CampaignInput, Conclusion, MockCampaignSettings, NullListener, run_mock_campaign};
use probity::limits::Limits;
use probity::mock::Tempo;
use probity::model::{BeliefLimits, Model};
use probity::oracle::{ClauseDecidability, ClauseSelection, Verdict};
use probity::plan::{CellTable, SuiteHints};
use probity::plan_execution::Cancellation;
use probity::schema::CompiledCatalog;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Checks the cells of an operation of the lamps, for a target with these callers.
fn check_cells(operation: &str, callers: &[&str], expected: &[&str]) {
    let (model, schemas) = lamps();
    let hints = SuiteHints::new(&model, &schemas);
    let callers: BTreeSet<String> = callers.iter().map(|caller| (*caller).to_string()).collect();
    let table = CellTable::new(&model, &hints, &callers);
    let of_operation = table.cells.iter().filter(|cell| cell.operation == operation);
    assert_eq!(of_operation.map(|cell| cell.kind.to_string()).collect::<Vec<_>>(), expected);
}

#[test]
fn an_operation_has_a_cell_for_each_state_caller_absent_resource_and_broken_keyword() {
    check_cells(
        "dim",
        &["owner", "other", "none"],
        &[
            "valid at lamp DARK",
            "valid at lamp LIT",
            "valid at lamp TRYING",
            "by none",
            "by other",
            "absent lamp",
            "invalid body",
            "invalid maximum",
            "invalid minimum",
            "invalid required",
            "invalid type",
        ],
    );
}

#[test]
fn a_call_without_a_resource_has_one_valid_cell_and_none_for_the_other_owner() {
    check_cells("listLamps", &["owner", "other", "none"], &["valid", "by none"]);
}

#[test]
fn each_resource_of_a_call_can_be_absent() {
    check_cells(
        "pinCard",
        &["owner"],
        &["valid at card exists", "absent card", "absent lamp", "invalid body", "invalid required", "invalid type"],
    );
}

fn run_campaign(model: &Arc<Model>, schemas: &Arc<CompiledCatalog>, seed: u64, requests: u64) -> Conclusion {
    let bounds = BeliefLimits { states_max: 2_000, settle_percent: 100, insight: false };
    let limits =
        Limits { requests, shrink_requests: 0, plans: 1_000, steps_per_plan: 150, live_resources: 5, ..Limits::NONE };
    let home = MockCampaignSettings { seed, tempo: Tempo::CLOUD, fault: None, bounds, limits };
    let order = CampaignInput {
        seed,
        selection: ClauseSelection::default(),
        standing: &|_| ClauseDecidability::Reachable,
        recorded_plans: &[],
        shrink: false,
        is_known: &|_| false,
        races: probity::campaign::RaceShare::None,
    };
    run_mock_campaign(model, schemas, &home, Cancellation::never(), &order, &mut NullListener)
}

#[test]
fn a_thousand_requests_fill_nearly_all_cells_in_the_states_that_a_suite_leads_to() {
    let store = probity::session::SuiteStore::find(Path::new(env!("CARGO_MANIFEST_DIR")), None)
        .expect("suites and schemas are there");
    for name in ["ecs-native", "ecs-v1", "scp-volume", "openstack-compute", "openstack-volume"] {
        let loaded = store.load(name, "2026-11-20").unwrap_or_else(|wrong| panic!("{wrong}"));
        let conclusion = run_campaign(&loaded.model, &loaded.schemas, 1, 1_000);
        let empty = conclusion.cells.iter().filter_map(|result| {
            let reason = result.filled.as_ref().err()?;
            (reason != "no call found a resource in this state").then(|| format!("{:?}", result.cell))
        });
        let empty: Vec<String> = empty.collect();
        assert!(empty.len() * 10 <= conclusion.cells.len(), "{name}: {}", empty.join("\n"));
    }
}

/// Checks the verdict of a clause against server errors after some requests, and its reason.
fn check_server_errors(operation: &str, requests: u64, expected: (Verdict, &str)) {
    let (model, schemas) = lamps();
    let conclusion = run_campaign(&model, &schemas, 1, requests);
    let clause = model.operations[operation].no_server_error;
    let row = conclusion.rows.iter().find(|row| row.clause == clause).expect("the clause has a row");
    assert_eq!((row.verdict, row.reason.as_str()), expected);
}

#[test]
fn an_operation_that_was_asked_in_each_way_has_no_server_error() {
    check_server_errors("dim", 1_000, (Verdict::Pass, ""));
}

#[test]
fn an_operation_that_was_asked_in_some_ways_only_is_undecided_and_the_others_are_named() {
    let reason = "not sent: invalid by a missing value; not sent: invalid by a value; not sent: invalid by a type";
    check_server_errors("buyLamp", 1, (Verdict::Inconclusive, reason));
}

#[test]
fn equal_seeds_fill_equal_cells() {
    let (model, schemas) = lamps();
    let cells = |seed| run_campaign(&model, &schemas, seed, 200).cells;
    assert_eq!(cells(7), cells(7));
}
