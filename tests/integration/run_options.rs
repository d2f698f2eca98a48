//! Options of `probity run` that change when a campaign ends and when it polls.

use super::http_end_to_end::{Mock, lamps_folder, make_folder, probity_command, read_json, to_text};
use serde_json::Value;
use std::path::Path;

/// Runs the lamps with some arguments; returns the report, after a check of the exit code.
fn check(folder: &Path, arguments: &[&str], code: i32) -> Value {
    let reports = folder.join("reports");
    let all = [&["run", "lamps", "--reports", reports.to_str().expect("text")], arguments].concat();
    let output = probity_command(&lamps_folder(), &all).output().expect("the binary runs");
    let told = format!("{}{}", to_text(&output.stdout), to_text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{told}");
    match code {
        0 | 1 | 3 => read_json(&reports.join("lamps/report.json")),
        _ => Value::String(told),
    }
}

fn count_requests(report: &Value) -> u64 {
    report["spending"]["requests"].as_u64().expect("a number")
}

#[test]
fn a_run_ends_once_everything_is_covered_and_uses_all_requests_if_asked() {
    let folder = make_folder("until");
    let covered = check(&folder, &["--requests", "8000"], 0);
    assert_eq!(covered["covered"], true);
    assert!(count_requests(&covered) < 4_000, "{} requests", count_requests(&covered));
    let cells = covered["cells"]["operations"].as_array().expect("cells");
    let filled = cells.iter().flat_map(|row| row["covered"].as_array().into_iter().flatten());
    let rare: Vec<&Value> = filled.filter(|cell| cell["exchanges"].as_u64() < Some(3)).collect();
    assert_eq!(rare, Vec::<&Value>::new(), "cells with fewer than three exchanges");
    let spent = check(&folder, &["--requests", "8000", "--until", "spent"], 0);
    assert_eq!(spent["covered"], Value::Null);
    assert_eq!(count_requests(&spent), 6_000);
}

#[test]
fn the_same_seed_covers_everything_with_the_same_requests() {
    let folder = make_folder("until-twice");
    assert_eq!(check(&folder, &["--seed", "5"], 0), check(&folder, &["--seed", "5"], 0));
}

#[test]
fn a_run_that_cannot_decide_its_clauses_goes_on_to_its_last_request() {
    let folder = make_folder("until-never");
    let report = check(&folder, &["--requests", "16"], 3);
    assert_eq!((&report["covered"], count_requests(&report)), (&Value::Null, 12));
}

#[test]
fn times_of_an_earlier_run_are_named_in_the_report() {
    let folder = make_folder("times");
    let profile = folder.join("profile.yaml");
    let _mock = Mock::start(&profile, &["--speed", "1000"]);
    let profile = profile.to_str().expect("text");
    let usual = ["--profile", profile, "--requests", "300", "--allow-undecided", "*"];
    let first = check(&folder, &usual, 0);
    assert_eq!(first["times"], Value::Null);
    let earlier = folder.join("earlier");
    std::fs::rename(folder.join("reports"), &earlier).expect("the reports move");
    let times = earlier.to_str().expect("text");
    let second = check(&folder, &[&usual[..], &["--times", times]].concat(), 0);
    assert!(second["times"].as_str().is_some_and(|digest| digest.starts_with("sha256:")), "{}", second["times"]);
    std::fs::remove_file(earlier.join("lamps/run.json")).expect("the file is there");
    let told = check(&folder, &[&usual[..], &["--times", times]].concat(), 4);
    assert!(told.as_str().is_some_and(|told| told.contains("no run.json")), "{told}");
}
