//! Of several possible states, the nearest is compared with a response, and its clauses are blamed first.

use super::super::blame::rank_blamed_clauses;
use super::box_api::{BoxApi, make_model};
use crate::expr::ExprValue;
use crate::model::{DeviationEvidence, Difference, DifferenceKind, ExpectationReason, ResourceId};
use std::sync::Arc;

#[test]
fn a_wrong_status_is_compared_with_a_state_that_decides_as_the_endpoint_did() {
    // The label is on the first box, where shaking is accepted, or on the second, where it is refused with 409.
    let mut shelf = BoxApi::new();
    ["put b1", "put b2", "stick l1 b1", "move l1 b2 lost", "shake l1 404 calm"]
        .iter()
        .for_each(|line| shelf.send_call(line));
    let outcomes =
        shelf.evidence.iter().flat_map(|evidence| &evidence.differences).map(|difference| match &difference.what {
            DifferenceKind::Outcome { expected, got } => (expected.accepted, expected.statuses.clone(), *got),
            other => panic!("{other:?}"),
        });
    assert_eq!(Vec::from_iter(outcomes), [(Some(false), vec![409], 404)]);
}

#[test]
fn without_a_clause_of_all_states_those_of_the_nearest_state_are_blamed_first() {
    let model = make_model();
    let find = |clause: &str| model.find_clause(clause).expect("the suite has it");
    let (near, far) = (find("label.frame.text"), find("show-label"));
    let what = DifferenceKind::Field {
        resource: ResourceId { kind: 1, id: Arc::from("l1") },
        field: "text".to_string(),
        expected: vec![ExprValue::from("old")],
        got: ExprValue::from("new"),
    };
    let differences = vec![Difference { clauses: vec![near], what }];
    let evidence = DeviationEvidence { differences, ..DeviationEvidence::default() };
    let ranked = rank_blamed_clauses(&model, &[vec![near], vec![far]], &evidence);
    assert_eq!((ranked.blamed, ranked.further), (vec![near, far], Vec::new()));
}

#[test]
fn a_clause_that_did_not_apply_is_named_only_if_it_changes_the_resource_that_differs() {
    let list = |calls: &[&str]| {
        let mut shelf = BoxApi::new();
        ["put b1", "put b2", "stick l1 b1", "stick l2 b2"].iter().chain(calls).for_each(|line| shelf.send_call(line));
        let reasons = shelf.evidence.iter().flat_map(|evidence| &evidence.reasons);
        let names = reasons.filter_map(|reason| match reason {
            ExpectationReason::NotApplied { account, .. } => {
                Some(shelf.belief.model().clause_info(account.clause).id.clone())
            }
            _ => None,
        });
        Vec::from_iter(names)
    };
    assert_eq!(list(&["show l1 b1 old", "drop b1", "show l1 b1 old@odd"]), ["drop.labels"]);
    // `drop.kept` did not apply either, and changes the state of a box.
    assert_eq!(list(&["show l2 b2 old", "drop b1 all", "show l2 b2 old@odd"]), Vec::<String>::new());
}
