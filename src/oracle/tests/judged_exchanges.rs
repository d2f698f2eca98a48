//! What the judgement of one exchange tells besides its findings, and which statuses it permits.

use super::super::judge::Judge;
use super::{build_exchange, build_lit_lamp, find_lamp_file, load_lamps, load_patched_lamps};
use crate::model::{BeliefLimits, CellKind, Model};
use serde_json::{Value, json};
use std::sync::Arc;

#[test]
fn any_success_is_permitted_only_where_the_pages_name_none() {
    let text = std::fs::read_to_string(find_lamp_file("schemas/lamps/catalog.json")).expect("the catalog is there");
    let mut catalog: Value = serde_json::from_str(&text).expect("JSON");
    let operations = catalog["operations"].as_array_mut().expect("operations");
    let dim = operations.iter_mut().find(|operation| operation["id"] == "dimLamp").expect("it is there");
    dim.as_object_mut().expect("an operation").remove("statuses");
    let count = |otherwise: &[(&'static str, Value)], status: u16| {
        let (model, schemas) = load_patched_lamps(otherwise);
        let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
        let mut judge = Judge::new(model, schemas, 0, bounds);
        judge.observe(&build_exchange(0, "lightLamp", 201, &build_lit_lamp(json!("red"))));
        judge.observe(&build_exchange(1, "dimLamp", status, &Value::Null)).findings.len()
    };
    let unnamed = [("catalog.json", catalog)];
    assert_eq!((count(&unnamed, 204), count(&unnamed, 206), count(&unnamed, 409)), (0, 0, 1));
    assert_eq!((count(&[], 204), count(&[], 206)), (0, 1));
}

#[test]
fn a_limit_of_possible_states_that_is_reached_is_told() {
    let (model, schemas) = load_lamps();
    let reached = |states_max: usize| {
        let bounds = BeliefLimits { states_max, settle_percent: 100, insight: false };
        let mut judge = Judge::new(Arc::clone(&model), Arc::clone(&schemas), 0, bounds);
        judge.observe(&build_exchange(0, "lightLamp", 201, &build_lit_lamp(json!("red"))));
        judge.observe(&build_exchange(1, "dimLamp", 204, &Value::Null)).excess.is_some()
    };
    assert_eq!((reached(1), reached(100)), (true, false));
}

#[test]
fn a_finding_names_the_response_that_ruled_out_states_before_it() {
    let (model, schemas) = load_lamps();
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(Arc::clone(&model), schemas, 0, bounds);
    let shown = |color: &str| json!({ "id": "l1", "state": "DIM", "color": color });
    let calls = [
        ("lightLamp", 201, build_lit_lamp(json!("red"))),
        ("dimLamp", 204, Value::Null),
        ("showLamp", 200, shown("red")),
        ("showLamp", 200, shown("blue")),
    ];
    let findings = calls.iter().enumerate().flat_map(|(number, (operation, status, body))| {
        judge.observe(&build_exchange(number as u64, operation, *status, body)).findings
    });
    let narrowed = Vec::from_iter(findings.map(|finding| {
        let (exchange, clauses) = finding.narrowed_by.expect("the lamp might have been bright");
        let clauses = clauses.iter().map(|clause| model.clause_info(*clause).id.as_str());
        (exchange, Vec::from_iter(clauses))
    }));
    assert_eq!(narrowed, [(2, vec!["dim.bright"])]);
}

#[test]
fn the_possible_states_before_and_after_a_call_are_told_on_request() {
    let (model, schemas) = load_lamps();
    let tells = |insight: bool| {
        let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight };
        let mut judge = Judge::new(Arc::clone(&model), Arc::clone(&schemas), 0, bounds);
        judge.observe(&build_exchange(0, "lightLamp", 201, &build_lit_lamp(json!("red")))).insight.is_some()
    };
    assert_eq!((tells(true), tells(false)), (true, false));
}

#[test]
fn a_refusal_of_invalid_input_counts_for_the_keyword_that_the_input_breaks() {
    let (_, schemas) = load_lamps();
    let text = std::fs::read_to_string(find_lamp_file("suites/lamps.yaml")).expect("the suite is there");
    let refusal = "  - id: light.invalid\n    says: what is not described is refused\n    cites: [\"light:5\"]\n    \
                   call: lightLamp\n    when: input == \"invalid\"\n    refuse: 400\n";
    let suite = crate::suite::parse_suite("lamps.yaml", &format!("{text}\n{refusal}"), &schemas.catalog);
    let suite = suite.unwrap_or_else(|problems| panic!("{problems:?}"));
    let model = Arc::new(Model::new(Arc::new(suite), &schemas, "2026-11-25").expect("a model"));
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(model, schemas, 0, bounds);
    let mut exchange = build_exchange(0, "lightLamp", 400, &Value::Null);
    exchange.call.body = Some(json!({ "color": "green" }));
    judge.observe(&exchange);
    let kinds = judge.tally().cells.keys().map(|cell| cell.kind.clone());
    assert_eq!(Vec::from_iter(kinds), [CellKind::Invalid("enum".to_string())]);
}
