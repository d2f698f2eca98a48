//! Effects on resources that a call does not name.

use super::box_api::Shelf;

/// Checks the possible states of labels after the calls, and the deviations.
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
fn dependent_resources_end_with_their_box_and_others_stay() {
    check(&after(&["drop b1 all"]), &[("l1", "gone or leaving"), ("l2", "b2 old")], &[]);
    check(&after(&["drop b1 all", "show l1 404", "show l2 b2 old"]), &[("l1", "gone"), ("l2", "b2 old")], &[]);
    check(&after(&["drop b1"]), &[("l1", "b1 old"), ("l2", "b2 old")], &[]);
}

#[test]
fn a_deletion_may_take_time_up_to_the_bound() {
    check(&after(&["drop b1 all", "show l1 b1 old", "show l1 404"]), &[("l1", "gone")], &[]);
    let late = after(&["drop b1 all", "later show l1 b1 old"]);
    check(&late, &[("l1", "gone or undetermined")], &["later show l1 b1 old: drop.labels, label.settles"]);
}

#[test]
fn an_independent_resource_stays() {
    let calls = after(&["drop b1 all", "show l2 404"]);
    check(&calls, &[("l2", "undetermined")], &["show l2 404: show-label"]);
}

#[test]
fn a_field_changes_for_each_dependent_resource() {
    let calls = after(&["stick l3 b1", "relabel b1"]);
    check(&calls, &[("l1", "b1 new"), ("l2", "b2 old"), ("l3", "b1 new")], &[]);
    check(
        &after(&["stick l3 b1", "relabel b1", "show l1 b1 new", "show l3 b1 old"]),
        &[("l1", "b1 new"), ("l3", "undetermined")],
        &["show l3 b1 old: stick, relabel"],
    );
}

#[test]
fn each_possible_state_selects_its_own_resources() {
    // The box of the label is undetermined: the label ends with the first box, or stays on the second.
    let moved = after(&["move l1 b2 lost", "drop b1 all"]);
    check(&moved, &[("l1", "b2 old or gone or leaving"), ("l2", "b2 old")], &[]);
    check(&[moved.clone(), vec!["show l1 404"]].concat(), &[("l1", "gone")], &[]);
    check(&[moved.clone(), vec!["later show l1 b2 old"]].concat(), &[("l1", "b2 old")], &[]);
    let stays = [moved, vec!["later show l1 b1 old"]].concat();
    let mut shelf = Shelf::new();
    stays.iter().for_each(|line| shelf.call(line));
    assert_eq!(shelf.found.len(), 1, "no possible state has the label on the first box: {:?}", shelf.found);
}

#[test]
fn after_a_lost_response_the_effect_covers_all_resources_or_none() {
    let lost = after(&["stick l3 b1", "drop b1 all lost"]);
    check(&lost, &[("l1", "b1 old or gone or leaving"), ("l2", "b2 old"), ("l3", "b1 old or gone or leaving")], &[]);
    let gone = [lost.clone(), vec!["show l1 404"]].concat();
    check(&gone, &[("l1", "gone"), ("l3", "gone or leaving")], &[]);
    let stayed = [lost, vec!["later show l1 b1 old"]].concat();
    check(&stayed, &[("l1", "b1 old"), ("l3", "b1 old")], &[]);
}

#[test]
fn an_undetermined_resource_may_be_selected_or_not() {
    for shown in [("show l1 404", "gone"), ("later show l1 b1 old", "b1 old"), ("later show l1 b2 old", "b2 old")] {
        check(&after(&["shake l1", "drop b1 all", shown.0]), &[("l1", shown.1), ("l2", "b2 old")], &[]);
    }
}

#[test]
fn resources_of_another_owner_are_not_selected() {
    let calls = after(&["other stick l3 b1", "drop b1 all"]);
    check(&calls, &[("l1", "gone or leaving"), ("l3", "b1 old")], &[]);
    let lost = [calls, vec!["other show l3 404"]].concat();
    check(&lost, &[("l3", "undetermined")], &["other show l3 404: show-label"]);
}

#[test]
fn the_clause_passes_after_all_observations_and_never_without_resources() {
    let mut shelf = Shelf::new();
    after(&["stick l3 b1", "drop b1 all", "show l1 404"]).iter().for_each(|line| shelf.call(line));
    assert_eq!(shelf.earned("drop.labels"), (0, 0));
    shelf.call("show l3 404");
    assert_eq!(shelf.earned("drop.labels"), (1, 0));
    let mut bare = Shelf::new();
    ["put b1", "drop b1 all", "show b1 404"].iter().for_each(|line| bare.call(line));
    assert_eq!(bare.earned("drop.labels"), (0, 1));
}
