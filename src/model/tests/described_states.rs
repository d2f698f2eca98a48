//! Possible states in words, as a finding lists what would have been right.

use super::super::possible_state::make_record;
use super::box_api::BoxApi;
use crate::expr::ExprValue;
use crate::model::{ResourceId, describe_state};
use std::sync::Arc;

/// The possible states of the label `l1` after the calls.
fn check(calls: &[&str], expected: &[&str]) {
    let mut shelf = BoxApi::new();
    ["put b1", "stick l1 b1"].iter().chain(calls).for_each(|line| shelf.send_call(line));
    let label = ResourceId { kind: 1, id: Arc::from("l1") };
    let states = shelf.belief.list_states(&label);
    let found: Vec<String> =
        states.iter().map(|held| describe_state(shelf.belief.model(), std::slice::from_ref(held))).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_state_is_described_with_its_fields_and_what_is_to_come() {
    check(&[], &[r#"label l1: "here"; box="b1" text="old""#]);
    let fields = r#"box="b1" text="old""#;
    let leaving = [
        format!(r#"label l1: "here" then any state, gone; {fields}"#),
        format!("label l1: being deleted then gone; {fields}"),
        format!("label l1: gone; {fields}"),
    ];
    check(&["drop b1 all"], &leaving.each_ref().map(String::as_str));
    check(&["shake l1"], &["label l1: undetermined"]);
}

#[test]
fn a_guard_reads_what_is_in_motion_as_unknown_and_the_rest_as_known() {
    let mut shelf = BoxApi::new();
    ["put b1", "stick l1 b1", "shake l1 calm"].iter().for_each(|line| shelf.send_call(line));
    let label = ResourceId { kind: 1, id: Arc::from("l1") };
    let states = shelf.belief.list_states(&label);
    let moving: Vec<ExprValue> = states
        .iter()
        .filter(|held| held.state.transition.is_some())
        .map(|held| make_record(shelf.belief.model(), &label, &held.state))
        .collect();
    assert!(!moving.is_empty(), "the label is being shaken");
    for record in moving {
        let ExprValue::Map(fields) = record else { panic!("{record}") };
        assert_eq!((&fields["text"], &fields["box"]), (&ExprValue::Unknown, &ExprValue::from("b1")));
    }
}
