//! A run that was killed, or ended early, continues from what it has recorded, and says what one whole run says.

use crate::cleanup::{RunProcess, block_on};
use crate::http_end_to_end::{Mock, probity_command, read_json};
use probity::history::{HistoryReader, HistoryRecord};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const WAIT_MAX: Duration = Duration::from_secs(120);
const FAULT: &str = "dim.twice/accepted";
/// The limit of the runs.
const REQUESTS: &str = "1600";

/// A mock of the lamps in another process, with a folder for the runs against it.
struct LampCloud {
    folder: PathBuf,
    _mock: Mock,
}

impl LampCloud {
    fn start(name: &str, options: &[&str]) -> LampCloud {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("resumed").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder for the test");
        let profile = folder.join("profile.yaml");
        let mock = Mock::start(&profile, &[&["--speed", "5000"], options].concat());
        let text = fs::read_to_string(&profile).expect("a profile");
        let limited = text.replace("rate: 0, plans: 8,", "rate: 200, plans: 1, reserve_seconds: 30,");
        assert_ne!(limited, text, "the profile has limits");
        fs::write(&profile, limited).expect("a profile");
        LampCloud { folder, _mock: mock }
    }

    fn reports(&self) -> PathBuf {
        self.folder.join("reports")
    }

    fn suite_folder(&self) -> PathBuf {
        self.reports().join("lamps")
    }

    fn command(&self, options: &[&str]) -> Command {
        let profile = self.folder.join("profile.yaml");
        let mut command =
            probity_command(&crate::http_end_to_end::lamps_folder(), &["run", "lamps", "--until", "spent"]);
        if !options.contains(&"--today") {
            command.args(["--today", "2026-11-30"]);
        }
        command.arg("--profile").arg(profile).args(options);
        command
    }

    /// Runs to the end. Returns the exit code and all output.
    fn run(&self, options: &[&str]) -> (Option<i32>, String) {
        let output = self.command(options).output().expect("it runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), told)
    }

    fn resume(&self, options: &[&str]) -> (Option<i32>, String) {
        let folder = self.suite_folder();
        self.run(&[options, &["--resume", folder.to_str().expect("text")]].concat())
    }

    fn start_run(&self, options: &[&str]) -> RunProcess {
        let mut command = self.command(options);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        RunProcess::start(&mut command, self.reports().join(".journal"))
    }

    /// Starts a run and ends it with a signal while a plan is under way, once `plans` further plans are recorded. Returns the
    /// exit code.
    fn end_run(&self, options: &[&str], plans: usize, signal: &str) -> Option<i32> {
        let wanted = self.count_recorded() + plans;
        let mut running = self.start_run(options);
        block_on(async {
            for _ in 0..WAIT_MAX.as_millis() {
                if self.count_recorded() >= wanted && self.is_plan_under_way() {
                    match signal {
                        "-KILL" => running.child.kill().expect("it runs until it is killed"),
                        _ => running.send_signal(signal),
                    }
                    return running.wait_for_exit().await;
                }
                let ended = running.child.try_wait().expect("a process of ours");
                assert!(ended.is_none(), "the run ended before {wanted} plans were recorded");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            panic!("the run records no plan")
        })
    }

    fn kill_new_run(&self, options: &[&str], plans: usize) {
        let reports = self.reports();
        self.end_run(&[options, &["--reports", reports.to_str().expect("text")]].concat(), plans, "-KILL");
        assert!(self.suite_folder().join("history.jsonl.gz.part").is_file(), "the run was killed before its end");
    }

    /// Number of plans that the resume file has.
    fn count_recorded(&self) -> usize {
        let text = fs::read_to_string(self.suite_folder().join("resume.jsonl")).unwrap_or_default();
        text.lines().filter(|line| line.starts_with("{\"whole\"") && line.ends_with('}')).count()
    }

    /// Whether requests were sent after the last recorded plan.
    fn is_plan_under_way(&self) -> bool {
        let text = fs::read_to_string(self.suite_folder().join("resume.jsonl")).unwrap_or_default();
        text.lines().rev().take_while(|line| line.starts_with("{\"sent\"")).count() >= 10
    }

    fn report(&self) -> Value {
        read_json(&self.suite_folder().join("report.json"))
    }

    /// Checks that no resource of a run is left at the mock, and no file of a run under way.
    fn check_clean(&self) {
        let profile = self.folder.join("profile.yaml");
        let mut sweep = probity_command(&crate::http_end_to_end::lamps_folder(), &["sweep", "lamps", "--dry-run"]);
        sweep.args(["--marks-only", "--profile"]).arg(profile).arg("--journal").arg(self.folder.join("none"));
        let told = String::from_utf8(sweep.output().expect("it runs").stdout).expect("text");
        assert!(told.contains(": no leftovers") && !told.contains("not deleted"), "{told}");
        assert_eq!(list_files(&self.reports().join(".journal")), BTreeMap::new());
        let names: Vec<String> = list_files(&self.suite_folder()).into_keys().collect();
        assert!(names.iter().all(|name| !name.ends_with(".part") && name != "resume.jsonl"), "{names:?}");
    }
}

/// The files of a folder with their bytes.
fn list_files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().filter(|entry| entry.path().is_file());
    files
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("bytes")))
        .collect()
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

/// The numbers of the plans in a history, and the number of exchanges.
fn read_plans(path: &Path) -> (Vec<u64>, u64) {
    let mut reader = HistoryReader::new(File::open(path).expect("a history"), "history").expect("a history");
    let (mut plans, mut exchanges) = (Vec::new(), 0);
    while let Some(record) = reader.next_record().expect("a whole history") {
        match record {
            HistoryRecord::Header(header) => plans.push(header.plan),
            HistoryRecord::Exchange(_) => exchanges += 1,
        }
    }
    assert_eq!(reader.torn_line(), None);
    (plans, exchanges)
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

/// Checks that the report and the history of a resumed run fit together, and that both are of one run within its limit.
fn check_one_run(cloud: &LampCloud, parts: u64) -> Value {
    let limit: u64 = REQUESTS.parse().expect("a number");
    let report = cloud.report();
    let (plans, exchanges) = read_plans(&cloud.suite_folder().join("history.jsonl.gz"));
    assert_eq!(plans, (0..plans.len() as u64).collect::<Vec<u64>>());
    let spending = &report["spending"];
    assert_eq!((number(&spending["plans"]), number(&spending["requests"])), (plans.len() as u64, exchanges));
    let resumed = &report["resumed"];
    assert_eq!(number(&resumed["parts"]), parts, "{resumed}");
    assert!(number(&resumed["plans"]) > 0 && number(&resumed["requests"]) > 0, "{resumed}");
    let purposes = ["requests", "shrinking", "cleaning", "checking"];
    let sent: u64 = purposes.iter().map(|purpose| number(&spending[*purpose])).sum();
    assert!(sent + number(&resumed["unrecorded"]) <= limit, "{spending} {resumed}");
    let facts = read_json(&cloud.suite_folder().join("run.json"));
    assert!(number(&facts["duration_ms"]) > number(&facts["earlier_ms"]) && number(&facts["earlier_ms"]) > 0);
    report
}

/// Kills a run `kills` times, and compares its end with a whole run.
fn check_killed(name: &str, mock_options: &[&str], kills: usize) {
    let cloud = LampCloud::start(name, mock_options);
    let options = ["--requests", REQUESTS, "--seed", "3"];
    let whole = cloud.folder.join("whole");
    let (code, _) = cloud.run(&[&options[..], &["--reports", whole.to_str().expect("text")]].concat());
    let whole = read_json(&whole.join("lamps/report.json"));
    cloud.kill_new_run(&options, 1);
    for _ in 1..kills {
        let folder = cloud.suite_folder();
        let options = [&options[..], &["--resume", folder.to_str().expect("text")]].concat();
        cloud.end_run(&options, 1, "-KILL");
        assert!(folder.join("history.jsonl.gz.part").is_file(), "the run was killed before its end");
    }
    let recorded = cloud.count_recorded();
    let (resumed_code, told) = cloud.resume(&options);
    assert_eq!(resumed_code, code, "{told}");
    let report = check_one_run(&cloud, kills as u64);
    assert_eq!(number(&report["resumed"]["plans"]), recorded as u64);
    // The kill came while a plan was under way.
    assert!(number(&report["resumed"]["unrecorded"]) > 0, "{}", report["resumed"]);
    assert_eq!(list_verdicts(&report), list_verdicts(&whole), "{told}");
    assert_eq!(list_fingerprints(&report), list_fingerprints(&whole), "{told}");
    assert!(told.contains(&format!("recorded before: {recorded} plan")), "{told}");
    for finding in report["findings"].as_array().expect("a list") {
        assert_eq!(finding["counterexample"]["seen_again"], true, "{finding}");
    }
    let history = cloud.suite_folder().join("history.jsonl.gz");
    let judged = probity_command(&crate::http_end_to_end::lamps_folder(), &["judge", history.to_str().expect("text")]);
    let judged = { judged }.output().expect("it runs");
    assert_eq!(judged.status.code(), code, "{}", String::from_utf8_lossy(&judged.stdout));
    cloud.check_clean();
}

#[test]
fn a_run_that_was_killed_gives_the_verdicts_of_one_whole_run() {
    check_killed("killed", &[], 1);
}

#[test]
fn a_run_that_was_killed_twice_loses_nothing_and_gives_the_deviations_of_one_whole_run() {
    check_killed("killed-twice", &["--fault", FAULT], 2);
}

/// Renders the stored run in a format; returns the text.
fn render(cloud: &LampCloud, format: &str) -> String {
    let folder = cloud.suite_folder();
    let arguments = ["report", folder.to_str().expect("text"), "--format", format];
    let output = probity_command(&crate::http_end_to_end::lamps_folder(), &arguments).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_resumed_run_is_certified_like_a_run_in_one_part_and_each_format_says_that_it_was_resumed() {
    let cloud = LampCloud::start("certified", &[]);
    let options = ["--requests", REQUESTS, "--seed", "3"];
    cloud.kill_new_run(&options, 1);
    let (code, told) = cloud.resume(&options);
    assert_eq!(code, Some(0), "{told}");
    for format in ["html", "markdown"] {
        assert!(render(&cloud, format).contains("resumed from"), "{format}");
    }
    let (key, bundle) = (cloud.folder.join("key.pem"), cloud.folder.join("bundle"));
    fs::write(&key, crate::certificates::KEY).expect("the key is written");
    let lamps = crate::http_end_to_end::lamps_folder();
    let mut certify = probity_command(&lamps, &["certify", "--trial"]);
    certify.arg(cloud.suite_folder()).arg("--key").arg(&key).arg("--out").arg(&bundle);
    let made = certify.output().expect("it runs");
    assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stdout));
    let verified = probity_command(&lamps, &["verify"]).arg(&bundle).output().expect("it runs");
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn a_run_that_was_ended_by_a_signal_goes_on() {
    let cloud = LampCloud::start("ended", &["--fault", FAULT]);
    let options = ["--requests", REQUESTS];
    let reports = cloud.reports();
    let new = [&options[..], &["--reports", reports.to_str().expect("text")]].concat();
    assert_eq!(cloud.end_run(&new, 1, "-TERM"), Some(143));
    let before = cloud.report();
    assert_eq!(before["stopped"], "stopped on request");
    assert!(before.get("resumed").is_none());
    let (code, told) = cloud.resume(&options);
    assert_eq!(code, Some(1), "{told}");
    let report = check_one_run(&cloud, 1);
    assert!(report.get("stopped").is_none(), "{told}");
    assert_eq!(number(&report["resumed"]["plans"]), number(&before["spending"]["plans"]));
    assert_eq!(report["findings"][0]["counterexample"]["seen_again"], true);
    cloud.check_clean();
}

/// Checks that a run is refused, and that no file of the earlier one changes.
fn check_refused(cloud: &LampCloud, options: &[&str], expected: (i32, &str)) {
    let before = list_files(&cloud.suite_folder());
    let (code, told) = cloud.resume(options);
    assert_eq!(code, Some(expected.0), "{told}");
    assert!(told.contains(expected.1) && told.contains("remedy"), "{told}");
    assert!(before == list_files(&cloud.suite_folder()), "a file was changed: {told}");
}

#[test]
fn a_run_that_differs_from_the_earlier_part_is_refused_and_changes_nothing() {
    let cloud = LampCloud::start("differs", &[]);
    cloud.kill_new_run(&["--requests", REQUESTS], 1);
    check_refused(&cloud, &["--seed", "9"], (2, "the seed differs: 1 in the earlier part, 9 now"));
    check_refused(&cloud, &["--today", "2026-12-01"], (2, "give --today 2026-11-30"));
    check_refused(&cloud, &["--clause", "light.*"], (2, "leave out --clause"));
    check_refused(&cloud, &["--exclude", "light.*"], (2, "leave out --exclude"));
    check_refused(&cloud, &["--endpoint", "http://127.0.0.1:1"], (2, "the target differs"));
    let profile = cloud.folder.join("profile.yaml");
    let text = fs::read_to_string(&profile).expect("a profile");
    fs::write(&profile, text.replace("live: 16", "live: 4")).expect("a profile");
    check_refused(&cloud, &[], (4, "the profile has changed since the earlier part"));
    fs::write(&profile, text).expect("a profile");
    let history = cloud.suite_folder().join("history.jsonl.gz.part");
    let whole = fs::read(&history).expect("bytes");
    let mut changed = whole.clone();
    changed[40] ^= 1;
    fs::write(&history, &changed).expect("written");
    check_refused(&cloud, &[], (4, "was changed after plan 0 was recorded"));
    fs::write(&history, &whole).expect("written");
    // Still whole: the run goes on.
    let (code, told) = cloud.resume(&["--requests", "900"]);
    assert!(matches!(code, Some(0 | 3)), "{told}");
    cloud.check_clean();
}

#[test]
fn a_run_that_has_ended_and_a_run_under_way_have_nothing_to_resume() {
    let cloud = LampCloud::start("nothing", &[]);
    let reports = cloud.reports();
    let new = ["--requests", "300", "--reports", reports.to_str().expect("text")];
    let (code, told) = cloud.resume(&[]);
    assert!(code == Some(4) && told.contains("there is no run to resume"), "{told}");
    cloud.run(&new);
    check_refused(&cloud, &[], (4, "nothing to resume: the run has ended by itself after"));
    let mut running = cloud.start_run(&["--requests", "20000", "--reports", new[3]]);
    block_on(running.wait_for_creates(1));
    let (code, told) = cloud.resume(&[]);
    assert!(code == Some(4) && told.contains("the run has not ended"), "{told}");
    running.send_signal("-TERM");
    assert_eq!(block_on(running.wait_for_exit()), Some(143));
    let (code, told) = cloud.run(&["--resume", new[3], "--reports", new[3]]);
    assert!(code == Some(2) && told.contains("--reports"), "{told}");
}
