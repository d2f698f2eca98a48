//! The document: paths and component schemas.

use super::naming::name_schema;
use super::operations::{SharedOperation, describe_operation};
use crate::schema::CompiledCatalog;
use crate::schema::catalog::Operation;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The catalog as an OpenAPI 3.1 document. Equal catalogs give equal documents.
pub fn export_openapi(schemas: &CompiledCatalog) -> Value {
    let catalog = &schemas.catalog;
    let pages: Vec<Value> = catalog
        .pages
        .iter()
        .map(|page| json!({ "id": page.id, "file": page.file, "title": page.title, "digest": page.digest }))
        .collect();
    let first = catalog.pages.first();
    let title = first.map_or(catalog.api.as_str(), |page| page.title.as_str());
    let version = first.and_then(|page| page.edition.as_deref()).unwrap_or("unversioned");
    let components: Map<String, Value> =
        schemas.bodies().map(|(name, shape)| (name_schema(name), to_component(&shape.schema))).collect();
    json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": version, "x-probity-pages": pages },
        "paths": describe_paths(&catalog.operations),
        "components": { "schemas": components },
    })
}

/// A schema without the keys that name its file.
fn to_component(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(object) = schema.as_object_mut() {
        object.shift_remove("$schema");
        object.shift_remove("$id");
    }
    schema
}

/// The paths in the order of the catalog. Paths that differ only in the names of their parameters are one path, with the
/// names of the first.
fn describe_paths(operations: &[Operation]) -> Map<String, Value> {
    let mut templates: BTreeMap<String, String> = BTreeMap::new();
    let mut order: Vec<(String, String)> = Vec::new();
    let mut shared: BTreeMap<(String, String), Vec<SharedOperation<'_>>> = BTreeMap::new();
    for operation in operations {
        for binding in &operation.bindings {
            let path = templates.entry(blank_parameters(&binding.path)).or_insert_with(|| binding.path.clone()).clone();
            let key = (path, binding.method.to_lowercase());
            if !order.contains(&key) {
                order.push(key.clone());
            }
            shared.entry(key.clone()).or_default().push(SharedOperation { operation, binding });
        }
    }
    let mut used: Vec<String> = Vec::new();
    let mut paths: Map<String, Value> = Map::new();
    for key in order {
        let described = describe_operation(&key.0, &shared[&key], &mut used);
        let item = paths.entry(key.0.clone()).or_insert_with(|| json!({}));
        item[key.1.as_str()] = described;
    }
    paths
}

fn blank_parameters(path: &str) -> String {
    let segments = path.split('/').map(|it| if it.starts_with('{') && it.ends_with('}') { "{}" } else { it });
    segments.collect::<Vec<_>>().join("/")
}
