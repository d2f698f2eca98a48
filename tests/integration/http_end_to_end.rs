//! The binary against endpoints on this machine: the mock over HTTP, and small servers with errors.

use super::cleanup::is_ignored_here;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

/// A folder for each test.
pub fn make_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("loopback").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

pub fn lamps_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps")
}

/// A folder without `suites`, so that the built-in suites are used.
fn folder_without_suites() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

pub fn probity_command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    command.args(arguments).current_dir(folder);
    command
}

pub fn to_text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

pub fn read_json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

/// The mock of the lamps over HTTP, until the value is dropped.
pub struct Mock(Child);

impl Mock {
    pub fn start(profile: &Path, arguments: &[&str]) -> Mock {
        let all = ["mock", "--listen", "127.0.0.1:0", "--profile-out", profile.to_str().unwrap()];
        let mut child = probity_command(&lamps_folder(), &[&all, arguments].concat())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the mock starts");
        let mut told = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        while !line.starts_with("listening") {
            line.clear();
            assert!(told.read_line(&mut line).expect("text") > 0, "the mock ends before it listens");
        }
        Mock(child)
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Answers each request by method and path. The threads end with the process.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` returns a status line, a content type and a body.
    fn start(answer: impl Fn(&str, usize) -> (&'static str, &'static str, String) + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (seen, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                std::thread::spawn(move || serve_connection(stream, &seen, &*answer));
            }
        });
        Server { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no thread panics with it").clone()
    }

    fn profile(&self, folder: &Path, rest: &str) -> String {
        let path = folder.join("profile.yaml");
        let text = format!(
            "endpoint: {}\nidentities: {{ owner: {{ parameters: {{ project_id: p }} }} }}\n{rest}",
            self.address
        );
        std::fs::write(&path, text).expect("the profile is written");
        path.display().to_string()
    }
}

fn serve_connection(
    stream: TcpStream,
    seen: &Mutex<Vec<String>>,
    answer: &dyn Fn(&str, usize) -> (&'static str, &'static str, String),
) -> Option<()> {
    let mut out = stream.try_clone().ok()?;
    let mut input = BufReader::new(stream);
    loop {
        let mut head = String::new();
        input.read_line(&mut head).ok().filter(|read| *read > 0)?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            input.read_line(&mut line).ok().filter(|read| *read > 0)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = text.trim().parse().ok()?;
            }
        }
        input.read_exact(&mut vec![0; length]).ok()?;
        let line = head.rsplit_once(' ').map_or(head.clone(), |(line, _)| line.to_string());
        let nth = {
            let mut seen = seen.lock().ok()?;
            seen.push(line.clone());
            seen.len()
        };
        let (status, kind, body) = answer(&line, nth);
        let reply =
            format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        out.write_all(reply.as_bytes()).ok()?;
    }
}

const JSON: &str = "application/json";

/// Runs a suite with a profile. The reports are written to the folder.
fn run_suite(place: &Path, folder: &Path, suite: &str, profile: &str, more: &[&str]) -> Output {
    let reports = folder.join("reports");
    let all = ["run", suite, "--profile", profile, "--reports", reports.to_str().unwrap()];
    probity_command(place, &[&all, more].concat()).output().expect("the binary runs")
}

/// Checks a run that ends before the first create: exit code, words of the error, and that only reads were sent.
fn check_refused(name: &str, server: &Server, profile: &str, (place, suite): (&Path, &str), code: i32, words: &[&str]) {
    let folder = make_folder(name);
    let output = run_suite(place, &folder, suite, &server.profile(&folder, profile), &[]);
    let told = to_text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{told}");
    assert_eq!(told.matches("error: ").count(), 1, "one message: {told}");
    for word in words {
        assert!(told.contains(word), "`{word}` is not in: {told}");
    }
    let asked = server.asked();
    assert!(asked.iter().all(|line| line.starts_with("GET ")), "{asked:?}");
    assert!(!folder.join("reports").exists(), "nothing is half-written");
}

#[test]
fn a_wrong_address_token_or_project_is_reported_before_the_first_create() {
    let native: &(&Path, &str) = &(&folder_without_suites(), "ecs-native");
    let lamps: &(&Path, &str) = &(&lamps_folder(), "lamps");
    for (suite, name) in [(native, "native"), (lamps, "lamps")] {
        let html = Server::start(|_, _| ("200 OK", "text/html", "<!doctype html><p>Sign in".to_string()));
        check_refused(&format!("html-{name}"), &html, "changes: allowed", *suite, 5, &["answers HTML", "console"]);
        let token = Server::start(|_, _| ("401 Unauthorized", JSON, "{}".to_string()));
        check_refused(&format!("token-{name}"), &token, "changes: allowed", *suite, 5, &["401", "identities.owner"]);
    }
    let other = Server::start(|_, _| ("404 Not Found", JSON, "{}".to_string()));
    check_refused("path", &other, "changes: allowed", *native, 5, &["answers 404", "base of the address"]);
}

#[test]
fn a_value_that_is_not_offered_and_a_quota_of_zero_are_reported_before_the_first_create() {
    let native: (&Path, &str) = (&folder_without_suites(), "ecs-native");
    let answer = |line: &str, _: usize| {
        let body = if line.contains("/sizes") { r#"{"sizes":[{"id":"s"}]}"# } else { r#"{"servers":[],"most":0}"# };
        ("200 OK", JSON, body.to_string())
    };
    let offer = "changes: allowed\noffers: { flavors: { get: '/{project_id}/sizes', each: /sizes, value: /id } }\n";
    let pools = "pools: { flavors: [s, gone] }\n";
    let words = ["does not offer \"gone\"", "pools.flavors", "\"s\""];
    check_refused("flavor", &Server::start(answer), &format!("{offer}{pools}"), native, 4, &words);
    let empty = "changes: allowed\npools: { flavors: [] }\n";
    let strange = "changes: allowed\npools: { flavours: [s] }\n";
    check_refused(
        "strange",
        &Server::start(answer),
        strange,
        native,
        4,
        &["pool `flavours`", "did you mean", "flavors"],
    );
    check_refused("empty", &Server::start(answer), empty, native, 4, &["`flavors` is empty"]);
    let quota = "changes: allowed\nquotas: { server: { get: /limits, most: /most } }\n";
    check_refused("quota", &Server::start(answer), quota, native, 5, &["no room for a server"]);
}

#[test]
fn if_the_profile_forbids_changes_only_reads_are_sent_and_other_clauses_are_untested() {
    let folder = make_folder("reading");
    let server = Server::start(|_, _| ("404 Not Found", JSON, r#"{"error":"none"}"#.to_string()));
    let output = run_suite(
        &lamps_folder(),
        &folder,
        "lamps",
        &server.profile(&folder, "limits: { rate: 0 }"),
        &["--plans", "2"],
    );
    let told = to_text(&output.stdout);
    assert!(told.contains("reads only, because the profile forbids changes"), "{told}{}", to_text(&output.stderr));
    let asked = server.asked();
    assert!(asked.len() > 40 && asked.iter().all(|line| line.starts_with("GET ")), "{asked:?}");
    let report = read_json(&folder.join("reports/lamps/report.json"));
    let row = |id: &str| report["clauses"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap().clone();
    for id in ["dim.bright", "lamp.frame.color", "show.there", "lightLamp.no-server-error"] {
        assert_eq!(row(id)["verdict"], "untested", "{id}");
        assert!(row(id)["reason"].as_str().unwrap().contains("the profile forbids changes"), "{}", row(id));
    }
    assert_eq!(row("showLamp.no-server-error")["verdict"], "pass");
    // An endpoint that refuses everything shows nothing about absent lamps.
    assert_eq!(row("lamp.absent")["verdict"], "inconclusive");
    let reason = "no other call of the operation was accepted, so each refusal may have another reason";
    assert_eq!(row("lamp.absent")["reason"], reason);
    assert_eq!(output.status.code(), Some(3), "{told}");
}

#[test]
fn refusals_of_a_gateway_end_the_run_as_inconclusive_and_tell_what_may_have_been_created() {
    let folder = make_folder("trouble");
    let server = Server::start(|_, nth| match nth {
        1 => ("404 Not Found", JSON, "{}".to_string()),
        _ => ("503 Busy", JSON, "{}".to_string()),
    });
    let profile = server.profile(&folder, "changes: allowed\nlimits: { rate: 0 }");
    let output = run_suite(&lamps_folder(), &folder, "lamps", &profile, &[]);
    let told = to_text(&output.stdout);
    // A gateway's refusal does not tell whether the lamp was created.
    assert_eq!(output.status.code(), Some(6), "{told}");
    assert!(
        told.contains(
            "stopped before the clauses were decided: no response told the id of the last 3 created resources"
        ),
        "{told}"
    );
    assert!((4..60).contains(&server.asked().len()), "{}", server.asked().len());
    let report = read_json(&folder.join("reports/lamps/report.json"));
    assert_eq!(report["totals"]["fail"], 0);
}

#[test]
fn a_quota_refusal_of_the_profile_is_no_deviation_and_ends_the_run_beyond_the_limit() {
    let folder = make_folder("recognised");
    let server = Server::start(|line, _| match line.starts_with("POST") {
        true => ("400 Bad Request", JSON, r#"{"error":{"message":"quota exceeded"}}"#.to_string()),
        false => ("404 Not Found", JSON, "{}".to_string()),
    });
    let quota = "recognise: { quota: { when: 'body.error.message.contains(\"quota\")', at_most: 3 } }";
    let profile = server.profile(&folder, &format!("changes: allowed\nlimits: {{ rate: 0 }}\n{quota}\n"));
    let output = run_suite(&lamps_folder(), &folder, "lamps", &profile, &["--clause", "light.bright"]);
    let told = to_text(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{told}{}", to_text(&output.stderr));
    let words = " responses were refused for a quota, more than the limit of 3 for a run";
    assert!(told.contains("stopped before the clauses were decided: ") && told.contains(words), "{told}");
    assert!((4..60).contains(&server.asked().len()), "{}", server.asked().len());
    assert_eq!(read_json(&folder.join("reports/lamps/report.json"))["totals"]["fail"], 0);
}

#[test]
fn a_dry_run_lists_the_requests_of_a_run_and_creates_nothing() {
    let folder = make_folder("dry-run");
    let profile = folder.join("profile.yaml");
    let _mock = Mock::start(&profile, &["--speed", "1000"]);
    let dry = |requests: &str| {
        let more = ["--dry-run", "--requests", requests];
        let output = run_suite(&lamps_folder(), &folder, "lamps", profile.to_str().unwrap(), &more);
        let told = to_text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{told}{}", to_text(&output.stderr));
        told
    };
    let told = dry("600");
    for words in [
        "  requests   about 390\n",
        "  resources  lamp: about ",
        "at most 16 at once",
        " lamp hours\n",
        "with the mock's times; no earlier run measured",
        "  quota      lamp: unknown; `quotas` in the profile says how to read the quota\n",
        "exit 0: a dry run, nothing was created\n",
    ] {
        assert!(told.contains(words), "`{words}` is not in: {told}");
    }
    assert!(!folder.join("reports").exists(), "nothing is written");
    let output = run_suite(&lamps_folder(), &folder, "lamps", profile.to_str().unwrap(), &["--requests", "600"]);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", to_text(&output.stdout));
    let told = dry("600");
    assert!(told.contains(" at the slowest tenth; from "), "{told}");
    assert!(told.contains(" transitions of an earlier run at this endpoint"), "{told}");
}

#[test]
fn a_dry_run_compares_the_needed_quota_with_the_free_quota() {
    let folder = make_folder("dry-quota");
    let server = Server::start(|line, _| match line.contains("/limits") {
        true => ("200 OK", JSON, r#"{"most":5,"used":3}"#.to_string()),
        false => ("404 Not Found", JSON, "{}".to_string()),
    });
    let quotas = "changes: allowed\nquotas: { lamp: { get: /limits, most: /most, used: /used } }\n";
    let profile = server.profile(&folder, quotas);
    let output = run_suite(&lamps_folder(), &folder, "lamps", &profile, &["--dry-run", "--requests", "100"]);
    let told = to_text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}{}", to_text(&output.stderr));
    let words =
        "  quota      lamp: 3 needed at once, only 2 free; write `limits: { live: 2 }`, or have the quota raised\n";
    assert!(told.contains(words), "{told}");
    assert!(server.asked().iter().all(|line| line.starts_with("GET ")), "{:?}", server.asked());
}

#[cfg(unix)]
#[test]
fn calls_that_a_profile_provokes_to_fail_run_between_its_two_commands() {
    let folder = make_folder("provoke");
    let profile = folder.join("profile.yaml");
    let _mock = Mock::start(&profile, &["--speed", "1000"]);
    let log = folder.join("log");
    let given = std::fs::read_to_string(&profile).unwrap();
    let with = |begin: &str| {
        let provoke = format!(
            "provoke: {{ lightLamp: {{ begin: '{begin}', end: 'echo end >> {}', each: 2 }} }}\n",
            log.display()
        );
        std::fs::write(&profile, format!("{given}{provoke}")).unwrap();
        run_suite(&lamps_folder(), &folder, "lamps", profile.to_str().unwrap(), &["--requests", "400"])
    };
    let output = with(&format!("echo begin >> {}", log.display()));
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", to_text(&output.stdout));
    let told = std::fs::read_to_string(&log).unwrap();
    let (begun, ended) = (told.matches("begin").count(), told.matches("end").count());
    assert!(begun > 1 && begun == ended, "{told}");
    let output = with("exit 7");
    let wrong = to_text(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{wrong}");
    assert!(wrong.contains("a command under `provoke` failed: `exit 7`: "), "{wrong}");
}

/// The histories that a run wrote.
fn read_history(folder: &Path) -> Vec<probity::history::History> {
    let file = std::fs::File::open(folder.join("history.jsonl.gz")).unwrap();
    probity::history::read_histories(&mut BufReader::new(file), "history.jsonl.gz").unwrap().0
}

#[test]
fn parallel_plans_stay_within_their_limits_and_clean_up() {
    let folder = make_folder("side-by-side");
    let profile = folder.join("profile.yaml");
    let _mock = Mock::start(&profile, &["--speed", "1000"]);
    let output = run_suite(&lamps_folder(), &folder, "lamps", profile.to_str().unwrap(), &["--requests", "1200"]);
    let told = to_text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}{}", to_text(&output.stderr));
    assert!(told.contains("lamps: at most 1200 requests (270 of them for shrinking, 120 for cleaning up), without a rate limit, 16 live resources, 8 plans side by side"), "{told}");
    assert!(told.contains("Time to settle, in seconds"), "{told}");
    let (report, run) =
        (read_json(&folder.join("reports/lamps/report.json")), read_json(&folder.join("reports/lamps/run.json")));
    let spent = &report["spending"];
    assert!(spent["requests"].as_u64().unwrap() <= 810, "{spent}");
    assert!(spent["cleaning"].as_u64().unwrap() > 0, "{spent}");
    let settled = run["settled"].as_array().unwrap();
    assert!(settled.iter().any(|row| row["from"] == "BRIGHT" && row["by"][0] == "dim.bright"), "{settled:?}");
    // The histories are in the order of the plans, whichever plan ended first.
    let plans: Vec<u64> =
        read_history(&folder.join("reports/lamps")).iter().map(|history| history.header.plan).collect();
    assert!(plans.len() > 3 && plans.iter().copied().eq(0..plans.len() as u64), "{plans:?}");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_run_with_the_verdicts_so_far() {
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        if is_ignored_here(&format!("-{signal}")) {
            println!("{signal} is skipped: these tests run with the signal ignored, and so do their children");
            continue;
        }
        let folder = make_folder(&format!("signal-{signal}"));
        let profile = folder.join("profile.yaml");
        let _mock = Mock::start(&profile, &["--speed", "20"]);
        let reports = folder.join("reports");
        let all = ["run", "lamps", "--profile", profile.to_str().unwrap(), "--reports", reports.to_str().unwrap()];
        let mut child = probity_command(&lamps_folder(), &all)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut told = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        while !line.contains("at most") {
            line.clear();
            assert!(told.read_line(&mut line).unwrap() > 0, "it ends by itself");
        }
        let sent = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
        let mut rest = String::new();
        told.read_to_string(&mut rest).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{rest}");
        assert!(!rest.contains("left behind"), "{rest}");
        let report = read_json(&reports.join("lamps/report.json"));
        assert_eq!(report["stopped"], "stopped on request", "{rest}");
    }
}
