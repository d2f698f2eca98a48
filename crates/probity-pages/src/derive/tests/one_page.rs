//! Operations of single pages: schemas, doubts and citations.

use super::samples::{DIM_MD, GLOWS, LAMP_PIPES, OFF_RST, TASKS_RST, VALUES};
use super::{check_doubts, derive_sample, strip_schema};
use crate::derive::{DeriveOptions, PageInput, cite, derive_api, files};
use crate::dialect;
use crate::manifest::PageEntry;
use serde_json::json;

#[test]
fn a_page_that_contradicts_itself_gives_doubts_with_both_sides() {
    check_doubts(
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
    let derived = derive_sample(&[("dim", DIM_MD), ("values", VALUES)]);
    assert_eq!(
        strip_schema(&derived, "dim.request.json"),
        r#"{"type":"object","properties":{"dim":{"type":"object","properties":{"shade":{"type":"string"},"note":{"type":"string"},"label":{"type":"string","minLength":2,"maxLength":40},"script":{"type":"string","minLength":1,"maxLength":65000,"contentEncoding":"base64"},"soft":{"type":"boolean"}},"required":["shade"]}},"required":["dim"]}"#
    );
}

#[test]
fn the_response_schema_accepts_what_table_and_example_show() {
    let derived = derive_sample(&[("dim", DIM_MD)]);
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
    let derived = derive_sample(&[("dim", DIM_MD), ("values", VALUES)]);
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
fn keywords_on_further_lines_of_a_row_have_their_own_source() {
    let derived = derive_sample(&[("dim", &DIM_MD.replace("<p>The value contains", "\n<p>The value contains"))]);
    let label = &derived.schemas["dim.request.json"]["properties"]["dim"]["properties"]["label"];
    assert_eq!(label["x-source"], json!("dim:19-20"));
    assert_eq!(label["x-sources"]["maxLength"], json!("dim:20"));
}

#[test]
fn a_page_with_the_response_on_a_linked_page_has_these_doubts() {
    check_doubts(
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
    let derived = derive_sample(&[("off", OFF_RST), ("tasks", TASKS_RST)]);
    assert_eq!(
        strip_schema(&derived, "turningALampOff.request.json"),
        r#"{"type":"object","properties":{"delay":{"type":"integer","minimum":0,"maximum":60},"fade":{"type":"object","properties":{"curve":{"type":"string"},"steps":{"type":"integer","enum":[1,2,4]}},"required":["steps"]}}}"#
    );
    assert_eq!(
        strip_schema(&derived, "turningALampOff.response.json"),
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
    let found = derive_sample(&[("off", &silent), ("tasks", TASKS_RST)]);
    assert!(!found.schemas.contains_key("turningALampOff.response.error.json"));
    assert!(found.doubts.iter().any(|it| it.kind == "error-without-status"));
}

#[test]
fn a_page_without_uri_is_no_operation_and_no_error() {
    let found = derive_sample(&[("values", VALUES)]);
    assert!(found.catalog.operations.is_empty());
    assert_eq!(found.catalog.pages.len(), 1);
}

#[test]
fn every_source_is_locked_and_no_sentence_leaves_its_page() {
    let pages = [("dim", DIM_MD), ("glows", GLOWS), ("values", VALUES)];
    let found = derive_sample(&pages);
    assert!(found.citations.len() > 20);
    for it in &found.citations {
        let text = pages.iter().find(|(id, _)| *id == it.at.page).expect("a page of ours").1;
        let document = dialect::read_page("p.md", text.as_bytes()).expect("a page");
        assert_eq!(cite::check_citation(it, text, &document), cite::CitationState::Fresh);
    }
    let all: String = files::render_files(&found).into_iter().map(|(_, text)| text).collect();
    for sentence in ["Names the shade", "does not take effect", "cannot be dimmed", "It shines"] {
        assert!(!all.contains(sentence), "{sentence}");
    }
}

#[test]
fn every_doubt_and_rule_is_documented() {
    let listed = include_str!("../../../../../docs/DOUBTS.md");
    let pages = [
        ("dim", DIM_MD),
        ("glows", GLOWS),
        ("values", VALUES),
        ("off", OFF_RST),
        ("tasks", TASKS_RST),
        ("back", LAMP_PIPES),
    ];
    let doubts = derive_sample(&pages).doubts;
    assert!(doubts.len() > 15);
    for doubt in doubts {
        assert!(listed.contains(&format!("`{}`", doubt.kind)), "{}", doubt.kind);
        assert!(listed.contains(&format!("`{}`", doubt.rule)), "{}", doubt.rule);
    }
}

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
        document: dialect::read_page_with_files(name, text.as_bytes(), &file).expect("a page that is read"),
    };
    let derived = derive_api(
        "lamps",
        &[read("dim", "dim.rst", page), read("list", "parameters.yaml", list)],
        &DeriveOptions::default(),
    );
    let schema = &derived.schemas["dimALamp.request.json"];
    let lamp = &schema["properties"]["lamp"];
    assert_eq!(lamp["properties"]["glow"]["x-since"], json!("2.4"));
    assert_eq!(lamp["properties"]["glow"]["x-source"], json!("list:19-25"));
    // The manifest does not list the example, so the including line is the source.
    assert_eq!(lamp["properties"]["shade"]["x-source"], json!("dim:20"));
    // An example with null for a mandatory field leaves open whether the field is mandatory.
    assert_eq!(lamp["properties"]["hue"]["x-disputed"], json!(["required"]));
    let operation = &derived.catalog.operations[0];
    assert_eq!(operation.statuses.iter().map(|it| it.code).collect::<Vec<_>>(), [202]);
    assert_eq!(operation.path[0].at.to_string(), "list:1-6");
    assert!(operation.responses.iter().all(|it| it.schema.is_none()));
    assert!(derived.citations.iter().all(|it| it.at.first < 100), "a line of an included file was left as it was");
    assert!(derived.doubts.iter().any(|it| it.kind == "flat-table"));
}
