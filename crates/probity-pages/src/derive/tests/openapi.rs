//! Invented OpenAPI descriptions of several shapes.

use super::older_version::derive_older_version;
use super::{check_doubts, derive_sample};
use crate::derive::{Derivation, DeriveOptions, PageInput, derive_api};
use crate::dialect;
use crate::manifest::PageEntry;
use serde_json::{Value, json};

/// OpenAPI 3.0 with JSON-like YAML, defaults and several media types.
const SHOP: &str = "\
openapi: 3.0.2
info: { title: Shop, version: 1.0.0 }
paths:
  /lamps/{lampId}:
    parameters:
      - { name: lampId, in: path, required: true, schema: { type: integer, format: int64 } }
      - { name: trace, in: header, schema: { type: string } }
    get:
      summary: Find a lamp
      operationId: getLamp
      parameters:
        - { name: trace, in: header, required: true, description: Ours., schema: { type: string, maxLength: 8 } }
        - { name: Accept, in: header, schema: { type: string } }
        - { name: colours, in: query, schema: { type: array, items: { type: string } } }
        - { name: session, in: cookie, schema: { type: string } }
      responses:
        '200':
          description: Found.
          content:
            application/xml: { schema: { $ref: '#/components/schemas/Lamp' } }
            application/json: { schema: { $ref: '#/components/schemas/Lamp' } }
        default: { description: Anything else. }
    put:
      description: |
        Change a lamp.
        The lamp must be DARK.
      requestBody:
        $ref: '#/components/requestBodies/Lamp'
      responses:
        2XX: { description: Changed. }
        '409': { description: Lit., content: { application/problem+json: { schema: { type: object, required: [fault], properties: { fault: { type: string } } } } } }
components:
  requestBodies:
    Lamp:
      content:
        application/json:
          schema: { $ref: '#/components/schemas/Lamp' }
          example: { id: 7, status: lit, parts: [{ name: bulb }] }
  schemas:
    Thing:
      type: object
      required: [id]
      properties:
        id: { type: integer, format: int64, readOnly: true }
        secret: { type: string, writeOnly: true }
    Lamp:
      allOf:
        - $ref: '#/components/schemas/Thing'
        - type: object
          required: [status]
          properties:
            status: { type: string, enum: [lit, dark], nullable: true }
            watts: { type: number, minimum: 0, exclusiveMinimum: true, multipleOf: 0.5 }
            level: { type: integer, minimum: 1, exclusiveMinimum: true, maximum: 9, default: 3 }
            parts: { type: array, minItems: 1, items: { $ref: '#/components/schemas/Part' } }
            tags: { type: object, additionalProperties: { type: string, maxLength: 4 } }
    Part:
      type: object
      properties:
        name: { type: string, pattern: '^[a-z]+$' }
        inner: { $ref: '#/components/schemas/Part' }
";

/// OpenAPI 3.1 with lists of types, const, choices, a discriminator, and numbers for exclusive bounds.
const SHELF: &str = "\
{
  \"openapi\": \"3.1.0\",
  \"info\": {\"title\": \"Shelf\", \"version\": \"2\"},
  \"paths\": {
    \"/v2/shelves\": {
      \"post\": {
        \"operationId\": \"addShelf\",
        \"requestBody\": {\"required\": true, \"content\": {\"application/json; charset=utf-8\": {\"schema\": {
          \"type\": \"object\",
          \"additionalProperties\": false,
          \"required\": [\"label\", \"ghost\"],
          \"properties\": {
            \"label\": {\"type\": [\"string\", \"null\"], \"minLength\": 1},
            \"kind\": {\"const\": \"shelf\"},
            \"depth\": {\"type\": \"integer\", \"exclusiveMinimum\": 0, \"exclusiveMaximum\": 100},
            \"owner\": {\"anyOf\": [{\"type\": \"string\", \"format\": \"uuid\"}, {\"type\": \"null\"}]},
            \"mount\": {\"oneOf\": [{\"$ref\": \"#/$defs/Wall\"}, {\"$ref\": \"#/$defs/Floor\"}], \"discriminator\": {\"propertyName\": \"at\"}},
            \"codes\": {\"type\": \"array\", \"items\": {\"type\": [\"integer\", \"string\"]}, \"uniqueItems\": true},
            \"odd\": {\"type\": \"string\", \"unevaluatedItems\": false, \"format\": \"feeling\"}
          }
        }}}},
        \"responses\": {\"201\": {\"description\": \"Made.\", \"content\": {\"application/json\": {\"schema\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}}}}}}
      }
    }
  },
  \"$defs\": {
    \"Wall\": {\"type\": \"object\", \"required\": [\"at\"], \"properties\": {\"at\": {\"const\": \"wall\"}}},
    \"Floor\": {\"type\": \"object\", \"required\": [\"at\"], \"properties\": {\"at\": {\"const\": \"floor\"}, \"feet\": {\"type\": \"integer\"}}}
  }
}
";

pub(super) fn compile_schema(found: &Derivation, file: &str) -> probity_schema::CompiledSchema {
    let schema = found.schemas.get(file).unwrap_or_else(|| panic!("no {file} among {:?}", found.schemas.keys()));
    probity_schema::CompiledSchema::new(schema.clone(), file).unwrap_or_else(|error| panic!("{error}"))
}

fn assert_validity(found: &Derivation, file: &str, value: Value, expected: bool) {
    assert_eq!(
        compile_schema(found, file).is_valid(&value),
        expected,
        "{file}: {value} against {}",
        found.schemas[file]
    );
}

pub(super) fn find_sample_operation<'a>(found: &'a Derivation, id: &str) -> &'a probity_schema::catalog::Operation {
    let ids: Vec<&str> = found.catalog.operations.iter().map(|it| it.id.as_str()).collect();
    found.catalog.operations.iter().find(|it| it.id == id).unwrap_or_else(|| panic!("no {id} among {ids:?}"))
}

#[test]
fn parameters_of_a_path_hold_unless_an_operation_replaces_them() {
    let found = derive_sample(&[("shop", SHOP)]);
    let get = find_sample_operation(&found, "getLamp");
    let names = |all: &[probity_schema::catalog::OperationParameter]| -> Vec<String> {
        all.iter().map(|it| format!("{}{}@{}", it.name, if it.required { "!" } else { "" }, it.at)).collect()
    };
    assert_eq!(names(&get.path), ["lampId!@shop:6"]);
    assert_eq!(names(&get.headers), ["trace!@shop:12"]);
    assert_eq!(names(&get.query), ["colours@shop:14"]);
    assert_eq!(get.headers[0].schema["maxLength"], 8);
    assert_eq!(get.title, "Find a lamp");
    let put = find_sample_operation(&found, "putLampsLampid");
    assert_eq!(names(&put.headers), ["trace@shop:7"]);
    assert_eq!((put.bindings[0].method.as_str(), put.bindings[0].path.as_str()), ("PUT", "/lamps/{lampId}"));
}

#[test]
fn all_of_becomes_one_schema_with_bounds_of_openapi_3_0() {
    let found = derive_sample(&[("shop", SHOP)]);
    let file = "putLampsLampid.request.json";
    assert_validity(&found, file, json!({ "status": "lit" }), true);
    assert_validity(&found, file, json!({ "status": null }), true);
    assert_validity(&found, file, json!({ "level": 2 }), false);
    assert_validity(&found, file, json!({ "status": "grey" }), false);
    assert_validity(&found, file, json!({ "status": "lit", "watts": 0 }), false);
    assert_validity(&found, file, json!({ "status": "lit", "watts": 0.75 }), false);
    assert_validity(&found, file, json!({ "status": "lit", "watts": 0.5 }), true);
    assert_validity(&found, file, json!({ "status": "lit", "level": 1 }), false);
    assert_validity(&found, file, json!({ "status": "lit", "level": 9 }), true);
    assert_validity(&found, file, json!({ "status": "lit", "parts": [] }), false);
    assert_validity(&found, file, json!({ "status": "lit", "parts": [{ "name": "B" }] }), false);
    assert_validity(&found, file, json!({ "status": "lit", "tags": { "a": "12345" } }), false);
    assert_validity(&found, file, json!({ "status": "lit", "tags": { "a": "1234" } }), true);
    let schema = &found.schemas[file];
    assert_eq!(schema["properties"]["id"]["x-dead"], "unsupported");
    assert_eq!(schema["x-body-optional"], true);
    assert_eq!(schema["properties"]["status"]["x-source"], "shop:52");
}

#[test]
fn a_response_promises_required_fields_and_never_write_only_fields() {
    let found = derive_sample(&[("shop", SHOP)]);
    let schema = &found.schemas["getLamp.response.json"];
    assert_eq!(schema["required"], json!(["id", "status"]));
    assert!(schema["properties"].get("secret").is_none());
    let statuses: Vec<u16> =
        find_sample_operation(&found, "putLampsLampid").statuses.iter().map(|it| it.code).collect();
    assert_eq!(statuses, [409]);
    assert_validity(&found, "putLampsLampid.response.409.json", json!({ "fault": 1 }), false);
    assert_validity(&found, "putLampsLampid.response.409.json", json!({ "fault": "lit" }), true);
}

#[test]
fn unread_parts_are_doubts_with_their_source() {
    check_doubts(
        &[("shop", SHOP)],
        &[
            "getLamp/media-types/response/200: application/json@shop:17-21 | application/xml@shop:17-21 -> application/json",
            "getLamp/parameter-style/parameter/colours: a value of several parts@shop:14 -> open",
            "getLamp/status-range/response/default: default@shop:22 -> open",
            "getLamp/unread-parameter/parameter/session: a parameter in cookie@shop:15 -> open",
            "lamps/recursive-schema/response/parts/*/inner: not followed@shop:61 -> open",
            "putLampsLampid/status-range/response/2XX: 2XX@shop:30 -> open",
        ],
    );
}

#[test]
fn openapi_3_1_is_read() {
    let found = derive_sample(&[("shelf", SHELF)]);
    let file = "addShelf.request.json";
    let body = |more: Value| {
        let mut all = json!({ "label": "a", "ghost": 1 });
        all.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        all
    };
    assert_validity(&found, file, body(json!({})), true);
    assert_validity(&found, file, body(json!({ "label": null })), true);
    assert_validity(&found, file, body(json!({ "label": "" })), false);
    assert_validity(&found, file, json!({ "label": "a" }), false);
    assert_validity(&found, file, body(json!({ "surplus": 1 })), false);
    assert_validity(&found, file, body(json!({ "kind": "rack" })), false);
    assert_validity(&found, file, body(json!({ "depth": 0 })), false);
    assert_validity(&found, file, body(json!({ "depth": 99 })), true);
    assert_validity(&found, file, body(json!({ "depth": 100 })), false);
    assert_validity(&found, file, body(json!({ "owner": null })), true);
    assert_validity(&found, file, body(json!({ "owner": "nobody" })), false);
    assert_validity(&found, file, body(json!({ "mount": { "at": "wall" } })), true);
    assert_validity(&found, file, body(json!({ "mount": { "at": "floor", "feet": 4 } })), true);
    assert_validity(&found, file, body(json!({ "mount": { "at": "floor", "feet": "4" } })), false);
    assert_validity(&found, file, body(json!({ "mount": { "at": "air" } })), false);
    assert_validity(&found, file, body(json!({ "codes": [1, "a"] })), true);
    assert_validity(&found, file, body(json!({ "codes": [1, 1] })), false);
    assert_validity(&found, file, body(json!({ "codes": [1.5] })), false);
    assert_validity(&found, "addShelf.response.json", json!(["a"]), true);
    assert_validity(&found, "addShelf.response.json", json!([1]), false);
    let add = find_sample_operation(&found, "addShelf");
    assert_eq!((add.bindings[0].id.as_str(), add.statuses[0].code), ("v2", 201));
    let kinds: Vec<&str> = found.doubts.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["required-undescribed", "unread-keyword", "unread-keyword"], "{:#?}", found.doubts);
}

#[test]
fn every_source_of_a_description_is_locked_and_every_doubt_is_documented() {
    let listed = include_str!("../../../../../docs/DOUBTS.md");
    for found in [derive_sample(&[("shop", SHOP)]), derive_sample(&[("shelf", SHELF)]), derive_older_version()] {
        for it in &found.doubts {
            assert!(listed.contains(&format!("`{}`", it.kind)), "{}", it.kind);
            assert!(listed.contains(&format!("`{}`", it.rule)), "{}", it.rule);
        }
        let locked: Vec<String> = found.citations.iter().map(|it| it.at.to_string()).collect();
        for operation in &found.catalog.operations {
            assert!(locked.contains(&operation.at.to_string()), "{}", operation.at);
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() })]

    /// Any schema is derived without panic, twice with equal results, and the derived schema compiles.
    #[test]
    fn any_schema_is_derived(keywords in proptest::collection::vec((0usize..24, 0usize..12), 0..8)) {
        const NAMES: [&str; 24] = ["type", "properties", "items", "required", "enum", "allOf", "anyOf", "oneOf", "$ref",
            "additionalProperties", "minimum", "exclusiveMinimum", "pattern", "format", "nullable", "const", "default",
            "minLength", "readOnly", "not", "maxItems", "description", "example", "surprise"];
        let values = [
            json!("object"), json!("string"), json!({}), json!([]), json!(3), json!(-1.5), json!(true), json!(null),
            json!({ "a": { "type": "integer" }, "b": { "$ref": "#/components/schemas/S" } }),
            json!([{ "type": "string" }, { "$ref": "#/components/schemas/S" }]), json!(["a", "b"]), json!("[a-z"),
        ];
        let schema: serde_json::Map<String, Value> =
            keywords.iter().map(|(name, value)| (NAMES[*name].to_string(), values[*value].clone())).collect();
        let refers = schema.get("$ref").is_some_and(|it| it.is_string());
        proptest::prop_assume!(!refers);
        let page = json!({
            "openapi": "3.1.0", "info": { "title": "t" },
            "paths": { "/s": { "post": {
                "operationId": "s",
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/S" } } } },
                "responses": { "200": { "description": "d", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/S" } } } } },
            } } },
            "components": { "schemas": { "S": schema } },
        });
        let text = serde_json::to_string_pretty(&page).expect("JSON");
        if let Ok(document) = dialect::read_page("s.json", text.as_bytes()) {
            let entry = PageEntry { id: "s".into(), file: "s.json".into(), ..PageEntry::default() };
            let inputs = [PageInput { entry, text, document }];
            let found = derive_api("any", &inputs, &DeriveOptions::default());
            proptest::prop_assert_eq!(&found, &derive_api("any", &inputs, &DeriveOptions::default()));
            for (name, schema) in &found.schemas {
                if let Err(error) = probity_schema::CompiledSchema::new(schema.clone(), name) {
                    return Err(proptest::test_runner::TestCaseError::fail(format!("{error}: {schema}")));
                }
            }
        }
    }
}
