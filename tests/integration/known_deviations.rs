//! A nightly run with known deviations: only new ones fail it, in each format, and no known one hides a new one.

use super::hostile_server::{Attack, HostileServer, ProbityRun, RawResponse, ReceivedRequest, run_probity};
use super::http_end_to_end::{probity_command, to_text};
use serde_json::Value;
use std::path::{Path, PathBuf};

const PROFILE: &str = "limits: { rate: 0, seconds: 40, reserve_seconds: 4, live: 20 }\nsettle_percent: 1";

/// A lamp service with defects: `removed`: a removal is answered with 200 in place of 204; `created`: a create is answered
/// with 200 in place of 201.
fn start_server(defects: &'static [&'static str]) -> HostileServer {
    let change = |from: u16, body: bool| {
        Attack::After(Box::new(move |response: RawResponse| match response.status {
            status if status == from && !body => RawResponse::json(200, b"{}"),
            status if status == from => RawResponse { status: 200, ..response },
            _ => response,
        }))
    };
    HostileServer::before_lamps(move |request: &ReceivedRequest| match request.method.as_str() {
        "DELETE" if defects.contains(&"removed") => change(204, false),
        "POST" if defects.contains(&"created") && request.target.ends_with("/lamps") => change(201, true),
        _ => Attack::PassThrough,
    })
}

/// Runs the lamps with every format.
fn run(name: &str, defects: &'static [&'static str], profile: &str, arguments: &[&str]) -> ProbityRun {
    let server = start_server(defects);
    let formats = ["--format", "ctrf", "--format", "sarif", "--format", "markdown", "--format", "html"];
    let mut all = vec!["--requests", "400"];
    all.extend(formats);
    all.extend(arguments);
    run_probity(&format!("known-{name}"), &server, &format!("{PROFILE}\n{profile}"), &all)
}

fn read_file(run: &ProbityRun, name: &str) -> String {
    std::fs::read_to_string(run.folder.join("reports/lamps").join(name)).expect("the report is written")
}

/// The clauses that fail a build, in each machine format, in the order of the suite.
fn list_failures(run: &ProbityRun) -> [Vec<String>; 3] {
    let ctrf: Value = serde_json::from_str(&read_file(run, "ctrf.json")).expect("JSON");
    let tests = ctrf["results"]["tests"].as_array().expect("tests").clone();
    let failed = tests.iter().filter(|test| test["status"] == "failed");
    let in_ctrf = failed.map(|test| test["name"].as_str().unwrap_or_default().to_string()).collect();
    let junit = read_file(run, "junit.xml");
    let cases = junit.split("<testcase ").skip(1).filter(|case| case.contains("<failure"));
    let in_junit = cases.map(|case| case.split('"').nth(1).unwrap_or_default().to_string()).collect();
    let sarif: Value = serde_json::from_str(&read_file(run, "report.sarif")).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results").clone();
    let open = results.iter().filter(|result| result["suppressions"].is_null());
    let mut in_sarif: Vec<String> =
        open.map(|result| result["ruleId"].as_str().unwrap_or_default().to_string()).collect();
    in_sarif.dedup();
    [in_ctrf, in_junit, in_sarif]
}

/// Checks the exit code and the clauses that fail a build, equal in each format.
fn check(run: &ProbityRun, code: i32, failures: &[&str]) {
    run.check_unharmed(&[code]);
    assert_eq!(list_failures(run), [(); 3].map(|()| failures.to_vec()), "{}{}", run.told, run.errors);
    let lines: Vec<&str> = run.told.lines().filter(|line| line.starts_with("FAIL ")).collect();
    assert_eq!(lines.is_empty(), failures.is_empty(), "{}", run.told);
}

/// A baseline of a run with the defect of removals.
fn accept_removals(name: &str) -> PathBuf {
    let first = run(name, &["removed"], "", &[]);
    check(&first, 1, &["remove.gone"]);
    let arguments = ["baseline", "accept", "reports"];
    let output = probity_command(&first.folder, &arguments).output().expect("the binary runs");
    assert_eq!(to_text(&output.stdout).trim(), "baseline.json: 1 known deviation, 1 added, 0 removed");
    first.folder.join("baseline.json")
}

fn to_argument(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}

#[test]
fn a_nightly_run_fails_for_a_new_deviation_alone() {
    let baseline = accept_removals("accepted");
    let baseline = to_argument(&baseline);

    let known = run("known", &["removed"], "", &["--baseline", baseline]);
    check(&known, 0, &[]);
    assert!(known.told.contains("Known deviations, which do not fail the run (1)"), "{}", known.told);
    assert!(known.told.contains("exit 0: no new deviation"), "{}", known.told);
    assert_eq!(known.report()["spending"]["shrinking"], 0, "a known deviation is not shrunk again");
    assert_eq!(known.failed_clauses(), ["remove.gone"], "the matrix of clauses tells the truth");
    assert!(read_file(&known, "report.md").contains("no new deviation, and 1 known deviation"));
    assert!(read_file(&known, "report.html").contains("known deviation"));

    let both = run("both", &["removed", "created"], "", &["--baseline", baseline, "--only-new"]);
    check(&both, 1, &["light.bright"]);
    assert!(!both.told.contains("remove.gone"), "{}", both.told);
    assert!(both.told.contains("; 1 known deviation\n"), "{}", both.told);
    assert!(both.report()["findings"].as_array().expect("findings").iter().any(|f| f["counterexample"]["shown"] != 0));

    let mended = run("mended", &[], "", &["--baseline", baseline]);
    check(&mended, 0, &[]);
    assert!(mended.told.contains("Deviations of the baseline that did not show (1)"), "{}", mended.told);
    assert!(mended.told.contains(": its clauses passed"), "{}", mended.told);
}

#[test]
fn the_reports_of_a_run_are_a_baseline_too() {
    let first = run("reports", &["removed"], "", &[]);
    let reports = first.folder.join("reports");
    check(&run("from-reports", &["removed"], "", &["--baseline", to_argument(&reports)]), 0, &[]);
}

#[test]
fn a_waiver_excuses_its_clauses_until_its_end() {
    let waive = |rest: &str| format!("waivers:\n  - {{ clause: 'remove.*', reason: agreed with the vendor{rest} }}");
    let waived = run("waived", &["removed"], &waive(", owner: t, until: 2999-12-31"), &["--idle-waivers", "fail"]);
    check(&waived, 0, &[]);
    assert!(waived.told.contains("waived, until 2999-12-31, owner t, agreed with the vendor"), "{}", waived.told);
    let expired = run("expired", &["removed"], &waive(", until: 2001-01-01"), &[]);
    check(&expired, 1, &["remove.gone"]);
    assert!(expired.told.contains("clause remove.*: expired after 2001-01-01"), "{}", expired.told);
    let unused = run("unused", &[], &waive(""), &[]);
    check(&unused, 0, &[]);
    assert!(unused.told.contains("Waivers that cover nothing (1)"), "{}", unused.told);
    let failing = run("unused-fails", &[], &waive(""), &["--idle-waivers", "fail"]);
    check(&failing, 4, &[]);
    let facts: Value = serde_json::from_str(&read_file(&failing, "run.json")).expect("JSON");
    assert_eq!(facts["exit_code"], 4);
}

#[test]
fn a_waiver_for_no_clause_of_the_run_is_named_and_does_not_fail_the_suites_of_the_run() {
    let foreign = "waivers:\n  - { clause: 'resize.*', reason: of another suite }";
    let run = run("foreign", &[], foreign, &["--idle-waivers", "fail"]);
    check(&run, 0, &[]);
    assert!(run.errors.contains("waiver of clause resize.*: no suite of this run has such a clause"), "{}", run.errors);
}

#[test]
fn excluded_clauses_are_not_in_the_report_and_a_quiet_run_prints_new_deviations_alone() {
    let excluded = run("excluded", &["removed"], "", &["--exclude", "remove.gone"]);
    assert!(excluded.report()["clauses"].as_array().expect("rows").iter().all(|row| row["id"] != "remove.gone"));
    assert_eq!(excluded.report()["excluded"], "remove.gone");
    assert!(excluded.told.contains("without clauses `remove.gone`"), "{}", excluded.told);
    let wrong = run("excluded-wrong", &[], "", &["--exclude", "remov.gone"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.errors);
    let quiet = run("quiet", &["removed"], "", &["--quiet"]);
    check(&quiet, 1, &["remove.gone"]);
    assert!(quiet.told.starts_with("\nFAIL remove.gone\n"), "{}", quiet.told);
    assert!(quiet.told.trim_end().lines().last().is_some_and(|line| line.starts_with("exit 1: ")), "{}", quiet.told);
    assert!(!quiet.told.contains("clauses: "), "{}", quiet.told);
}

#[test]
fn a_baseline_that_cannot_be_used_is_named_with_a_remedy_before_a_request() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("known-wrong");
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let file = folder.join("baseline.json");
    for (text, cause) in [("{", "is not a baseline"), ("{\"format\": 9, \"deviations\": []}", "has format 9")] {
        std::fs::write(&file, text).expect("the file is written");
        let server = start_server(&[]);
        let run = run_probity("known-wrong-run", &server, PROFILE, &["--baseline", to_argument(&file)]);
        assert_eq!(run.code, Some(4), "{}", run.errors);
        assert!(run.errors.contains(cause) && run.errors.contains("probity baseline accept"), "{}", run.errors);
        assert_eq!(server.count_received(), 0);
    }
}
