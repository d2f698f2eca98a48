//! Which clauses decide about a call, and which ids and effects they can have.

use super::box_api::{BoxApi, make_model, make_model_with_ids};
use crate::expr::ExprValue;
use crate::model::{ApplicableClauses, ClauseId, list_telling_fields};
use std::sync::Arc;

#[test]
fn an_endpoint_does_not_follow_a_clause_whose_guard_has_no_value() {
    let [sound, failed] = [ClauseId(1), ClauseId(2)];
    let reading = ApplicableClauses {
        permitted: vec![sound, failed],
        may_accept: vec![failed, sound],
        failed: vec![failed],
        ..ApplicableClauses::default()
    };
    let followed = reading.without_failed();
    assert_eq!((followed.permitted, followed.may_accept), (vec![sound], vec![sound]));
}

#[test]
fn a_number_is_no_id_where_the_pages_describe_ids_as_texts() {
    let (texts, numbers) = (make_model_with_ids("string"), make_model_with_ids("integer"));
    let id: Arc<str> = Arc::from("7");
    for kind in [0, 1] {
        assert_eq!(texts.read_id(kind, &ExprValue::Int(7)), None);
        assert_eq!(texts.read_id(kind, &ExprValue::from("7")).as_deref(), Some("7"));
        assert_eq!(texts.make_id_value(kind, &id), ExprValue::from("7"));
        assert_eq!(numbers.read_id(kind, &ExprValue::Int(7)).as_deref(), Some("7"));
        assert_eq!(numbers.make_id_value(kind, &id), ExprValue::Int(7));
    }
}

#[test]
fn a_value_of_the_input_tells_an_effect_though_the_input_has_the_name_of_the_field() {
    let model = make_model();
    let list = |clause: &str| {
        let fields = list_telling_fields(&model, model.find_clause(clause).expect("the suite has it"));
        let name =
            |kind: u16, field: u16| model.suite.resources[usize::from(kind)].fields[usize::from(field)].name.clone();
        Vec::from_iter(fields.iter().map(|told| name(told.kind, told.field)))
    };
    assert_eq!(list("move"), ["box"]);
    assert_eq!(list("relabel"), ["text"]);
}

#[test]
fn a_call_without_a_clause_makes_only_resources_of_its_caller_undetermined() {
    // While a box is removed, no clause speaks of its removal. The operation may change all labels of the owner.
    let mut shelf = BoxApi::new();
    let calls = ["put b1", "stick l1 b1", "other stick l2 b1", "drop b1", "drop b1"];
    calls.iter().for_each(|line| shelf.send_call(line));
    assert_eq!((shelf.describe_label("l1").as_str(), shelf.describe_label("l2").as_str()), ("undetermined", "b1 old"));
}

#[test]
fn after_a_create_whose_id_cannot_be_sent_the_number_of_resources_is_not_known() {
    // A page permits the refusal where there are more than five labels.
    let list = |label: &str| {
        let mut shelf = BoxApi::new();
        ["put b1", label, "show b1 404"].iter().for_each(|line| shelf.send_call(line));
        shelf.found
    };
    assert_eq!(list("stick l1 b1"), ["show b1 404: show-box"]);
    assert_eq!(list("stick .. b1"), Vec::<String>::new());
}
