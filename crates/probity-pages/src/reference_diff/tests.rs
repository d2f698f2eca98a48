use super::*;
use probity_schema::catalog::FORMAT;
use serde_json::{Value, json};

fn make_reference(operations: Value, schema: Value) -> DerivedReference {
    let catalog = json!({ "format": FORMAT, "api": "lamps", "pages": [], "operations": operations });
    DerivedReference {
        catalog: serde_json::from_value(catalog).expect("a catalog"),
        schemas: [("dim.request.json".to_string(), schema)].into(),
    }
}

fn make_operation(id: &str, path: &str, code: u16) -> Value {
    json!({
        "id": id, "title": id, "at": "dim:1",
        "bindings": [{ "id": "v1", "method": "POST", "path": path, "at": "dim:5" }],
        "requests": [{ "schema": "dim.request.json", "at": "dim:9" }],
        "statuses": [{ "code": code, "general": false, "at": "dim:40" }],
    })
}

fn make_schema(most: u32, extra: &str) -> Value {
    json!({
        "type": "object",
        "properties": {
            "hue": { "type": "string", "maxLength": most, "enum": ["b", "a"], "x-source": "dim:12" },
            extra: { "type": "array", "items": { "type": "integer", "x-source": "dim:14" }, "x-source": "dim:13" },
        },
        "required": ["hue"],
        "x-source": "dim:9-14",
    })
}

#[test]
fn differences_are_listed_by_operation_with_the_clauses_that_cite_them() {
    let old = make_reference(
        json!([make_operation("dim", "/v1/lamps", 202), make_operation("off", "/v1/off", 200)]),
        make_schema(40, "plugs"),
    );
    let new = make_reference(
        json!([make_operation("dimLamp", "/v1/lamps", 200), make_operation("on", "/v1/on", 200)]),
        make_schema(60, "sockets"),
    );
    let changes = compare_references(&old, &new);
    let cited = |change: &ReferenceChange| {
        let hit = change.old_at.as_ref().is_some_and(|at| at.first == 12);
        if hit { vec!["dim.hue".to_string()] } else { Vec::new() }
    };
    assert_eq!(
        render_changes(&changes, &cited),
        "dim
  - status: 202  [dim:40]
  + status: 200  [dim:40]
  ~ request/hue maxLength: 40 -> 60  [dim:12]
      cited by dim.hue
  - request/plugs: array  [dim:13]
  - request/plugs/*: integer  [dim:14]
  + request/sockets: array  [dim:13]
  + request/sockets/*: integer  [dim:14]
off
  - operation: POST /v1/off  [dim:1]
on
  + operation: POST /v1/on  [dim:1]

9 differences
"
    );
}

#[test]
fn equal_references_and_reordered_values_have_no_difference() {
    let one = make_reference(json!([make_operation("dim", "/v1/lamps", 202)]), make_schema(40, "plugs"));
    let mut other = one.clone();
    other.schemas.insert("dim.request.json".into(), {
        let mut schema = make_schema(40, "plugs");
        schema["properties"]["hue"]["enum"] = json!(["a", "b"]);
        schema
    });
    assert_eq!(compare_references(&one, &other), Vec::new());
}

#[test]
fn a_missing_schema_is_an_error_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = make_reference(json!([make_operation("dim", "/v1/lamps", 202)]), make_schema(40, "plugs"));
    let text = serde_json::to_string(&one.catalog).expect("JSON");
    std::fs::write(folder.path().join("catalog.json"), text).expect("written");
    let error = DerivedReference::load(folder.path()).expect_err("no schema");
    assert!(error.path.ends_with("dim.request.json"), "{error}");
}
