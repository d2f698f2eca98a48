//! What a finding says of its deviation: the difference from the nearest possible state, and why that was expected.

use super::{build_exchange, build_lit_lamp, find_lamp_file, load_lamps};
use crate::expr::ExprValue;
use crate::model::{BeliefLimits, DeviationEvidence, DifferenceKind, ExpectationReason, Model};
use crate::oracle::judge::Judge;
use serde_json::{Value, json};
use std::sync::Arc;

/// A call, an hour after the call before it if `later`: the operation, and the response with its status and body.
type Call<'a> = (bool, &'a str, u16, Value);

/// A clause about the class of the input, which the lamps lack.
const INVALID: &str = "  - id: light.invalid\n    says: what is not described is refused\n    cites: [\"light:5\"]\n    \
                       call: lightLamp\n    when: input == \"invalid\"\n    refuse: 400\n";

/// The evidence of the findings of some calls, a line for each difference and for each reason.
fn check(calls: &[Call<'_>], expected: &[&str]) {
    check_suite(("", ""), calls, expected);
}

/// As [`check`], with the first text of the suite replaced by the second.
fn check_suite((old, new): (&str, &str), calls: &[Call<'_>], expected: &[&str]) {
    let (_, schemas) = load_lamps();
    let text = std::fs::read_to_string(find_lamp_file("suites/lamps.yaml")).expect("the suite is there");
    let text = text.replacen(old, new, 1);
    let suite = crate::suite::parse_suite("lamps.yaml", &format!("{text}\n{INVALID}"), &schemas.catalog);
    let suite = suite.unwrap_or_else(|problems| panic!("{problems:?}"));
    let model = Arc::new(Model::new(Arc::new(suite), &schemas, "2026-11-25").expect("a model"));
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(model.clone(), schemas, 0, bounds);
    let mut lines = Vec::new();
    let mut now_ms = 0;
    for (number, (later, operation, status, body)) in calls.iter().enumerate() {
        now_ms += if *later { 3_600_000 } else { 10 };
        let mut exchange = build_exchange(number as u64, operation, *status, body);
        if let (true, Some(color)) = (exchange.call.body.is_some(), body.get("color")) {
            exchange.call.body = Some(json!({ "color": color }));
        }
        (exchange.sent_ms, exchange.received_ms) = (now_ms, now_ms + 1);
        for finding in judge.observe(&exchange).findings {
            lines.extend(describe_evidence(&model, &finding.evidence));
        }
    }
    assert_eq!(lines, expected);
}

fn describe_evidence(model: &Model, evidence: &DeviationEvidence) -> Vec<String> {
    let differences = evidence.differences.iter().map(|difference| match &difference.what {
        DifferenceKind::Outcome { expected, got } => {
            let verb =
                expected.accepted.map_or("no server error", |accepts| if accepts { "accepted" } else { "refused" });
            format!("{verb} {:?}, got {got}", expected.statuses)
        }
        DifferenceKind::Field { field, expected, got, .. } => {
            let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
            format!("{field} {}, got {got}", expected.join(" or "))
        }
        DifferenceKind::NotGone { resource, state: Some(ExprValue::Str(state)) } => {
            format!("{} shown as {state}, though gone", resource.id)
        }
        DifferenceKind::Input(broken) => format!("the input: {broken}"),
        other => format!("{other:?}"),
    });
    let reasons = evidence.reasons.iter().map(|reason| match reason {
        ExpectationReason::Applied(account) => format!("{} applied", model.clause_info(account.clause).id),
        ExpectationReason::NothingRefuses(count) => format!("none of {count} clauses refuses"),
        ExpectationReason::Promised { clause, .. } => format!("promised by {}", model.clause_info(*clause).id),
        ExpectationReason::LastShown { call, .. } => format!("last shown by {}", call.operation),
        ExpectationReason::NotApplied { call, account, .. } => {
            format!("{} did not apply to {}", model.clause_info(account.clause).id, call.operation)
        }
        ExpectationReason::NoClauseChanges { call, .. } => format!("no clause lets {} change it", call.operation),
        ExpectationReason::RefusedChangesNothing { call, status } => {
            format!("{} was refused with {status}", call.operation)
        }
    });
    differences.chain(reasons).collect()
}

fn light() -> Call<'static> {
    (false, "lightLamp", 201, build_lit_lamp(json!("red")))
}

#[test]
fn a_wrong_refusal_says_that_a_clause_accepts_and_that_none_refuses() {
    check(
        &[light(), (false, "dimLamp", 409, Value::Null)],
        &["accepted [204], got 409", "dim.bright applied", "none of 2 clauses refuses"],
    );
}

#[test]
fn a_wrong_acceptance_says_which_clause_refuses_and_nothing_of_clauses_that_do_not() {
    check(&[(false, "dimLamp", 204, Value::Null)], &["refused [404], got 204", "lamp.absent applied"]);
}

#[test]
fn a_wrong_value_says_which_call_promised_or_showed_the_right_one() {
    let shown =
        |state: &str, color: &str| (true, "showLamp", 200, json!({ "id": "l1", "state": state, "color": color }));
    let wrong = r#"color "red", got "blue""#;
    check(&[light(), shown("BRIGHT", "blue")], &[wrong, "last shown by lightLamp"]);
    check(&[light(), shown("BRIGHT", "red"), shown("BRIGHT", "blue")], &[wrong, "last shown by showLamp"]);
    let dim = |status| (false, "dimLamp", status, Value::Null);
    check(
        &[light(), dim(204), shown("DIM", "red"), dim(409), shown("DIM", "blue")],
        &[wrong, "last shown by showLamp", "dimLamp was refused with 409"],
    );
}

#[test]
fn a_wrong_acceptance_of_invalid_input_says_which_keyword_is_broken() {
    let odd = (false, "lightLamp", 201, build_lit_lamp(json!("no color")));
    let broken = "the input: /color: one of red, blue expected, found no color";
    check(&[odd], &["refused [400], got 201", broken, "light.invalid applied"]);
}

#[test]
fn the_nearest_state_differs_in_the_fewest_values() {
    // After the bound the lamp is dim, or bright because it was too hot. A dim lamp has the wrong color only.
    let shown = json!({ "id": "l1", "state": "DIM", "color": "blue" });
    check(
        &[light(), (false, "dimLamp", 204, Value::Null), (true, "showLamp", 200, shown)],
        &[r#"color "red", got "blue""#, "last shown by lightLamp", "no clause lets dimLamp change it"],
    );
}

#[test]
fn a_removal_without_end_says_which_clause_promised_the_end() {
    let shown = (true, "showLamp", 200, build_lit_lamp(json!("red")));
    check(
        &[light(), (false, "removeLamp", 204, Value::Null), shown],
        &["l1 shown as BRIGHT, though gone", "promised by remove.gone"],
    );
}

#[test]
fn a_removal_that_stays_under_way_says_which_clause_promised_the_end() {
    let stage = (r#"{ lamp.state: ["*", gone] }"#, "{ lamp.state: [DIMMING, gone] }");
    let shown = (true, "showLamp", 200, json!({ "id": "l1", "state": "DIMMING", "color": "red" }));
    check_suite(
        stage,
        &[light(), (false, "removeLamp", 204, Value::Null), shown],
        &["l1 shown as DIMMING, though gone", "promised by remove.gone"],
    );
}

#[test]
fn a_resource_that_is_not_at_rest_stays_undetermined() {
    // After the first deviation nothing is known of the lamp. A blue lamp is not at rest here, so that its state may change.
    let rest = (r#"rest: it.state != "DIMMING""#, r#"rest: it.color != "blue""#);
    let shown = |state: &str| (true, "showLamp", 200, json!({ "id": "l1", "state": state, "color": "blue" }));
    let wrong = [r#"color "red", got "blue""#, "last shown by lightLamp"];
    check_suite(rest, &[light(), shown("BRIGHT"), shown("BRIGHT"), shown("DIM")], &wrong);
}
