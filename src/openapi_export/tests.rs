use super::export_openapi;
use crate::schema::{CatalogFiles, CatalogFolder, CompiledCatalog};
use serde_json::Value;
use std::path::Path;

fn export(folder: &str) -> Value {
    let files = CatalogFolder(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    assert!(!files.names().is_empty(), "{folder}");
    export_openapi(&CompiledCatalog::load(&files).expect("the catalog loads"))
}

#[test]
fn every_reference_has_a_target() {
    for api in ["ecs-native", "ecs-v1", "openstack-compute", "openstack-volume", "scp-volume"] {
        let document = export(&format!("schemas/{api}"));
        let mut open = vec![&document];
        let mut references = 0;
        while let Some(value) = open.pop() {
            if let Some(target) = value.get("$ref").and_then(Value::as_str) {
                references += 1;
                let pointer = target.strip_prefix('#').expect("references are local");
                assert!(document.pointer(pointer).is_some(), "{api}: {target}");
            }
            match value {
                Value::Array(items) => open.extend(items),
                Value::Object(fields) => open.extend(fields.values()),
                _ => {}
            }
        }
        assert!(references > 5, "{api}");
    }
}

#[test]
fn actions_of_one_address_are_one_operation_with_one_of_their_bodies() {
    let document = export("schemas/ecs-native");
    let paths = document["paths"].as_object().expect("paths");
    let (_, item) = paths.iter().find(|(path, _)| path.ends_with("/action")).expect("an address with actions");
    let actions = item["post"]["x-probity-operations"].as_array().expect("several operations");
    let bodies = item["post"]["requestBody"]["content"]["application/json"]["schema"]["oneOf"].as_array();
    assert!(actions.len() > 3 && bodies.is_some_and(|bodies| bodies.len() == actions.len()), "{item}");
}

#[test]
fn the_ids_of_operations_are_unique() {
    let document = export("schemas/ecs-native");
    let items = document["paths"].as_object().expect("paths").values();
    let ids: Vec<&str> = items
        .flat_map(|item| item.as_object().expect("a path item").values())
        .map(|operation| operation["operationId"].as_str().expect("an id"))
        .collect();
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
}
