//! Which refusals get a hint, and that the condition of a hint holds for the refusal.

use super::super::infrastructure_hint::RefusalForms;
use super::build_exchange;
use crate::expr::{Expr, ExprValue};
use crate::history::{Exchange, Outcome, Reply, ReplyBody};
use serde_json::{Value, json};

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
