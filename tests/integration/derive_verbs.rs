//! The verbs `derive`, `doubts` and `diff` on pages with invented content.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SHELF: &str = "# Filling a Shelf

## URI

POST /v3/{room_id}/shelves

## Request

| Parameter | Mandatory | Type | Description |
|---|---|---|---|
| label | Yes | String | The label has 1 to 40 characters. |
| width | Yes | Integer | The width. |

## Example Request

```
{ \"label\": 7 }
```

## Response

None
";

/// Runs the binary in a folder with the pages in `pages` and an empty folder `suites/sources`.
fn run_probity(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_probity")).args(arguments).current_dir(folder).output().expect("the binary runs")
}

fn run_passing(folder: &Path, arguments: &[&str]) -> String {
    let output = run_probity(folder, arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "probity {}: {told}", arguments.join(" "));
    String::from_utf8(output.stdout).expect("text")
}

fn make_reference(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("pages/rooms")).expect("a folder");
    std::fs::create_dir_all(folder.join("suites/sources")).expect("a folder");
    std::fs::write(folder.join("pages/rooms/shelf.md"), SHELF).expect("written");
    std::fs::write(folder.join("pages/about.md"), "# Rooms\n\nRooms are nice.\n").expect("written");
    folder
}

fn derive(folder: &Path, out: &str) -> String {
    run_passing(folder, &["derive", "pages", "--api", "rooms", "--out", out, "--list-pages"])
}

#[test]
fn derive_ends_with_a_table_and_names_every_page() {
    let folder = make_reference("derive-table");
    std::fs::write(folder.join("pages/latin.md"), [b'#', b' ', 0xe9, b'\n']).expect("written");
    let told = derive(&folder, "schemas/rooms");
    assert!(told.contains("  pages             3\n  operations        1  on 1 pages\n  structures        0\n  prose             1\n  unread            1  pages, and 0 lines, tables and headings\n  rows              2  of 2\n"), "{told}");
    assert!(told.contains("prose      about.md: no URI, no table of fields, no status\n"), "{told}");
    assert!(told.contains("operation  rooms/shelf.md: 1 operation\n"), "{told}");
    assert!(told.contains("unread     latin.md: line 1: the file is not UTF-8 text"), "{told}");
}

#[test]
fn a_folder_without_an_operation_is_an_error_with_the_forms_that_are_read() {
    let folder = make_reference("derive-nothing");
    std::fs::remove_file(folder.join("pages/rooms/shelf.md")).expect("removed");
    let output = run_probity(&folder, &["derive", "pages", "--api", "rooms", "--out", "schemas/rooms"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.contains("1 pages were read and describe no operation") && told.contains("`URI`"), "{told}");
    assert!(!folder.join("schemas").exists(), "nothing is written");
}

#[test]
fn a_doubt_is_settled_shown_and_flagged_when_the_page_changes() {
    let folder = make_reference("doubts-settle");
    derive(&folder, "schemas/rooms");
    let id = "fillingAShelf/type-by-example/request/label";
    let settle = ["doubts", "settle", id, "--take", "table", "--because", "the endpoint refuses numbers"];
    let told = run_passing(&folder, &settle);
    assert!(told.contains("suites/sources/rooms.rulings.json"), "{told}");
    let listed = run_passing(&folder, &["doubts", "rooms", "--by", "weight"]);
    assert!(
        listed.contains("weight high") && listed.contains("ruling table: the endpoint refuses numbers\n"),
        "{listed}"
    );
    std::fs::write(folder.join("pages/rooms/shelf.md"), SHELF.replace("The label has", "A label has"))
        .expect("written");
    derive(&folder, "schemas/rooms");
    let listed = run_passing(&folder, &["doubts", "rooms", "--format", "markdown", "--by", "page"]);
    assert!(listed.contains("## rooms/shelf.md") && listed.contains("the page changed after the ruling"), "{listed}");
    let sarif = run_passing(&folder, &["doubts", "--format", "sarif"]);
    assert!(sarif.contains("\"version\": \"2.1.0\"") && sarif.contains(id), "{sarif}");
    let output = run_probity(&folder, &["doubts", "settle", "fillingAShelf/none", "--take", "table", "--because", "x"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn diff_shows_what_changed_between_two_editions() {
    let folder = make_reference("diff");
    derive(&folder, "schemas/rooms");
    let newer = SHELF.replace("1 to 40", "1 to 60").replace("| width | Yes | Integer | The width. |\n", "");
    std::fs::write(folder.join("pages/rooms/shelf.md"), newer).expect("written");
    derive(&folder, "newer");
    let told = run_passing(&folder, &["diff", "schemas/rooms", "newer"]);
    assert!(told.contains("~ request/label maxLength: 40 -> 60  [shelf:11]\n"), "{told}");
    assert!(told.contains("- request/width: integer  [shelf:12]\n"), "{told}");
}

#[test]
fn figures_count_each_reference() {
    let folder = make_reference("figures");
    let told = run_passing(&folder, &["derive", "--figures", "."]);
    let row = told.lines().find(|line| line.starts_with("pages ")).unwrap_or_else(|| panic!("{told}"));
    assert!(row.contains("1/1") && row.contains("2/2") && row.contains("0+1/1"), "{row}");
}

#[test]
fn doubts_are_listed_where_there_is_no_suite_yet() {
    let folder = make_reference("derive-doubts-alone");
    std::fs::remove_dir_all(folder.join("suites")).expect("removed");
    derive(&folder, "schemas/rooms");
    let told = run_passing(&folder, &["doubts", "rooms", "--by", "page"]);
    assert!(told.contains("label"), "{told}");
}
