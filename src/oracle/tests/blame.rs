//! Which clauses a deviation blames.

use super::{build_exchange, build_lit_lamp, load_patched_lamps};
use crate::model::{BeliefLimits, Model};
use crate::oracle::judge::{Finding, Judge};
use crate::schema::CompiledCatalog;
use serde_json::{Value, json};
use std::sync::Arc;

type Call<'a> = (&'a str, u16, Value);

/// Judges calls of a suite; each finding has a line with the operation and the blamed clauses.
fn judge_with(loaded: (Arc<Model>, Arc<CompiledCatalog>), calls: &[Call<'_>]) -> Vec<String> {
    let (model, schemas) = loaded;
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(Arc::clone(&model), schemas, 0, bounds);
    let describe = |finding: &Finding| {
        let clauses: Vec<&str> = finding.clauses.iter().map(|id| model.clause_info(*id).id.as_str()).collect();
        format!("{}: {}", finding.operation, clauses.join(", "))
    };
    let mut lines = Vec::new();
    for (number, (operation, status, body)) in calls.iter().enumerate() {
        let seen = judge.observe(&build_exchange(number as u64, operation, *status, body));
        lines.extend(seen.findings.iter().map(describe));
    }
    lines
}

/// Judges calls of the lamps.
fn check(calls: &[Call<'_>], expected: &[&str]) {
    assert_eq!(judge_with(load_patched_lamps(&[]), calls), expected);
}

/// As [`check`], with one more clause of the suite.
fn check_with_clause(clause: &str, calls: &[Call<'_>], expected: &[&str]) {
    let (_, schemas) = load_patched_lamps(&[]);
    let text = std::fs::read_to_string(super::find_lamp_file("suites/lamps.yaml")).expect("the suite is there");
    let suite = crate::suite::parse_suite("lamps.yaml", &format!("{text}\n{clause}"), &schemas.catalog);
    let suite = suite.unwrap_or_else(|problems| panic!("{problems:?}"));
    let model = Arc::new(Model::new(Arc::new(suite), &schemas, "2026-11-25").expect("a model"));
    assert_eq!(judge_with((model, schemas), calls), expected);
}

#[test]
fn a_value_that_is_missing_blames_the_form_of_the_body_and_no_clause_that_reads_it() {
    let lit = ("lightLamp", 201, build_lit_lamp(json!("red")));
    check(&[lit.clone(), ("showLamp", 200, json!({"id": "l1", "state": "BRIGHT"}))], &["showLamp: showLamp.reply"]);
    let mistyped = json!({"id": "l1", "state": 7, "color": "red"});
    check(&[lit, ("showLamp", 200, mistyped)], &["showLamp: showLamp.reply"]);
}

#[test]
fn a_wrong_value_of_the_right_form_blames_the_clause_about_the_value() {
    let lit = ("lightLamp", 201, build_lit_lamp(json!("red")));
    let shown = ("showLamp", 200, build_lit_lamp(json!("blue")));
    check(&[lit, shown], &["showLamp: lamp.frame.color"]);
}

#[test]
fn a_wrong_value_beside_a_missing_one_is_a_deviation_of_its_own() {
    let lit = ("lightLamp", 201, build_lit_lamp(json!("red")));
    let shown = ("showLamp", 200, json!({"id": "l1", "state": "DIM"}));
    check(&[lit, shown], &["showLamp: lamp.frame.state", "showLamp: showLamp.reply"]);
}

#[test]
fn of_two_clauses_that_a_refusal_contradicts_the_clause_about_fewer_calls_is_blamed() {
    let narrow = "  - id: light.red\n    says: a red lamp can be lit\n    cites: [\"light:5\"]\n    call: lightLamp\n    \
                  when: input == \"valid\" && body.color == \"red\"\n    accept: 201\n    then: { lamp.color: body.color }\n";
    check_with_clause(narrow, &[("lightLamp", 409, json!({}))], &["lightLamp: light.red"]);
}
