//! OpenAPI descriptions: the lines of their parts, and refused descriptions.

use super::assert_lines_in_bounds;
use crate::dialect::read_page;
use crate::value::{SourceValue, SourceValueKind};
use proptest::prelude::*;

const LAMPS: &str = "\
openapi: 3.0.3
info:
  title: Lamps
  version: '1'
paths:
  /lamps:
    get:
      responses:
        200:
          description: All lamps.
        default:
          $ref: '#/components/responses/Odd'
components:
  responses:
    Odd:
      description: |
        Something
        else.
";

fn check_refused(text: &str, line: u32, cause: &str) {
    let error = read_page("lamps.yaml", text.as_bytes()).expect_err("the description is refused");
    assert_eq!((error.file.as_str(), error.line), ("lamps.yaml", line), "{error}");
    assert!(error.cause.contains(cause) && !error.remedy.is_empty(), "{error}");
}

fn read_description(text: &str) -> SourceValue {
    let document = read_page("lamps.yaml", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(document.dialect, "openapi");
    document.described.expect("a description is kept whole")
}

#[test]
fn every_part_knows_its_lines_and_operations_are_headings() {
    let document = read_page("lamps.yaml", LAMPS.as_bytes()).expect("a description");
    assert_lines_in_bounds(&document, LAMPS);
    let heads: Vec<String> = document.sections.iter().map(|it| format!("{} {}", it.line, it.title)).collect();
    assert_eq!(heads, ["3 Lamps", "7 GET /lamps", "15 responses/Odd"]);
    let root = read_description(LAMPS);
    let lines = |pointer: &str| root.resolve_reference(pointer).map(|it| (it.first, it.last));
    assert_eq!(lines("#/paths/~1lamps/get/responses/200"), Some((9, 10)));
    assert_eq!(lines("#/components/responses/Odd"), Some((15, 18)));
    assert_eq!(lines("#/paths/~1lamps/put"), None);
}

#[test]
fn json_with_tabs_is_read() {
    let text = "{\n\t\"openapi\": \"3.1.0\",\n\t\"info\": {\"title\": \"Lamps\"},\n\t\"paths\": {\n\t\t\"/lamps\": {\n\t\t\t\"get\": {\"responses\": {\"204\": {\"description\": \"d\"}}}\n\t\t}\n\t}\n}\n";
    let root = read_description(text);
    let get = root.resolve_reference("#/paths/~1lamps/get").expect("the operation");
    assert_eq!(get.first, 6);
    assert_eq!(root.resolve_reference("#/openapi").and_then(SourceValue::as_text), Some("3.1.0"));
}

#[test]
fn a_broken_description_is_refused_with_its_line() {
    let with = |from: &str, to: &str| LAMPS.replace(from, to);
    check_refused(&with("openapi: 3.0.3", "swagger: '1.2'"), 1, "`1.2` is not read");
    check_refused(&with("openapi: 3.0.3", "openapi: 4.0.0"), 1, "`4.0.0` is not read");
    check_refused(&with("responses/Odd'", "responses/Even'"), 12, "has no target");
    check_refused(&with("  /lamps:", "  lamps:"), 6, "does not begin with");
    check_refused(
        &with(
            "        200:\n          description: All lamps.\n        default:\n          $ref: '#/components/responses/Odd'",
            "        - 200",
        ),
        8,
        "must be a map",
    );
    check_refused(&with("      responses:", "      parameters: {}\n      responses:"), 8, "must be a list");
    check_refused(&with("title: Lamps", "title: [Lamps"), 4, "not YAML");
    check_refused(
        &with(
            "    Odd:\n      description: |\n        Something\n        else.",
            "    Odd:\n      $ref: '#/components/responses/Odd'",
        ),
        12,
        "back to itself",
    );
    check_refused("openapi: 3.0.3\ninfo:\n  title: Lamps\n", 1, "no `paths`");
    check_refused("{\"openapi\": \"3.1.0\", \"paths\": {", 1, "not JSON");
}

#[test]
fn references_in_data_and_properties_named_ref_need_no_target() {
    let text = LAMPS.replace(
        "          description: All lamps.",
        "          description: All lamps.\n          content:\n            application/json:\n              example: { $ref: '#/nothing' }\n              schema:\n                properties:\n                  $ref: { type: string }",
    );
    read_description(&text);
}

#[test]
fn a_page_that_shows_a_description_is_a_page() {
    let page = "# Lamps\n\n```yaml\n  openapi: 3.0.3\n  paths: {}\n```\n";
    assert_eq!(read_page("lamps.md", page.as_bytes()).expect("a page").dialect, "markdown");
    let inside = "{\"example\": {\"openapi\": \"3.1.0\"}}";
    assert!(read_page("lamps.json", inside.as_bytes()).expect_err("no description").cause.contains("JSON"));
}

fn json_data() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i32>().prop_map(serde_json::Value::from),
        "[ -~é]{0,12}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::btree_map("[a-z]{1,6}", inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

fn check_nested_lines(node: &SourceValue, outer: (u32, u32)) {
    assert!(outer.0 <= node.first && node.first <= node.last && node.last <= outer.1, "{node:?} in {outer:?}");
    match &node.kind {
        SourceValueKind::Array(items) => items.iter().for_each(|it| check_nested_lines(it, (node.first, node.last))),
        SourceValueKind::Object(members) => {
            members.iter().for_each(|(_, it)| check_nested_lines(it, (node.first, node.last)))
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_keeps_its_values_and_its_lines_lie_within_each_other(data in json_data(), pretty in any::<bool>()) {
        let whole = serde_json::json!({ "openapi": "3.1.0", "info": { "title": "t" }, "paths": {}, "x-data": data });
        let text = if pretty { serde_json::to_string_pretty(&whole) } else { serde_json::to_string(&whole) }.expect("JSON");
        let root = read_description(&text);
        prop_assert_eq!(root.to_json(), whole);
        check_nested_lines(&root, (1, text.lines().count() as u32));
    }

    #[test]
    fn no_text_makes_the_reader_panic(tail in "[ -~\n]{0,200}") {
        for start in ["openapi: 3.0.3\npaths:\n", "{\"openapi\": \"3.1.0\", \"paths\": "] {
            let _ = read_page("lamps.yaml", format!("{start}{tail}").as_bytes());
        }
    }
}
