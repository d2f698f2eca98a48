//! The suites in `suites/`.

use crate::schema::{CatalogFolder, CompiledCatalog};
use crate::suite::{
    LintInputs, SuiteFiles, collect_page_digests, has_errors, lint_suite, list_base_suites, parse_suite_files,
    read_catalog_name, render_problems,
};
use std::path::Path;

/// Parses and lints a suite of `suites/` against its catalog in `schemas/`. Returns the problems if one is an error.
fn lint_shipped_suite(file: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| std::fs::read_to_string(root.join("suites").join(file)).expect("the suite is there");
    let schemas = |file: &str, text: &str| {
        let api = read_catalog_name(file, text).unwrap_or_else(|p| panic!("{}", render_problems(&p, text)));
        CompiledCatalog::load(&CatalogFolder(root.join("schemas").join(api))).unwrap_or_else(|error| panic!("{error}"))
    };
    let text = read(file);
    let mut sheets = SuiteFiles::from_file(file, &text);
    for name in list_base_suites(&text) {
        let base = read(&format!("{name}.yaml"));
        sheets = sheets.with_base(&name, &name, &base, collect_page_digests(&schemas(&name, &base).catalog));
    }
    let schemas = schemas(file, &text);
    let suite = match parse_suite_files(&sheets, &schemas.catalog) {
        Ok(suite) => suite,
        Err(problems) => return render_problems(&problems, &text),
    };
    let problems = lint_suite(&sheets, &suite, &schemas, LintInputs::default());
    if has_errors(&problems) { render_problems(&problems, &text) } else { String::new() }
}

#[test]
fn the_native_compute_suite_has_no_errors() {
    let found = lint_shipped_suite("ecs-native.yaml");
    assert!(found.is_empty(), "{found}");
}

#[test]
fn the_volume_suite_has_no_errors() {
    let found = lint_shipped_suite("scp-volume.yaml");
    assert!(found.is_empty(), "{found}");
}
