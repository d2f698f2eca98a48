//! Forms in which pages describe an operation, each with invented content, and what is said about parts that give nothing.

use super::{derive_sample, make_input, strip_schema};
use crate::derive::{DeriveOptions, PageKind, PageSources, PageWords, derive_api, derive_files};

/// A page in the form of lists, with path and method on lines of their own.
const SHELF: &str = "# Filling a Shelf

## URI

-   URI format

    PATH: /v3/{room_id}/shelves

    Method: POST

-   Example

    ```
    POST https://rooms.example/v3/1/shelves
    ```

-   Parameter description

    **Table  1**  Parameter description

    | Name | Mandatory | Description |
    |---|---|---|
    | room_id | Yes | The room. |

## Request

**Table  2**  Parameter description

| Name | Mandatory | Type | Description |
|---|---|---|---|
| books | Yes | List data structure. For details, see the next table. | The books. |
| label | Yes | String | The label cannot be left blank. |

**Table  3**  books field data structure (novels)

| Name | Mandatory | Type | Description |
|---|---|---|---|
| title | Yes | String | The title. |
| author | Yes | String | The author. |

**Table  4**  books field data structure (maps)

| Name | Mandatory | Type | Description |
|---|---|---|---|
| title | Yes | String | The title. |
| scale | Yes | Integer | The scale. |

## Normal Response

```
{ \"shelf_id\": \"s-1\" }
```

## Abnormal Response

None
";

#[test]
fn path_and_method_on_lines_of_their_own_give_an_operation() {
    let derived = derive_sample(&[("shelf", SHELF)]);
    let operation = &derived.catalog.operations[0];
    let binding = &operation.bindings[0];
    assert_eq!((binding.method.as_str(), binding.path.as_str()), ("POST", "/v3/{room_id}/shelves"));
    assert_eq!(operation.path[0].at.to_string(), "shelf:23", "the table after the example belongs to the URI");
    assert!(operation.query.is_empty());
}

#[test]
fn a_body_in_the_part_on_the_response_is_an_example() {
    let derived = derive_sample(&[("shelf", SHELF)]);
    assert_eq!(
        strip_schema(&derived, "fillingAShelf.response.json"),
        r#"{"type":"object","properties":{"shelf_id":{"type":"string"}}}"#
    );
}

#[test]
fn tables_of_several_cases_are_joined_and_only_common_fields_are_mandatory() {
    let derived = derive_sample(&[("shelf", SHELF)]);
    assert_eq!(
        strip_schema(&derived, "fillingAShelf.request.json"),
        r#"{"type":"object","properties":{"books":{"type":"array","items":{"type":"object","properties":{"title":{"type":"string"},"author":{"type":"string"},"scale":{"type":"integer"}},"required":["title"]}},"label":{"type":"string","minLength":1}},"required":["books","label"]}"#
    );
    assert_eq!((derived.reading.rows, derived.reading.joined_rows), (7, 7));
}

#[test]
fn the_cases_of_a_body_are_alternatives() {
    let page = SHELF
        .replace("**Table  2**  Parameter description", "**Table  2**  Parameter description (a shelf on a wall)")
        .replace(
            "**Table  3**  books field data structure (novels)",
            "**Table  3**  Parameter description (a shelf on a desk)",
        )
        .replace("| title | Yes | String | The title. |\n| author", "| label | Yes | String | The label. |\n| author");
    let derived = derive_sample(&[("shelf", &page)]);
    let schema = &derived.schemas["fillingAShelf.request.json"];
    assert_eq!(schema["required"].to_string(), r#"["label"]"#);
    assert_eq!(schema["anyOf"].to_string(), r#"[{"required":["books"]},{"required":["author"]}]"#);
}

#[test]
fn a_table_that_joins_nowhere_adds_nothing_to_a_request_and_is_a_doubt() {
    let stray = "**Table  2**  Request parameters of lamps\n\n| Name | Mandatory | Type | Description |\n|---|---|---|---|\n| hue | Yes | String | The hue. |\n\n## Normal";
    let derived = derive_sample(&[("shelf", &SHELF.replace("## Normal", stray))]);
    assert!(!strip_schema(&derived, "fillingAShelf.request.json").contains("hue"));
    let doubt = derived.doubts.iter().find(|it| it.kind == "table-unjoined").expect("a doubt about the table");
    assert_eq!((doubt.rule.as_str(), derived.reading.unread_parts), ("left-out", 1));
}

#[test]
fn headers_are_told_by_their_names_and_are_no_fields_of_the_body() {
    let table = "**Table  2**  Parameter description\n\n| Name | Mandatory | Type | Description |\n|---|---|---|---|\n| X-Room-Token | Yes | String | The token. |\n| Content-Type | Yes | String | The type. |\n\n**Table  9**  Parameter description\n\n| Name | Mandatory | Type | Description |\n|---|---|---|---|\n| books";
    let start =
        "**Table  2**  Parameter description\n\n| Name | Mandatory | Type | Description |\n|---|---|---|---|\n| books";
    let derived = derive_sample(&[("shelf", &SHELF.replace(start, table))]);
    let names: Vec<&str> = derived.catalog.operations[0].headers.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["X-Room-Token", "Content-Type"]);
    assert!(!strip_schema(&derived, "fillingAShelf.request.json").contains("Token"));
}

#[test]
fn a_mandatory_field_that_an_example_lacks_is_a_doubt_with_both_places() {
    let example = "## Example Request\n\n```\n{\n  \"books\": []\n}\n```\n\n## Normal";
    let derived = derive_sample(&[("shelf", &SHELF.replace("## Normal", example))]);
    let doubt = derived.doubts.iter().find(|it| it.kind == "required-not-shown").expect("a doubt");
    assert_eq!(doubt.subject.as_deref(), Some("request/label"));
    let sides: Vec<String> = doubt.sides.iter().map(|it| format!("{} {}", it.says, it.at.as_ref().unwrap())).collect();
    assert_eq!(sides, ["mandatory shelf:32", "absent from the example shelf:51-53"]);
    let label = &derived.schemas["fillingAShelf.request.json"]["properties"]["label"];
    assert_eq!(label["x-disputed"].to_string(), r#"["required"]"#);
    assert_eq!((derived.reading.requests.all, derived.reading.requests.doubted), (1, 1));
}

#[test]
fn lines_tables_headings_and_columns_that_give_nothing_are_doubts() {
    let page = SHELF
        .replace(
            "    PATH: /v3/{room_id}/shelves\n\n    Method: POST",
            "    POST /v3/{room_id}/shelves\n\n    GET /v3/shelves lists all shelves of a room",
        )
        .replace(
            "| Name | Mandatory | Description |\n    |---|---|---|\n    | room_id | Yes |",
            "| Name | Weight | Description |\n    |---|---|---|\n    | room_id | Yes |",
        )
        .replace(
            "## Abnormal Response",
            "## Wood\n\n| Kind | Price |\n|---|---|\n| oak | 3 |\n| ash | 2 |\n\n## Abnormal Response",
        );
    let derived = derive_sample(&[("shelf", &page)]);
    let found: Vec<String> = derived
        .doubts
        .iter()
        .filter(|it| it.kind.starts_with("unread-"))
        .map(|it| format!("{}: {}", it.id, it.sides[0].says))
        .collect();
    assert_eq!(
        found,
        [
            "fillingAShelf/unread-call: 1 line with a method and a path",
            "lamps/unread-column/weight: the column weight of 1 tables",
            "lamps/unread-heading/Wood: the heading Wood on 1 pages",
        ]
    );
    assert_eq!(derived.reading.unread_parts, 3);
}

#[test]
fn every_page_ends_as_one_kind_with_a_reason() {
    let prose = "# Rooms\n\nRooms are nice.\n";
    let derived = derive_sample(&[("shelf", SHELF), ("rooms", prose)]);
    let kinds: Vec<(PageKind, &str)> = derived.reading.pages.iter().map(|it| (it.kind, it.reason.as_str())).collect();
    assert_eq!(
        kinds,
        [(PageKind::Operation, "1 operation"), (PageKind::Prose, "no URI, no table of fields, no status")]
    );
}

#[test]
fn an_operation_without_a_title_of_letters_is_named_after_method_and_path() {
    let derived = derive_sample(&[("a", &SHELF.replace("Filling a Shelf", "创建")), ("b", SHELF)]);
    let ids: Vec<&str> = derived.catalog.operations.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["postShelves"]);
    let other = SHELF.replace("Filling a Shelf", "Filling a Shelf (Old)").replace("/v3/", "/v1/");
    let derived = derive_sample(&[("a", SHELF), ("b", &other)]);
    let ids: Vec<&str> = derived.catalog.operations.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["fillingAShelf", "fillingAShelfOld"]);
}

#[test]
fn words_of_another_language_are_added_by_a_file() {
    let page = SHELF
        .replace("## Request\n", "## Aufruf\n")
        .replace("| Name | Mandatory | Type |", "| Feldname | Zwang | Typ |");
    let words = "headings:\n  - part: request\n    starts: [aufruf]\ncolumns:\n  name: [feldname]\n  need: [Zwang]\n";
    let options =
        DeriveOptions { words: PageWords::default().with_file(words).expect("words"), ..DeriveOptions::default() };
    let derived = derive_api("lamps", &[make_input("shelf", &page)], &options);
    assert!(strip_schema(&derived, "fillingAShelf.request.json").contains(r#""required":["books","label"]"#));
}

#[test]
fn a_page_that_cannot_be_read_is_named_and_the_others_are_derived() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("a");
    std::fs::create_dir(&below).expect("a folder");
    std::fs::write(below.join("shelf.md"), SHELF).expect("written");
    std::fs::write(folder.path().join("broken.md"), [0xff, 0xfe, 0x41]).expect("written");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), below.join("again")).expect("a link");
    let sources = PageSources::Pages { api: "rooms".into(), paths: vec![folder.path().to_path_buf()] };
    let (derived, warnings) = derive_files(&sources, folder.path(), &DeriveOptions::default()).expect("derived");
    assert_eq!(derived.catalog.pages[0].file, "a/shelf.md");
    let unread: Vec<&str> =
        derived.reading.pages.iter().filter(|it| it.kind == PageKind::Unread).map(|it| it.file.as_str()).collect();
    assert_eq!(unread, if cfg!(unix) { vec!["a/again", "broken.md"] } else { vec!["broken.md"] });
    assert_eq!(warnings.len(), unread.len());
}
