//! The suites in `suites/`.

use crate::schema::{Folder, Schemas};
use crate::suite::{Evidence, Sheets, builds_on, catalog_name, has_errors, lint, pages_of, parse_sheets, render};
use std::path::Path;

/// Parses and lints a suite of `suites/` against its catalog in `schemas/`. Returns the problems if one is an error.
fn complaints(file: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| std::fs::read_to_string(root.join("suites").join(file)).expect("the suite is there");
    let schemas = |file: &str, text: &str| {
        let api = catalog_name(file, text).unwrap_or_else(|p| panic!("{}", render(&p, text)));
        Schemas::load(&Folder(root.join("schemas").join(api))).unwrap_or_else(|error| panic!("{error}"))
    };
    let text = read(file);
    let mut sheets = Sheets::alone(file, &text);
    for name in builds_on(&text) {
        let base = read(&format!("{name}.yaml"));
        sheets = sheets.on(&name, &name, &base, pages_of(&schemas(&name, &base).catalog));
    }
    let schemas = schemas(file, &text);
    let suite = match parse_sheets(&sheets, &schemas.catalog) {
        Ok(suite) => suite,
        Err(problems) => return render(&problems, &text),
    };
    let problems = lint(&sheets, &suite, &schemas, Evidence::default());
    if has_errors(&problems) { render(&problems, &text) } else { String::new() }
}

#[test]
fn the_native_compute_suite_has_no_errors() {
    let found = complaints("ecs-native.yaml");
    assert!(found.is_empty(), "{found}");
}

#[test]
fn the_volume_suite_has_no_errors() {
    let found = complaints("scp-volume.yaml");
    assert!(found.is_empty(), "{found}");
}
