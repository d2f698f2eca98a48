//! The binary against endpoints that become unusable in the middle of a run, that refuse good credentials, and whose ids
//! cannot be sent: what was seen before is reported, and what the endpoint did not do is blamed on no clause.

#![allow(clippy::disallowed_methods, reason = "a server is stopped in the middle of a run, in real time")]

use super::hostile_server::{
    Attack, HostileServer, OWNER_TOKEN, ProbityRun, RawResponse, ReceivedRequest, run_probity,
};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Limits for short runs.
const LIMITS: &str = "limits: { rate: 0, seconds: 40, reserve_seconds: 4, live: 20 }\nsettle_percent: 1";

fn last_line(run: &ProbityRun) -> &str {
    run.told.lines().last().unwrap_or_default()
}

/// A removed lamp answers 200, which contradicts `remove.gone`: a deviation to be found before the run ends.
fn answer_removals_wrongly(request: &ReceivedRequest) -> Attack {
    match request.method.as_str() {
        "DELETE" => Attack::After(Box::new(|response| match response.status {
            204 => RawResponse::json(200, b"{}"),
            _ => response,
        })),
        _ => Attack::PassThrough,
    }
}

/// Checks that a run found the deviation of removals, and tells why it ended early.
fn check_ended_early(run: &ProbityRun, reason: &str, causes: &[&str]) {
    run.check_unharmed(&[1]);
    let told = format!("{}{}", run.told, run.errors);
    let report = run.report();
    assert!(report["stopped"].as_str().is_some_and(|stopped| stopped.contains(reason)), "{told}");
    assert_eq!(run.failed_clauses(), ["remove.gone"], "{told}");
    assert!(run.told.contains("FAIL remove.gone") && told.contains("error: "), "{told}");
    for cause in [&["a deviation (lamps)"], causes].concat() {
        assert!(last_line(run).contains(cause), "{}", last_line(run));
    }
    let names: Vec<String> = std::fs::read_dir(run.folder.join("reports/lamps"))
        .expect("the folder of the reports")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    for name in ["report.json", "run.json", "junit.xml", "history.jsonl.gz"] {
        assert!(names.iter().any(|known| known == name), "{names:?}");
    }
    let run_facts = std::fs::read_to_string(run.folder.join("reports/lamps/run.json")).expect("the file");
    let run_facts: Value = serde_json::from_str(&run_facts).expect("JSON");
    assert_eq!(run_facts["exit_code"], 1);
}

#[test]
fn an_endpoint_that_disappears_in_the_middle_leaves_the_report_of_what_was_seen() {
    let received = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&received);
    let server = HostileServer::before_lamps(move |request| {
        count.store(request.nth, Ordering::Relaxed);
        answer_removals_wrongly(request)
    });
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile/disappears");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let begin = std::time::Instant::now();
    let child = super::hostile_server::start_probity(&folder, &server, LIMITS, &["--requests", "100000"]);
    while received.load(Ordering::Relaxed) < 300 && begin.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(server);
    let run = ProbityRun::wait(child, &folder, begin, Duration::from_secs(150));
    check_ended_early(&run, "the endpoint cannot be reached", &["the endpoint cannot be reached"]);
}

#[test]
fn a_command_that_provokes_a_failure_and_fails_itself_leaves_the_report_of_what_was_seen() {
    let server = HostileServer::before_lamps(answer_removals_wrongly);
    let count = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("provocations");
    let _ = std::fs::remove_file(&count);
    // The command fails at its twentieth call.
    let script = count.with_extension("sh");
    let text = format!("#!/bin/sh\necho x >> {0}\ntest $(wc -l < {0}) -lt 20\n", count.display());
    std::fs::write(&script, text).expect("the script is written");
    let provoke =
        format!("provoke:\n  lightLamp: {{ begin: sh {}, end: 'true', each: 1 }}\n{LIMITS}", script.display());
    let run = run_probity("provocation", &server, &provoke, &["--requests", "600"]);
    check_ended_early(&run, "a command under `provoke` failed", &["a bad suite, schema, page, profile"]);
}

#[test]
fn a_stray_401_for_good_credentials_is_judged() {
    let refused = Arc::new(AtomicU64::new(0));
    let once = Arc::clone(&refused);
    let server = HostileServer::before_lamps(move |request| {
        let good = request.header("authorization").is_some_and(|value| value.ends_with(OWNER_TOKEN));
        if request.nth >= 60 && request.method == "GET" && good && once.fetch_add(1, Ordering::Relaxed) == 0 {
            return Attack::InsteadOf(RawResponse::json(401, b"{}"));
        }
        Attack::PassThrough
    });
    let run = run_probity("stray-401", &server, LIMITS, &["--requests", "400"]);
    run.check_unharmed(&[1]);
    assert!(!run.failed_clauses().is_empty(), "{}", run.told);
    assert!(run.told.contains("401"), "{}", run.told);
    // The read counts as a check, besides the one before the first plan.
    assert!(run.report()["spending"]["checking"].as_u64() >= Some(2), "{}", run.report()["spending"]);
    assert_eq!(server.count_lamps().0, 0, "everything is deleted");
}

/// Credentials that the server refuses from a request on.
fn check_revoked(name: &str, from: u64) {
    let server = HostileServer::before_lamps(move |request| match request.nth >= from {
        true => Attack::InsteadOf(RawResponse::json(401, b"{}")),
        false => Attack::PassThrough,
    });
    let run = run_probity(name, &server, LIMITS, &["--requests", "600"]);
    run.check_unharmed(&[5]);
    let told = format!("{}{}", run.told, run.errors);
    assert_eq!(run.failed_clauses(), Vec::<String>::new(), "{told}");
    let stopped = run.report()["stopped"].as_str().map(str::to_string).unwrap_or_default();
    assert!(stopped.contains("the endpoint refuses the credentials of owner, which it accepted before"), "{told}");
    assert!(run.errors.contains("credentials under `identities`"), "{told}");
    let (left, _) = server.count_lamps();
    assert_eq!(last_line(&run).contains("resources were left behind"), left > 0, "{left} are left: {told}");
    // Only cleaning up goes on.
    let stop = server.requests().iter().filter(|request| request.nth >= from && request.method == "POST").count();
    assert!(stop <= 1 + 8, "no plan goes on: {stop} calls");
}

#[test]
fn revoked_credentials_end_a_run_without_a_finding() {
    check_revoked("revoked-61", 61);
    check_revoked("revoked-200", 200);
}

/// Checks that a run goes on after creates with an id.
fn check_id(name: &str, id: &Value) {
    let (id, mut creates) = (id.clone(), 0);
    let server = HostileServer::before_lamps(move |request| {
        let creates_lamp = request.method == "POST" && request.target.ends_with("/lamps");
        creates += u32::from(creates_lamp);
        // Three creates in a row without a usable id would end the run.
        if creates_lamp && creates % 4 == 0 {
            let id = id.clone();
            return Attack::change_body(move |body| body["id"] = id.clone());
        }
        Attack::PassThrough
    });
    let limits = LIMITS.replace("live: 20", "live: 200");
    let run = run_probity(&format!("id-{name}"), &server, &limits, &["--requests", "400"]);
    // What was created under such an id cannot be deleted.
    run.check_unharmed(&[0, 1, 3, 6]);
    let report = run.report();
    let sent = report["spending"]["requests"].as_u64().expect("a number");
    assert!(sent > 100, "the run goes on: {sent} requests: {}{}", run.told, run.errors);
    let passed = report["totals"]["pass"].as_u64();
    assert!(passed > Some(3), "clauses are decided: {}{}", run.told, run.errors);
}

#[test]
fn ids_that_are_steps_in_a_path_end_no_run() {
    check_id("dot", &json!("."));
    check_id("dots", &json!(".."));
}

#[test]
fn empty_ids_and_ids_with_control_characters_end_no_run() {
    check_id("empty", &json!(""));
    check_id("control", &json!("lamp\u{0}\u{7}\r\nx: y"));
}

#[test]
fn ids_of_a_megabyte_end_no_run() {
    check_id("megabyte", &json!("i".repeat(1 << 20)));
}
