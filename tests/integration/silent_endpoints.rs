//! An endpoint that stops answering, or answers one byte at a time, delays the end of a run only within bounds: the
//! reserve for cleaning up and five seconds. What is left behind is told, and a sweep deletes it later.

use crate::cleanup::{MockProcess, RunProcess, block_on, probity};
use crate::stalling_proxy::{ProxyMode, StallingProxy};
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::time::Instant;

/// The promised bound over the reserve, and what a busy machine may add.
const BOUND: Duration = Duration::from_secs(5);
const MACHINE: Duration = Duration::from_secs(7);

/// A mock behind a proxy, with the limits of the profile replaced.
fn start_cloud(name: &str, reserve: u64, seconds: u64, mode: ProxyMode) -> (MockProcess, StallingProxy) {
    let cloud = MockProcess::start(name);
    let profile = cloud.folder.join("profile.yaml");
    let text = std::fs::read_to_string(&profile).expect("a profile");
    let limits = format!("reserve_seconds: {reserve}, seconds: {seconds}");
    let changed = text.replace("reserve_seconds: 40, seconds: 600", &limits);
    assert_ne!(changed, text, "the profile has these limits");
    std::fs::write(&profile, changed).expect("a profile");
    let proxy = StallingProxy::start(&cloud.address, mode);
    (cloud, proxy)
}

fn pause(time: Duration) {
    block_on(async { tokio::time::sleep(time).await });
}

fn start_run(cloud: &MockProcess, proxy: &StallingProxy) -> RunProcess {
    let address = format!("http://{}", proxy.address);
    cloud.start_run_with("stalled", &["--requests", "1000000", "--endpoint", &address], |command: &mut Command| {
        command.stdout(Stdio::null()).stderr(Stdio::piped());
    })
}

/// Waits for the exit. Returns the code, the time since `began`, and the errors.
fn finish_run(running: &mut RunProcess, began: Instant) -> (Option<i32>, Duration, String) {
    let code = block_on(running.wait_for_exit());
    let took = began.elapsed();
    let mut told = String::new();
    running.child.stderr.take().expect("its errors").read_to_string(&mut told).expect("text");
    (code, took, told)
}

/// Checks that what was left behind is told, and that the told command deletes it.
fn check_told_sweep(cloud: &MockProcess, proxy: &StallingProxy, told: &str) {
    let line = told.lines().find(|line| line.contains("probity sweep ")).unwrap_or_else(|| panic!("{told}"));
    let words: Vec<&str> = line.split("probity ").nth(1).expect("a command").split(' ').collect();
    assert_eq!(std::fs::read_dir(cloud.journal_folder("stalled")).expect("journals").count(), 1, "{told}");
    proxy.set_mode(ProxyMode::Forward);
    let address = format!("http://{}", proxy.address);
    let output = probity().args(words).args(["ecs-native", "--endpoint", &address]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{line}: {output:?}");
    assert_eq!(cloud.list_ids(), cloud.before, "{}", cloud.describe_leftovers());
    assert_eq!(std::fs::read_dir(cloud.journal_folder("stalled")).expect("journals").count(), 0);
}

fn check_signal_at(mode: ProxyMode, name: &str) {
    let (cloud, proxy) = start_cloud(name, 4, 600, ProxyMode::Forward);
    let mut running = start_run(&cloud, &proxy);
    block_on(running.wait_for_creates(3));
    proxy.set_mode(mode);
    pause(Duration::from_secs(1));
    let began = Instant::now();
    running.send_signal("-TERM");
    let (code, took, told) = finish_run(&mut running, began);
    assert_eq!(code, Some(6), "{told}");
    assert!(took < Duration::from_secs(4) + BOUND + MACHINE, "{took:?}: {told}");
    check_told_sweep(&cloud, &proxy, &told);
}

#[test]
fn a_signal_ends_a_run_at_a_silent_endpoint_within_the_reserve() {
    check_signal_at(ProxyMode::Silent, "silent");
}

#[test]
fn a_signal_ends_a_run_at_a_dripping_endpoint_within_the_reserve() {
    check_signal_at(ProxyMode::Drip, "dripping");
}

#[test]
fn a_second_signal_ends_cleaning_up_and_a_third_the_process() {
    let (cloud, proxy) = start_cloud("signalled-twice", 300, 6000, ProxyMode::Forward);
    let mut running = start_run(&cloud, &proxy);
    block_on(running.wait_for_creates(3));
    proxy.set_mode(ProxyMode::Silent);
    running.send_signal("-TERM");
    pause(Duration::from_secs(4));
    assert!(running.child.try_wait().expect("a process of ours").is_none(), "it is cleaning up");
    let began = Instant::now();
    running.send_signal("-TERM");
    let (code, took, told) = finish_run(&mut running, began);
    assert_eq!(code, Some(6), "{told}");
    assert!(took < BOUND + MACHINE, "{took:?}: {told}");
    check_told_sweep(&cloud, &proxy, &told);

    let mut running = start_run(&cloud, &proxy);
    block_on(running.wait_for_creates(3));
    proxy.set_mode(ProxyMode::Silent);
    let began = Instant::now();
    for _ in 0..3 {
        running.send_signal("-TERM");
        pause(Duration::from_millis(300));
    }
    let (code, took, told) = finish_run(&mut running, began);
    assert!(matches!(code, Some(6 | 143)), "{told}");
    assert!(took < BOUND + MACHINE, "{took:?}: {told}");
}

#[test]
fn without_a_signal_a_run_at_a_silent_endpoint_ends_at_its_limit_of_time() {
    let (cloud, proxy) = start_cloud("silent-without-signal", 3, 10, ProxyMode::Forward);
    let began = Instant::now();
    let mut running = start_run(&cloud, &proxy);
    block_on(running.wait_for_creates(3));
    proxy.set_mode(ProxyMode::Silent);
    let (code, took, told) = finish_run(&mut running, began);
    assert_eq!(code, Some(6), "{told}");
    assert!(took < Duration::from_secs(10 + 3) + BOUND + MACHINE, "{took:?}: {told}");
    check_told_sweep(&cloud, &proxy, &told);
}

#[test]
fn a_silent_endpoint_delays_the_first_checks_only_up_to_a_signal_or_the_limit_of_time() {
    let (cloud, proxy) = start_cloud("silent-at-first", 2, 8, ProxyMode::Silent);
    let began = Instant::now();
    let (code, took, told) = finish_run(&mut start_run(&cloud, &proxy), began);
    assert_eq!(code, Some(5), "{told}");
    assert!(took < Duration::from_secs(8) + BOUND + MACHINE, "{took:?}: {told}");

    let mut running = start_run(&cloud, &proxy);
    pause(Duration::from_secs(1));
    let began = Instant::now();
    running.send_signal("-TERM");
    let (code, took, told) = finish_run(&mut running, began);
    assert_eq!(code, Some(143), "{told}");
    assert!(took < BOUND, "{took:?}: {told}");
}

#[test]
fn a_signal_ends_a_sweep_at_a_silent_endpoint() {
    let (cloud, proxy) = start_cloud("silent-sweep", 300, 6000, ProxyMode::Forward);
    let mut running = start_run(&cloud, &proxy);
    block_on(running.wait_for_creates(3));
    running.child.kill().expect("it runs until it is killed");
    running.child.wait().expect("it is dead");
    for silent_from in [Duration::ZERO, Duration::from_millis(30)] {
        proxy.set_mode(if silent_from.is_zero() { ProxyMode::Silent } else { ProxyMode::Drip });
        let mut command = probity();
        command.args(["sweep", "ecs-native", "--endpoint", &format!("http://{}", proxy.address), "--profile"]);
        command.arg(cloud.folder.join("profile.yaml")).arg("--journal").arg(cloud.journal_folder("stalled"));
        let mut sweep = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a sweep");
        pause(Duration::from_secs(2));
        let began = Instant::now();
        assert!(Command::new("kill").arg(sweep.id().to_string()).status().expect("kill runs").success());
        let code = sweep.wait().expect("it ends").code();
        assert!(matches!(code, Some(6 | 143)), "{code:?}");
        assert!(began.elapsed() < BOUND, "{:?}", began.elapsed());
    }
}
