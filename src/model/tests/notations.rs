//! Values in several notations: what compares as equal, and what is a deviation.

use super::box_api::{MemoryCatalog, compile_suite};
use crate::history::{Call, CallCause, Exchange, Outcome, Reply, ReplyBody};
use crate::model::{Belief, BeliefLimits, InterpretedExchange, Model};
use crate::schema::InputClass;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

const SUITE: &str = r#"suite: parcels
catalog: parcels
resources:
  parcel:
    id: it.id
    fields:
      weight: it.weight
      due: it.due
      label: it.label
    keeps:
      created: it.created
      packed: { at: it.packed, as: time }
      depot: { at: it.depot, as: caseless }
      note: it.note
    grows: { moved: { at: it.moved, as: time } }
    shows:
      arrival: { at: it.arrival, in: '[parcel.due]' }
    views: { showParcel: reply, sendParcel: reply, listParcels: { each: reply.parcels } }
about:
  "*": { parcel: path.parcel_id }
  sendParcel: { parcel: { new: reply.id } }
clauses:
  - { id: send, cites: "parcels:1", call: sendParcel, accept: 201,
      then: { parcel.weight: body.weight, parcel.due: body.due, parcel.label: body.label } }
  - { id: show, cites: "parcels:2", call: showParcel, while: any, when: parcel != null, accept: 200 }
  - { id: list, cites: "parcels:3", call: listParcels, while: any, accept: 200 }
  - { id: early, cites: "parcels:4", call: delayParcel, when: 'parcel != null && parcel.due >= body.due', refuse: 400 }
  - { id: delay, cites: "parcels:5", call: delayParcel, when: 'parcel != null && parcel.due < body.due', accept: 200,
      then: { parcel.due: body.due } }
"#;

/// Only the read of one parcel says that `created` and `due` are times. No page says so of `note`.
fn make_model() -> Arc<Model> {
    let operation = |id: &str, parcel: bool, schema: Option<&str>| {
        let id_parameter =
            json!({ "name": "parcel_id", "required": true, "schema": { "type": "string" }, "at": "parcels:1" });
        let body = |schema: &str| json!({ "schema": schema, "at": "parcels:1" });
        json!({
            "id": id, "title": id, "at": "parcels:1",
            "bindings": [{ "id": "v1", "method": "POST", "path": format!("/{id}"), "at": "parcels:1" }],
            "path": if parcel { vec![id_parameter] } else { Vec::new() }, "responses": schema.map(body).into_iter().collect::<Vec<_>>(),
        })
    };
    let time = json!({ "type": ["string", "null"], "format": "date-time" });
    let parcel = json!({ "type": "object", "properties": {
        "id": { "type": "string" }, "weight": { "type": "number" }, "created": time.clone(), "due": time, "note": { "type": "string" },
    } });
    let catalog = json!({
        "format": 1, "api": "parcels",
        "pages": [{ "id": "parcels", "file": "parcels.md", "title": "Parcels", "digest": "sha256:0", "dialect": "markdown" }],
        "operations": [
            operation("sendParcel", false, None), operation("showParcel", true, Some("parcel.json")),
            operation("listParcels", false, None), operation("delayParcel", true, None),
        ],
    });
    compile_suite(SUITE, MemoryCatalog(BTreeMap::from([("catalog.json", catalog), ("parcel.json", parcel)])))
}

static MODEL: LazyLock<Arc<Model>> = LazyLock::new(make_model);

/// A parcel as the endpoint shows it, with some values replaced.
fn show_parcel(changes: Value) -> Value {
    let mut parcel = json!({
        "id": "p1", "weight": 10, "label": "red", "created": "2026-01-01T00:00:00Z", "packed": "2026-01-01T00:00:00Z",
        "due": "2026-01-02T00:00:00Z", "depot": "north-1", "note": "2026-01-01T00:00:00Z", "moved": "2026-01-01T10:00:00Z",
        "arrival": "2026-01-02T00:00:00Z",
    });
    for (name, value) in changes.as_object().expect("a map") {
        parcel[name] = value.clone();
    }
    parcel
}

/// The clauses that a response of the second call contradicts: a parcel was sent for the 2nd of January, and shown.
fn check(second: (&str, Value, u16, Value), contradicted: &[&str]) {
    let (operation, body, status, reply) = second;
    let sent = json!({ "weight": 10.0, "due": "2026-01-02T01:00:00+01:00", "label": "red" });
    let calls = [
        ("sendParcel", sent, 201, show_parcel(json!({}))),
        ("showParcel", Value::Null, 200, show_parcel(json!({}))),
        (operation, body, status, reply),
    ];
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut belief = Belief::new(Arc::clone(&MODEL), bounds);
    let mut found = Vec::new();
    for (number, (operation, body, status, reply)) in calls.into_iter().enumerate() {
        let exchange = Exchange {
            number: number as u64,
            step: number,
            cause: CallCause::Step,
            call: Call {
                operation: operation.to_string(),
                binding: "v1".to_string(),
                caller: "owner".to_string(),
                path: [("parcel_id".to_string(), json!("p1"))].into_iter().filter(|_| number > 0).collect(),
                body: Some(body),
                ..Call::default()
            },
            input: None,
            sent_ms: number as u64 * 1_000,
            received_ms: number as u64 * 1_000 + 1,
            overlap: None,
            outcome: Outcome::Replied(Reply { status, headers: BTreeMap::new(), body: ReplyBody::Json(reply) }),
            created: BTreeMap::new(),
        };
        let interpreted = InterpretedExchange::new(&MODEL, &exchange, InputClass::Valid);
        let deviations = belief.observe_exchange(&interpreted).deviations;
        let clauses = deviations.iter().flat_map(|deviation| &deviation.clauses);
        found.extend(clauses.map(|clause| MODEL.clause_info(*clause).id.clone()));
    }
    assert_eq!(found, contradicted);
}

fn check_show(changes: Value, contradicted: &[&str]) {
    check(("showParcel", Value::Null, 200, show_parcel(changes)), contradicted);
}

#[test]
fn one_time_in_another_notation_is_no_deviation() {
    for time in ["2026-01-01T00:00:00.000000+00:00", "2026-01-01T00:00:00.0Z", "2026-01-01t05:30:00+05:30"] {
        check_show(json!({ "created": time, "packed": time }), &[]);
    }
    check_show(json!({ "due": "2026-01-02T00:00:00.000+00:00", "arrival": "2026-01-01T23:00:00-01:00" }), &[]);
    check_show(json!({ "moved": "2026-01-01T12:00:00+02:00" }), &[]);
}

#[test]
fn a_response_whose_schema_does_not_name_the_time_is_compared_as_time_too() {
    let listed = show_parcel(json!({ "created": "2026-01-01T00:00:00+00:00" }));
    check(("listParcels", Value::Null, 200, json!({ "parcels": [listed] })), &[]);
    let listed = show_parcel(json!({ "created": "2026-01-01T00:00:01+00:00" }));
    check(("listParcels", Value::Null, 200, json!({ "parcels": [listed] })), &["parcel.keeps.created"]);
}

#[test]
fn another_time_is_a_deviation_in_each_notation() {
    check_show(json!({ "created": "2026-01-01T00:00:00.000001Z" }), &["parcel.keeps.created"]);
    check_show(json!({ "packed": "2026-01-01T00:00:00+01:00" }), &["parcel.keeps.packed"]);
    check_show(json!({ "due": "2026-01-02T00:00:00-01:00" }), &["parcel.frame.due"]);
    check_show(json!({ "arrival": "2026-01-02T00:00:01Z" }), &["parcel.shows.arrival"]);
    check_show(json!({ "moved": "2026-01-01T10:30:00+02:00" }), &["parcel.grows.moved"]);
}

#[test]
fn a_time_without_offset_may_be_the_time_with_one_unless_no_offset_fits() {
    check_show(json!({ "packed": "2026-01-01T00:00:00.000000" }), &[]);
    check_show(json!({ "packed": "2026-01-04T00:00:00.000000" }), &["parcel.keeps.packed"]);
}

#[test]
fn a_text_that_only_looks_like_a_time_compares_as_text() {
    check_show(json!({ "note": "2026-01-01T00:00:00+00:00" }), &["parcel.keeps.note"]);
    check_show(json!({ "label": "RED" }), &["parcel.frame.label"]);
}

#[test]
fn case_matters_unless_the_suite_says_otherwise() {
    check_show(json!({ "depot": "NORTH-1" }), &[]);
    check_show(json!({ "depot": "NORTH-2" }), &["parcel.keeps.depot"]);
}

#[test]
fn numbers_compare_by_value() {
    check_show(json!({ "weight": 10.0 }), &[]);
    check_show(json!({ "weight": 1e1 }), &[]);
    check_show(json!({ "weight": 10.5 }), &["parcel.frame.weight"]);
    check_show(json!({ "weight": "10" }), &["parcel.frame.weight"]);
}

#[test]
fn guards_compare_times_of_calls_as_times() {
    // As a text, the earlier time stands behind the known one.
    let earlier = json!({ "due": "2026-01-02T01:30:00+02:00" });
    check(("delayParcel", earlier.clone(), 400, Value::Null), &[]);
    check(("delayParcel", earlier, 200, Value::Null), &["early"]);
    check(("delayParcel", json!({ "due": "2026-01-01T23:30:00-01:00" }), 200, Value::Null), &[]);
}

#[test]
fn a_derived_value_is_not_blamed_beside_the_field_that_differs() {
    let late = json!({ "arrival": "2027-01-01T00:00:00Z" });
    check(("showParcel", Value::Null, 200, show_parcel(late)), &["parcel.shows.arrival"]);
    let both = json!({ "arrival": "2027-01-01T00:00:00Z", "label": "blue" });
    check(("showParcel", Value::Null, 200, show_parcel(both)), &["parcel.frame.label"]);
}
