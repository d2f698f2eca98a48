//! The suites that come with the program.

use crate::schema::{Folder, Schemas};
use crate::suite::{Evidence, catalog_name, has_errors, lint, parse, render};
use std::path::Path;

/// Parses and lints a suite of `suites/` against its catalog in `schemas/`; what it complains
/// about, notes left out.
fn complaints(file: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("suites").join(file)).expect("the suite is there");
    let api = catalog_name(file, &text).unwrap_or_else(|p| panic!("{}", render(&p, &text)));
    let folder = root.join("schemas").join(api);
    let schemas = Schemas::load(&Folder(folder)).unwrap_or_else(|error| panic!("{error}"));
    let suite = match parse(file, &text, &schemas.catalog) {
        Ok(suite) => suite,
        Err(problems) => return render(&problems, &text),
    };
    let problems = lint(file, &text, &suite, &schemas, Evidence::default());
    if has_errors(&problems) { render(&problems, &text) } else { String::new() }
}

#[test]
fn the_native_compute_suite_has_no_errors() {
    let found = complaints("ecs-native.yaml");
    assert!(found.is_empty(), "{found}");
}
