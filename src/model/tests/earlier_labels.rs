//! Recorded traffic: labels that existed before the first call.

use super::box_api::BoxApi;

/// The possible states of the label `l1` after the calls; empty if the belief holds no such label.
fn check(calls: &[&str], expected: &str) {
    let mut shelf = BoxApi::new_with_earlier_resources();
    calls.iter().for_each(|line| shelf.send_call(line));
    assert_eq!(shelf.describe_label("l1"), expected, "{calls:?}");
    assert_eq!(shelf.found, Vec::<String>::new());
}

#[test]
fn a_label_that_only_a_refused_call_named_need_not_exist() {
    check(&["show l1 404"], "");
    check(&["show l1 b1 old"], "undetermined");
}

#[test]
fn a_create_with_the_id_of_a_label_that_is_gone_makes_a_new_one() {
    let gone = ["put b1", "stick l1 b1", "drop b1 all", "show l1 404"];
    check(&gone, "gone");
    check(&[&gone[..], &["stick l1 b1"]].concat(), "b1 old");
    check(&["put b1", "stick l1 b1", "stick l1 b1"], "undetermined");
}
