//! Which refusals get a hint, and that the condition of a hint holds for the refusal.

use super::super::infrastructure_hint::RefusalForms;
use super::super::judge::{Finding, Judge};
use super::super::known_findings::{FindingNovelty, KnownFindings};
use super::{build_exchange, find_lamp_file, load_lamps};
use crate::expr::{Expr, ExprValue};
use crate::history::{Exchange, Outcome, Reply, ReplyBody};
use crate::model::{BeliefLimits, Model};
use serde_json::{Value, json};
use std::sync::Arc;

/// The condition for a refusal, after a refusal of the API's own form.
fn find_condition(status: u16, body: &Value) -> Option<String> {
    let mut forms = RefusalForms::default();
    forms.note_explained(&build_exchange(0, "showLamp", 404, &json!({ "error": { "message": "no such lamp" } })));
    let exchange = build_exchange(1, "showLamp", status, body);
    let when = forms.find_hint(&exchange)?.when;
    let scope = |name: &str| {
        Some(ExprValue::from(&match name {
            "status" => json!(status),
            "body" => body.clone(),
            _ => Value::Null,
        }))
    };
    let held = Expr::parse(&when).expect("the condition is an expression").eval(&scope);
    assert_eq!(held, Ok(ExprValue::Bool(true)), "{when}");
    Some(when)
}

#[test]
fn a_hint_is_given_for_quotas_and_foreign_forms_only() {
    for (status, body, expected) in [
        (
            403,
            json!({ "code": 1, "error": { "code": "LimitExceeded" } }),
            Some("body.error.code.contains(\"LimitExceeded\")"),
        ),
        (
            403,
            json!({ "errors": [{ "m": "x" }, { "m": "Too many lamps" }] }),
            Some("body.errors[1].m.contains(\"Too many\")"),
        ),
        (403, json!({ "error": { "message": "not yours" } }), None),
        (409, json!({ "error": { "message": "quota" } }), None),
        (404, json!({ "message": "no Route matched" }), Some("!has(body.error)")),
        (404, json!({ "error": { "message": "gone" } }), None),
        // A name that an expression cannot have is left out.
        (403, json!({ "a b": "quota" }), None),
    ] {
        let found = find_condition(status, &body);
        match (&found, expected) {
            (Some(found), Some(expected)) => assert!(found.contains(expected), "{found}"),
            _ => assert_eq!(found.is_some(), expected.is_some(), "{status} {body}: {found:?}"),
        }
    }
}

#[test]
fn a_hint_is_looked_for_in_a_bounded_number_of_texts() {
    // The texts of a body are read in order; a word behind the bound is not found.
    let texts = |count: usize| {
        let mut lists: Vec<Value> = vec![json!(vec!["x"; 20]); count / 20];
        lists.push(json!(["quota"]));
        json!({ "texts": lists })
    };
    assert!(find_condition(403, &texts(40)).is_some());
    assert_eq!(find_condition(403, &texts(1_000)), None);
}

#[test]
fn a_throttled_response_that_names_a_quota_gets_an_entry_for_the_profile() {
    let (model, schemas) = load_lamps();
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(model, schemas, 0, bounds);
    let mut observe = |text: &str| {
        let exchange = build_exchange(0, "showLamp", 429, &json!({ "error": { "message": text } }));
        let seen = judge.observe(&exchange);
        assert_eq!(seen.findings.len(), 0);
        judge.tally().quota_entry.clone()
    };
    assert_eq!(observe("Too many requests: rate limit exceeded"), None);
    let entry = r#"recognise: { quota: { when: 'status == 429 && body.error.message.contains("Quota")' } }"#;
    assert_eq!(observe("Quota exhausted until tomorrow").as_deref(), Some(entry));
}

#[test]
fn refusals_with_one_hint_contradict_all_their_clauses_within_one_plan() {
    let (model, schemas) = load_lamps();
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(model.clone(), schemas, 0, bounds);
    let mut known = KnownFindings::default();
    let mut findings: Vec<Finding> = Vec::new();
    let quota = json!({ "error": { "message": "quota" } });
    let lit = |id: &str| json!({ "id": id, "state": "BRIGHT", "color": "red" });
    // After a deviation nothing is known about the lamp, so that the next one is about another lamp.
    let calls = [
        ("lightLamp", "l1", 201, lit("l1")),
        ("showLamp", "l1", 403, quota.clone()),
        ("lightLamp", "l2", 201, lit("l2")),
        ("showLamp", "l2", 403, quota.clone()),
        ("lightLamp", "l3", 201, lit("l3")),
        ("removeLamp", "l3", 403, quota),
    ];
    for (number, (operation, lamp, status, body)) in calls.into_iter().enumerate() {
        let mut exchange = build_exchange(number as u64, operation, status, &body);
        if operation != "lightLamp" {
            exchange.call.path.insert("lamp_id".to_string(), json!(lamp));
        }
        for finding in judge.observe(&exchange).findings {
            match known.classify_finding(&finding) {
                FindingNovelty::Repeated(index) => findings[index].add_repetition(&finding),
                _ => findings.push(finding),
            }
        }
    }
    assert_eq!(findings.len(), 1, "{findings:?}");
    for clause in ["show.there", "remove.gone"] {
        let id = model.find_clause(clause).expect("the clause exists");
        assert!(findings[0].contradicts(id), "{clause}");
    }
}

#[test]
fn a_refusal_with_a_known_hint_is_reported_again_only_for_another_clause() {
    let (_, schemas) = load_lamps();
    let text = std::fs::read_to_string(find_lamp_file("suites/lamps.yaml")).expect("the suite is there");
    let text = text.replace("    call: showLamp\n", "    call: [showLamp, removeLamp]\n");
    let suite = crate::suite::parse_suite("lamps.yaml", &text, &schemas.catalog);
    let suite = suite.unwrap_or_else(|problems| panic!("{problems:?}"));
    let model = Arc::new(Model::new(Arc::new(suite), &schemas, "2026-11-25").expect("a model"));
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(model, schemas, 0, bounds);
    let quota = json!({ "error": { "message": "quota" } });
    let lit = |id: &str| json!({ "id": id, "state": "BRIGHT", "color": "red" });
    // The refusal of a removal contradicts two clauses, the refusal of a read one of them.
    let calls = [
        ("lightLamp", "l1", 201, lit("l1")),
        ("removeLamp", "l1", 403, quota.clone()),
        ("lightLamp", "l2", 201, lit("l2")),
        ("showLamp", "l2", 403, quota),
    ];
    let found = calls.into_iter().enumerate().map(|(number, (operation, lamp, status, body))| {
        let mut exchange = build_exchange(number as u64, operation, status, &body);
        if operation != "lightLamp" {
            exchange.call.path.insert("lamp_id".to_string(), json!(lamp));
        }
        (judge.observe(&exchange).findings.len(), judge.tally().repeated)
    });
    assert_eq!(Vec::from_iter(found), [(0, 0), (1, 0), (0, 0), (0, 1)]);
}

#[test]
fn a_text_in_place_of_json_is_a_foreign_form_and_an_empty_body_is_none() {
    let forms = RefusalForms::default();
    let answer = |body: ReplyBody| Exchange {
        outcome: Outcome::Replied(Reply { status: 404, headers: Default::default(), body }),
        ..build_exchange(0, "showLamp", 404, &Value::Null)
    };
    let html = ReplyBody::Text { begins: "<html>".to_string(), because: "it is HTML".to_string() };
    assert!(forms.find_hint(&answer(html)).is_some());
    assert!(forms.find_hint(&answer(ReplyBody::Empty)).is_none());
}
