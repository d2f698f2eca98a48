//! The shell script of a counterexample shows the deviation with `curl`, at a mock that listens.

use std::io::BufRead;
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
