//! Doubtful input: which guards settle a doubt, so that the response is judged.

use super::{PatchedLampFiles, build_exchange, build_lit_lamp, find_lamp_file};
use crate::model::{BeliefLimits, Model};
use crate::oracle::judge::Judge;
use crate::schema::CompiledCatalog;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whether a refusal of a lamp with a body contradicts the clause that lights lamps under a guard. The color is optional.
fn check(guard: &str, body: Value, contradicted: bool) {
    let color = json!({ "type": "object", "properties": { "color": { "type": "string" } } });
    let files = PatchedLampFiles(BTreeMap::from([("lightLamp.request.json", color)]));
    let schemas = Arc::new(CompiledCatalog::load(&files).expect("schemas"));
    let text = std::fs::read_to_string(find_lamp_file("suites/lamps.yaml")).expect("the suite is there");
    let text = text.replace(r#"when: input == "valid""#, &format!("when: '{guard}'"));
    let suite = crate::suite::parse_suite("lamps.yaml", &text, &schemas.catalog);
    let suite = suite.unwrap_or_else(|problems| panic!("{problems:?}"));
    let model = Arc::new(Model::new(Arc::new(suite), &schemas, "2026-11-25").expect("a model"));
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(Arc::clone(&model), schemas, 0, bounds);
    let mut exchange = build_exchange(0, "lightLamp", 400, &build_lit_lamp(json!("red")));
    exchange.call.body = Some(body.clone());
    let found = judge.observe(&exchange).findings;
    let clauses =
        found.iter().flat_map(|finding| &finding.clauses).map(|clause| model.clause_info(*clause).id.as_str());
    let expected: &[&str] = if contradicted { &["light.bright"] } else { &[] };
    assert_eq!(Vec::from_iter(clauses), expected, "{guard} with {body}");
}

#[test]
fn a_guard_that_asks_for_the_key_settles_the_doubt_about_null() {
    check(r#""color" in body"#, json!({ "color": null }), true);
    check("body.color == null", json!({ "color": null }), false);
    check("true", json!({ "color": null }), false);
}

#[test]
fn a_guard_settles_no_doubt_about_a_place_that_it_does_not_read() {
    check(r#"body.color == "red""#, json!({ "color": "red" }), true);
    check(r#"body.color == "red""#, json!({ "color": "red", "weight": 1 }), false);
    check(r#""color" in body"#, json!({ "color": null, "weight": 1 }), false);
    check(r#"caller == "owner""#, json!({ "color": null }), false);
    // A key that is there with a value of another type is a doubt about the value.
    check(r#""color" in body"#, json!({ "color": 7 }), false);
}
