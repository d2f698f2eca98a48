//! Refused files, and the dialect of accepted files.

use crate::dialect::{PAGE_BYTES_MAX, read_page};

fn check_refused(bytes: &[u8], line: u32, cause: &str) {
    let error = read_page("lamps.txt", bytes).expect_err("the file is refused");
    assert_eq!((error.file.as_str(), error.line), ("lamps.txt", line), "{error}");
    assert!(error.cause.contains(cause), "{error}");
    assert!(!error.remedy.is_empty());
}

fn dialect_of(page: &str) -> &'static str {
    read_page("lamps.txt", page.as_bytes()).expect("the page is read").dialect
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    check_refused(b"a\nb\xff\xfe", 2, "not UTF-8");
    check_refused(b"a\n\nb\0", 3, "NUL");
    check_refused(b"", 1, "empty");
    check_refused(b"\xef\xbb\xbf \n\t\n", 1, "empty");
    check_refused(&vec![b'a'; PAGE_BYTES_MAX + 1], 1, "bytes");
}

#[test]
fn other_formats_are_refused_by_name() {
    check_refused(b"\n<!DOCTYPE html>\n<html></html>", 2, "HTML");
    check_refused(b"<html lang=\"en\">", 1, "HTML");
    check_refused(b"{\"lamps\": []}", 1, "JSON");
}

#[test]
fn a_rendering_that_lost_its_columns_is_refused() {
    let broken = "Light a lamp\n1 - 1.0\nput /v1/lamps\nParameters\n| Type | Name | Schema |\n|---|\n| path | id required | The lamp\n| string |\n";
    check_refused(broken.as_bytes(), 6, "one column beside 3");
    let header_too = "Light a lamp\n1 - 1.0\nput /v1/lamps\n| Type\n| Name |\n|---|\n| path | id |\n";
    check_refused(header_too.as_bytes(), 6, "one column beside 2");
    let glued = "Light a lamp\n\n1 - 1.0\n\nput /v1/lamps\n\nParameters\n\nTypeNameDescriptionSchemaDefault\npathid\nrequired\n";
    check_refused(glued.as_bytes(), 9, "glued");
}

#[test]
fn a_table_of_one_column_is_not_refused() {
    assert_eq!(dialect_of("1 - 1.0\nput /v1/lamps\n| Colours |\n|---|\n| red |\n"), "pipes");
}

#[test]
fn the_dialect_follows_from_the_content_and_not_from_the_file_name() {
    assert_eq!(dialect_of("\u{feff}# Lamps\n\nText.\n"), "markdown");
    assert_eq!(dialect_of("Lamps\n=====\n\nText.\n"), "rst");
    assert_eq!(dialect_of("Lamps\n=====\n\n.. note::\n\n   A `link <x>`__.\n"), "rst");
    assert_eq!(dialect_of("Lamp\n1 - 1.0\nget /v1/lamps\nDescription\nSee [lamps](lamps).\n"), "pipes");
    assert_eq!(dialect_of("LampModel\n| Name | Schema |\n|---|---|\n| a | string |\n"), "pipes");
    assert_eq!(dialect_of("# Lamps\n\n| Name | Schema |\n|---|---|\n| a | string |\n"), "markdown");
    assert_eq!(dialect_of("Only words.\n"), "markdown");
}
