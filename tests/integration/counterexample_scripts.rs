//! The shell script of a counterexample shows the deviation with `curl`, at a mock that listens.

use super::reference_agreement::profiles::write_profile;
use super::reference_server::{ReferenceServer, Settings};
use serde_json::json;
use std::io::BufRead;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

fn probity(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    command.args(arguments).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps"));
    command
}

/// A mock that listens until the value is dropped.
struct ListeningMock {
    process: Child,
    address: String,
}

impl ListeningMock {
    fn start(fault: &str) -> ListeningMock {
        let arguments = ["mock", "--suite", "lamps", "--fault", fault, "--listen", "127.0.0.1:0", "--speed", "1000"];
        let mut process = probity(&arguments).stdout(Stdio::piped()).spawn().expect("a mock");
        let mut lines = std::io::BufReader::new(process.stdout.take().expect("piped")).lines();
        let listening = lines.find_map(|line| Some(line.ok()?.strip_prefix("listening on ")?.to_string()));
        let listening = listening.expect("the mock tells its address");
        let address = listening.split(';').next().unwrap_or_default().to_string();
        ListeningMock { process, address }
    }
}

impl Drop for ListeningMock {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs against the mock with a fault; returns the terminal output and the script of the first finding.
fn find_script(name: &str, fault: &str) -> (String, PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("script-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    let run = probity(&["run", "lamps", "--fault", fault, "--requests", "600", "--seed", "1", "--reports"])
        .arg(&folder)
        .output();
    let told = String::from_utf8(run.expect("the binary runs").stdout).expect("text");
    (told, folder.join("lamps/counterexample-1.sh"))
}

/// The output of the script at a mock with the fault, and its last response.
fn run_script(script: &Path, fault: &str) -> (String, String) {
    let mock = ListeningMock::start(fault);
    let run = Command::new("sh").arg(script).env("ENDPOINT", &mock.address).output().expect("there is a shell");
    let told = String::from_utf8_lossy(&run.stdout).to_string();
    assert!(run.status.success(), "{told}{}", String::from_utf8_lossy(&run.stderr));
    let last = told.lines().rfind(|line| line.trim_start().starts_with("-> ")).unwrap_or_default().to_string();
    (told, last)
}

/// The last response of the script has `deviates` at the faulty mock.
fn check(name: &str, fault: &str, deviates: &str) {
    let (told, script) = find_script(name, fault);
    assert!(script.is_file(), "no script: {told}");
    assert!(told.contains(&format!("sh {}", script.display())), "the terminal names the script: {told}");
    let (printed, last) = run_script(&script, fault);
    assert!(last.contains(deviates), "{fault}: {printed}");
    assert!(printed.contains("expected: "), "{printed}");
}

#[test]
fn a_script_captures_ids_and_waits_and_shows_the_deviation() {
    // The script lights a lamp, dims it, waits until it is dim, and dims it again.
    check("accepted", "dim.twice/accepted", "-> 20");
    // The script removes a lamp, which is accepted with another status.
    check("other-status", "remove.gone/other-status", "-> 200");
}

/// A reference server whose volumes need signed requests, on a thread of its own.
struct SignedServer {
    address: SocketAddr,
    settings: Settings,
    profile: PathBuf,
    /// Ends the server when the value is dropped.
    _end: tokio::sync::oneshot::Sender<()>,
}

impl SignedServer {
    fn start(folder: &Path) -> SignedServer {
        let settings = Settings { faults: ["foreign-volume-shown"].into(), ..Settings::default() };
        let (told, address) = std::sync::mpsc::channel();
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let wanted = settings.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let server = ReferenceServer::start(wanted).await.expect("a free port");
                told.send(server.address).expect("the test waits");
                let _ = ended.await;
            });
        });
        let address = address.recv().expect("the server starts");
        let mut file = write_profile("scp-volume", &settings, &format!("http://{address}"));
        file["limits"] = json!({ "rate": 0, "poll_ms": 5 });
        let profile = folder.join("profile.yaml");
        std::fs::write(&profile, file.to_string()).expect("a file");
        SignedServer { address, settings, profile, _end: end }
    }
}

fn probity_at_root() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

#[test]
fn a_script_signs_its_requests_with_the_profile_and_has_no_secret() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("script-signed");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let server = SignedServer::start(&folder);
    let run = probity_at_root()
        .args([
            "run",
            "scp-volume",
            "--requests",
            "900",
            "--first",
            "--today",
            "2026-11-25",
            "--settle",
            "1",
            "--profile",
        ])
        .arg(&server.profile)
        .arg("--reports")
        .arg(folder.join("reports"))
        .output()
        .expect("the binary runs");
    let told = String::from_utf8_lossy(&run.stdout).to_string();
    let script = folder.join("reports/scp-volume/counterexample-1.sh");
    assert!(script.is_file(), "{told}{}", String::from_utf8_lossy(&run.stderr));
    let text = std::fs::read_to_string(&script).expect("text");
    for key in &server.settings.identities.keys {
        assert!(!text.contains(&key.secret) && !text.contains(&key.access), "{text}");
    }
    let shown = Command::new("sh")
        .arg(&script)
        .env("PROBITY", env!("CARGO_BIN_EXE_probity"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("there is a shell");
    let printed = String::from_utf8_lossy(&shown.stdout).to_string();
    assert!(shown.status.success(), "{text}{printed}{}", String::from_utf8_lossy(&shown.stderr));
    assert!(!printed.contains("-> 401"), "{printed}");
    let last = printed.lines().rfind(|line| line.trim_start().starts_with("-> ")).unwrap_or_default();
    let report = std::fs::read_to_string(folder.join("reports/scp-volume/report.json")).expect("the report");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let outcomes = report["findings"][0]["counterexample"]["outcomes"].as_array().expect("outcomes");
    let status = outcomes.last().and_then(serde_json::Value::as_str).expect("an outcome");
    assert!(last.contains(&format!("-> {status}")), "the run ended with {status}: {printed}");
}

#[test]
fn sign_prints_headers_that_the_endpoint_accepts_in_both_forms() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sign");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let server = SignedServer::start(&folder);
    for (format, option) in [("headers", "-H"), ("curl", "--config")] {
        let signed = probity_at_root()
            .args(["sign", "scp-volume", "GET", "/v1/volumes?limit=1", "--format", format, "--profile"])
            .arg(&server.profile)
            .output()
            .expect("the binary runs");
        assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
        let file = folder.join(format);
        std::fs::write(&file, &signed.stdout).expect("a file");
        let headers = if option == "-H" { format!("@{}", file.display()) } else { file.display().to_string() };
        let address = format!("http://{}/v1/volumes?limit=1", server.address);
        let options = ["-sS", "-o", "/dev/null", "-w", "%{http_code}", option, &headers, &address];
        let asked = Command::new("curl").args(options).output().expect("curl runs");
        let text = String::from_utf8_lossy(&signed.stdout).to_string();
        assert_ne!(String::from_utf8_lossy(&asked.stdout), "401", "{text}");
        assert!(text.to_ascii_lowercase().contains("scp-signature"), "{text}");
    }
}
