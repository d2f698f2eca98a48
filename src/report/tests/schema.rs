//! The published schema of `report.json`, and reports that keep to it.

use super::usual;
use crate::report::{FORMAT, Report};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn compute_schema() -> Value {
    let schema = schemars::generate::SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Report>();
    let mut schema = Value::from(schema);
    schema["title"] = format!("report.json of probity, format {FORMAT}").into();
    schema["properties"]["format"] = json!({
        "const": FORMAT,
        "description": "Version of the form of `report.json`.",
    });
    schema
}

fn check(report: &Value, is_valid: bool) {
    let validator = jsonschema::validator_for(&compute_schema()).expect("the schema is a schema");
    let errors: Vec<String> =
        validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors.is_empty(), is_valid, "{errors:#?}");
}

/// Every `report.json` below a folder, except in the folder of builds.
fn find_reports(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|file| file.file_name().is_some_and(|name| name == "report.json"));
    files.chain(folders.iter().flat_map(|folder| find_reports(folder))).collect()
}

#[test]
fn the_published_schema_is_up_to_date() {
    let path = root().join("docs/report.schema.json");
    let fresh = format!("{}\n", serde_json::to_string_pretty(&compute_schema()).unwrap());
    if std::env::var_os("PROBITY_WRITE").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(published == fresh, "docs/report.schema.json is stale: run the test with PROBITY_WRITE=1");
}

#[test]
fn a_report_keeps_to_the_schema_and_other_values_do_not() {
    let report = serde_json::to_value(usual()).unwrap();
    check(&report, true);
    for (pointer, wrong) in [
        ("/format", json!(2)),
        ("/clauses/0/verdict", json!("passed")),
        ("/clauses/0/cites/0", json!({"page": "light"})),
        ("/findings/0/count", json!("three")),
        ("/totals", json!({"pass": 1})),
    ] {
        let mut report = report.clone();
        *report.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = wrong;
        check(&report, false);
    }
}

#[test]
fn the_stored_reports_keep_to_the_schema() {
    let files = find_reports(&root().join("reports"));
    assert!(!files.is_empty(), "reports/example has a report");
    for file in files {
        let report: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        // Reports of earlier versions may lie in the folder of a developer.
        if report["format"] == FORMAT {
            check(&report, true);
        }
    }
}
