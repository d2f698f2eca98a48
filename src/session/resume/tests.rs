//! Files of a run in, the whole plans of their record or an error out.

use super::earlier_record::EarlierRecord;
use super::earlier_run::EarlierRun;
use super::resume_file::{DigestedFile, RESUME_FORMAT, ResumeHeader, ResumePart, ResumeWriter, SpendingLog};
use crate::campaign::{EarlierPlans, PlanAccount};
use crate::history::tests::{reply_with, test_exchange, test_header};
use crate::history::{History, HistoryFile, HistoryHeader, RecordedHistory};
use crate::plan::{FORMAT, Plan};
use crate::plan_execution::{RequestShares, SpendingWatch};
use crate::report::ReportTarget;
use crate::session::run_files::{HISTORY_NAME, RESUME_NAME};
use serde_json::json;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn make_header(seed: u64) -> ResumeHeader {
    ResumeHeader {
        format: RESUME_FORMAT,
        version: "1.0.0".to_string(),
        started: "2026-11-30T02:00:00Z".to_string(),
        suite: "lamps".to_string(),
        suite_digest: "sha256:1".to_string(),
        catalog_digest: "sha256:2".to_string(),
        recorded_plans: "sha256:3".to_string(),
        target: ReportTarget::Mock { fault: None },
        profile: None,
        seed,
        today: "2026-11-30".to_string(),
        settle_percent: 100,
        selected: None,
        excluded: None,
        shard: None,
    }
}

fn make_part(requests_before: u64) -> ResumePart {
    ResumePart {
        started: "2026-11-30T02:00:00Z".to_string(),
        run: None,
        journal: None,
        requests_before,
        elapsed_before_ms: 0,
    }
}

fn make_history(plan: u64, exchanges: u64) -> RecordedHistory {
    let exchange = |number| test_exchange(number, None, reply_with(json!({"id": "7", "nth": number + plan})));
    let header = HistoryHeader { plan, ..test_header() };
    RecordedHistory::from_history(&History { header, exchanges: (0..exchanges).map(exchange).collect() })
}

/// Writes the files of a run. The kill comes after the lines of `recorded` plans, and after the exchanges of all.
fn write_run(folder: &Path, header: &ResumeHeader, exchanges: &[u64], recorded: usize) {
    let file = File::create(folder.join(format!("{HISTORY_NAME}.part"))).expect("a file");
    let created = ResumeWriter::create_file(&folder.join(RESUME_NAME), header, &make_part(0));
    let (mut resume, hash) = created.expect("a file");
    let mut history = HistoryFile::new(DigestedFile::new(file, hash, 0), u64::MAX);
    let mut sent = 0;
    for (plan, count) in exchanges.iter().enumerate() {
        history.append_history(&make_history(plan as u64, *count), false);
        sent += count;
        if plan < recorded {
            let plan = Plan { format: FORMAT, suite: "lamps".to_string(), drawn: None, steps: Vec::new() };
            let shares = RequestShares { testing: sent, ..RequestShares::default() };
            let account = PlanAccount { shares, ..PlanAccount::default() };
            resume.append_plan((&plan, &account), (*count, 100 * sent), history.output_mut()).expect("written");
        }
    }
}

/// The files of a run that was killed after some plans, each with a number of exchanges.
struct KilledRun {
    folder: TempDir,
}

impl KilledRun {
    fn write_files(exchanges: &[u64], recorded: usize) -> KilledRun {
        let folder = tempfile::tempdir().expect("a folder");
        write_run(folder.path(), &make_header(1), exchanges, recorded);
        KilledRun { folder }
    }

    fn resume(&self) -> PathBuf {
        self.folder.path().join(RESUME_NAME)
    }

    fn history(&self) -> PathBuf {
        self.folder.path().join(format!("{HISTORY_NAME}.part"))
    }

    /// The whole plans, their exchanges, and the exchanges that are left out; or the cause of the error.
    fn read(&self) -> Result<(u64, u64, u64), String> {
        let record = EarlierRecord::open_record(self.folder.path()).map_err(|error| error.cause)?;
        let mut plans = Vec::new();
        record.plans_file().read_plans(&mut |plan| plans.push(plan.history.exchanges))?;
        assert_eq!((plans.len() as u64, plans.iter().sum::<u64>()), (record.plans, record.exchanges));
        assert_eq!(record.shares.testing, record.exchanges);
        Ok((record.plans, record.exchanges, record.left_out))
    }
}

fn cut(path: &Path, bytes: u64) {
    File::options().write(true).open(path).and_then(|file| file.set_len(bytes)).expect("the file is cut");
}

fn change_text(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("text");
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replacen(from, to, 1)).expect("written");
}

#[test]
fn the_exchanges_after_the_last_recorded_plan_are_left_out_and_counted() {
    assert_eq!(KilledRun::write_files(&[3, 0, 5], 3).read(), Ok((3, 8, 0)));
    assert_eq!(KilledRun::write_files(&[3, 2, 5], 2).read(), Ok((2, 5, 5)));
    assert_eq!(KilledRun::write_files(&[4], 0).read(), Ok((0, 0, 4)));
    assert_eq!(KilledRun::write_files(&[], 0).read(), Ok((0, 0, 0)));
}

#[test]
fn a_resume_file_that_is_cut_at_any_byte_has_the_plans_before_the_cut() {
    let run = KilledRun::write_files(&[3, 2, 5], 3);
    let text = fs::read_to_string(run.resume()).expect("text");
    let first = text.find('\n').expect("a first line") + 1;
    for end in (0..text.len()).rev() {
        cut(&run.resume(), end as u64);
        let lines = text[..end].split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let plans = lines.filter(|line| line.starts_with("{\"whole\"")).count();
        match run.read() {
            Ok((read, exchanges, left_out)) => {
                assert_eq!((read, exchanges + left_out), (plans as u64, 10), "{end}");
            }
            Err(cause) => assert!(end < first && cause.contains("does not begin with the line of a run"), "{cause}"),
        }
    }
}

#[test]
fn a_history_that_is_cut_within_a_recorded_plan_ends_with_the_plan_before() {
    let run = KilledRun::write_files(&[3, 2, 40], 3);
    let bytes = fs::metadata(run.history()).expect("a file").len();
    cut(&run.history(), bytes - 1);
    let (plans, exchanges, left_out) = run.read().expect("the plans before are whole");
    assert_eq!((plans, exchanges), (2, 5));
    assert!(left_out <= 40);
}

#[test]
fn a_changed_record_is_an_error_that_names_the_line() {
    let run = KilledRun::write_files(&[3, 2], 2);
    change_text(&run.resume(), "\"seed\":1", "\"seed\":2");
    assert!(run.read().unwrap_err().contains("was changed after plan 0 was recorded"));
    let run = KilledRun::write_files(&[3, 2], 2);
    change_text(&run.resume(), "\"exchanges\":2", "\"exchanges\":3");
    assert!(run.read().unwrap_err().contains("was changed after plan 1 was recorded"));
    let run = KilledRun::write_files(&[3, 2], 2);
    let mut bytes = fs::read(run.history()).expect("bytes");
    bytes[20] ^= 1;
    fs::write(run.history(), bytes).expect("written");
    let error = EarlierRecord::open_record(run.folder.path()).err().expect("an error");
    assert!(error.place.ends_with("resume.jsonl:4") && error.remedy.contains("restore both files"), "{error}");
}

#[test]
fn a_record_of_another_format_is_an_error_that_names_the_version() {
    let run = KilledRun::write_files(&[3], 1);
    change_text(&run.resume(), "\"format\":1", "\"format\":2,\"further\":1");
    let error = EarlierRecord::open_record(run.folder.path()).err().expect("an error");
    assert!(error.cause.contains("the format is 2") && error.remedy.contains("probity 1.0.0"), "{error}");
}

#[test]
fn the_record_of_a_run_under_way_is_refused() {
    let run = KilledRun::write_files(&[3], 1);
    let file = File::options().write(true).open(run.history()).expect("a file");
    file.lock().expect("nobody has the lock");
    assert_eq!(run.read(), Err("the run has not ended".to_string()));
}

#[test]
fn requests_that_no_plan_tells_count_too() {
    let run = KilledRun::write_files(&[3], 1);
    let bytes = fs::metadata(run.resume()).expect("a file").len();
    let writer = ResumeWriter::reopen_file(&run.resume(), bytes, &make_part(5)).expect("written");
    let log = SpendingLog::default();
    log.note_spent(99);
    writer.share_file(&log).expect("one more handle");
    (6..=10).for_each(|requests| log.note_spent(requests));
    let record = EarlierRecord::open_record(run.folder.path()).expect("a record");
    let shares = record.count_shares();
    assert_eq!((record.parts.len(), shares.testing, shares.unrecorded, shares.total()), (2, 3, 7, 10));
}

/// The error of a record at `now`: the cause and the remedy; empty without an error.
fn check_difference(change: impl FnOnce(&mut ResumeHeader), expected: &str) {
    let run = KilledRun::write_files(&[3], 1);
    let record = EarlierRecord::open_record(run.folder.path()).expect("a record");
    let mut now = make_header(1);
    change(&mut now);
    let told = record.check_run(&now).err().map(|error| format!("{}: {}", error.exit.code(), error.remedy));
    assert_eq!(told.unwrap_or_default(), expected);
}

#[test]
fn a_setting_that_differs_is_a_wrong_command_line_and_a_file_that_differs_a_bad_input() {
    check_difference(|_| (), "");
    check_difference(|now| now.version = "2.0.0".to_string(), "");
    check_difference(|now| now.seed = 2, "2: give --seed 1, or run without --resume");
    check_difference(|now| now.today.clear(), "2: give --today 2026-11-30, or run without --resume");
    check_difference(|now| now.settle_percent = 50, "2: give --settle 100, or run without --resume");
    check_difference(|now| now.selected = Some("lamp.*".to_string()), "2: leave out --clause, or run without --resume");
    check_difference(|now| now.shard = Some("1/2".to_string()), "2: leave out --shard, or run without --resume");
    let fault = Some("dim.bright/no-effect".to_string());
    check_difference(
        |now| now.target = ReportTarget::Mock { fault },
        "2: name the same target, or run without --resume",
    );
    check_difference(|now| now.suite_digest.clear(), "4: restore the suite, or run without --resume");
    check_difference(
        |now| now.catalog_digest.clear(),
        "4: restore the catalog or one of its schemas, or run without --resume",
    );
    check_difference(
        |now| now.profile = Some("sha256:4".to_string()),
        "4: restore the profile, or run without --resume",
    );
}

/// Copies the example report into the folder of a suite. Returns the start of its run.
fn copy_example(folder: &Path) -> String {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/example/ecs-native");
    fs::create_dir(folder).expect("a folder");
    for name in ["report.json", "run.json", HISTORY_NAME] {
        fs::copy(example.join(name), folder.join(name)).expect("the example has the file");
    }
    let facts: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("run.json")).unwrap()).expect("JSON");
    facts["started"].as_str().expect("a time").to_string()
}

#[test]
fn suites_that_ended_in_the_same_run_keep_their_reports_and_others_begin() {
    for (is_same, ended) in [(true, vec!["ecs-native"]), (false, vec![])] {
        let reports = tempfile::tempdir().expect("a folder");
        let started = copy_example(&reports.path().join("ecs-native"));
        let lamps = reports.path().join("lamps");
        fs::create_dir(&lamps).expect("a folder");
        let header = if is_same { ResumeHeader { started, ..make_header(1) } } else { make_header(1) };
        write_run(&lamps, &header, &[3], 1);
        let run = EarlierRun::open_run(reports.path()).expect("a run");
        assert_eq!((&run.reports, &run.only), (&reports.path().to_path_buf(), &None));
        assert!(run.continues_suite("lamps") && !run.continues_suite("ecs-native"));
        assert_eq!(run.ended.keys().collect::<Vec<_>>(), ended);
        assert_eq!(run.spent.requests > 0, is_same, "a suite that ended counts in the limit of requests");
        let one = EarlierRun::open_run(&lamps).expect("a run");
        assert_eq!((one.reports, one.only.as_deref()), (reports.path().to_path_buf(), Some("lamps")));
    }
}

/// The error of a folder that `prepare` fills.
fn check_no_run(prepare: impl FnOnce(&Path), expected: &str) {
    let reports = tempfile::tempdir().expect("a folder");
    prepare(reports.path());
    let error = EarlierRun::open_run(reports.path()).expect_err("nothing can be resumed");
    assert!(error.cause.contains(expected) && error.exit.code() == 4, "{error}");
}

#[test]
fn a_folder_without_a_run_to_resume_is_an_error_with_the_reason() {
    check_no_run(|_| (), "there is no run to resume");
    check_no_run(|reports| fs::remove_dir(reports).unwrap(), "there is no run to resume");
    check_no_run(
        |reports| drop(copy_example(&reports.join("ecs-native"))),
        "the run has ended by itself after 1 plans",
    );
    let without_record = |reports: &Path| {
        fs::create_dir(reports.join("lamps")).unwrap();
        fs::write(reports.join("lamps").join(format!("{HISTORY_NAME}.part")), "").unwrap();
    };
    check_no_run(without_record, "an unfinished history without resume.jsonl");
}
