//! The shards of a run, merged, say what one run says.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn make_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shards").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

/// Runs the binary in the folder of the lamps. Returns the exit code and all output.
fn run_probity(arguments: &[&str]) -> (Option<i32>, String) {
    let lamps = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    let output = Command::new(env!("CARGO_BIN_EXE_probity")).args(arguments).current_dir(lamps).output();
    let output = output.expect("the binary runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), told)
}

fn read_report(folder: &Path) -> Value {
    let text = std::fs::read_to_string(folder.join("lamps/report.json")).expect("there is a report");
    serde_json::from_str(&text).expect("JSON")
}

fn list_verdicts(report: &Value) -> BTreeMap<String, String> {
    let rows = report["clauses"].as_array().expect("a list").iter();
    rows.map(|row| (row["id"].as_str().unwrap().to_string(), row["verdict"].as_str().unwrap().to_string())).collect()
}

fn list_fingerprints(report: &Value) -> BTreeSet<String> {
    let findings = report["findings"].as_array().expect("a list").iter();
    let prints = findings.flat_map(|finding| finding["fingerprints"].as_array().expect("a list"));
    prints.map(|print| print.as_str().unwrap().to_string()).collect()
}

/// Runs the lamps whole and in shards with the same requests, and compares what the merged shards say.
fn check(name: &str, options: &[&str], shards: u64) {
    let base = make_folder(name);
    let folder = |part: &str| base.join(part).to_str().expect("text").to_string();
    let run = |part: &str, more: &[&str]| {
        let (reports, requests) = (folder(part), "900");
        run_probity(&[&["run", "lamps", "--requests", requests, "--reports", &reports], options, more].concat())
    };
    let (code, _) = run("whole", &[]);
    let parts: Vec<String> = (1..=shards).map(|number| format!("{number}/{shards}")).collect();
    for (index, part) in parts.iter().enumerate() {
        run(&format!("part-{index}"), &["--shard", part]);
    }
    let names: Vec<String> = (0..parts.len()).map(|index| folder(&format!("part-{index}"))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let merged = folder("merged");
    let (merged_code, told) = run_probity(&[&["merge", "--reports", &merged, "--format", "html"], &names[..]].concat());
    let (whole, joined) = (read_report(&base.join("whole")), read_report(&base.join("merged")));
    assert_eq!(list_verdicts(&whole), list_verdicts(&joined), "{told}");
    assert_eq!(list_fingerprints(&whole), list_fingerprints(&joined), "{told}");
    assert_eq!(code, merged_code, "{told}");
    assert!(base.join("merged/lamps/report.html").is_file() && base.join("merged/lamps/junit.xml").is_file());
    let plans = |report: &Value| report["spending"]["plans"].as_u64().expect("a number");
    let of_parts: u64 = (0..parts.len()).map(|index| plans(&read_report(&base.join(format!("part-{index}"))))).sum();
    assert_eq!(plans(&joined), of_parts);
    // The joined history gives the same verdicts again.
    let (_, judged) = run_probity(&["judge", &format!("{merged}/lamps/history.jsonl.gz")]);
    for id in list_verdicts(&joined).iter().filter(|(_, verdict)| *verdict == "fail").map(|(id, _)| id) {
        assert!(judged.contains(id.as_str()), "{judged}");
    }
}

#[test]
fn merged_shards_give_the_verdicts_of_one_run() {
    check("sound", &[], 3);
}

#[test]
fn merged_shards_give_the_deviations_of_one_run() {
    check("faulty", &["--fault", "dim.bright/no-effect"], 3);
    check("frame", &["--fault", "lamp.absent/other-status", "--seed", "7"], 2);
}

#[test]
fn the_counterexample_of_a_merged_report_can_be_replayed() {
    let base = make_folder("replayed");
    let fault = "dim.bright/refused";
    let folder = |part: &str| base.join(part).to_str().expect("text").to_string();
    for part in ["1/2", "2/2"] {
        let reports = folder(&part.replace('/', "-"));
        run_probity(&["run", "lamps", "--requests", "600", "--fault", fault, "--shard", part, "--reports", &reports]);
    }
    let merged = folder("merged");
    let (code, told) = run_probity(&["merge", &folder("1-2"), &folder("2-2"), "--reports", &merged]);
    assert_eq!(code, Some(1), "{told}");
    let report = read_report(&base.join("merged"));
    let file = report["findings"][0]["counterexample"]["file"].as_str().expect("a file");
    let place = base.join("merged/lamps").join(file);
    let (code, told) = run_probity(&["replay", place.to_str().unwrap(), "--fault", fault]);
    assert_eq!(code, Some(1), "{told}");
}

#[test]
fn a_missing_shard_and_a_whole_run_are_refused() {
    let base = make_folder("refused");
    let folder = |part: &str| base.join(part).to_str().expect("text").to_string();
    run_probity(&["run", "lamps", "--requests", "60", "--shard", "1/2", "--reports", &folder("half")]);
    run_probity(&["run", "lamps", "--requests", "60", "--reports", &folder("whole")]);
    let (code, told) = run_probity(&["merge", &folder("half"), "--reports", &folder("merged")]);
    assert!(code == Some(4) && told.contains("shard 2/2 is missing"), "{told}");
    let (code, told) = run_probity(&["merge", &folder("whole"), "--reports", &folder("merged")]);
    assert!(code == Some(4) && told.contains("of a whole run"), "{told}");
    let (code, told) = run_probity(&["run", "lamps", "--shard", "3/2"]);
    assert!(code == Some(2) && told.contains("1/4"), "{told}");
    assert!(!base.join("merged").exists(), "nothing is half-written");
}
