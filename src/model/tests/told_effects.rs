//! Which applications of a clause tell its effect from the absence of the effect.

use super::box_api::BoxApi;

/// The fields whose effect was told, by clause, after calls without deviations.
fn check(calls: &[&str], clause: &str, expected: &[&str]) {
    let mut shelf = BoxApi::new();
    calls.iter().for_each(|line| shelf.send_call(line));
    assert_eq!(shelf.found, Vec::<String>::new());
    let model = shelf.belief.model();
    let id = model.find_clause(clause).expect("the suite has it");
    let fields = shelf.belief.tally.told_effects.get(&id).into_iter().flatten();
    let name = |kind: u16, field: u16| &model.suite.resources[usize::from(kind)].fields[usize::from(field)].name;
    let found: Vec<&str> = fields.map(|told| name(told.kind, told.field).as_str()).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_value_that_was_there_before_tells_nothing() {
    let there = ["put b1", "put b2", "stick l1 b1", "move l1 b1", "show l1 b1 old"];
    check(&there, "move", &[]);
    check(&[&there[..], &["move l1 b2", "show l1 b2 old"]].concat(), "move", &["box"]);
}

#[test]
fn an_effect_is_told_by_the_response_that_shows_it_and_not_by_the_call() {
    check(&["put b1", "put b2", "stick l1 b1", "move l1 b2"], "move", &[]);
}

#[test]
fn a_created_resource_tells_values_that_are_not_empty() {
    check(&["put b1", "stick l1 b1", "show l1 b1 old"], "stick", &["state", "box", "text"]);
}

#[test]
fn an_effect_on_resources_that_the_call_does_not_name_is_told_too() {
    let relabelled = ["put b1", "stick l1 b1", "relabel b1", "show l1 b1 new"];
    check(&relabelled, "relabel", &["text"]);
    check(&["put b1", "stick l1 b1", "relabel b1"], "relabel", &[]);
}
