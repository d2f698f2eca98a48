//! The bound on the possible states of joined factors, and the order of what they hold.

use super::box_api::BoxApi;
use crate::model::{Factor, ResourceId};
use std::sync::Arc;

#[test]
fn factors_are_joined_up_to_the_bound_and_not_beyond() {
    let two_states = || Factor { states: vec![Vec::new(), Vec::new()], ..Factor::default() };
    let count = |most: usize| {
        let joined = Factor::join_factors(vec![two_states(), two_states()], most);
        joined.map(|joined| joined.states.len())
    };
    assert_eq!((count(4), count(3)), (Some(4), None));
}

#[test]
fn resources_are_sorted_by_their_ids_in_every_way_to_sort() {
    let mut shelf = BoxApi::new();
    ["put b1", "stick l2 b1", "stick l1 b1"].iter().for_each(|line| shelf.send_call(line));
    let hold = |id: &str| shelf.belief.list_states(&ResourceId { kind: 1, id: Arc::from(id) })[0].clone();
    let (first, second) = (hold("l1"), hold("l2"));
    assert!(first < second);
    assert!(second > first);
    let mut states = vec![vec![second.clone()], vec![first.clone()]];
    states.sort();
    assert_eq!(states, [[first], [second]]);
}
