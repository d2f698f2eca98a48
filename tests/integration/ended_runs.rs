//! Runs that end otherwise than at their limits: nobody reads the output, signals come, or reports cannot be written.
//! Resources are deleted, and what was found is told nevertheless.

use crate::cleanup::{MockProcess, block_on, probity};
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Read, Write, pipe};
use std::path::Path;
use std::process::{Command, Stdio};

/// Requests of a run that ends by itself.
const SHORT: [&str; 2] = ["--requests", "300"];

/// Sends both outputs of a command to one pipe.
fn pipe_output(command: &mut Command, writer: &PipeWriter) {
    command.stdout(writer.try_clone().expect("a pipe")).stderr(writer.try_clone().expect("a pipe"));
}

/// The pipe of a reader that has stopped: no byte fits in.
fn make_full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = pipe().expect("a pipe");
    // The size of a pipe on Linux. Where pipes are smaller, this test would hang, so that it runs on Linux only.
    writer.write_all(&[b' '; 65_536]).expect("it fits");
    (reader, writer)
}

/// Runs with an output that `direct_output` sets, and checks that the run ends as with an output that is read.
fn check_unread_run(name: &str, direct_output: impl FnOnce(&mut Command)) {
    let cloud = MockProcess::start(name);
    let mut read = cloud.start_run_with("read", &SHORT, |command| {
        command.stdout(Stdio::null()).stderr(Stdio::null());
    });
    let expected = block_on(read.wait_for_exit()).expect("no signal ended it");
    let mut unread = cloud.start_run_with("unread", &SHORT, direct_output);
    assert_eq!(block_on(unread.wait_for_exit()), Some(expected));
    assert_eq!(cloud.list_ids(), cloud.before, "{}", cloud.describe_leftovers());
    assert!(cloud.folder.join("unread/ecs-native/report.json").exists());
    assert_eq!(std::fs::read_dir(cloud.journal_folder("unread")).unwrap().count(), 0);
}

#[test]
fn a_run_goes_on_when_its_reader_ends_after_the_first_line() {
    let (reader, writer) = pipe().expect("a pipe");
    check_unread_run("closed-pipe", move |command| {
        pipe_output(command, &writer);
        std::thread::spawn(move || BufReader::new(reader).read_line(&mut String::new()));
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_goes_on_when_the_device_of_its_output_is_full() {
    let full = || OpenOptions::new().write(true).open("/dev/full").expect("Linux has /dev/full");
    check_unread_run("full-device", |command| {
        command.stdout(full()).stderr(full());
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_a_run_whose_reader_has_stopped_reading() {
    let cloud = MockProcess::start("stopped-reader");
    let (_reader, writer) = make_full_pipe();
    let mut running =
        cloud.start_run_with("stopped", &["--requests", "1000000"], |command| pipe_output(command, &writer));
    let ended = block_on(async {
        running.wait_for_creates(3).await;
        running.send_signal("-TERM");
        running.wait_for_exit().await
    });
    assert_eq!(ended, Some(143));
    assert_eq!(cloud.list_ids(), cloud.before, "{}", cloud.describe_leftovers());
}

/// The same command, run by a shell after a line of shell script.
fn run_after_script(command: &Command, script: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{script}; exec \"$@\"")).arg("sh");
    shell.arg(command.get_program()).args(command.get_args());
    shell.current_dir(command.get_current_dir().expect("a folder"));
    shell
}

#[cfg(unix)]
#[test]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    let cloud = MockProcess::start("nohup");
    let mut running = cloud.start_run_with("nohup", &["--requests", "1000000"], |command| {
        *command = run_after_script(command, "trap '' HUP");
        command.stdout(Stdio::null()).stderr(Stdio::null());
    });
    let ended = block_on(async {
        running.wait_for_creates(1).await;
        running.send_signal("-HUP");
        running.wait_for_creates(6).await;
        assert!(running.child.try_wait().expect("a process of ours").is_none(), "the run goes on");
        running.send_signal("-TERM");
        running.wait_for_exit().await
    });
    assert_eq!(ended, Some(143));
    assert_eq!(cloud.list_ids(), cloud.before, "{}", cloud.describe_leftovers());
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_cannot_listen_for_signals_says_so() {
    let mut command = probity();
    command.args(["run", "ecs-native", "--requests", "20", "--reports"]);
    command.arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-handlers"));
    // The outputs need three descriptors, and reading a file needs one; listening needs more.
    let ended = run_after_script(&command, "ulimit -n 4").output().expect("it runs");
    let told = String::from_utf8(ended.stderr).expect("text");
    assert!(told.contains("warning: the system refuses a handler for any signal"), "{told}");
    assert!(matches!(ended.status.code(), Some(0 | 3 | 4)), "{told}");
}

/// The exit code and the errors of a verb with this standard output.
fn run_with_output(arguments: &[&str], output: impl Into<Stdio>) -> (Option<i32>, String) {
    let ended = probity().args(arguments).stdout(output).stderr(Stdio::piped()).output().expect("it runs");
    (ended.status.code(), String::from_utf8(ended.stderr).expect("text"))
}

#[test]
fn a_closed_pipe_ends_a_verb_quietly() {
    for arguments in [&["doubts"][..], &["mutants", "ecs-native"], &["lint"], &["init", "profile"]] {
        let (reader, writer) = pipe().expect("a pipe");
        drop(reader);
        assert_eq!(run_with_output(arguments, writer), (Some(0), String::new()), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_loses_the_result_of_a_verb_and_says_so() {
    let full = OpenOptions::new().write(true).open("/dev/full").expect("Linux has /dev/full");
    let (code, told) = run_with_output(&["doubts"], full);
    assert_eq!(code, Some(4), "{told}");
    assert!(told.starts_with("error: standard output cannot be written: ") && told.lines().count() == 1, "{told}");
}

#[test]
fn a_folder_that_cannot_take_reports_ends_a_run_before_the_first_create() {
    let cloud = MockProcess::start("no-report-folder");
    let file = cloud.folder.join("a-file");
    std::fs::write(&file, "not a folder").expect("it can be written");
    let journals = cloud.folder.join("journals");
    let reports = file.join("reports");
    let mut running = cloud.start_run_with(
        reports.to_str().expect("text"),
        &["--requests", "1000000", "--journal", journals.to_str().expect("text")],
        |command| {
            command.stdout(Stdio::null()).stderr(Stdio::piped());
        },
    );
    assert_eq!(block_on(running.wait_for_exit()), Some(4));
    let mut told = String::new();
    running.child.stderr.take().expect("its errors").read_to_string(&mut told).expect("text");
    assert!(told.contains("error: the file cannot be written: "), "{told}");
    assert!(!journals.exists(), "no create was prepared: {told}");
}

/// The names in a folder.
fn list_names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[cfg(unix)]
#[test]
fn a_limit_of_file_sizes_is_an_error_and_leaves_no_part_of_a_file() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("file-size-limit");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let mut run = probity();
    run.args(["run", "ecs-native", "--requests", "20", "--reports"]).arg(&folder);
    let mut init = probity();
    init.args(["init", "profile"]).arg(folder.join("profile.yaml"));
    for command in [run, init] {
        let ended = run_after_script(&command, "ulimit -f 1").output().expect("it runs");
        let told = String::from_utf8(ended.stderr).expect("text");
        assert_eq!(ended.status.code(), Some(4), "{told}");
        assert!(told.contains("error: the file cannot be written: "), "{told}");
    }
    assert_eq!(list_names(&folder), ["ecs-native"]);
    assert_eq!(list_names(&folder.join("ecs-native")), [""; 0]);
}

/// A file system in memory, seen by one process only, which is full soon after the start of the run. The script prints
/// the names of the files in the folder of the reports.
const SMALL_DISK: &str = r#"
    mount -t tmpfs -o size=4m tmpfs "$0" || exit 99
    (
        # The history begins with the end of the first plan; many plans follow.
        for _ in $(seq 1200); do
            [ -e "$0/ecs-native/history.jsonl.gz.part" ] && break
            sleep 0.05
        done
        dd if=/dev/zero of="$0/fill" bs=64k 2>/dev/null
        dd if=/dev/zero of="$0/fill2" bs=512 2>/dev/null
    ) &
    "$@"
    code=$?
    wait
    echo "files:" $(ls -A "$0/ecs-native")
    exit $code
"#;

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_loses_the_report_and_not_the_findings() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("small-disk");
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", SMALL_DISK]).arg(&folder);
    command.arg(env!("CARGO_BIN_EXE_probity")).args(["run", "ecs-native", "--requests", "4000"]);
    command.args(["--fault", "revert-resize.rolls-back/skips/server.flavor", "--reports"]).arg(&folder);
    let Ok(ended) = command.current_dir(env!("CARGO_MANIFEST_DIR")).output() else {
        return println!("skipped: this system has no unshare");
    };
    let (told, errors) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    if ended.status.code() == Some(99) || errors.contains("unshare") {
        return println!("skipped: a file system cannot be mounted here: {errors}");
    }
    assert!(told.contains("FAIL revert-resize.rolls-back"), "{told}{errors}");
    assert!(errors.contains("error: the file cannot be written: "), "{told}{errors}");
    assert!(matches!(ended.status.code(), Some(1 | 4)), "{told}{errors}");
    let last = told.lines().rfind(|line| line.starts_with("exit ")).expect("a last line");
    assert!(last.contains("a deviation (ecs-native)") && last.contains("; "), "both causes are told: {last}");
    let files = told.lines().find(|line| line.starts_with("files:")).expect("the files");
    assert!(!files.contains(".part") && !files.contains("report.json"), "{files}");
}
