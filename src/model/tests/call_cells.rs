//! Which kinds of calls a call of the boxes counts as.

use super::box_api::BoxApi;

/// The cell of the last call, as text; empty if the call fills none.
fn check(calls: &[&str], expected: &str) {
    let mut shelf = BoxApi::new();
    ["put b1", "put b2", "stick l1 b1"].iter().chain(calls).for_each(|line| shelf.send_call(line));
    let last = format!("{}: ", calls.last().expect("a call"));
    let found = shelf.cells.last().and_then(|cell| cell.strip_prefix(&last)).unwrap_or_default();
    assert_eq!(found, expected, "{calls:?}");
}

#[test]
fn a_call_of_the_owner_counts_for_the_state_of_its_resource() {
    check(&["put b3"], "valid");
    check(&["show l1 b1 old"], "valid at label here");
    // The box of the label is not known, its state is.
    check(&["move l1 b2 lost", "show l1 b2 old"], "valid at label here");
}

#[test]
fn a_call_on_a_resource_whose_state_is_not_known_counts_for_none() {
    check(&["drop b1 all", "show l1 b1 old"], "");
    check(&["shake l1", "show l1 b1 old"], "");
}

#[test]
fn a_call_on_a_resource_that_is_gone_or_never_was_counts_as_absent() {
    check(&["show l9 404"], "absent label");
    check(&["drop b1 all", "show l1 404", "show l1 404"], "absent label");
    check(&["other show l9 404"], "");
}

#[test]
fn a_call_of_another_caller_counts_only_where_the_owner_would_be_accepted() {
    check(&["other show l1 404"], "by other");
    check(&["forged show l1 404"], "by forged");
    check(&["other drop b9 404"], "");
}

#[test]
fn a_call_without_its_id_counts_for_the_missing_value_though_a_clause_about_absence_refuses_it() {
    check(&["show l1 404 nameless"], "invalid required");
}
