//! Suites with expressions that fail on valid input: the clauses of these expressions are undecided, with the place and
//! the cause, and everything else of the run stands.

use super::hostile_server::{Attack, HostileServer, RawResponse};
use super::http_end_to_end::{lamps_folder, make_folder, probity_command, read_json, to_text};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The guard of `dim.twice` in the suite of the lamps.
const GUARD: &str = "when: lamp.state == \"DIM\"\n";

/// A folder with the lamps, where a text of the suite is replaced.
fn write_lamps(name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let folder = make_folder(&format!("failing-{name}"));
    for file in ["catalog.json", "doubts.json", "lamp.json", "lightLamp.request.json"] {
        let to = folder.join("schemas/lamps").join(file);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder for the schemas");
        std::fs::copy(lamps_folder().join("schemas/lamps").join(file), to).expect("the schema is copied");
    }
    let mut suite = std::fs::read_to_string(lamps_folder().join("suites/lamps.yaml")).expect("the suite");
    for (written, otherwise) in changes {
        assert!(suite.contains(written), "the suite has `{written}`");
        suite = suite.replace(written, otherwise);
    }
    std::fs::create_dir_all(folder.join("suites")).expect("a folder for the suite");
    std::fs::write(folder.join("suites/lamps.yaml"), suite).expect("the suite is written");
    folder
}

/// The end of a run: exit code, output, and the report.
struct EndedRun {
    code: Option<i32>,
    told: String,
    report: Value,
}

fn run(folder: &Path, arguments: &[&str]) -> EndedRun {
    let output = probity_command(folder, &[&["run", "lamps"], arguments].concat()).output().expect("the binary runs");
    let told = format!("{}{}", to_text(&output.stdout), to_text(&output.stderr));
    assert!(!told.contains("panicked"), "{told}");
    EndedRun { code: output.status.code(), report: read_json(&folder.join("reports/lamps/report.json")), told }
}

fn verdict(report: &Value, id: &str) -> String {
    let row = report["clauses"].as_array().expect("clauses").iter().find(|row| row["id"] == id).expect("the clause");
    row["verdict"].as_str().expect("a verdict").to_string()
}

/// Runs the lamps with another guard of `dim.twice` against the mock, and checks what is told about it.
fn check(name: &str, guard: &str, cause: &str, always: bool) {
    let folder = write_lamps(name, &[(GUARD, &format!("when: '{guard}'\n"))]);
    let run = run(&folder, &["--requests", "400"]);
    assert_eq!(run.code, Some(if always { 4 } else { 3 }), "{}", run.told);
    assert_eq!(verdict(&run.report, "dim.twice"), "inconclusive", "{}", run.told);
    assert_eq!(verdict(&run.report, "light.bright"), "pass", "{}", run.told);
    assert_eq!(verdict(&run.report, "remove.gone"), "pass", "{}", run.told);
    assert_eq!(run.report["totals"]["fail"], 0, "{}", run.told);
    let failed = &run.report["failed_expressions"][0];
    assert_eq!((&failed["cause"], &failed["always"]), (&json!(cause), &json!(always)), "{}", run.told);
    assert_eq!(failed["clauses"], json!(["dim.twice"]), "{}", run.told);
    let place = failed["place"].as_str().expect("a place");
    assert!(place.starts_with("suites/lamps.yaml:") || place.starts_with("./suites/lamps.yaml:"), "{place}");
    let group = "Inconclusive: the expression of the clause could not be evaluated";
    assert!(run.told.contains(group) && run.told.contains(place), "{}", run.told);
    let last = format!("\nexit {}: ", if always { 4 } else { 3 });
    assert!(run.told.contains(&last), "{}", run.told);
}

#[test]
fn a_guard_that_fails_for_every_input_leaves_its_clause_undecided_and_the_exit_code_is_that_of_a_bad_suite() {
    check("divide", "1 / (lamp == null ? 0 : 0) == 1", "division by zero", true);
    let cause = "the number does not fit 64 bits";
    check("overflow", "9223372036854775807 + (lamp == null ? 1 : 2) == 1", cause, true);
    let cause = "the index 1 is outside of a list of 1";
    check("index", "[lamp][lamp == null ? 1 : 1] == null", cause, true);
}

#[test]
fn a_guard_that_fails_for_some_inputs_leaves_its_clause_undecided() {
    check("some", "1 / (lamp.state == \"DIM\" ? 1 : 0) == 1", "division by zero", false);
}

#[test]
fn lint_reports_parts_that_have_no_value_for_any_input() {
    for (name, guard) in [
        ("lint-divide", "1 / 0 == 1"),
        ("lint-overflow", "9223372036854775807 + 1 == 1"),
        ("lint-index", "[1][1] == 1"),
    ] {
        let folder = write_lamps(name, &[(GUARD, &format!("when: '{guard}'\n"))]);
        let output = probity_command(&folder, &["lint", "lamps"]).output().expect("the binary runs");
        let told = format!("{}{}", to_text(&output.stdout), to_text(&output.stderr));
        assert_eq!(output.status.code(), Some(4), "{told}");
        assert!(told.contains("this has no value for any input"), "{told}");
    }
}

#[test]
fn possible_effects_of_a_clause_that_cannot_be_evaluated_make_no_other_clause_fail() {
    let guard = [("when: lamp.state == \"BRIGHT\"\n", "when: 7 / (size(lamp.color) * 0) == 1\n")];
    let value = [("lamp.color: body.color\n", "lamp.color: '[body.color][size(body.color)]'\n")];
    let cases = [("effect-guard", &guard[..], "dim.bright"), ("effect-value", &value[..], "light.bright")];
    for (name, changes, clause) in cases {
        let folder = write_lamps(name, changes);
        let server = HostileServer::before_lamps(|_| Attack::PassThrough);
        let profile = server.write_profile(&folder, "limits: { rate: 0, seconds: 30 }\nsettle_percent: 1");
        // A lamp that may have changed is read until the bound has passed.
        let arguments = ["--profile", profile.to_str().expect("text"), "--requests", "600"];
        let run = run(&folder, &arguments);
        assert_eq!(run.report["totals"]["fail"], 0, "{}", run.told);
        assert_eq!(run.code, Some(4), "{}", run.told);
        assert_ne!(verdict(&run.report, clause), "pass", "{}", run.told);
        assert_eq!(verdict(&run.report, "show.there"), "pass", "{}", run.told);
        assert_eq!(server.count_lamps().0, 0, "cleaning up is done");
    }
}

#[test]
fn a_deviation_beside_a_failing_guard_is_reported_and_shrunk_at_an_endpoint_and_in_a_history() {
    let folder = write_lamps("beside", &[(GUARD, "when: '1 / (lamp.state == \"DIM\" ? 1 : 0) == 1'\n")]);
    // A removal is answered with 200 in place of 204.
    let server = HostileServer::before_lamps(|request| match request.method.as_str() {
        "DELETE" => Attack::After(Box::new(|response| match response.status {
            204 => RawResponse::json(200, b"{}"),
            _ => response,
        })),
        _ => Attack::PassThrough,
    });
    let profile = server.write_profile(&folder, "limits: { rate: 0, seconds: 40 }\nsettle_percent: 1");
    let run = run(&folder, &["--profile", profile.to_str().expect("text"), "--requests", "900"]);
    assert!(run.report["totals"]["fail"].as_u64() > Some(0), "{}", run.told);
    assert_eq!(verdict(&run.report, "dim.twice"), "inconclusive", "{}", run.told);
    let shrunk = run.report["findings"].as_array().expect("findings");
    let again = |finding: &&Value| finding["counterexample"]["seen_again"] == true;
    assert!(shrunk.iter().any(|finding| again(&finding)), "{}", run.told);
    let history = folder.join("reports/lamps/history.jsonl.gz");
    let output = probity_command(&folder, &["judge", history.to_str().expect("text")]).output().expect("it runs");
    let told = format!("{}{}", to_text(&output.stdout), to_text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("the expression of the clause could not be evaluated"), "{told}");
    assert!(told.contains("FAIL ") && told.contains("dim.twice"), "{told}");
}
