//! The binary against a hostile endpoint: the run ends in time, with an exit code of its own, and blames no clause for
//! what the network did.

#![allow(clippy::disallowed_methods, reason = "the time of a process is measured, so the clock is the real one")]

use super::hostile_server::{Attack, HostileServer, RawResponse};
use super::http_end_to_end::{Mock, lamps_folder, make_folder, probity_command, read_json, to_text};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

/// No run of this file takes longer, on a slow machine too.
const RUN_TIME: Duration = Duration::from_secs(150);

/// The address of the working server in a profile.
pub fn read_address(profile: &str) -> SocketAddr {
    let line = profile.lines().find_map(|line| line.strip_prefix("endpoint: http://")).expect("the profile has one");
    line.trim().parse().expect("an address")
}

/// What is left of a run: exit code, both outputs, and the report.
struct HostileRun {
    code: Option<i32>,
    told: String,
    report: Option<Value>,
}

impl HostileRun {
    /// Ids of the failed clauses.
    fn list_failed(&self) -> Vec<String> {
        let clauses = self.report.as_ref().and_then(|report| report["clauses"].as_array()).cloned().unwrap_or_default();
        let failed = clauses.iter().filter(|row| row["verdict"] == "fail");
        failed.map(|row| row["id"].as_str().expect("an id").to_string()).collect()
    }
}

/// Runs the lamps through a hostile server. The first 30 requests pass, so that the run begins; then each tenth request
/// is attacked.
fn run_attacked(name: &str, attack: impl Fn() -> Attack + Send + 'static) -> HostileRun {
    let folder = make_folder(&format!("hostile-{name}"));
    let profile = folder.join("working.yaml");
    let _mock = Mock::start(&profile, &["--speed", "10000"]);
    let text = std::fs::read_to_string(&profile).expect("the mock writes it");
    let upstream = read_address(&text);
    let server = HostileServer::start(upstream, move |request| match request.nth {
        0..30 => Attack::PassThrough,
        nth if nth % 10 == 0 => attack(),
        _ => Attack::PassThrough,
    });
    let text = server
        .redirect_profile(&text, upstream)
        .replace("limits: { rate: 0,", "limits: { rate: 0, seconds: 40, reserve_seconds: 20,");
    std::fs::write(folder.join("profile.yaml"), text).expect("the profile is written");
    run_lamps(&folder, &["--requests", "250"])
}

fn run_lamps(folder: &Path, more: &[&str]) -> HostileRun {
    let reports = folder.join("reports");
    let profile = folder.join("profile.yaml");
    let all = ["run", "lamps", "--profile", profile.to_str().unwrap(), "--reports", reports.to_str().unwrap()];
    let begin = Instant::now();
    let output = probity_command(&lamps_folder(), &[&all, more].concat()).output().expect("the binary runs");
    let told = format!("{}{}", to_text(&output.stdout), to_text(&output.stderr));
    assert!(begin.elapsed() < RUN_TIME, "{:?}: {told}", begin.elapsed());
    let report = reports.join("lamps/report.json");
    let report = report.exists().then(|| read_json(&report));
    HostileRun { code: output.status.code(), told, report }
}

/// Checks that an attack leads to no deviation and no crash, and that the report is written.
fn check(name: &str, attack: impl Fn() -> Attack + Send + 'static) {
    let run = run_attacked(name, attack);
    assert!(matches!(run.code, Some(0 | 3 | 5 | 6)), "{name}: {:?}\n{}", run.code, run.told);
    assert!(!run.told.contains("panicked"), "{name}: {}", run.told);
    assert!(run.report.is_some(), "{name}: {}", run.told);
    assert_eq!(run.list_failed(), Vec::<String>::new(), "{name}: {}", run.told);
}

/// Checks that an attack leads to no crash, and that the report is written.
fn check_survived(name: &str, attack: impl Fn() -> Attack + Send + 'static) {
    let run = run_attacked(name, attack);
    assert!(matches!(run.code, Some(0 | 1 | 3 | 5 | 6)), "{name}: {:?}\n{}", run.code, run.told);
    assert!(!run.told.contains("panicked") && run.report.is_some(), "{name}: {}", run.told);
}

#[test]
fn resets_at_every_part_of_a_response_blame_no_clause() {
    let bytes = std::sync::atomic::AtomicUsize::new(0);
    check("resets", move || Attack::ResetAfter(bytes.fetch_add(17, std::sync::atomic::Ordering::Relaxed)));
    check("reset-before", || Attack::ResetBefore);
}

#[test]
fn heads_without_end_and_broken_chunks_blame_no_clause() {
    check("endless-head", || Attack::EndlessHead);
    check("chunks", || Attack::BrokenChunks);
}

#[test]
fn bodies_without_end_and_bombs_are_cut_off() {
    // The status 200 of these responses may be a deviation.
    check_survived("endless-body", || Attack::EndlessBody);
    check_survived("bomb", || Attack::GzipBomb);
}

#[test]
fn floods_of_informational_responses_do_not_hold_a_run() {
    check("flood", || Attack::InformationalFlood(20_000));
}

#[test]
fn redirections_are_not_followed() {
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let to = format!("http://{}/lamps", elsewhere.local_addr().expect("it is bound"));
    let run = run_attacked("redirect", move || Attack::redirect(&to));
    assert!(!run.told.contains("panicked") && run.report.is_some(), "{}", run.told);
    elsewhere.set_nonblocking(true).expect("a socket can be nonblocking");
    let visited = elsewhere.accept();
    assert!(visited.is_err(), "no credential goes to another host: {visited:?}");
}

#[test]
fn responses_of_a_working_form_with_hostile_content_end_no_run() {
    check_survived("deep", || Attack::DeepJson(1_000_000));
    check_survived("wide", || Attack::WideJson(200_000));
    check_survived("foreign", || Attack::ForeignResponse);
    check_survived("status", || Attack::InsteadOf(RawResponse::json(600, b"{}")));
    check_survived("null", || Attack::respond_after(RawResponse::json(200, b"null")));
    check_survived("html", || Attack::InsteadOf(RawResponse::html(404, "<!doctype html><p>no such page")));
    check_survived("escapes", || Attack::change_body(|body| body["id"] = json!("\u{1b}]0;owned\u{7}\n\u{202e}")));
    check_survived("throttled", || Attack::InsteadOf(RawResponse::json(429, b"{}").with_header("retry-after", "0")));
}

#[test]
fn a_dripping_response_within_the_time_limit_is_an_ordinary_response() {
    let run = run_attacked("drip", || Attack::Drip(Duration::from_millis(1)));
    assert!(matches!(run.code, Some(0 | 3)), "{:?}\n{}", run.code, run.told);
    assert_eq!(run.list_failed(), Vec::<String>::new(), "{}", run.told);
}

#[test]
fn the_server_counts_what_it_does_and_changes_bodies() {
    let folder = make_folder("hostile-self");
    let profile = folder.join("working.yaml");
    let _mock = Mock::start(&profile, &["--speed", "10000"]);
    let text = std::fs::read_to_string(&profile).expect("the mock writes it");
    let upstream = read_address(&text);
    let server = HostileServer::start(upstream, |request| match request.method.as_str() {
        "POST" => Attack::change_body(|body| body["id"] = json!("..")),
        "DELETE" => Attack::Silence,
        _ => Attack::PassThrough,
    });
    let client = |text: &str| {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(server.address).expect("the server listens");
        stream.write_all(text.as_bytes()).expect("the server reads");
        let mut answer = [0; 4096];
        let read = stream.read(&mut answer).expect("the server answers");
        to_text(&answer[..read])
    };
    let body = r#"{"color":"red"}"#;
    let path = "/v1/lamps";
    let head = format!(
        "POST {path} HTTP/1.1\r\nx-auth-token: owner-token\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let answer = client(&(head + body));
    assert!(answer.starts_with("HTTP/1.1 201") && answer.contains(r#""id":"..""#), "{answer}");
    assert!(client("GET /v1/nowhere HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 4"));
    let mut waiting = std::net::TcpStream::connect(server.address).expect("the server listens");
    waiting.set_read_timeout(Some(Duration::from_millis(300))).expect("a time limit");
    std::io::Write::write_all(&mut waiting, b"DELETE / HTTP/1.1\r\n\r\n").expect("the server reads");
    assert!(std::io::Read::read(&mut waiting, &mut [0; 10]).is_err(), "nothing arrives");
    let counted: Vec<_> = server.count_attacks().into_iter().collect();
    assert_eq!(counted, [("after", 1), ("pass-through", 1), ("silence", 1)]);
    assert_eq!(server.count_received(), 3);
    assert_eq!(server.requests()[0].target, path);
}
