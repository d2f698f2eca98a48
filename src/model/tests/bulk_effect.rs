//! Effects on resources that a call does not name.

use super::box_api::BoxApi;

/// Checks the possible states of labels after the calls, and the deviations.
fn check_labels(calls: &[&str], expected: &[(&str, &str)], contradicted: &[&str]) {
    let mut shelf = BoxApi::new();
    calls.iter().for_each(|line| shelf.send_call(line));
    let found: Vec<(&str, String)> = expected.iter().map(|(label, _)| (*label, shelf.describe_label(label))).collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(label, text)| (*label, text.as_str())).collect();
    assert_eq!(found, expected);
    assert_eq!(shelf.found, contradicted);
}

const TWO: [&str; 4] = ["put b1", "put b2", "stick l1 b1", "stick l2 b2"];

fn calls_after_setup<'a>(calls: &[&'a str]) -> Vec<&'a str> {
    [TWO.as_slice(), calls].concat()
}

#[test]
fn dependent_resources_end_with_their_box_and_others_stay() {
    check_labels(&calls_after_setup(&["drop b1 all"]), &[("l1", "gone or leaving"), ("l2", "b2 old")], &[]);
    check_labels(
        &calls_after_setup(&["drop b1 all", "show l1 404", "show l2 b2 old"]),
        &[("l1", "gone"), ("l2", "b2 old")],
        &[],
    );
    check_labels(&calls_after_setup(&["drop b1"]), &[("l1", "b1 old"), ("l2", "b2 old")], &[]);
}

#[test]
fn a_deletion_may_take_time_up_to_the_bound() {
    check_labels(&calls_after_setup(&["drop b1 all", "show l1 b1 old", "show l1 404"]), &[("l1", "gone")], &[]);
    let late = calls_after_setup(&["drop b1 all", "later show l1 b1 old"]);
    check_labels(&late, &[("l1", "gone or undetermined")], &["later show l1 b1 old: drop.labels, label.settles"]);
}

#[test]
fn an_independent_resource_stays() {
    let calls = calls_after_setup(&["drop b1 all", "show l2 404"]);
    check_labels(&calls, &[("l2", "undetermined")], &["show l2 404: show-label"]);
}

#[test]
fn a_field_changes_for_each_dependent_resource() {
    let calls = calls_after_setup(&["stick l3 b1", "relabel b1"]);
    check_labels(&calls, &[("l1", "b1 new"), ("l2", "b2 old"), ("l3", "b1 new")], &[]);
    check_labels(
        &calls_after_setup(&["stick l3 b1", "relabel b1", "show l1 b1 new", "show l3 b1 old"]),
        &[("l1", "b1 new"), ("l3", "undetermined")],
        &["show l3 b1 old: relabel"],
    );
}

#[test]
fn each_possible_state_selects_its_own_resources() {
    // The box of the label is undetermined: the label ends with the first box, or stays on the second.
    let moved = calls_after_setup(&["move l1 b2 lost", "drop b1 all"]);
    check_labels(&moved, &[("l1", "b2 old or gone or leaving"), ("l2", "b2 old")], &[]);
    check_labels(&[moved.clone(), vec!["show l1 404"]].concat(), &[("l1", "gone")], &[]);
    check_labels(&[moved.clone(), vec!["later show l1 b2 old"]].concat(), &[("l1", "b2 old")], &[]);
    let stays = [moved, vec!["later show l1 b1 old"]].concat();
    let mut shelf = BoxApi::new();
    stays.iter().for_each(|line| shelf.send_call(line));
    assert_eq!(shelf.found.len(), 1, "no possible state has the label on the first box: {:?}", shelf.found);
}

#[test]
fn after_a_lost_response_the_effect_covers_all_resources_or_none() {
    let lost = calls_after_setup(&["stick l3 b1", "drop b1 all lost"]);
    check_labels(
        &lost,
        &[("l1", "b1 old or gone or leaving"), ("l2", "b2 old"), ("l3", "b1 old or gone or leaving")],
        &[],
    );
    let gone = [lost.clone(), vec!["show l1 404"]].concat();
    check_labels(&gone, &[("l1", "gone"), ("l3", "gone or leaving")], &[]);
    let stayed = [lost, vec!["later show l1 b1 old"]].concat();
    check_labels(&stayed, &[("l1", "b1 old"), ("l3", "b1 old")], &[]);
}

#[test]
fn an_undetermined_resource_may_be_selected_or_not() {
    for shown in [("show l1 404", "gone"), ("later show l1 b1 old", "b1 old"), ("later show l1 b2 old", "b2 old")] {
        check_labels(
            &calls_after_setup(&["shake l1", "drop b1 all", shown.0]),
            &[("l1", shown.1), ("l2", "b2 old")],
            &[],
        );
    }
}

#[test]
fn resources_of_another_owner_are_not_selected() {
    let calls = calls_after_setup(&["other stick l3 b1", "drop b1 all"]);
    check_labels(&calls, &[("l1", "gone or leaving"), ("l3", "b1 old")], &[]);
    let lost = [calls, vec!["other show l3 404"]].concat();
    check_labels(&lost, &[("l3", "undetermined")], &["other show l3 404: show-label"]);
}

#[test]
fn the_clause_passes_after_all_observations_and_never_without_resources() {
    let mut shelf = BoxApi::new();
    calls_after_setup(&["stick l3 b1", "drop b1 all", "show l1 404"]).iter().for_each(|line| shelf.send_call(line));
    assert_eq!(shelf.count_clause("drop.labels"), (0, 0));
    shelf.send_call("show l3 404");
    assert_eq!(shelf.count_clause("drop.labels"), (1, 0));
    let mut bare = BoxApi::new();
    ["put b1", "drop b1 all", "show b1 404"].iter().for_each(|line| bare.send_call(line));
    assert_eq!(bare.count_clause("drop.labels"), (0, 1));
}

#[test]
fn a_guard_reads_a_header_in_whatever_case_the_call_writes_its_name() {
    check_labels(&calls_after_setup(&["shake l1 calm"]), &[("l1", "b1 calm"), ("l2", "b2 old")], &[]);
    check_labels(&calls_after_setup(&["shake l1"]), &[("l1", "undetermined"), ("l2", "b2 old")], &[]);
}

#[test]
fn a_field_in_motion_shows_the_old_or_the_new_value_and_no_third() {
    for text in ["old", "calm"] {
        let calls = calls_after_setup(&["shake l1 calm"]);
        let shown = format!("show l1 b1 {text}");
        check_labels(&[calls, vec![shown.as_str()]].concat(), &[("l2", "b2 old")], &[]);
    }
    let odd = calls_after_setup(&["shake l1 calm", "show l1 b1 odd"]);
    check_labels(&odd, &[("l2", "b2 old")], &["show l1 b1 odd: soothe"]);
}
