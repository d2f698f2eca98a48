//! Runs that end otherwise than at their limits: nobody reads the output, or signals come. Resources are deleted and
//! reports are written nevertheless.

use crate::cleanup::{MockProcess, block_on, probity};
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Write, pipe};
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
    command.arg(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-handlers"));
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
