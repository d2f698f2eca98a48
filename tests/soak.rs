//! A long run over loopback with random faults, by one command:
//!
//! ```text
//! cargo test --release --test soak -- --ignored --nocapture
//! ```
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `PROBITY_SOAK` | requests, about | 1000000 |
//! | `PROBITY_SOAK_SEED` | seed of the run and of the faults | 1 |
//! | `PROBITY_SOAK_FAULTS` | `transport`: what any network and gateway may do; `all`: also what no promise permits | `transport` |
//! | `PROBITY_SOAK_PER_MILLION` | faults in a million requests, without slow faults | 50000 |
//! | `PROBITY_SOAK_CREATES` | `1`: creates are attacked too; lamps whose create got no response are left behind, and count as live | 0 |
//! | `PROBITY_SOAK_SLOW` | slow faults in a million requests; each costs a second | 300 |
//!
//! The binary runs the suite of `tests/data/lamps` against the hostile server. The table has the requests, memory,
//! descriptors, threads and speed for each tenth of the requests, the faults by kind, and the findings.

#![allow(clippy::disallowed_methods, reason = "the time of a process is measured, so the clock is the real one")]
#![cfg(target_os = "linux")]

#[path = "hostile_server/mod.rs"]
mod hostile_server;

use hostile_server::{Attack, HostileServer, ProbityRun, ReceivedRequest, seeded_faults, start_probity};
use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// Memory of the process in MB after any number of requests, as promised in docs/RELIABILITY.md.
const MEMORY_MAX: u64 = 150;
/// Requests before the first fault, so that the checks before a run succeed.
const SPARED: u64 = 20;

/// Kinds of faults after which the client knows whether a lamp was created. A lamp of an unknown id stays live for ever,
/// because this API has no list.
const HARMLESS: &[&str] = &["late", "1xx-flood", "answered-twice", "throttled"];

struct SoakSettings {
    requests: u64,
    seed: u64,
    all_faults: bool,
    per_million: u64,
    slow_per_million: u64,
    attacks_creates: bool,
}

impl SoakSettings {
    fn from_environment() -> SoakSettings {
        let number = |name: &str, otherwise: u64| match std::env::var(name) {
            Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is `{text}`, not a number")),
            Err(_) => otherwise,
        };
        let faults = std::env::var("PROBITY_SOAK_FAULTS").unwrap_or_else(|_| "transport".to_string());
        assert!(["transport", "all"].contains(&faults.as_str()), "PROBITY_SOAK_FAULTS is `{faults}`");
        SoakSettings {
            requests: number("PROBITY_SOAK", 1_000_000).max(1_000),
            seed: number("PROBITY_SOAK_SEED", 1),
            all_faults: faults == "all",
            per_million: number("PROBITY_SOAK_PER_MILLION", 50_000),
            slow_per_million: number("PROBITY_SOAK_SLOW", 300),
            attacks_creates: number("PROBITY_SOAK_CREATES", 0) == 1,
        }
    }

    fn choose_attacks(&self) -> impl FnMut(&ReceivedRequest) -> Attack + Send + use<> {
        let all = self.all_faults;
        let mut slow = seeded_faults(self.seed, self.slow_per_million, SPARED, |kind| kind.is_slow);
        let mut quick = seeded_faults(self.seed + 1, self.per_million, SPARED, move |kind| {
            !kind.is_slow && (all || kind.is_of_transport)
        });
        let mut harmless = seeded_faults(self.seed + 2, self.per_million, SPARED, |kind| HARMLESS.contains(&kind.name));
        let spares_creates = !self.attacks_creates;
        move |request| {
            if spares_creates && request.method == "POST" && request.target == "/v1/lamps" {
                return harmless(request);
            }
            match slow(request) {
                Attack::PassThrough => quick(request),
                attack => attack,
            }
        }
    }

    /// Limits that do not end the run before its requests are sent.
    fn write_profile_rest(&self) -> String {
        let most = self.requests * 2;
        format!(
            "limits: {{ rate: 0, request_seconds: 1, poll_ms: 2, seconds: 200000, reserve_seconds: 60, live: 24, \
             plans: 8, trouble_percent: 90 }}\nsettle_percent: 1\nrecognise: {{ throttling: {{ at_most: {most} }} }}"
        )
    }
}

/// The process and the server at one moment.
#[derive(Clone, Copy)]
struct Sample {
    requests: u64,
    at: Duration,
    /// Memory in use, in MB.
    memory: u64,
    descriptors: usize,
    threads: usize,
}

/// Nothing if the process has ended.
fn take_sample(process: u32, requests: u64, at: Duration) -> Option<Sample> {
    let folder = Path::new("/proc").join(process.to_string());
    let status = std::fs::read_to_string(folder.join("status")).ok()?;
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    let count = |name: &str| std::fs::read_dir(folder.join(name)).ok().map(|entries| entries.count());
    Some(Sample {
        requests,
        at,
        memory: kilobytes("VmRSS:")? / 1024,
        descriptors: count("fd")?,
        threads: count("task")?,
    })
}

/// Requests per second between two samples.
fn speed(from: &Sample, to: &Sample) -> f64 {
    (to.requests - from.requests) as f64 / (to.at - from.at).as_secs_f64().max(0.001)
}

fn describe(samples: &[Sample], most: &Sample, server: &HostileServer, run: &ProbityRun) -> String {
    let mut text = "\nrequests  seconds  MB     descriptors  threads  requests/s\n".to_string();
    for (index, sample) in samples.iter().enumerate() {
        let speed = index.checked_sub(1).map_or(0.0, |before| speed(&samples[before], sample));
        let Sample { requests, at, memory, descriptors, threads } = sample;
        let seconds = at.as_secs_f64();
        let _ = writeln!(text, "{requests:<9} {seconds:<8.1} {memory:<6} {descriptors:<12} {threads:<8} {speed:.0}");
    }
    let _ = writeln!(text, "most      -        {:<6} {:<12} {}", most.memory, most.descriptors, most.threads);
    let attacks = server.count_attacks();
    let faults: u64 = attacks.iter().filter(|(name, _)| **name != "pass-through").map(|(_, count)| count).sum();
    let _ = writeln!(text, "\n{} requests received, {faults} faults:", server.count_received());
    for (name, count) in attacks {
        let _ = writeln!(text, "  {name:<22} {count}");
    }
    let lamps = server.count_lamps();
    let _ = writeln!(text, "\nlamps: {} left, at most {} at a time", lamps.0, lamps.1);
    let _ =
        writeln!(text, "exit {:?} after {:.0} s; failed: {:?}", run.code, run.time.as_secs_f64(), run.failed_clauses());
    text
}

#[test]
#[ignore = "takes long; see the command above"]
fn a_long_run_with_faults_needs_no_more_memory_than_a_short_one() {
    let settings = SoakSettings::from_environment();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("soak");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the run");
    let server = HostileServer::before_lamps(settings.choose_attacks());
    // Two thirds of the limit are for plans, and the rest for shrinking and for cleaning up.
    let (limit, seed) = ((settings.requests * 3 / 2).to_string(), settings.seed.to_string());
    let arguments = ["--requests", &limit, "--plans", &limit, "--seed", &seed, "--until", "spent"];
    let started = Instant::now();
    let mut child = start_probity(&folder, &server, &settings.write_profile_rest(), &arguments);
    let mut samples = Vec::new();
    let mut most = Sample { requests: 0, at: Duration::ZERO, memory: 0, descriptors: 0, threads: 0 };
    let mut last = None;
    while child.try_wait().expect("the process can be waited for").is_none() {
        if let Some(sample) = take_sample(child.id(), server.count_received(), started.elapsed()) {
            most.memory = most.memory.max(sample.memory);
            most.descriptors = most.descriptors.max(sample.descriptors);
            most.threads = most.threads.max(sample.threads);
            let tenth = settings.requests / 10 * samples.len() as u64;
            // The first sample is that after a hundredth.
            if sample.requests >= tenth.max(settings.requests / 100) {
                samples.push(sample);
            }
            last = Some(sample);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    samples.extend(last);
    let run = ProbityRun::wait(child, &folder, started, Duration::MAX);
    println!("{}", describe(&samples, &most, &server, &run));
    println!("{}", run.told);
    check_soak(&settings, &samples, &most, &run);
    assert!(server.count_received() > settings.requests / 2, "the run ended early: {}{}", run.told, run.errors);
}

fn check_soak(settings: &SoakSettings, samples: &[Sample], most: &Sample, run: &ProbityRun) {
    run.check_unharmed(if settings.all_faults { &[0, 1, 3, 5, 6] } else { &[0, 3, 6] });
    if !settings.all_faults {
        assert_eq!(run.failed_clauses(), Vec::<String>::new(), "faults of the network are blamed on clauses");
    }
    assert!(most.memory < MEMORY_MAX, "the process had {} MB", most.memory);
    let [first, .., end] = samples else { panic!("no samples") };
    // A connection of each plan may be open at one sample, and closed at the other.
    assert!(end.descriptors < first.descriptors + 24, "{} descriptors, then {}", first.descriptors, end.descriptors);
    assert!(end.threads < first.threads + 8, "{} threads, then {}", first.threads, end.threads);
    if let [_, early, to, .., from, late, _] = samples {
        let (early, late) = (speed(early, to), speed(from, late));
        assert!(late > early / 4.0, "{early:.0} requests per second, and at the end {late:.0}");
    }
}
