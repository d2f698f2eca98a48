//! Responses checked against documented schemas: lamps with an optional color.

mod blame;
mod doubts;
mod evidence;
mod hollow_passes;
mod infrastructure_hints;
mod judged_exchanges;
mod known_findings;
mod paging;
mod verdicts;

use super::judge::Judge;
use crate::history::{Call, CallCause, Exchange, Outcome, Reply, ReplyBody};
use crate::model::{BeliefLimits, ClauseCount, DifferenceKind, Model};
use crate::schema::{CatalogFiles, CatalogFolder, CompiledCatalog};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files of the lamp fixture, some of them replaced.
struct PatchedLampFiles(BTreeMap<&'static str, Value>);

fn find_lamp_file(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps").join(file)
}

impl CatalogFiles for PatchedLampFiles {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let other = self.0.get(name).map(|text| text.to_string().into_bytes());
        other.or_else(|| CatalogFolder(find_lamp_file("schemas/lamps")).read(name))
    }

    fn names(&self) -> Vec<String> {
        CatalogFolder(find_lamp_file("schemas/lamps")).names()
    }
}

fn load_lamps() -> (Arc<Model>, Arc<CompiledCatalog>) {
    load_patched_lamps(&[])
}

fn load_patched_lamps(otherwise: &[(&'static str, Value)]) -> (Arc<Model>, Arc<CompiledCatalog>) {
    let schemas =
        Arc::new(CompiledCatalog::load(&PatchedLampFiles(otherwise.iter().cloned().collect())).expect("schemas"));
    let text = std::fs::read_to_string(find_lamp_file("suites/lamps.yaml")).expect("the suite is there");
    let suite = crate::suite::parse_suite("lamps.yaml", &text, &schemas.catalog).expect("the suite parses");
    let model = Arc::new(Model::new(Arc::new(suite), &schemas, "2026-11-25").expect("a model"));
    (model, schemas)
}

/// Judges calls in order, each with status and body of the response. Returns the violations, and the number of passes
/// of `clause`.
fn judge_calls(otherwise: &[(&'static str, Value)], calls: &[(&str, u16, Value)], clause: &str) -> (Vec<String>, u64) {
    let (model, schemas) = load_patched_lamps(otherwise);
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(Arc::clone(&model), schemas, 0, bounds);
    let mut found = Vec::new();
    for (number, (operation, status, body)) in calls.iter().enumerate() {
        let seen = judge.observe(&build_exchange(number as u64, operation, *status, body));
        let differences = seen.findings.into_iter().flat_map(|finding| finding.evidence.differences);
        found.extend(differences.filter_map(|difference| match difference.what {
            DifferenceKind::Schema(difference) => Some(difference.to_string()),
            _ => None,
        }));
    }
    let count = |(id, count): (&crate::model::ClauseId, &crate::model::ClauseCount)| {
        if model.clause_info(*id).id == clause { count.passed } else { 0 }
    };
    (found, judge.tally().clauses.iter().map(count).sum())
}

fn build_exchange(number: u64, operation: &str, status: u16, body: &Value) -> Exchange {
    let lights = operation == "lightLamp";
    Exchange {
        number,
        step: number as usize,
        cause: CallCause::Step,
        call: Call {
            operation: operation.to_string(),
            binding: "v1".to_string(),
            caller: "owner".to_string(),
            path: if lights { BTreeMap::new() } else { BTreeMap::from([("lamp_id".to_string(), json!("l1"))]) },
            body: lights.then(|| json!({ "color": "red" })),
            ..Call::default()
        },
        input: None,
        sent_ms: number * 10,
        received_ms: number * 10 + 1,
        overlap: None,
        outcome: Outcome::Replied(Reply { status, headers: BTreeMap::new(), body: ReplyBody::Json(body.clone()) }),
        created: BTreeMap::new(),
    }
}

fn build_lit_lamp(color: Value) -> Value {
    json!({ "id": "l1", "state": "BRIGHT", "color": color })
}

/// The catalog, with a documented body for the refusal of a second dimming, and for the success if `of_success`.
fn describe_refusals(of_success: bool) -> Value {
    let mut catalog: Value =
        serde_json::from_slice(&CatalogFolder(find_lamp_file("schemas/lamps")).read("catalog.json").unwrap()).unwrap();
    let operations = catalog["operations"].as_array_mut().expect("operations");
    let dim = operations.iter_mut().find(|operation| operation["id"] == "dimLamp").expect("it is there");
    let success = json!({ "statuses": [202], "schema": "refusal.json", "at": "dim:19" });
    let refusal = json!({ "statuses": [409], "schema": "refusal.json", "at": "dim:20" });
    dim["responses"] = if of_success { json!([success, refusal]) } else { json!([refusal]) };
    catalog
}

#[test]
fn null_counts_as_absent_only_where_the_create_may_leave_the_property_out() {
    let calls = [("lightLamp", 201, build_lit_lamp(json!("red"))), ("showLamp", 200, build_lit_lamp(Value::Null))];
    let (found, _) = judge_calls(&[], &calls, "");
    assert!(found.iter().any(|line| line.starts_with("/color: ")), "a lamp has a color: {found:?}");
    let optional = json!({ "type": "object", "properties": { "color": { "type": "string" } } });
    let (found, _) = judge_calls(&[("lightLamp.request.json", optional)], &calls, "");
    assert!(!found.iter().any(|line| line.starts_with("/color: ")), "it may be without one: {found:?}");
}

#[test]
fn a_refusal_is_checked_against_its_schema_and_is_no_pass_for_successes() {
    let refusal = json!({ "type": "object", "required": ["why"], "properties": { "why": { "type": "string" } } });
    let refused = |of_success, body| {
        judge_calls(
            &[("catalog.json", describe_refusals(of_success)), ("refusal.json", refusal.clone())],
            &[("lightLamp", 201, build_lit_lamp(json!("red"))), ("dimLamp", 409, body)],
            "dimLamp.reply",
        )
    };
    assert_eq!(refused(true, json!({ "why": "it is dim" })), (Vec::new(), 0));
    let passed_by_a_refusal = 1;
    assert_eq!(refused(false, json!({ "why": "it is dim" })), (Vec::new(), passed_by_a_refusal));
    for of_success in [true, false] {
        let (found, passed) = refused(of_success, json!({}));
        assert!(found.iter().any(|line| line.contains("why")), "{found:?}");
        assert_eq!(passed, 0);
    }
}

#[test]
fn a_null_body_breaks_the_clause_about_the_reply() {
    let (found, _) = judge_calls(&[], &[("lightLamp", 201, Value::Null)], "");
    assert!(found.iter().any(|line| line.starts_with("the body: ")), "{found:?}");
}

/// Exchanges with the lamp `l1`: the operation, and the response with its status, `Retry-After` and body.
fn judge_lamp(replies: &[(&str, u16, Option<&str>, Value)]) -> Vec<Vec<String>> {
    let schemas = Arc::new(CompiledCatalog::load(&CatalogFolder(find_lamp_file("schemas/lamps"))).expect("schemas"));
    let text = std::fs::read_to_string(find_lamp_file("suites/lamps.yaml")).expect("the suite is there");
    let suite = crate::suite::parse_suite("lamps.yaml", &text, &schemas.catalog).expect("the suite parses");
    let model = Arc::new(Model::new(Arc::new(suite), &schemas, "2026-11-25").expect("a model"));
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(Arc::clone(&model), schemas, 0, bounds);
    let mut found = Vec::new();
    for (number, (operation, status, retry_after, body)) in replies.iter().enumerate() {
        let mut exchange = build_exchange(number as u64, operation, *status, body);
        if let (Outcome::Replied(reply), Some(after)) = (&mut exchange.outcome, retry_after) {
            reply.headers.insert("retry-after".to_string(), (*after).to_string());
        }
        let seen = judge.observe(&exchange);
        let names = |clauses: Vec<crate::model::ClauseId>| {
            clauses.iter().map(|clause| model.clause_info(*clause).id.clone()).collect()
        };
        found.extend(seen.findings.into_iter().map(|finding| names(finding.clauses)));
    }
    found
}

#[test]
fn a_change_that_a_gateway_refuses_may_have_been_carried_out() {
    for (status, after) in [(502, Some("1")), (503, Some("1")), (504, Some("1")), (503, None)] {
        for shown in ["DIM", "BRIGHT"] {
            let found = judge_lamp(&[
                ("lightLamp", 201, None, build_lit_lamp(json!("red"))),
                ("dimLamp", status, after, Value::Null),
                ("showLamp", 200, None, json!({ "id": "l1", "state": shown, "color": "red" })),
                ("dimLamp", if shown == "DIM" { 409 } else { 202 }, None, Value::Null),
            ]);
            assert_eq!(found, Vec::<Vec<String>>::new(), "{status} and {shown}");
        }
    }
}

#[test]
fn a_change_that_is_throttled_had_no_effect() {
    for status in [413, 429] {
        let found = judge_lamp(&[
            ("lightLamp", 201, None, build_lit_lamp(json!("red"))),
            ("dimLamp", status, Some("1"), Value::Null),
            ("showLamp", 200, None, json!({ "id": "l1", "state": "DIM", "color": "red" })),
        ]);
        assert_eq!(found, [["lamp.frame.state"]], "{status}");
    }
}

#[test]
fn an_id_that_no_request_can_carry_is_judged_as_no_id() {
    for id in ["", ".", "..", "a/../b", "l\n1"] {
        let found = judge_lamp(&[
            ("lightLamp", 201, None, json!({ "id": id, "state": "BRIGHT", "color": "red" })),
            ("lightLamp", 201, None, build_lit_lamp(json!("red"))),
            ("showLamp", 200, None, build_lit_lamp(json!("red"))),
        ]);
        assert!(found.iter().all(|clauses| clauses == &["lightLamp.reply"]), "{id:?}: {found:?}");
    }
}

/// Judges exchanges of lamps whose bodies are given; returns the findings, the reached limits, and the counts of a clause.
fn judge_bodies(calls: &[(&str, u16, ReplyBody)], clause: &str) -> (Vec<String>, Vec<String>, ClauseCount) {
    let (model, schemas) = load_lamps();
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(Arc::clone(&model), schemas, 0, bounds);
    let (mut found, mut limits) = (Vec::new(), Vec::new());
    for (number, (operation, status, body)) in calls.iter().enumerate() {
        let mut exchange = build_exchange(number as u64, operation, *status, &Value::Null);
        exchange.outcome = Outcome::Replied(Reply { status: *status, headers: BTreeMap::new(), body: body.clone() });
        let seen = judge.observe(&exchange);
        found.extend(seen.findings.into_iter().map(|finding| finding.seen));
        limits.extend(seen.excess.map(|excess| excess.reason));
    }
    let id = model.find_clause(clause).expect("the clause exists");
    (found, limits, judge.tally().clauses.get(&id).copied().unwrap_or_default())
}

#[test]
fn a_pattern_that_takes_too_many_steps_is_neither_a_deviation_nor_a_pass() {
    // There are two ways to match each letter, and all combinations are tried.
    let color = json!({ "type": "string", "pattern": "^(?:a(?!b)|a)+$" });
    let lamp = json!({ "type": "object", "required": ["id"], "properties": { "id": true, "color": color } });
    let judge = |color: &str| {
        let calls = [("lightLamp", 201, build_lit_lamp(json!(color)))];
        let (found, passed) = judge_calls(&[("lamp.json", lamp.clone())], &calls, "lightLamp.reply");
        (found.len(), passed)
    };
    assert_eq!(judge(&("a".repeat(200) + "!")), (0, 0), "nothing is decided");
    assert_eq!(judge("aaa"), (0, 1));
    assert_eq!(judge("aaa!"), (1, 0));
}

#[test]
fn a_response_that_is_too_large_to_read_is_neither_a_deviation_nor_a_pass_and_is_told() {
    let large = || ReplyBody::TooLarge { begins: "[0,".to_string(), because: "the body has more values".to_string() };
    let (found, limits, count) = judge_bodies(&[("lightLamp", 201, large())], "lightLamp.reply");
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(limits, ["a response of lightLamp is too large to read: the body has more values"]);
    assert_eq!((count.passed, count.applied, count.unclear), (0, 0, 1));
    // A lamp exists whose id nobody knows. What is read of another lamp is judged, and what is not read is not.
    let lit = ReplyBody::Json(build_lit_lamp(json!("red")));
    let calls = [("lightLamp", 201, large()), ("lightLamp", 201, lit), ("showLamp", 200, large())];
    let (found, limits, _) = judge_bodies(&calls, "showLamp.reply");
    assert_eq!((found, limits.len()), (Vec::new(), 2));
    // A body that is read and is no JSON stays a deviation.
    let text = ReplyBody::Text { begins: "<".to_string(), because: "a page".to_string() };
    assert_eq!(judge_bodies(&[("lightLamp", 201, text)], "lightLamp.reply").0.len(), 1);
}

#[test]
fn one_defect_at_two_operations_contradicts_the_clauses_of_both_in_one_plan() {
    let text = std::fs::read_to_string(find_lamp_file("schemas/lamps/catalog.json")).expect("the catalog is there");
    let mut catalog: Value = serde_json::from_str(&text).expect("JSON");
    for operation in catalog["operations"].as_array_mut().expect("operations") {
        if ["showLamp", "removeLamp"].contains(&operation["id"].as_str().expect("an id")) {
            let refusal = json!({ "statuses": [409], "schema": "refusal.json", "at": "light:52" });
            operation["responses"].as_array_mut().expect("responses").push(refusal);
        }
    }
    let refusal = json!({ "type": "object", "required": ["code"], "properties": { "code": { "type": "string" } } });
    let (model, schemas) = load_patched_lamps(&[("catalog.json", catalog), ("refusal.json", refusal)]);
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(Arc::clone(&model), schemas, 0, bounds);
    let mut contradicted = Vec::new();
    let mut fingerprints = Vec::new();
    for (number, operation) in ["showLamp", "removeLamp", "removeLamp"].into_iter().enumerate() {
        let seen = judge.observe(&build_exchange(number as u64, operation, 409, &json!({})));
        for finding in seen.findings.into_iter().filter(|finding| finding.fingerprints[0].contains(" schema ")) {
            contradicted.extend(finding.clauses.iter().map(|clause| model.clause_info(*clause).id.clone()));
            fingerprints.extend(finding.fingerprints);
        }
    }
    assert_eq!(contradicted, ["showLamp.reply", "removeLamp.reply"]);
    assert_eq!(fingerprints, ["refusal * schema /code:required"; 2]);
}

/// Judges the calls with a clause that permits 501 on a lamp that exists. Returns the contradicted clauses.
fn judge_busy_lamps(calls: &[(&str, u16, Value)]) -> Vec<String> {
    let schemas = Arc::new(CompiledCatalog::load(&PatchedLampFiles(BTreeMap::new())).expect("schemas"));
    let text = std::fs::read_to_string(find_lamp_file("suites/lamps.yaml")).expect("the suite is there");
    let busy = "  - id: lamp.busy\n    says: a lamp may be busy\n    cites: [\"dim:16\"]\n    call: dimLamp\n    \
                while: any\n    when: lamp != null\n    may refuse: 501\n";
    let suite = crate::suite::parse_suite("lamps.yaml", &format!("{text}\n{busy}"), &schemas.catalog);
    let model = Model::new(Arc::new(suite.expect("the suite parses")), &schemas, "2026-11-25");
    let model = Arc::new(model.expect("a model"));
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(Arc::clone(&model), schemas, 0, bounds);
    let findings = calls.iter().enumerate().flat_map(|(number, (operation, status, body))| {
        judge.observe(&build_exchange(number as u64, operation, *status, body)).findings
    });
    let clauses = findings.flat_map(|finding| finding.list_contradicted().collect::<Vec<_>>());
    clauses.map(|clause| model.clause_info(clause).id.clone()).collect()
}

#[test]
fn a_server_error_that_a_clause_permits_in_one_possible_state_is_no_deviation() {
    let lit = ("lightLamp", 201, build_lit_lamp(json!("red")));
    // After an accepted removal the lamp is there, or is gone already.
    let removed = ("removeLamp", 204, Value::Null);
    let busy = ("dimLamp", 501, json!({}));
    assert_eq!(judge_busy_lamps(&[lit.clone(), removed.clone(), busy.clone()]), Vec::<String>::new());
    let gone = ("showLamp", 404, json!({}));
    let late = judge_busy_lamps(&[lit.clone(), removed.clone(), gone, busy.clone()]);
    assert_eq!(late, ["dimLamp.no-server-error"], "a lamp that is gone is not busy");
    let shown = ("showLamp", 404, json!({}));
    let ruled_out = judge_busy_lamps(&[lit, removed, busy, shown]);
    assert_eq!(ruled_out, Vec::<String>::new(), "it may be gone a moment later");
}
