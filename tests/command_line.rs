//! The binary as people call it: what it prints, and how it ends.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// In the folder of the lamps, whose suites and schemas are then found.
fn probity(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    command.args(arguments).current_dir(folder).output().expect("the binary runs")
}

/// Standard error and the exit code of a call that goes wrong, and nothing on standard output but its first line.
fn wrong(arguments: &[&str]) -> (String, i32) {
    let output = probity(arguments);
    let told = String::from_utf8(output.stdout).expect("text");
    assert!(told.lines().count() <= 1, "a failing call prints no result: {told}");
    (String::from_utf8(output.stderr).expect("text"), output.status.code().expect("it ends by itself"))
}

fn check(arguments: &[&str], code: i32, expected: &str) {
    assert_eq!(wrong(arguments), (expected.to_string(), code), "probity {}", arguments.join(" "));
}

/// A folder of its own for each test.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn an_unknown_suite_is_named_with_the_one_that_was_meant() {
    check(
        &["run", "lmaps"],
        2,
        "error: there is no suite of that name in ./suites and ./schemas\n  at      suite `lmaps`\n  remedy  did you mean `lamps`?\n",
    );
}

#[test]
fn an_unknown_clause_is_named_with_the_one_that_was_meant() {
    let remedy = "  remedy  did you mean `dim.bright`?\n";
    check(
        &["explain", "dim.brihgt"],
        2,
        &format!("error: no suite has a clause of that id\n  at      clause `dim.brihgt`\n{remedy}"),
    );
    check(
        &["run", "--clause", "dim.brihgt"],
        2,
        &format!("error: no clause matches\n  at      --clause dim.brihgt\n{remedy}"),
    );
}

#[test]
fn a_profile_with_a_key_that_does_not_exist_is_refused_at_its_line() {
    let profile = scratch("bad-profile").join("profile.yaml");
    std::fs::write(&profile, "changes: allowed\nendpiont: http://127.0.0.1:1\n").unwrap();
    let (told, code) = wrong(&["run", "--profile", profile.to_str().unwrap()]);
    assert_eq!(code, 4, "{told}");
    assert!(told.contains(&format!("at      {}:2:", profile.display())), "{told}");
    assert!(told.contains("endpiont") && told.contains("remedy"), "{told}");
}

#[test]
fn an_endpoint_that_is_not_there_ends_with_5_and_writes_nothing() {
    let folder = scratch("no-endpoint");
    let (profile, reports) = (folder.join("profile.yaml"), folder.join("reports"));
    std::fs::write(&profile, "changes: allowed\nidentities: { owner: {} }\n").unwrap();
    // Port 1 of this machine: nothing listens there.
    let arguments = [
        "run",
        "--endpoint",
        "http://127.0.0.1:1",
        "--profile",
        profile.to_str().unwrap(),
        "--reports",
        reports.to_str().unwrap(),
    ];
    let output = probity(&arguments);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5), "{told}");
    assert!(told.contains("http://127.0.0.1:1") && told.contains("remedy"), "{told}");
    assert!(!reports.exists(), "nothing is half-written");
}

#[test]
fn a_suite_with_an_unknown_operation_is_refused_at_its_line() {
    let folder = scratch("bad-suite");
    let lamps = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    for name in ["schemas/lamps/catalog.json", "schemas/lamps/lamp.json", "schemas/lamps/lightLamp.request.json"] {
        std::fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        std::fs::copy(lamps.join(name), folder.join(name)).unwrap();
    }
    std::fs::create_dir_all(folder.join("suites")).unwrap();
    let suite = text(&lamps.join("suites/lamps.yaml")).replace("call: removeLamp", "call: removeLmap");
    std::fs::write(folder.join("suites/lamps.yaml"), suite).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_probity")).arg("run").current_dir(&folder).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(
        told.contains("removeLmap") && told.contains("removeLamp") && told.contains("suites/lamps.yaml:"),
        "{told}"
    );
    assert!(!folder.join("reports").exists(), "nothing is half-written");
}

#[test]
fn a_plan_that_is_none_is_refused() {
    let file = scratch("bad-plan").join("plan.json");
    std::fs::write(&file, "{\"format\": 99}").unwrap();
    let (told, code) = wrong(&["replay", file.to_str().unwrap()]);
    assert_eq!(code, 4, "{told}");
    assert!(told.contains("its format is 99"), "{told}");
}

#[test]
fn a_wrong_flag_is_a_usage_error() {
    assert_eq!(wrong(&["run", "--sed", "7"]).1, 2);
    assert_eq!(wrong(&["run", "--today", "2026-13-01"]).1, 2);
    assert_eq!(wrong(&["run", "--endpoint", "ftp://x"]).1, 2);
}

#[test]
fn the_lamps_pass_and_the_same_seed_gives_the_same_report() {
    let (first, second) = (scratch("same-1"), scratch("same-2"));
    for reports in [&first, &second] {
        let output = probity(&[
            "run",
            "--seed",
            "3",
            "--requests",
            "600",
            "--today",
            "2026-11-20",
            "--reports",
            reports.to_str().unwrap(),
        ]);
        let told = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{told}");
        assert!(told.lines().next().unwrap().contains("not a real API"), "the first line says whom it asks: {told}");
    }
    for name in ["report.json", "history.jsonl"] {
        let [one, other] = [&first, &second].map(|reports| text(&reports.join("lamps").join(name)));
        assert!(one == other, "{name} differs");
    }
}

#[test]
fn a_broken_promise_is_found_and_its_replay_line_shows_it_again() {
    let reports = scratch("broken");
    let arguments =
        ["run", "--fault", "dim.twice/accepted", "--requests", "600", "--reports", reports.to_str().unwrap()];
    let output = probity(&arguments);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("FAIL dim.twice"), "{told}");
    let line = told
        .lines()
        .find_map(|line| line.trim().strip_prefix("replay     probity "))
        .expect("a replay line")
        .to_string();
    let again = probity(&line.split(' ').collect::<Vec<_>>());
    let shown = String::from_utf8(again.stdout).unwrap();
    assert_eq!(again.status.code(), Some(1), "{shown}");
    assert!(shown.contains("dim.twice"), "{shown}");
    let history = reports.join("lamps/history.jsonl");
    let judged = probity(&["judge", history.to_str().unwrap()]);
    assert!(String::from_utf8(judged.stdout).unwrap().contains("FAIL dim.twice"));
    assert_eq!(judged.status.code(), Some(1));
}
