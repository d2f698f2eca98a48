//! What a profile does not claim is not failed, and shown.

use super::http_end_to_end::{Mock, lamps_folder, make_folder, probity_command, read_json, to_text};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// Runs the lamps at a mock with a fault and with claims of a profile. Returns exit code, standard output and the report.
fn run_claiming(name: &str, claims: &str, (fault, requests): (&str, &str)) -> (Option<i32>, String, Value) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("claims-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let profile = folder.join("profile.yaml");
    std::fs::write(&profile, format!("claims: {claims}\n")).expect("the profile is written");
    let output = Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["run", "lamps", "--endpoint", "mock", "--fault", fault, "--requests", requests, "--format", "markdown"])
        .args(["--format", "html", "--profile", profile.to_str().expect("text")])
        .args(["--reports", folder.to_str().expect("text")])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps"))
        .output()
        .expect("the binary runs");
    let read = |name: &str| std::fs::read_to_string(folder.join("lamps").join(name)).unwrap_or_default();
    let report = serde_json::from_str(&read("report.json")).unwrap_or(Value::Null);
    let told = [String::from_utf8_lossy(&output.stdout).into_owned(), read("report.md"), read("report.html")];
    (output.status.code(), told.join("\n") + &String::from_utf8_lossy(&output.stderr), report)
}

const FAULT: (&str, &str) = ("dim.bright/refused", "300");

fn find_row<'r>(report: &'r Value, id: &str) -> &'r Value {
    let rows = report["clauses"].as_array().expect("a list");
    rows.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("no row for {id}"))
}

#[test]
fn a_deviation_of_an_operation_without_a_claim_fails_no_run() {
    let (code, told, report) = run_claiming("all", "{}", FAULT);
    assert_eq!((code, report["claims"].is_null()), (Some(1), true), "{told}");
    let (code, told, report) = run_claiming("operations", "{ lamps: { operations: [light*, showLamp] } }", FAULT);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(report["claims"]["unclaimed_operations"], serde_json::json!(["dimLamp", "removeLamp"]));
    assert_eq!(report["claims"]["offered_not_claimed"][0]["operation"], "removeLamp", "{}", report["claims"]);
    assert_eq!(find_row(&report, "remove.gone")["not_claimed"], true);
    assert!(find_row(&report, "show.there")["not_claimed"].is_null());
    assert_eq!(told.matches("The profile claims 2 of 4 operations").count(), 3, "text, Markdown and HTML: {told}");
}

#[test]
fn an_operation_without_a_claim_is_called_a_few_times_alone() {
    let count = |claims: &str, name: &str| {
        // The fault is in no promise about the operation.
        let (_, _, report) = run_claiming(name, claims, ("lamp.absent/other-status", "1200"));
        find_row(&report, "dimLamp.no-server-error")["counts"]["passed"].as_u64().expect("a number")
    };
    let (claimed, unclaimed) =
        (count("{}", "counted"), count("{ lamps: { operations: [light*, show*, remove*] } }", "few"));
    assert!(unclaimed > 0 && claimed > 3 * unclaimed, "{claimed} calls with a claim, {unclaimed} without");
}

#[test]
fn a_deviation_of_a_clause_without_a_claim_fails_no_run_and_one_of_a_claimed_clause_does() {
    let (code, told, report) =
        run_claiming("clauses", "{ lamps: { clauses: ['[!d]*', light.*, show.*, 'lamp.*'] } }", FAULT);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("nothing in the suite matches [!d]*"), "a pattern without an effect is told: {told}");
    assert_eq!(find_row(&report, "dim.bright")["verdict"], "fail");
    let (code, told, _) = run_claiming("kept", "{ lamps: { clauses: [dim.*] } }", FAULT);
    assert_eq!(code, Some(1), "{told}");
}

#[test]
fn claims_about_a_kind_cover_its_operations() {
    let (code, told, report) = run_claiming("kinds", "{ lamps: { kinds: [lantern] } }", FAULT);
    assert_eq!(code, Some(3), "nothing is claimed, so nothing passes: {told}");
    assert_eq!(report["claims"]["claimed_operations"], 0);
}

#[test]
fn at_an_endpoint_resources_are_deleted_even_if_the_deletion_is_not_claimed() {
    let folder = make_folder("claims");
    let profile = folder.join("profile.yaml");
    let _mock = Mock::start(&profile, &["--speed", "1000"]);
    let mut file = std::fs::File::options().append(true).open(&profile).expect("the mock writes a profile");
    writeln!(file, "claims: {{ lamps: {{ operations: [light*, show*, dim*] }} }}").expect("the profile is written");
    let (profile, reports) = (profile.to_str().expect("text"), folder.join("reports"));
    let arguments = ["run", "lamps", "--profile", profile, "--requests", "300", "--reports"];
    let output = probity_command(&lamps_folder(), &arguments).arg(&reports).output().expect("the binary runs");
    let told = to_text(&output.stdout) + &to_text(&output.stderr);
    assert_ne!(output.status.code(), Some(6), "{told}");
    let report = read_json(&reports.join("lamps/report.json"));
    assert_eq!(report["claims"]["unclaimed_operations"], serde_json::json!(["removeLamp"]), "{told}");
    assert!(report["spending"]["cleaning"].as_u64().is_some_and(|requests| requests > 0), "{told}");
    assert!(report["profile"].as_str().is_some_and(|digest| digest.starts_with("sha256:")), "{told}");
}
