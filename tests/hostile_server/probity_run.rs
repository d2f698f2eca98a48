//! The binary against a hostile server, ended if it does not end by itself.

use super::secret_spellings::spell_secret;
use super::{HostileServer, OWNER_TOKEN};
use flate2::read::MultiGzDecoder;
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Longest time of a run, on a machine with much other work.
const RUN_TIME_MAX: Duration = Duration::from_secs(150);

/// Bytes of a packed file that are looked through.
const UNPACKED_BYTES_MAX: u64 = 256 << 20;

/// A run that has ended.
pub struct ProbityRun {
    /// Nothing if a signal ended the process.
    pub code: Option<i32>,
    /// Standard output.
    pub told: String,
    /// Standard error.
    pub errors: String,
    pub time: Duration,
    /// The folder of the run, with `reports`.
    pub folder: PathBuf,
}

/// An empty folder for a test.
fn make_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

/// `probity run lamps` with a profile for the server, whose rest is given. The caller waits, or sends signals.
pub fn start_probity(folder: &Path, server: &HostileServer, profile_rest: &str, arguments: &[&str]) -> Child {
    let profile = server.write_profile(folder, profile_rest);
    let file = |name: &str| File::create(folder.join(name)).expect("a file for the output");
    Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["run", "lamps", "--profile"])
        .arg(profile)
        .arg("--reports")
        .arg(folder.join("reports"))
        .arg("--journal")
        .arg(folder.join("journal"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps"))
        .stdout(file("stdout"))
        .stderr(file("stderr"))
        .spawn()
        .expect("the binary starts")
}

/// Runs to the end. `name` is the name of the folder.
pub fn run_probity(name: &str, server: &HostileServer, profile_rest: &str, arguments: &[&str]) -> ProbityRun {
    let folder = make_folder(name);
    let started = Instant::now();
    let child = start_probity(&folder, server, profile_rest, arguments);
    ProbityRun::wait(child, &folder, started, RUN_TIME_MAX)
}

impl ProbityRun {
    /// Waits for the end. Ends the process and panics if the process lives longer than `most`.
    pub fn wait(mut child: Child, folder: &Path, started: Instant, most: Duration) -> ProbityRun {
        let read = |name: &str| {
            String::from_utf8_lossy(&std::fs::read(folder.join(name)).expect("the output is there")).into_owned()
        };
        let status = loop {
            if let Some(status) = child.try_wait().expect("the process can be waited for") {
                break status;
            }
            if started.elapsed() > most {
                let _ = child.kill();
                let _ = child.wait();
                panic!("the run has not ended after {most:?}: {}{}", read("stdout"), read("stderr"));
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        ProbityRun {
            code: status.code(),
            told: read("stdout"),
            errors: read("stderr"),
            time: started.elapsed(),
            folder: folder.to_path_buf(),
        }
    }

    /// Checks what holds for each run, whatever the endpoint does: the process ended by itself with one of the exit
    /// codes, did not panic, printed no control character and no endless line, and recorded no secret.
    pub fn check_unharmed(&self, codes: &[i32]) {
        let all = format!("{}{}", self.told, self.errors);
        assert!(!all.contains("panicked"), "{all}");
        assert!(self.code.is_some_and(|code| codes.contains(&code)), "exit {:?}, not of {codes:?}: {all}", self.code);
        let strange = all.chars().find(|letter| letter.is_control() && *letter != '\n');
        assert!(strange.is_none(), "the output has {strange:?}: {all:?}");
        let longest = all.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        assert!(longest < 20_000, "the output has a line of {longest} characters");
        check_without_secrets(&self.folder);
    }

    /// The report of the lamps.
    pub fn report(&self) -> Value {
        let path = self.folder.join("reports/lamps/report.json");
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}: {}{}", path.display(), self.told, self.errors));
        serde_json::from_str(&text).expect("the report is JSON")
    }

    /// Clauses with the verdict `fail`, in the order of the report.
    pub fn failed_clauses(&self) -> Vec<String> {
        let report = self.report();
        let rows = report["clauses"].as_array().expect("the report has clauses");
        let failed = rows.iter().filter(|row| row["verdict"] == "fail");
        failed.map(|row| row["id"].as_str().unwrap_or_default().to_string()).collect()
    }
}

/// Checks that no file of the folder, except the profile, has the owner's token in any spelling.
fn check_without_secrets(folder: &Path) {
    let spelled = spell_secret(OWNER_TOKEN);
    for entry in std::fs::read_dir(folder).expect("the folder can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            check_without_secrets(&path);
        } else if !path.ends_with("profile.yaml") {
            // A text that has a backslash is escaped once more in JSON.
            let text = read_unpacked(&path).replace("\\\\", "\\");
            for (spelling, secret) in &spelled {
                assert!(!text.contains(secret), "{} has the token ({spelling})", path.display());
            }
        }
    }
}

fn read_unpacked(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut unpacked = Vec::new();
    match MultiGzDecoder::new(bytes.as_slice()).take(UNPACKED_BYTES_MAX).read_to_end(&mut unpacked) {
        Ok(_) if path.extension().is_some_and(|end| end == "gz") => String::from_utf8_lossy(&unpacked).into_owned(),
        _ => String::from_utf8_lossy(&bytes).into_owned(),
    }
}
