//! Pages of our own with the faults of real ones, under other names.

use super::*;
use crate::dialect;
use serde_json::json;

fn input(id: &str, text: &str) -> PageInput {
    let document = dialect::read(&format!("{id}.md"), text.as_bytes()).expect("a page that is read");
    let entry = PageEntry { id: id.into(), file: format!("{id}.md"), ..PageEntry::default() };
    PageInput { entry, text: text.into(), document }
}

fn derived(pages: &[(&str, &str)]) -> Derived {
    let inputs: Vec<PageInput> = pages.iter().map(|(id, text)| input(id, text)).collect();
    derive("lamps", &inputs, &Options::default())
}

/// The doubts of these pages: id, then what each side says and where, then what was taken.
fn check(pages: &[(&str, &str)], expected: &[&str]) {
    let shown: Vec<String> = derived(pages)
        .doubts
        .iter()
        .filter(|it| it.kind != "no-success-status" && it.kind != "undescribed-object")
        .map(|it| {
            let side = |it: &probity_schema::catalog::Side| {
                format!("{}@{}", it.says, it.at.as_ref().map_or("-".into(), Source::to_string))
            };
            let sides: Vec<String> = it.sides.iter().map(side).collect();
            format!(
                "{}: {} -> {}",
                it.id,
                sides.join(" | "),
                it.taken.map_or("open".into(), |nth| it.sides[nth].says.clone())
            )
        })
        .collect();
    assert_eq!(shown, expected);
}

/// A schema without annotations, on one line.
fn plain(derived: &Derived, file: &str) -> String {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.retain(|key, _| !key.starts_with("x-") && !key.starts_with('$'));
                map.values_mut().for_each(strip);
            }
            Value::Array(all) => all.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut schema =
        derived.schemas.get(file).cloned().unwrap_or_else(|| panic!("no {file} among {:?}", derived.schemas.keys()));
    strip(&mut schema);
    schema.to_string()
}

const DIM_MD: &str = "\
# Dimming a Lamp<a name=\"EN-US_TOPIC_0001\"></a>

## Constraints<a name=\"s1\"></a>

-   A lamp in the broken state cannot be dimmed.

## URI<a name=\"s2\"></a>

POST /v4/\\{room\\_id\\}/lamps/\\{lamp\\_id\\}/action

## Request<a name=\"s3\"></a>

**Table  1**  Request parameters

<table><thead><tr><th>Parameter</th><th>Mandatory</th><th>Type</th><th>Description</th></tr></thead>
<tbody>
<tr><td>shade</td><td>String</td><td>Yes</td><td>Names the shade.</td></tr>
<tr><td>note</td><td>No</td><td>String</td><td>A note. This parameter does not take effect.</td></tr>
<tr><td>label</td><td>No</td><td>String</td><td><p>The value contains 2 to 40 characters.</p><p>This field is supported in microversion 4.7.</p></td></tr>
<tr><td>script</td><td>No</td><td>String</td><td>It contains 1 to 65,000 characters and must be encrypted using Base64.</td></tr>
</tbody></table>

## Response<a name=\"s4\"></a>

**Table  2**  Response parameters

<table><thead><tr><th>Parameter</th><th>Type</th><th>Description</th></tr></thead>
<tbody>
<tr><td>glow</td><td>String</td><td><p>Values:</p><ul><li><strong>LIT</strong></li><li><strong>DARK</strong></li></ul><p>See <a href=\"glows.md\">Glows</a>.</p></td></tr>
<tr><td>plugs</td><td>Array of objects</td><td>Where it is plugged in.</td></tr>
<tr><td>level</td><td>String</td><td>How bright.</td></tr>
<tr><td>note</td><td>String</td><td>The note.</td></tr>
</tbody></table>

## Example Request<a name=\"s5\"></a>

```
POST https://{endpoint}/v4/{room_id}/lamps/{lamp_id}/action
```

```
{ \"dim\": { \"shade\": \"linen\", \"soft\": true } }
```

## Example Response<a name=\"s6\"></a>

```
{
  \"lamp\": {
    \"glow\": \"LIT\",
    \"plugs\": { \"11112222-3333-4444-5555-666677778888\": [ { \"volt\": 12 } ] },
    \"level\": 0,
    \"note\": \"x\",
    \"made\": \"2020-01-02T03:04:05Z\"
  }
}
```

## Returned Values<a name=\"s7\"></a>

See  [Values](values.md).
";

const GLOWS: &str = "\
# Glows

**Table  1**  **glow**  statuses

<table><thead><tr><th>Status</th><th>Description</th></tr></thead>
<tbody>
<tr><td>LIT</td><td>It shines.</td></tr>
<tr><td>DARK</td><td>It does not.</td></tr>
<tr><td>FLICKER</td><td>It may.</td></tr>
</tbody></table>
";

const VALUES: &str = "\
# Values

-   Normal

    <table><thead><tr><th>Returned Value</th><th>Description</th></tr></thead>
    <tbody><tr><td>200</td><td>Good.</td></tr><tr><td>202</td><td>Later.</td></tr></tbody></table>

-   Abnormal

    <table><thead><tr><th>Returned Value</th><th>Description</th></tr></thead>
    <tbody><tr><td>400 Bad Request</td><td>Bad.</td></tr></tbody></table>
";

#[test]
fn a_page_that_contradicts_itself_gives_doubts_with_both_sides() {
    check(
        &[("dim", DIM_MD), ("glows", GLOWS), ("values", VALUES)],
        &[
            "dim/dead-but-returned/response/lamp/note: without effect@dim:18 | returned@dim:32 -> open",
            "dim/encoding-called-encryption/request/dim/script: encrypted@dim:20 | encoded@- -> encoded",
            "dim/microversion-equality/request/dim/label: in 4.7@dim:19 | since 4.7@- -> since 4.7",
            "dim/missing-wrapper/request/dim: shade at the top@dim:15-21 | shade within dim@dim:42 -> shade within dim",
            "dim/missing-wrapper/response/lamp: glow at the top@dim:27-33 | glow within lamp@dim:49-55 -> glow within lamp",
            "dim/only-in-example/request/dim/soft: no row@- | soft boolean@dim:42 -> soft boolean",
            "dim/only-in-example/response/lamp/made: no row@- | made string@dim:54 -> made string",
            "dim/swapped-columns/shade: type Yes, mandatory String@dim:17 | type String, mandatory Yes@- -> type String, mandatory Yes",
            "dim/type-by-example/response/lamp/level: string@dim:31 | integer@dim:52 -> open",
            "dim/type-by-example/response/lamp/plugs: array<object>@dim:30 | object@dim:51 -> open",
            "dim/values-differ/response/lamp/glow: 2 values; lacks FLICKER@dim:29 | 3 values@glows:5-10 -> 2 values; lacks FLICKER",
        ],
    );
}

#[test]
fn the_request_schema_has_wrapper_limits_and_formats() {
    let derived = derived(&[("dim", DIM_MD), ("values", VALUES)]);
    assert_eq!(
        plain(&derived, "dim.request.json"),
        r#"{"type":"object","properties":{"dim":{"type":"object","properties":{"shade":{"type":"string"},"note":{"type":"string"},"label":{"type":"string","minLength":2,"maxLength":40},"script":{"type":"string","minLength":1,"maxLength":65000,"contentEncoding":"base64"},"soft":{"type":"boolean"}},"required":["shade"]}},"required":["dim"]}"#
    );
}

#[test]
fn the_response_schema_accepts_what_table_and_example_show() {
    let derived = derived(&[("dim", DIM_MD)]);
    let schema = &derived.schemas["dim.response.json"]["properties"]["lamp"]["properties"];
    assert_eq!(schema["level"]["type"], json!(["string", "integer"]));
    assert_eq!(schema["plugs"]["type"], json!(["array", "object"]));
    assert_eq!(schema["plugs"]["additionalProperties"]["items"]["properties"]["volt"]["type"], json!("integer"));
    assert_eq!(schema["made"]["x-unconstrained-by-table"], json!(true));
    assert_eq!(
        derived.schemas["dim.response.json"]["properties"]["lamp"]["required"],
        json!(["glow", "plugs", "level", "note"])
    );
}

#[test]
fn an_operation_has_bindings_action_bounds_notes_and_statuses() {
    let derived = derived(&[("dim", DIM_MD), ("values", VALUES)]);
    let one = &derived.catalog.operations[0];
    assert_eq!((one.id.as_str(), one.action.as_ref().map(|it| it.name.as_str())), ("dim", Some("dim")));
    assert_eq!(one.bindings[0].path, "/v4/{room_id}/lamps/{lamp_id}/action");
    assert_eq!(one.path.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["room_id", "lamp_id"]);
    assert_eq!(one.microversions[0].pointer, "/dim/label");
    assert_eq!(one.notes[0].kind, "state-forbidden");
    assert_eq!(one.notes[0].tokens["states"], ["broken"]);
    assert!(one.statuses.iter().all(|it| it.general));
    let doubt = derived.doubts.iter().find(|it| it.kind == "no-success-status").expect("the page names no success");
    assert_eq!(doubt.sides[1].says, "200, 202");
}

#[test]
fn every_keyword_names_its_line_where_it_is_not_the_rows() {
    let derived = derived(&[("dim", &DIM_MD.replace("<p>The value contains", "\n<p>The value contains"))]);
    let label = &derived.schemas["dim.request.json"]["properties"]["dim"]["properties"]["label"];
    assert_eq!(label["x-source"], json!("dim:19-20"));
    assert_eq!(label["x-sources"]["maxLength"], json!("dim:20"));
}

const OFF_RST: &str = "\
:original_name: en-us_topic_0002.html

.. _en-us_topic_0002:

Turning a Lamp Off
==================

Constraints
-----------

Ensure that the lamp meets the following requirements:

LAMP:glow_mode=dimmed

URI
---

POST /v4/{room_id}/lamps/{lamp_id}/off

Request
-------

.. table:: **Table 1** Request parameters

   ========= ========= ======= ===================================
   Parameter Mandatory Type    Description
   ========= ========= ======= ===================================
   delay     No        Integer The value ranges from 0 to 60.
   fade      No        Obejct  How it fades. It has a table below.
   ========= ========= ======= ===================================

.. table:: **Table 2** **fade** parameters

   ========= ========================== ======= =======================
   Parameter Mandatory                  Type    Description
   ========= ========================== ======= =======================
   curve     Yes (if there is a fade)   String  The curve.
   steps     Yes                        Integer Options: 1, 2, and 4
   ========= ========================== ======= =======================

Response
--------

See :ref:`Tasks <en-us_topic_0009>`.

Example Request
---------------

.. code-block::

   {
       \"delay\": 5, // seconds
       \"fade\": {\"curve\": \"sine\", \"steps\": 2},
   }

Example Response
----------------

None

Status Codes
------------

-  Normal

   202

-  Abnormal

   409
";

const TASKS_RST: &str = "\
.. _en-us_topic_0009:

Tasks
=====

-  Normal response

   ========= ====== ==============
   Parameter Type   Description
   ========= ====== ==============
   task_id   String Names the task.
   ========= ====== ==============

-  Abnormal response

   ========= ====== ==============
   Parameter Type   Description
   ========= ====== ==============
   fault     String Names the fault.
   ========= ====== ==============

-  Example response

   .. code-block::

      {\"task_id\": \"t1\"}
";

#[test]
fn doubts_of_a_page_that_leaves_its_response_to_another() {
    check(
        &[("off", OFF_RST), ("tasks", TASKS_RST)],
        &[
            "turningALampOff/conditional-mandatory/curve: yes, with a condition@off:37 | no@- -> no",
            "turningALampOff/example-none/response: a body@tasks:8-12 | none@off:59 -> a body",
            "turningALampOff/example-not-json/request/comment: comment@off:52 | the value that was meant@- -> the value that was meant",
            "turningALampOff/example-not-json/request/trailing-comma: trailing-comma@off:54 | the value that was meant@- -> the value that was meant",
            "turningALampOff/misspelt-type/fade: Obejct@off:29 | object@- -> object",
        ],
    );
}

#[test]
fn a_table_is_joined_by_its_caption_and_a_linked_page_lends_its_body() {
    let derived = derived(&[("off", OFF_RST), ("tasks", TASKS_RST)]);
    assert_eq!(
        plain(&derived, "turningALampOff.request.json"),
        r#"{"type":"object","properties":{"delay":{"type":"integer","minimum":0,"maximum":60},"fade":{"type":"object","properties":{"curve":{"type":"string"},"steps":{"type":"integer","enum":[1,2,4]}},"required":["steps"]}}}"#
    );
    assert_eq!(
        plain(&derived, "turningALampOff.response.json"),
        r#"{"type":"object","properties":{"task_id":{"type":"string"}},"required":["task_id"]}"#
    );
    assert!(derived.schemas.contains_key("turningALampOff.response.error.json"));
    let one = &derived.catalog.operations[0];
    assert_eq!(one.statuses.iter().map(|it| (it.code, it.general)).collect::<Vec<_>>(), [(202, false), (409, false)]);
    assert_eq!(one.notes[1].tokens["pairs"], ["LAMP:glow_mode=dimmed"]);
}

#[test]
fn the_body_of_an_error_is_promised_only_with_a_status() {
    let silent = OFF_RST.replace("   409\n", "   Any other\n");
    let found = derived(&[("off", &silent), ("tasks", TASKS_RST)]);
    assert!(!found.schemas.contains_key("turningALampOff.response.error.json"));
    assert!(found.doubts.iter().any(|it| it.kind == "error-without-status"));
}

#[test]
fn one_value_in_two_spellings_is_a_doubt_of_the_whole_api() {
    let other = OFF_RST
        .replace("LAMP:glow_mode=dimmed", "LAMP:glow_mode=DIMMED")
        .replace("/off\n", "/dark\n")
        .replace("0002", "0003");
    let found = derived(&[("off", OFF_RST), ("dark", &other)]);
    let doubt = found.doubts.iter().find(|it| it.kind == "case-differs").expect("two spellings");
    assert_eq!(doubt.id, "lamps/case-differs/LAMP:glow_mode/dimmed");
    assert_eq!(doubt.sides.iter().map(|it| it.says.as_str()).collect::<Vec<_>>(), ["DIMMED", "dimmed"]);
}

#[test]
fn a_following_page_disputes_what_it_says_otherwise() {
    let newer = DIM_MD.replace("2 to 40", "2 to 60").replace("0001", "0005");
    let found = derived(&[("dim", DIM_MD), ("dim-new", &newer)]);
    assert_eq!(found.catalog.operations.len(), 1);
    let label = &found.schemas["dim.request.json"]["properties"]["dim"]["properties"]["label"];
    assert_eq!(label["maxLength"], json!(40));
    assert_eq!(label["x-disputed"], json!(["maxLength"]));
    assert!(
        found.doubts.iter().any(|it| it.id == "dim/pages-differ/request/dim/label:maxLength"),
        "{:#?}",
        found.doubts
    );
}

#[test]
fn an_optional_field_of_a_following_page_comes_along_and_is_in_doubt() {
    let row = "<tr><td>note</td>";
    let more = "<tr><td>dry</td><td>No</td><td>Boolean</td><td>Only a check.</td></tr>
<tr><td>must</td><td>Yes</td><td>String</td><td>Always there.</td></tr>
";
    let newer = DIM_MD.replace(row, &format!("{more}{row}")).replace("0001", "0005");
    let found = derived(&[("dim", DIM_MD), ("dim-new", &newer)]);
    let dim = &found.schemas["dim.request.json"]["properties"]["dim"]["properties"];
    assert_eq!(dim["dry"]["type"], json!("boolean"));
    assert_eq!(dim["dry"]["x-disputed"], json!(["present"]));
    assert!(dim["dry"]["x-source"].as_str().is_some_and(|at| at.starts_with("dim-new:")));
    assert!(dim.get("must").is_none(), "the leader's requests would all break it");
}

#[test]
fn a_page_without_uri_is_no_operation_and_no_error() {
    let found = derived(&[("values", VALUES)]);
    assert!(found.catalog.operations.is_empty());
    assert_eq!(found.catalog.pages.len(), 1);
}

const LAMP_PIPES: &str = "\
This is the multi-page printable view of this section. Click here to print.
Turn a lamp back
1 - 2.1
post /v2/lamps/{lamp_id}/back
Description
Turn a lamp back, the lamp must be dark.
State ACTIVE (CURRENT)
| Version | Not Before |
|---|---|
| 2.1 | - |
Parameters
| Type | Name | Description | Schema | Default |
|---|---|---|---|---|
| path | lamp_id required | Lamp ID Example : 77 | string | None |
| query | soft optional | Softly | boolean | True |
| body | body required | LampBackRequest |
Responses
| HTTP Code | Description | Schema |
|---|---|---|
| 202 | Accepted | None |
| 409 | Conflict | None |
Example HTTP request
Request path
/v2/lamps/{lamp_id}/back
Request header
\"Lamp-Api-Version = lampserver 2.1\"
Request body
{
\"mark_id\": \"m1\"
}
Example HTTP response
Response 202
2 - 2.0
post /v2/lamps/{lamp_id}/back
Description
Turn a lamp back, the lamp must be dark.
State ACTIVE (DEPRECATED)
Deprecated versions with Not Before dates that have arrived or expired are no longer supported.
| Version | Not Before |
|---|---|
| 2.0 | 20240131 |
Parameters
| Type | Name | Description | Schema | Default |
|---|---|---|---|---|
| path | lamp_id required | Lamp ID Example : 77 | string | None |
| body | body required | LampBackRequest |
Responses
| HTTP Code | Description | Schema |
|---|---|---|
| 202 | Accepted | None |
Example HTTP request
Request header
\"Lamp-Api-Version = lampserver 2.0\"
Request body
{
\"mark_id\": \"m1\",
\"old\": true
}
Example HTTP response
Response 202
";

#[test]
fn versions_on_one_page_keep_their_bodies_and_lives() {
    let found = derived(&[("back", LAMP_PIPES)]);
    let one = &found.catalog.operations[0];
    assert_eq!(one.id, "turnALampBack");
    let lives: Vec<String> = one
        .versions
        .iter()
        .map(|it| format!("{} {} {}", it.version, it.state, it.not_before.as_deref().unwrap_or("-")))
        .collect();
    assert_eq!(lives, ["2.1 current -", "2.0 deprecated 2024-01-31"]);
    let files: Vec<&str> = found.schemas.keys().map(String::as_str).collect();
    assert_eq!(files, ["turnALampBack.request.2.0.json", "turnALampBack.request.2.1.json"]);
    assert_eq!(one.query[0].schema["default"], json!(true));
    assert_eq!(one.headers[0].schema["x-asks-for-version"], json!(["lampserver 2.1", "lampserver 2.0"]));
    assert_eq!(one.responses[0].schema, None);
    assert_eq!(one.responses[0].statuses, [202]);
}

#[test]
fn ragged_rows_absent_models_and_expired_versions_are_doubts() {
    check(
        &[("back", LAMP_PIPES)],
        &[
            "turnALampBack/expired-version/2.0: 2.0 active, deprecated@back:37 | 2.0 not supported from 2024-01-31@back:38-41 -> open",
            "turnALampBack/model-absent/request/2.0: LampBackRequest@back:46 | fields of the example@back:55-58 -> fields of the example",
            "turnALampBack/model-absent/request/2.1: LampBackRequest@back:16 | fields of the example@back:28-30 -> fields of the example",
            "turnALampBack/ragged-row/body: 3 cells under 5 headers@back:16 | cells read by content@- -> cells read by content",
            "turnALampBack/ragged-row/body~2: 3 cells under 5 headers@back:46 | cells read by content@- -> cells read by content",
        ],
    );
}

#[test]
fn a_given_day_decides_whether_a_version_has_expired() {
    let inputs = [input("back", LAMP_PIPES)];
    for (today, expected) in [("2024-01-30", 0), ("2024-01-31", 1)] {
        let found = derive("lamps", &inputs, &Options { today: Some(today.into()), ..Options::default() });
        let doubt = found.doubts.iter().find(|it| it.kind == "expired-version").expect("a dated version");
        assert_eq!(doubt.taken, Some(expected), "{today}");
    }
}

#[test]
fn every_source_is_locked_and_no_sentence_leaves_its_page() {
    let pages = [("dim", DIM_MD), ("glows", GLOWS), ("values", VALUES)];
    let found = derived(&pages);
    assert!(found.citations.len() > 20);
    for it in &found.citations {
        let text = pages.iter().find(|(id, _)| *id == it.at.page).expect("a page of ours").1;
        let document = dialect::read("p.md", text.as_bytes()).expect("a page");
        assert_eq!(cite::check(it, text, &document), cite::Standing::Fresh);
    }
    let all: String = files::rendered(&found).into_iter().map(|(_, text)| text).collect();
    for sentence in ["Names the shade", "does not take effect", "cannot be dimmed", "It shines"] {
        assert!(!all.contains(sentence), "{sentence}");
    }
}

#[test]
fn the_same_pages_give_the_same_bytes_and_stale_schemas_go() {
    let dir = std::env::temp_dir().join(format!("probity-derive-{}", std::process::id()));
    let read = |dir: &std::path::Path| -> Vec<(String, Vec<u8>)> {
        let mut all: Vec<(String, Vec<u8>)> = std::fs::read_dir(dir)
            .expect("a folder")
            .map(|it| it.expect("an entry"))
            .map(|it| (it.file_name().to_string_lossy().into_owned(), std::fs::read(it.path()).expect("a file")))
            .collect();
        all.sort();
        all
    };
    write(&derived(&[("dim", DIM_MD), ("off", OFF_RST)]), &dir).expect("written");
    std::fs::write(dir.join("mine.txt"), "kept").expect("written");
    let both = read(&dir);
    write(&derived(&[("dim", DIM_MD), ("off", OFF_RST)]), &dir).expect("written");
    assert_eq!(read(&dir), both);
    write(&derived(&[("dim", DIM_MD)]), &dir).expect("written");
    let names: Vec<String> = read(&dir).into_iter().map(|(name, _)| name).collect();
    std::fs::remove_dir_all(&dir).expect("removed");
    assert_eq!(
        names,
        ["catalog.json", "citations.json", "dim.request.json", "dim.response.json", "doubts.json", "mine.txt"]
    );
}

#[test]
fn bad_input_gives_place_cause_and_remedy() {
    let dir = std::env::temp_dir().join(format!("probity-derive-bad-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder");
    std::fs::write(dir.join("prose.md"), "# Lamps\n\nLamps are nice.\n").expect("written");
    let of = |paths: Vec<std::path::PathBuf>| {
        derive_files(&Sources::Pages { api: "lamps".into(), paths }, &dir, &Options::default())
            .expect_err("bad input")
            .to_string()
    };
    let prose = of(vec![dir.join("prose.md")]);
    let missing = of(vec![dir.join("none.md")]);
    std::fs::remove_dir_all(&dir).expect("removed");
    assert!(prose.contains("prose.md: no operation, table, status or example"), "{prose}");
    assert!(missing.contains("none.md: ") && missing.contains("exists"), "{missing}");
}

#[test]
fn every_doubt_and_rule_is_documented() {
    let listed = include_str!("../../../../docs/DOUBTS.md");
    let pages = [
        ("dim", DIM_MD),
        ("glows", GLOWS),
        ("values", VALUES),
        ("off", OFF_RST),
        ("tasks", TASKS_RST),
        ("back", LAMP_PIPES),
    ];
    let doubts = derived(&pages).doubts;
    assert!(doubts.len() > 15);
    for doubt in doubts {
        assert!(listed.contains(&format!("`{}`", doubt.kind)), "{}", doubt.kind);
        assert!(listed.contains(&format!("`{}`", doubt.rule)), "{}", doubt.rule);
    }
}

mod any_document;
mod openapi;

#[test]
fn a_reference_that_lists_parameters_by_key_is_derived_with_its_versions_and_places() {
    let page = "Dim a Lamp\n==========\n\n.. rest_method:: POST /lamps/{lamp_id}\n\nNormal response codes: 202\n\nRequest\n-------\n\n.. rest_parameters:: parameters.yaml\n\n  - lamp_id: lamp_id\n  - lamp: lamp\n  - hue: hue\n  - glow: glow\n\n**Example Dim**\n\n.. literalinclude:: dim.json\n\nResponse\n--------\n\nThis does not return content in the response body.\n";
    let list = "lamp_id:\n  description: |\n    The lamp.\n  in: path\n  required: true\n  type: string\nlamp:\n  description: |\n    A lamp.\n  in: body\n  required: true\n  type: object\nhue:\n  description: |\n    A colour.\n  in: body\n  required: true\n  type: string\nglow:\n  description: |\n    How bright.\n  in: body\n  required: true\n  type: integer\n  min_version: 2.4\n";
    let example = "{\n  \"lamp\": { \"hue\": null,\n    \"shade\": 1 }\n}\n";
    let file = |path: &str| match path {
        "parameters.yaml" => Some(list.to_string()),
        "dim.json" => Some(example.to_string()),
        _ => None,
    };
    let read = |id: &str, name: &str, text: &str| PageInput {
        entry: PageEntry { id: id.into(), file: format!("lamps/{name}"), ..PageEntry::default() },
        text: text.into(),
        document: dialect::read_with(name, text.as_bytes(), &file).expect("a page that is read"),
    };
    let derived =
        derive("lamps", &[read("dim", "dim.rst", page), read("list", "parameters.yaml", list)], &Options::default());
    let schema = &derived.schemas["dimALamp.request.json"];
    let lamp = &schema["properties"]["lamp"];
    assert_eq!(lamp["properties"]["glow"]["x-since"], json!("2.4"));
    assert_eq!(lamp["properties"]["glow"]["x-source"], json!("list:19-25"));
    // The example is no page of the manifest: the line that takes it in stands for it.
    assert_eq!(lamp["properties"]["shade"]["x-source"], json!("dim:20"));
    // An example that sends null for a mandatory field leaves open whether it is one.
    assert_eq!(lamp["properties"]["hue"]["x-disputed"], json!(["required"]));
    let operation = &derived.catalog.operations[0];
    assert_eq!(operation.statuses.iter().map(|it| it.code).collect::<Vec<_>>(), [202]);
    assert_eq!(operation.path[0].at.to_string(), "list:1-6");
    assert!(operation.responses.iter().all(|it| it.schema.is_none()));
    assert!(derived.citations.iter().all(|it| it.at.first < 100), "a line of an included file was left as it was");
    assert!(derived.doubts.iter().any(|it| it.kind == "flat-table"));
}
