//! Marks: text, places, and the input class of marked calls.

use super::super::absence::list_absence_statuses;
use super::super::mark::{RunMark, make_run_id, read_start};
use super::super::marker::RunMarker;
use crate::history::Call;
use crate::model::Model;
use crate::plan_execution::CallMarker;
use crate::schema::{
    CatalogFolder, CompiledCatalog, InputClass, SeededRng, classify_input, draw_boundary, draw_valid, vary_body,
};
use crate::suite::parse_suite;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, LazyLock};

static NATIVE: LazyLock<(Arc<Model>, Arc<CompiledCatalog>)> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schemas =
        CompiledCatalog::load(&CatalogFolder(root.join("schemas/ecs-native"))).expect("the schemas are there");
    let text = std::fs::read_to_string(root.join("suites/ecs-native.yaml")).expect("the suite is there");
    let suite = parse_suite("ecs-native.yaml", &text, &schemas.catalog).expect("the suite parses");
    let model = Model::new(Arc::new(suite), &schemas, "2026-11-20").expect("the suite is sound");
    (Arc::new(model), Arc::new(schemas))
});

fn make_mark() -> RunMark {
    RunMark { run: make_run_id(1_795_000_000, "salt"), expires: 1_795_003_600, execution: 33 }
}

/// The body of a call after marking.
fn mark_body(operation: &str, body: &Value) -> Value {
    let (model, schemas) = &*NATIVE;
    let binding = schemas.find_operation(operation).expect("an operation").bindings[0].id.clone();
    let mut call = Call {
        operation: operation.into(),
        binding,
        caller: "owner".into(),
        body: Some(body.clone()),
        ..Call::default()
    };
    RunMarker::new(model.clone(), schemas.clone(), &make_mark()).mark_call(&mut call);
    call.body.expect("the body stays")
}

fn make_body(name: Value, metadata: Option<Value>) -> Value {
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
    let mark = make_mark();
    assert_eq!(RunMark::parse(&mark.to_text()), Some(mark.clone()));
    assert_eq!(RunMark::parse(&format!("{}my-name", mark.to_text())), Some(mark.clone()));
    assert_eq!(
        RunMark::find_in(&json!({ "a": "b", "probity": mark.to_text().trim_end_matches('-') })),
        Some(mark.clone())
    );
    assert_eq!(read_start(&mark.run), Some(1_795_000_000));
    for other in ["", "probity", "probity-", "probity-x-y-z", "probity-server-1-2", "web-1", &mark.to_text()[1..]] {
        assert_eq!(RunMark::parse(other), None, "{other}");
    }
}

#[test]
fn runs_of_the_same_second_have_different_ids_and_ids_sort_by_start() {
    assert_ne!(make_run_id(1_795_000_000, "a"), make_run_id(1_795_000_000, "b"));
    assert!(make_run_id(1_795_000_000, "z") < make_run_id(1_795_000_001, "a"));
}

#[test]
fn a_name_begins_with_the_mark_and_present_metadata_carries_the_mark_too() {
    let text = make_mark().to_text();
    let body = mark_body("createServer", &make_body(json!("web"), None));
    assert_eq!(body["server"]["name"], json!(format!("{text}web")));
    assert!(body["server"].get("metadata").is_none(), "no field is added if the name carries the mark: {body}");
    let body = mark_body("createServer", &make_body(json!("web"), Some(json!({ "tier": "1" }))));
    assert_eq!(body["server"]["metadata"], json!({ "tier": "1", "probity": text.trim_end_matches('-') }));
    let again = mark_body("createServer", &body);
    assert_eq!(again, body, "a marked call is not marked twice");
}

#[test]
fn the_length_of_a_long_name_stays_and_the_mark_replaces_the_start() {
    let (_, schemas) = &*NATIVE;
    let shape = schemas.find_request_schema(schemas.find_operation("createServer").unwrap(), None).unwrap();
    let (least, most) = shape.find_length_bounds(&make_body(json!("x"), None), "/server/name");
    let (least, most) = (least.expect("a least length"), most.expect("a greatest length"));
    for length in [most - 1, most, most + 1] {
        let name = "n".repeat(length as usize);
        let body = mark_body("createServer", &make_body(json!(name), None));
        let shown = body["server"]["name"].as_str().unwrap();
        assert_eq!(shown.len() as u64, length);
        assert_eq!(RunMark::parse(shown), Some(make_mark()));
    }
    // Added metadata would make the input doubtful, so the mark replaces the name.
    let body = mark_body("createServer", &make_body(json!("n".repeat(least as usize)), None));
    assert_eq!(RunMark::find_in(&body["server"]["name"]), Some(make_mark()), "{body}");
}

#[test]
fn a_new_name_carries_the_mark_and_a_call_without_a_name_stays_unchanged() {
    let body = json!({ "rebuild": { "imageRef": "3a0c1d5e-5c5f-4f0e-9d0a-6b1f2f3c4d01", "name": "other" } });
    assert_eq!(RunMark::find_in(&mark_body("rebuild", &body)["rebuild"]["name"]), Some(make_mark()));
    let body = json!({ "rebuild": { "imageRef": "3a0c1d5e-5c5f-4f0e-9d0a-6b1f2f3c4d01" } });
    assert_eq!(mark_body("rebuild", &body), body);
    let body = json!({ "rebuild": { "imageRef": "3a0c1d5e-5c5f-4f0e-9d0a-6b1f2f3c4d01", "name": "y" } });
    let sent = mark_body("rebuild", &body);
    assert_eq!(sent["rebuild"]["name"], json!("y"));
    assert_eq!(RunMark::find_in(&sent["rebuild"]["metadata"]), Some(make_mark()), "the resource keeps a mark: {sent}");
}

#[test]
fn marking_changes_neither_the_input_class_nor_the_reasons() {
    let (_, schemas) = &*NATIVE;
    let shape = schemas.find_request_schema(schemas.find_operation("createServer").unwrap(), None).unwrap();
    let (mut bodies, mut unmarked) = (Vec::new(), 0);
    for seed in 0..200 {
        let rng = &mut SeededRng::new(seed, 0, 0, 0);
        let valid = draw_valid(shape, rng, &Default::default()).expect("a body");
        bodies.extend(vary_body(shape, &valid).into_iter().take(40).filter_map(|deviation| deviation.value));
        bodies.push(draw_boundary(shape, rng, &Default::default()).expect("a body"));
        bodies.push(valid);
    }
    for body in &bodies {
        let sent = mark_body("createServer", body);
        let (before, after) =
            (classify_input(Some(shape), Some(body), None), classify_input(Some(shape), Some(&sent), None));
        assert_eq!(before, after, "{body}\n{sent}");
        let server = &sent["server"];
        let found = RunMark::find_in(&server["name"]).or_else(|| RunMark::find_in(&server["metadata"]));
        unmarked += usize::from(found.is_none() && after.class == InputClass::Valid);
    }
    // The endpoint accepts valid input, so every valid body needs a mark.
    assert_eq!(unmarked, 0, "of {}", bodies.len());
}

#[test]
fn absence_is_what_the_suite_refuses_for_an_absent_resource_and_no_other_refusal() {
    let (model, schemas) = &*NATIVE;
    let statuses = list_absence_statuses(model, schemas, 0);
    assert!(statuses.contains(&404) && statuses.contains(&410) && statuses.contains(&400), "{statuses:?}");
    for other in [401, 403, 405, 409, 413, 429, 500, 503] {
        assert!(!statuses.contains(&other), "{other}");
    }
}
