//! No input file hangs the command or is read without end: pipes, devices and folders are refused.

#![allow(clippy::disallowed_methods, reason = "the time of a process is measured, so the clock is the real one")]
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Longest time of a call. A call that reads a pipe or a device without end never ends by itself.
const TIME_MAX: Duration = Duration::from_secs(60);

/// A folder with suites and schemas of the lamps, and with what is no regular file.
struct Workplace {
    folder: PathBuf,
}

impl Workplace {
    fn new(name: &str) -> Workplace {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("folder")).unwrap();
        let made = Command::new("mkfifo").arg(folder.join("pipe")).status().expect("mkfifo is part of every Unix");
        assert!(made.success());
        std::os::unix::fs::symlink("/dev/zero", folder.join("device")).unwrap();
        let lamps = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
        copy_folder(&lamps, &folder);
        Workplace { folder }
    }

    /// Standard error and exit code of a call. A call that does not end is killed and fails the test.
    fn call(&self, arguments: &[&str], variables: &[(&str, &str)]) -> (String, Option<i32>) {
        let output = self.folder.join("stderr");
        let mut child = Command::new(env!("CARGO_BIN_EXE_probity"))
            .args(arguments)
            .envs(variables.iter().copied())
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&output).unwrap())
            .spawn()
            .expect("the binary runs");
        let began = Instant::now();
        let ended = loop {
            match child.try_wait().expect("the child can be asked") {
                Some(status) => break status.code(),
                None if began.elapsed() > TIME_MAX => {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    panic!("{arguments:?} does not end");
                }
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        (std::fs::read_to_string(output).unwrap(), ended)
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target)
        } else {
            std::fs::copy(entry.path(), target).map(|_| ()).unwrap()
        }
    }
}

/// What each path names, as an error says it.
const KINDS: [(&str, &str); 3] = [("pipe", "a pipe"), ("device", "a device"), ("folder", "a folder")];

/// Checks a call for each kind; `{}` in an argument is the path.
fn check_refused(name: &str, arguments: &[&str], variables: &[(&str, &str)]) {
    let place = Workplace::new(&format!("input-{name}"));
    for (path, kind) in KINDS {
        let arguments: Vec<String> = arguments.iter().map(|argument| argument.replace("{}", path)).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (told, code) = place.call(&arguments, variables);
        assert_eq!(code, Some(4), "{name}, {path}: {told}");
        assert!(told.contains(&format!("names {kind}, not a regular file")), "{name}, {path}: {told}");
        assert!(told.contains("remedy"), "{name}, {path}: {told}");
    }
}

#[test]
fn no_argument_that_names_a_file_reads_a_pipe_a_device_or_a_folder() {
    check_refused("profile", &["run", "lamps", "--profile", "{}"], &[]);
    check_refused("sweep", &["sweep", "--profile", "{}"], &[]);
    check_refused("plan", &["replay", "{}"], &[]);
    check_refused("history", &["judge", "{}"], &[]);
    check_refused("traffic", &["judge", "{}", "--suite", "lamps"], &[]);
    check_refused("explained", &["explain", "--history", "{}", "--why", "1"], &[]);
    check_refused("manifest", &["derive", "--manifest", "{}", "--pages", ".", "--out", "out"], &[]);
    check_refused("formatted", &["fmt", "{}"], &[]);
}

/// Checks a run for each kind with a file of the profile in that place.
fn check_profile(name: &str, profile: &str) {
    let place = Workplace::new(&format!("profile-{name}"));
    for (path, kind) in KINDS {
        std::fs::write(place.folder.join("profile.yaml"), profile.replace("{}", path)).unwrap();
        let variables = [("OS_CLIENT_CONFIG_FILE", path), ("HOME", "/nowhere")];
        let (told, code) = place.call(&["run", "lamps", "--profile", "profile.yaml"], &variables);
        assert_eq!(code, Some(4), "{name}, {path}: {told}");
        assert!(told.contains(&format!("names {kind}, not a regular file")), "{name}, {path}: {told}");
    }
}

#[test]
fn no_file_that_a_profile_names_is_a_pipe_a_device_or_a_folder() {
    let endpoint = "endpoint: http://127.0.0.1:1\n";
    check_profile("token", &format!("{endpoint}identities: {{ owner: {{ headers: {{ X-Key: 'file:{{}}' }} }} }}"));
    check_profile("authority", &format!("{endpoint}connection: {{ ca: ['{{}}'] }}"));
    check_profile("certificate", &format!("{endpoint}connection: {{ certificate: '{{}}', key: '{{}}' }}"));
    check_profile(
        "clouds",
        &format!("{endpoint}identities: {{ owner: {{ auth: {{ openstack-cloud: {{ cloud: a }} }} }} }}"),
    );
}

/// Checks a run after a file of the folder was replaced by each kind.
fn check_replaced(name: &str, file: &str, words: &str, arguments: &[&str]) {
    let place = Workplace::new(&format!("replaced-{name}"));
    let path = place.folder.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _ = std::fs::remove_file(&path);
    for (kind, _) in KINDS {
        std::os::unix::fs::symlink(place.folder.join(kind), &path).unwrap();
        let (told, code) = place.call(arguments, &[]);
        assert_eq!(code, Some(4), "{name}, {kind}: {told}");
        assert!(told.contains(words), "{name}, {kind}: {told}");
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn no_suite_schema_plan_or_journal_is_a_pipe_a_device_or_a_folder() {
    let regular = "not a regular file";
    check_replaced("suite", "suites/lamps.yaml", regular, &["run", "lamps"]);
    check_replaced("catalog", "schemas/lamps/catalog.json", "no regular file", &["run", "lamps"]);
    check_replaced("witness", "suites/counterexamples/lamps/a.json", regular, &["run", "lamps"]);
    let profile = "profile.yaml";
    let text = "endpoint: http://127.0.0.1:1\nchanges: allowed\n";
    let arguments = ["sweep", "lamps", "--profile", profile, "--journal", "journals"];
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("profile-of-sweep.yaml");
    std::fs::write(&place, text).unwrap();
    let arguments = arguments.map(|argument| if argument == profile { place.to_str().unwrap() } else { argument });
    check_replaced("journal", "journals/a.jsonl", regular, &arguments);
}

#[test]
fn pages_that_are_no_regular_files_are_refused() {
    let place = Workplace::new("input-pages");
    for (path, kind) in KINDS.into_iter().filter(|(path, _)| *path != "folder") {
        let (told, code) = place.call(&["derive", path, "--api", "a", "--out", "out"], &[]);
        assert_eq!(code, Some(4), "{path}: {told}");
        assert!(told.contains(&format!("names {kind}, not a regular file")), "{path}: {told}");
    }
}
