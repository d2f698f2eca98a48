//! Which catalog folders load, and which errors the others give.

use crate::{CatalogError, CatalogFiles, CompiledCatalog, CompiledSchema};
use serde_json::{Value, json};
use std::collections::BTreeMap;

struct MemoryFiles(BTreeMap<&'static str, String>);

impl CatalogFiles for MemoryFiles {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.0.get(name).map(|text| text.clone().into_bytes())
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().map(|name| name.to_string()).collect()
    }
}

fn catalog_json() -> Value {
    json!({"format": 1, "api": "kitchen", "pages": [], "operations": [{
        "id": "boil", "title": "Boiling", "at": "kettle:1",
        "bindings": [{"id": "v1", "method": "POST", "path": "/v1/kettles", "at": "kettle:2"}],
        "query": [{"name": "limit", "required": false, "schema": {"type": "integer", "minimum": 1}, "at": "kettle:3"}],
        "requests": [
            {"versions": ["1.0"], "schema": "boil.request.json", "at": "kettle:4"},
            {"versions": ["2.0"], "schema": "boil.request2.json", "at": "kettle:5"}],
        "responses": [
            {"statuses": [202], "schema": "boil.202.json", "at": "kettle:6"},
            {"schema": "boil.response.json", "at": "kettle:7"}],
    }]})
}

fn catalog_files() -> MemoryFiles {
    let titled = |title: &str| json!({"title": title, "type": "object"}).to_string();
    MemoryFiles(BTreeMap::from([
        ("catalog.json", catalog_json().to_string()),
        ("boil.request.json", titled("one")),
        ("boil.request2.json", titled("two")),
        ("boil.202.json", titled("accepted")),
        ("boil.response.json", titled("any")),
    ]))
}

/// Replaces one file and expects the error.
#[track_caller]
fn check(name: &'static str, text: Option<&str>, place: &str, cause: &str) {
    let mut files = catalog_files();
    match text {
        Some(text) => files.0.insert(name, text.to_string()),
        None => files.0.remove(name),
    };
    let error = CompiledCatalog::load(&files).map(|_| ()).unwrap_err();
    assert_eq!((error.place.as_str(), error.cause.as_str()), (place, cause));
    assert!(!error.remedy.is_empty());
}

#[test]
fn a_body_is_found_by_version_and_status() {
    let schemas = CompiledCatalog::load(&catalog_files()).unwrap();
    let boil = schemas.find_operation("boil").unwrap();
    let title = |shape: Option<&CompiledSchema>| shape.map(|shape| shape.schema["title"].as_str().unwrap().to_string());
    assert_eq!(title(schemas.find_request_schema(boil, None)).as_deref(), Some("one"));
    assert_eq!(title(schemas.find_request_schema(boil, Some("2.0"))).as_deref(), Some("two"));
    assert_eq!(title(schemas.find_request_schema(boil, Some("kitchen 2.0"))).as_deref(), Some("two"));
    let lent = |version| schemas.borrows_request_schema(boil, version);
    assert_eq!((lent(None), lent(Some("v2.0")), lent(Some("3.0"))), (false, false, true));
    assert_eq!(title(schemas.find_request_schema(boil, Some("3.0"))).as_deref(), Some("one"));
    assert_eq!(title(schemas.find_response_schema(boil, 202, None)).as_deref(), Some("accepted"));
    assert_eq!(title(schemas.find_response_schema(boil, 200, None)).as_deref(), Some("any"));
    assert_eq!(title(schemas.find_response_schema(boil, 404, None)), None);
    assert!(!schemas.find_parameter_schema(boil, "query", "limit").unwrap().is_valid(&json!(0)));
}

#[test]
fn a_catalog_that_is_newer_or_broken_is_refused() {
    let newer = catalog_json().to_string().replacen("\"format\":1", "\"format\":2", 1);
    check("catalog.json", Some(&newer), "catalog.json", "the format is 2; this program reads formats up to 1");
    check("catalog.json", None, "catalog.json", "the file is missing, too long, no regular file, or cannot be read");
    check("boil.202.json", None, "boil.202.json", "the file is missing, too long, no regular file, or cannot be read");
    check("boil.202.json", Some("{"), "boil.202.json", "not JSON: EOF while parsing an object at line 1 column 1");
    let outside = catalog_json().to_string().replace("boil.202.json", "../boil.202.json");
    check("catalog.json", Some(&outside), "../boil.202.json", "the file is outside of the catalog's folder");
}

#[test]
fn an_unknown_keyword_is_refused_with_its_place() {
    let body = "boil.response.json";
    check(
        body,
        Some(r#"{"properties": {"a/b": {"format": "colour"}}}"#),
        "boil.response.json#/properties/a~1b/format",
        "unknown format \"colour\"",
    );
    check(body, Some(r#"{"maxLenght": 3}"#), "boil.response.json#/maxLenght", "unknown keyword `maxLenght`");
    check(body, Some(r#"{"minimum": "3"}"#), "boil.response.json#/minimum", "must be a number");
    check(
        body,
        Some(r##"{"items": {"$ref": "#/$defs/x"}}"##),
        "boil.response.json#/items/$ref",
        "this file has no part at the reference \"#/$defs/x\"",
    );
    check(body, Some(r##"{"allOf": [{"$ref": "#"}]}"##), "boil.response.json#", "a part of the schema includes itself");
}

#[test]
fn a_recursive_schema_is_drawn_and_validated() -> Result<(), CatalogError> {
    let shape = CompiledSchema::new(
        json!({"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string"}, "inside": {"type": "array", "items": {"$ref": "#"}}}}),
        "tree.json",
    )?;
    for seed in 0..50 {
        let how = crate::DrawSettings::for_response();
        let value = crate::draw_valid(&shape, &mut crate::SeededRng::new(seed, 0, 0, 0), &how).unwrap();
        assert!(shape.is_valid(&value));
    }
    assert!(!shape.is_valid(&json!({"name": "a", "inside": [{"name": 1}]})));
    Ok(())
}
