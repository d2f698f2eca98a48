//! Resources whose id a later response tells.

use super::super::deferred_id::rename_in_factor;
use super::box_api::BoxApi;
use crate::model::{Factor, ResourceId, ResourceState, Transition, TransitionStage, make_possible_resource};
use std::sync::Arc;

#[test]
fn what_waits_for_a_resource_waits_for_it_under_its_new_id() {
    let mut shelf = BoxApi::new();
    ["put b1", "stick l1 b1"].iter().for_each(|line| shelf.send_call(line));
    let model = shelf.belief.model();
    let [stand_in, told] = ["b1", "b9"].map(|id| ResourceId { kind: 0, id: Arc::from(id) });
    let label = ResourceId { kind: 1, id: Arc::from("l1") };
    // The label leaves once the box is at rest.
    let after = vec![stand_in.clone()];
    let transition = Transition { stages: vec![TransitionStage::Gone], pending: Vec::new(), since: 0, after };
    let state = shelf.belief.list_states(&label)[0].state.clone();
    let leaving = ResourceState { transition: Some(transition), ..state };
    let factor = Factor {
        ids: vec![stand_in.clone(), label.clone()],
        states: vec![vec![
            shelf.belief.list_states(&stand_in)[0].clone(),
            make_possible_resource(model, label.clone(), leaving),
        ]],
        ..Factor::default()
    };
    let renamed = rename_in_factor(model, &factor, &stand_in, &told);
    assert_eq!(renamed.ids, [told.clone(), label]);
    let waits = renamed.states[0][1].state.transition.as_ref().map(|motion| motion.after.clone());
    assert_eq!((&renamed.states[0][0].id, waits), (&told, Some(vec![told.clone()])));
}
