//! A page on one version beside a leading page on several versions.

use super::make_input;
use super::openapi::{compile_schema, find_sample_operation};
use crate::derive::{Derivation, derive_api};
use serde_json::{Value, json};

const LEADS: &str = "\
Light a lamp
1 - 1.1
put /v1/lamps/{id}
State ACTIVE (CURRENT)
| Version | Not Before |
|---|---|
| 1.1 | - |
Parameters
| Type | Name | Description | Schema | Default |
|---|---|---|---|---|
| path | id required | The lamp | string | None |
| body | body required | LampRequest |
Responses
| HTTP Code | Description | Schema |
|---|---|---|
| 202 | Accepted | None |
Request header
\"Lamp-Version = lamps 1.1\"
Request body
{
\"level\": 3
}
2 - 1.0
put /v1/lamps/{id}
State ACTIVE (DEPRECATED)
| Version | Not Before |
|---|---|
| 1.0 | 20251231 |
Parameters
| Type | Name | Description | Schema | Default |
|---|---|---|---|---|
| path | id required | The lamp | string | None |
| body | body required | LampRequest |
Responses
| HTTP Code | Description | Schema |
|---|---|---|
| 202 | Accepted | None |
Request header
\"Lamp-Version = lamps 1.0\"
Request body
{
\"level\": 3
}
";

const OLDER: &str = "\
openapi: 3.0.2
info: { title: Lamps }
paths:
  /v1/lamps/{id}:
    put:
      operationId: putLamp
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: '#/components/schemas/LampRequest' } } }
      responses: { '202': { description: Accepted } }
      x-api-version: '1.0'
      x-api-status: CURRENT
      x-not-before: 20260701
    get:
      operationId: getLamp
      responses: { '200': { description: OK, content: { application/json: { schema: { type: object, properties: { id: { type: string } } } } } } }
      x-api-version: '1.0'
      x-api-status: CURRENT
components:
  schemas:
    LampRequest: { type: object, required: [level], properties: { level: { type: integer, maximum: 9 } } }
";

pub(super) fn derive_older_version() -> Derivation {
    let mut inputs = vec![make_input("light", LEADS), make_input("api", OLDER)];
    inputs[0].entry.operation = Some("light".into());
    inputs[1].entry.follows = Some("light".into());
    inputs[1].entry.operations = vec![("putLamp".into(), "light".into()), ("GET /v1/lamps/{id}".into(), "show".into())];
    derive_api("lamps", &inputs, &crate::derive::DeriveOptions::default())
}

#[test]
fn a_description_of_only_an_older_version_is_doubtful_for_newer_versions() {
    use probity_schema::{InputClass, classify_input};
    let found = derive_older_version();
    let light = find_sample_operation(&found, "light");
    let versions: Vec<(&[String], &str)> =
        light.requests.iter().map(|it| (it.versions.as_slice(), it.schema.as_deref().unwrap_or("-"))).collect();
    assert_eq!(versions.len(), 2, "{versions:?}");
    let class = |version: &str, body: Value| {
        let of = light.requests.iter().find(|it| it.versions.contains(&version.to_string())).expect("a body");
        classify_input(Some(&compile_schema(&found, of.schema.as_ref().expect("a schema"))), Some(&body), None).class
    };
    for (body, old, new) in [
        (json!({ "level": 3 }), InputClass::Valid, InputClass::Valid),
        (json!({ "level": 10 }), InputClass::Invalid, InputClass::Doubtful),
        (json!({}), InputClass::Invalid, InputClass::Doubtful),
        (json!({ "level": "3" }), InputClass::Invalid, InputClass::Doubtful),
    ] {
        assert_eq!((class("1.0", body.clone()), class("1.1", body.clone())), (old, new), "{body}");
    }
    let doubt = found.doubts.iter().find(|it| it.kind == "only-in-older").expect("the doubt");
    assert_eq!(doubt.id, "light/only-in-older/request/level:described");
}

#[test]
fn operations_of_a_following_page_without_leader_stay_and_ask_for_versions() {
    let found = derive_older_version();
    let show = find_sample_operation(&found, "show");
    assert_eq!(show.versions[0].version, "1.0");
    assert_eq!(show.responses[0].versions, ["1.0"]);
    assert_eq!(show.headers[0].schema["x-asks-for-version"], json!(["lamps 1.1", "lamps 1.0"]));
    assert_eq!(found.catalog.operations.len(), 2);
}
