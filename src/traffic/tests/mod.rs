//! The order of overlapping calls.

use super::call_order::{CallBatch, order_calls};

/// Checks the batches of calls. A call is `NAME START-END RESOURCES`; calls with a common resource are coupled. Calls are in
/// the order of sending. A race is `(A1 B2)`, with the branches.
fn check(calls: &[&str], expected: &str) {
    let parts: Vec<Vec<&str>> = calls.iter().map(|call| call.split(' ').collect()).collect();
    let time = |part: &Vec<&str>| {
        let (sent, end) = part[1].split_once('-').unwrap();
        (sent.parse().unwrap(), end.parse().unwrap())
    };
    let times: Vec<(u64, u64)> = parts.iter().map(time).collect();
    let is_coupled =
        |one: usize, other: usize| parts[one][2].chars().any(|resource| parts[other][2].contains(resource));
    let describe = |batch: CallBatch| match batch {
        CallBatch::Single(call) => parts[call][0].to_string(),
        CallBatch::Race(calls) => {
            let calls: Vec<String> =
                calls.iter().map(|(call, overlap)| format!("{}{}", parts[*call][0], overlap.branch)).collect();
            format!("({})", calls.join(" "))
        }
        CallBatch::TooMany(calls) => format!("too many: {}", calls.len()),
    };
    let batches: Vec<String> = order_calls(&times, &is_coupled).into_iter().map(describe).collect();
    assert_eq!(batches.join(" "), expected);
}

#[test]
fn calls_one_after_the_other_keep_their_order() {
    check(&["A 0-3 x", "B 4-5 x", "C 7-9 y"], "A B C");
}

#[test]
fn overlapping_calls_on_one_resource_are_a_race_and_calls_that_touch_overlap() {
    check(&["A 0-5 x", "B 5-9 x", "C 10-12 x"], "(A1 B2) C");
    check(&["A 0-9 x", "B 1-3 x", "C 4-6 x"], "(A1 B2 C2)");
}

#[test]
fn overlapping_calls_on_different_resources_need_no_race() {
    check(&["A 0-9 x", "B 1-3 y", "C 2-8 z"], "A B C");
    // B overlaps only C of its own resource, and both come before D.
    check(&["A 0-9 x", "B 1-3 y", "C 2-8 y", "D 9-10 y"], "A (B1 C2) D");
}

#[test]
fn a_call_follows_the_calls_of_its_resources_that_ended_before() {
    // C ended before D began, and D overlaps A, so that C comes before the race of A and D.
    check(&["A 0-9 x", "B 1-8 z", "C 2-3 y", "D 5-6 xy"], "B C (A1 D2)");
}

#[test]
fn calls_that_would_have_to_follow_each_other_are_one_race() {
    // A overlaps M and M overlaps C, but X lies between A and C.
    check(&["M 0-100 a", "A 1-10 ab", "X 20-30 b", "C 40-50 ab"], "(M1 A2 X2 C2)");
}

#[test]
fn more_calls_than_can_be_tried_in_all_orders_are_told() {
    let many: Vec<String> = (0..65).map(|call| format!("A {call}-1000 x")).collect();
    check(&many.iter().map(String::as_str).collect::<Vec<_>>(), "too many: 65");
    let most: Vec<String> = (0..64).map(|call| format!("A {call}-1000 x")).chain(["B 2000-2001 x".into()]).collect();
    let most: Vec<&str> = most.iter().map(String::as_str).collect();
    let times: Vec<String> = (1..=64).map(|branch| format!("A{branch}")).collect();
    check(&most, &format!("({}) B", times.join(" ")));
}
