//! OpenAPI 2.0 in the form of 3.0, and descriptions in several files.

use crate::dialect::read_page_with_files;
use crate::document::{Document, LINES_APART};
use serde_json::{Value, json};

const LAMPS: &str = "\
swagger: '2.0'
info: { title: Lamps, version: '1' }
host: lamps.example.com
basePath: /v1/
schemes: [https]
consumes: [application/xml, application/json]
produces: [application/json]
securityDefinitions:
  login: { type: basic }
  token: { type: oauth2, flow: application, tokenUrl: https://id.example.com/token, scopes: {} }
parameters:
  lamp: { name: lamp, in: body, required: true, schema: { $ref: '#/definitions/Lamp' } }
  limit: { name: limit, in: query, type: integer, maximum: 50 }
  colors: { name: colors, in: query, type: array, items: { type: string }, collectionFormat: pipes }
  names: { name: names, in: query, type: array, items: { type: string }, collectionFormat: multi }
responses:
  absent: { description: There is none, schema: { $ref: '#/definitions/Problem' } }
paths:
  /lamps:
    parameters: [{ $ref: '#/parameters/limit' }]
    post:
      operationId: lightLamp
      parameters: [{ $ref: '#/parameters/lamp' }]
      responses:
        201:
          description: It shines
          schema: { $ref: '#/definitions/Lamp' }
          examples: { application/json: { color: red } }
        404: { $ref: '#/responses/absent' }
    put:
      consumes: [application/x-www-form-urlencoded]
      parameters: [{ name: color, in: formData, type: string }]
      responses: { 204: { description: Done } }
definitions:
  Lamp: { type: object, properties: { color: { type: string, x-nullable: true } } }
  Problem: { type: object }
";

fn read(text: &str, files: &[(&str, &str)]) -> Document {
    let file = |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_string());
    read_page_with_files("lamps.yaml", text.as_bytes(), &file).unwrap_or_else(|error| panic!("{error}"))
}

/// Checks the value at a JSON pointer of the converted description.
fn check(document: &Document, pointer: &str, expected: Value) {
    let root = document.described.as_ref().expect("a description");
    let found = root.resolve_reference(pointer).unwrap_or_else(|| panic!("{pointer} is missing"));
    assert_eq!(found.to_json(), expected, "{pointer}");
}

#[test]
fn bodies_parameters_and_definitions_stand_where_version_3_has_them() {
    let document = read(LAMPS, &[]);
    let lamp = json!({ "$ref": "#/components/schemas/Lamp" });
    let body = json!({
        "content": { "application/xml": {}, "application/json": { "schema": lamp } },
        "required": true,
    });
    check(&document, "#/paths/~1lamps/post/requestBody", body);
    check(&document, "#/paths/~1lamps/post/parameters", json!([]));
    let made = json!({ "schema": lamp, "example": { "color": "red" } });
    check(&document, "#/paths/~1lamps/post/responses/201/content/application~1json", made);
    check(&document, "#/paths/~1lamps/post/responses/404", json!({ "$ref": "#/components/responses/absent" }));
    let problem = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
    check(&document, "#/components/responses/absent/content", problem);
    let limit = json!({ "name": "limit", "in": "query", "schema": { "type": "integer", "maximum": 50 } });
    check(&document, "#/components/parameters/limit", limit);
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let colors = json!({ "name": "colors", "in": "query", "style": "pipes", "schema": list });
    check(&document, "#/components/parameters/colors", colors);
    check(&document, "#/components/parameters/names", json!({ "name": "names", "in": "query", "schema": list }));
    check(&document, "#/components/schemas/Lamp/properties/color", json!({ "type": "string", "nullable": true }));
    let form = json!({ "content": { "application/x-www-form-urlencoded": {} } });
    check(&document, "#/paths/~1lamps/put/requestBody", form);
}

#[test]
fn the_address_and_the_security_schemes_are_those_of_version_3() {
    let document = read(LAMPS, &[]);
    check(&document, "#/servers", json!([{ "url": "https://lamps.example.com/v1" }]));
    check(&document, "#/components/securitySchemes/login", json!({ "type": "http", "scheme": "basic" }));
    let flow = json!({ "tokenUrl": "https://id.example.com/token", "scopes": {} });
    check(&document, "#/components/securitySchemes/token/flows", json!({ "clientCredentials": flow }));
}

#[test]
fn every_part_of_version_2_keeps_its_lines() {
    let document = read(LAMPS, &[]);
    let root = document.described.expect("a description");
    let lines = |pointer: &str| root.resolve_reference(pointer).map(|it| (it.first, it.last));
    assert_eq!(lines("#/paths/~1lamps/post/responses/201"), Some((25, 28)));
    assert_eq!(lines("#/components/schemas/Lamp"), Some((35, 35)));
    assert_eq!(lines("#/paths/~1lamps/post/requestBody"), Some((12, 12)));
}

#[test]
fn references_to_other_files_lead_there_also_from_file_to_file() {
    let text = "\
openapi: 3.2.0
info: { title: Lamps, version: '1' }
paths:
  /lamps: { $ref: parts/paths.yaml#/lamps }
  /odd: { get: { responses: { 200: { $ref: absent.yaml } } } }
";
    let paths = "lamps:\n  get:\n    responses:\n      200:\n        content:\n          application/json:\n            schema: { $ref: '../schemas.yaml#/Lamp' }\n";
    let schemas = "Lamp: { type: object, properties: { twin: { $ref: '#/Lamp' } } }\n";
    let document = read(text, &[("parts/paths.yaml", paths), ("schemas.yaml", schemas)]);
    let included: Vec<(&str, u32)> = document.included.iter().map(|it| (it.file.as_str(), it.line)).collect();
    assert_eq!(included, [("parts/paths.yaml", 4), ("schemas.yaml", 4)]);
    check(&document, "#/paths/~1lamps", json!({ "$ref": "#/x-included-files/parts~1paths.yaml/lamps" }));
    let lamp = json!({ "$ref": "#/x-included-files/schemas.yaml/Lamp" });
    let schema = "/get/responses/200/content/application~1json/schema";
    check(&document, &format!("#/x-included-files/parts~1paths.yaml/lamps{schema}"), lamp.clone());
    check(&document, "#/x-included-files/schemas.yaml/Lamp/properties/twin", lamp);
    let root = document.described.as_ref().expect("a description");
    let get = root.resolve_reference("#/x-included-files/parts~1paths.yaml/lamps/get").expect("the operation");
    assert_eq!(get.first, LINES_APART + 2);
    let troubles: Vec<String> = document.troubles.iter().map(|it| format!("{} {}", it.line, it.cause)).collect();
    assert_eq!(troubles, ["5 absent.yaml: the file was not found beside the description"]);
}

#[test]
fn files_that_refer_to_each_other_are_read_once() {
    let text = "openapi: 3.0.3\ninfo: { title: t, version: '1' }\npaths: { /a: { $ref: a.yaml } }\n";
    let a = "get: { responses: { 200: { $ref: b.yaml#/r } } }\n";
    let b = "r: { content: { application/json: { schema: { $ref: 'a.yaml#/s' } } } }\n";
    let document = read(text, &[("a.yaml", a), ("b.yaml", b)]);
    assert_eq!(document.included.len(), 2);
}
