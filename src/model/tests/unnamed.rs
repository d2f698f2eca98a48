//! Effects on things that a call does not name.

use super::boxes::Shelf;

/// What is possible of each label after the calls, and what they contradicted.
fn check(calls: &[&str], expected: &[(&str, &str)], contradicted: &[&str]) {
    let mut shelf = Shelf::new();
    calls.iter().for_each(|line| shelf.call(line));
    let found: Vec<(&str, String)> = expected.iter().map(|(label, _)| (*label, shelf.label(label))).collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(label, text)| (*label, text.as_str())).collect();
    assert_eq!(found, expected);
    assert_eq!(shelf.found, contradicted);
}

const TWO: [&str; 4] = ["put b1", "put b2", "stick l1 b1", "stick l2 b2"];

fn after<'a>(calls: &[&'a str]) -> Vec<&'a str> {
    [TWO.as_slice(), calls].concat()
}

#[test]
fn what_hangs_on_a_thing_goes_with_it_and_nothing_else_does() {
    check(&after(&["drop b1 all"]), &[("l1", "gone or leaving"), ("l2", "b2 old")], &[]);
    check(&after(&["drop b1 all", "show l1 404", "show l2 b2 old"]), &[("l1", "gone"), ("l2", "b2 old")], &[]);
    check(&after(&["drop b1"]), &[("l1", "b1 old"), ("l2", "b2 old")], &[]);
}

#[test]
fn it_may_take_its_time_and_not_for_ever() {
    check(&after(&["drop b1 all", "show l1 b1 old", "show l1 404"]), &[("l1", "gone")], &[]);
    let late = after(&["drop b1 all", "later show l1 b1 old"]);
    check(&late, &[("l1", "gone or undetermined")], &["later show l1 b1 old: drop.labels, label.settles"]);
}

#[test]
fn what_does_not_hang_on_it_stays() {
    let calls = after(&["drop b1 all", "show l2 404"]);
    check(&calls, &[("l2", "undetermined")], &["show l2 404: show-label"]);
}

#[test]
fn a_field_of_what_hangs_on_a_thing_changes_for_each_of_them() {
    let calls = after(&["stick l3 b1", "relabel b1"]);
    check(&calls, &[("l1", "b1 new"), ("l2", "b2 old"), ("l3", "b1 new")], &[]);
    check(
        &after(&["stick l3 b1", "relabel b1", "show l1 b1 new", "show l3 b1 old"]),
        &[("l1", "b1 new"), ("l3", "undetermined")],
        &["show l3 b1 old: stick, relabel"],
    );
}

#[test]
fn each_world_decides_for_itself_what_is_meant() {
    // Nobody knows on which box the label is, so it goes with the first one or stays on the second.
    let moved = after(&["move l1 b2 lost", "drop b1 all"]);
    check(&moved, &[("l1", "b2 old or gone or leaving"), ("l2", "b2 old")], &[]);
    check(&[moved.clone(), vec!["show l1 404"]].concat(), &[("l1", "gone")], &[]);
    check(&[moved.clone(), vec!["later show l1 b2 old"]].concat(), &[("l1", "b2 old")], &[]);
    let stays = [moved, vec!["later show l1 b1 old"]].concat();
    let mut shelf = Shelf::new();
    stays.iter().for_each(|line| shelf.call(line));
    assert_eq!(shelf.found.len(), 1, "on the first box it can be in no world: {:?}", shelf.found);
}

#[test]
fn where_the_reply_is_lost_it_happened_to_all_or_to_none() {
    let lost = after(&["stick l3 b1", "drop b1 all lost"]);
    check(&lost, &[("l1", "b1 old or gone or leaving"), ("l2", "b2 old"), ("l3", "b1 old or gone or leaving")], &[]);
    let gone = [lost.clone(), vec!["show l1 404"]].concat();
    check(&gone, &[("l1", "gone"), ("l3", "gone or leaving")], &[]);
    let stayed = [lost, vec!["later show l1 b1 old"]].concat();
    check(&stayed, &[("l1", "b1 old"), ("l3", "b1 old")], &[]);
}

#[test]
fn a_thing_of_which_nothing_is_known_may_be_meant_or_not() {
    for shown in [("show l1 404", "gone"), ("later show l1 b1 old", "b1 old"), ("later show l1 b2 old", "b2 old")] {
        check(&after(&["shake l1", "drop b1 all", shown.0]), &[("l1", shown.1), ("l2", "b2 old")], &[]);
    }
}

#[test]
fn things_of_another_owner_are_not_meant() {
    let calls = after(&["other stick l3 b1", "drop b1 all"]);
    check(&calls, &[("l1", "gone or leaving"), ("l3", "b1 old")], &[]);
    let lost = [calls, vec!["other show l3 404"]].concat();
    check(&lost, &[("l3", "undetermined")], &["other show l3 404: show-label"]);
}

#[test]
fn the_clause_passes_once_all_that_it_promises_is_seen_and_not_where_there_was_nothing() {
    let mut shelf = Shelf::new();
    after(&["stick l3 b1", "drop b1 all", "show l1 404"]).iter().for_each(|line| shelf.call(line));
    assert_eq!(shelf.earned("drop.labels"), (0, 0));
    shelf.call("show l3 404");
    assert_eq!(shelf.earned("drop.labels"), (1, 0));
    let mut bare = Shelf::new();
    ["put b1", "drop b1 all", "show b1 404"].iter().for_each(|line| bare.call(line));
    assert_eq!(bare.earned("drop.labels"), (0, 1));
}
