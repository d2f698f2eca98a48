//! Marks: text, places, and the input class of marked calls.

use super::super::mark::{Mark, began_of, run_id};
use super::super::marker::Marks;
use crate::endpoint::Call;
use crate::model::Model;
use crate::run::Marking;
use crate::schema::{Class, Folder, Rng, Schemas, classify, deviations, draw_boundary, draw_valid};
use crate::suite::parse;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, LazyLock};

static NATIVE: LazyLock<(Arc<Model>, Arc<Schemas>)> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schemas = Schemas::load(&Folder(root.join("schemas/ecs-native"))).expect("the schemas are there");
    let text = std::fs::read_to_string(root.join("suites/ecs-native.yaml")).expect("the suite is there");
    let suite = parse("ecs-native.yaml", &text, &schemas.catalog).expect("the suite parses");
    let model = Model::new(Arc::new(suite), &schemas.catalog, "2026-11-20").expect("the suite is sound");
    (Arc::new(model), Arc::new(schemas))
});

fn mark() -> Mark {
    Mark { run: run_id(1_795_000_000, "salt"), expires: 1_795_003_600, life: 33 }
}

/// The body of a call after marking.
fn marked(operation: &str, body: &Value) -> Value {
    let (model, schemas) = &*NATIVE;
    let binding = schemas.operation(operation).expect("an operation").bindings[0].id.clone();
    let mut call = Call {
        operation: operation.into(),
        binding,
        caller: "owner".into(),
        body: Some(body.clone()),
        ..Call::default()
    };
    Marks::new(model.clone(), schemas.clone(), &mark()).mark(&mut call);
    call.body.expect("the body stays")
}

fn create(name: Value, metadata: Option<Value>) -> Value {
    let mut server = json!({
        "name": name, "flavorRef": "s2.small.1", "imageRef": "3a0c1d5e-5c5f-4f0e-9d0a-6b1f2f3c4d01",
        "networks": [{ "uuid": "7be1a2c4-0f3d-4b7a-8a51-2f60b1d7ce01" }],
    });
    if let Some(metadata) = metadata {
        server["metadata"] = metadata;
    }
    json!({ "server": server })
}

#[test]
fn a_mark_is_read_as_written_and_no_other_text_is_a_mark() {
    let mark = mark();
    assert_eq!(Mark::read(&mark.text()), Some(mark.clone()));
    assert_eq!(Mark::read(&format!("{}my-name", mark.text())), Some(mark.clone()));
    assert_eq!(Mark::within(&json!({ "a": "b", "probity": mark.text().trim_end_matches('-') })), Some(mark.clone()));
    assert_eq!(began_of(&mark.run), Some(1_795_000_000));
    for other in ["", "probity", "probity-", "probity-x-y-z", "probity-server-1-2", "web-1", &mark.text()[1..]] {
        assert_eq!(Mark::read(other), None, "{other}");
    }
}

#[test]
fn runs_of_the_same_second_have_different_ids_and_ids_sort_by_start() {
    assert_ne!(run_id(1_795_000_000, "a"), run_id(1_795_000_000, "b"));
    assert!(run_id(1_795_000_000, "z") < run_id(1_795_000_001, "a"));
}

#[test]
fn a_name_begins_with_the_mark_and_present_metadata_carries_the_mark_too() {
    let text = mark().text();
    let body = marked("createServer", &create(json!("web"), None));
    assert_eq!(body["server"]["name"], json!(format!("{text}web")));
    assert!(body["server"].get("metadata").is_none(), "no field is added if the name carries the mark: {body}");
    let body = marked("createServer", &create(json!("web"), Some(json!({ "tier": "1" }))));
    assert_eq!(body["server"]["metadata"], json!({ "tier": "1", "probity": text.trim_end_matches('-') }));
    let again = marked("createServer", &body);
    assert_eq!(again, body, "a marked call is not marked twice");
}

#[test]
fn the_length_of_a_long_name_stays_and_the_mark_replaces_the_start() {
    let (_, schemas) = &*NATIVE;
    let shape = schemas.request(schemas.operation("createServer").unwrap(), None).unwrap();
    let (least, most) = shape.lengths(&create(json!("x"), None), "/server/name");
    let (least, most) = (least.expect("a least length"), most.expect("a greatest length"));
    for length in [most - 1, most, most + 1] {
        let name = "n".repeat(length as usize);
        let body = marked("createServer", &create(json!(name), None));
        let shown = body["server"]["name"].as_str().unwrap();
        assert_eq!(shown.len() as u64, length);
        assert_eq!(Mark::read(shown), Some(mark()));
    }
    // Added metadata would make the input doubtful, so the mark replaces the name.
    let body = marked("createServer", &create(json!("n".repeat(least as usize)), None));
    assert_eq!(Mark::within(&body["server"]["name"]), Some(mark()), "{body}");
}

#[test]
fn a_new_name_carries_the_mark_and_a_call_without_a_name_stays_unchanged() {
    let body = json!({ "rebuild": { "imageRef": "3a0c1d5e-5c5f-4f0e-9d0a-6b1f2f3c4d01", "name": "other" } });
    assert_eq!(Mark::within(&marked("rebuild", &body)["rebuild"]["name"]), Some(mark()));
    let body = json!({ "rebuild": { "imageRef": "3a0c1d5e-5c5f-4f0e-9d0a-6b1f2f3c4d01" } });
    assert_eq!(marked("rebuild", &body), body);
    let body = json!({ "rebuild": { "imageRef": "3a0c1d5e-5c5f-4f0e-9d0a-6b1f2f3c4d01", "name": "y" } });
    let sent = marked("rebuild", &body);
    assert_eq!(sent["rebuild"]["name"], json!("y"));
    assert_eq!(Mark::within(&sent["rebuild"]["metadata"]), Some(mark()), "the resource keeps a mark: {sent}");
}

#[test]
fn marking_changes_neither_the_input_class_nor_the_reasons() {
    let (_, schemas) = &*NATIVE;
    let shape = schemas.request(schemas.operation("createServer").unwrap(), None).unwrap();
    let (mut bodies, mut unmarked) = (Vec::new(), 0);
    for seed in 0..200 {
        let rng = &mut Rng::new(seed, 0, 0, 0);
        let valid = draw_valid(shape, rng, &Default::default()).expect("a body");
        bodies.extend(deviations(shape, &valid).into_iter().take(40).filter_map(|deviation| deviation.value));
        bodies.push(draw_boundary(shape, rng, &Default::default()).expect("a body"));
        bodies.push(valid);
    }
    for body in &bodies {
        let sent = marked("createServer", body);
        let (before, after) = (classify(Some(shape), Some(body), None), classify(Some(shape), Some(&sent), None));
        assert_eq!(before, after, "{body}\n{sent}");
        let server = &sent["server"];
        let found = Mark::within(&server["name"]).or_else(|| Mark::within(&server["metadata"]));
        unmarked += usize::from(found.is_none() && after.class == Class::Valid);
    }
    // The endpoint accepts valid input, so every valid body needs a mark.
    assert_eq!(unmarked, 0, "of {}", bodies.len());
}
