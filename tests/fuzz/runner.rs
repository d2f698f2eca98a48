//! Runs a target over its corpus and over changed inputs.
#![expect(clippy::disallowed_methods, reason = "the time of a run, and of one input, is real time")]

use crate::TARGETS;
use crate::mutator::{break_bytes, change_input};
use probity::schema::SeededRng;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What a parser did with an input whose property holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputFate {
    Read,
    Refused,
}

/// A parser with a property.
pub struct FuzzTarget {
    /// The name of the target, and of its folder in `corpus`.
    pub name: &'static str,
    /// Changed inputs in `cargo test`.
    pub cases: u64,
    /// Checks one input.
    ///
    /// # Errors
    /// What is wrong. A panic is a failure too.
    pub check: fn(&[u8]) -> Result<InputFate, String>,
}

/// Seed of `cargo test`.
const FIXED_SEED: u64 = 1;

/// An input that takes longer fails in `.ci/fuzz`. The longest inputs take some milliseconds.
const SLOW: Duration = Duration::from_secs(10);

/// Different failures of one target that `.ci/fuzz` keeps.
const FAILURES_KEPT: usize = 20;

pub fn find_target(name: &str) -> &'static FuzzTarget {
    TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("there is no target `{name}`"))
}

fn corpus_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus")
}

/// The names of the corpora, sorted.
pub fn list_corpora() -> Vec<String> {
    let entries = std::fs::read_dir(corpus_folder()).expect("the folder of the corpora");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The files of a corpus with their names, sorted.
fn read_corpus(target: &FuzzTarget) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(corpus_folder().join(target.name)).expect("the corpus of the target");
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.display().to_string(), std::fs::read(&path).expect("a file of the corpus")))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "the corpus of `{}` is empty", target.name);
    files
}

/// Checks an input. A panic is a failure like any other.
fn check_input(target: &FuzzTarget, input: &[u8]) -> Result<InputFate, String> {
    catch_unwind(AssertUnwindSafe(|| (target.check)(input))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(format!("panic: {}", text.unwrap_or("without a text")))
    })
}

/// The input number `case` of a seed.
fn make_input(corpus: &[Vec<u8>], seed: u64, case: u64) -> Vec<u8> {
    let mut rng = SeededRng::new(seed, case, 0, 0);
    let start = rng.pick_element(corpus).cloned().unwrap_or_default();
    let text = change_input(&String::from_utf8_lossy(&start), corpus, &mut rng);
    break_bytes(text, &mut rng)
}

/// Checks the files of the corpus, and a fixed number of changed inputs.
pub fn run_fixed_cases(target: &FuzzTarget) {
    let files = read_corpus(target);
    let check =
        |(path, bytes): &(String, Vec<u8>)| check_input(target, bytes).unwrap_or_else(|e| panic!("{path}: {e}"));
    let fates: Vec<InputFate> = files.iter().map(check).collect();
    assert!(fates.contains(&InputFate::Read), "the corpus has an input that is read");
    let corpus: Vec<Vec<u8>> = files.into_iter().map(|(_, bytes)| bytes).collect();
    let mut read = 0;
    for case in 0..target.cases {
        let input = make_input(&corpus, FIXED_SEED, case);
        match check_input(target, &input) {
            Ok(fate) => read += u64::from(fate == InputFate::Read),
            Err(failure) => {
                let path = keep_input(target, FIXED_SEED, case, &input);
                panic!("{}: {failure}", path.display());
            }
        }
    }
    // Changes that break every input would reach the first lines of the parser only.
    assert!(read * 50 >= target.cases, "{read} of {} changed inputs are read", target.cases);
}

fn findings_folder(target: &FuzzTarget) -> PathBuf {
    let built = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let folder = built.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"));
    let folder = folder.join("fuzz-findings").join(target.name);
    std::fs::create_dir_all(&folder).expect("the folder of the findings");
    folder
}

fn keep_input(target: &FuzzTarget, seed: u64, case: u64, input: &[u8]) -> PathBuf {
    let path = findings_folder(target).join(format!("{seed}-{case}"));
    std::fs::write(&path, input).expect("the failing input is written");
    path
}

/// Runs the target of the environment, or each target in turn, for a time.
pub fn run_for_a_time() {
    let read = |name: &str| std::env::var(name).ok();
    let seconds: f64 = read("PROBITY_FUZZ_SECONDS").and_then(|text| text.parse().ok()).unwrap_or(60.0);
    let seed: u64 = read("PROBITY_FUZZ_SEED").and_then(|text| text.parse().ok()).unwrap_or(FIXED_SEED);
    let target = read("PROBITY_FUZZ_TARGET").expect("PROBITY_FUZZ_TARGET names a target");
    if target == "list" {
        // `.ci/fuzz` runs each target in a process of its own.
        TARGETS.iter().for_each(|target| println!("target {}", target.name));
        return;
    }
    let failures = run_target(find_target(&target), seed, Duration::from_secs_f64(seconds));
    assert!(failures == 0, "{failures} failures");
}

/// The number of different failures.
fn run_target(target: &FuzzTarget, seed: u64, time: Duration) -> usize {
    let corpus: Vec<Vec<u8>> = read_corpus(target).into_iter().map(|(_, bytes)| bytes).collect();
    let start = Instant::now();
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut slowest = Duration::ZERO;
    let (mut case, mut read) = (0, 0);
    // An input that ends the process (an exhausted stack or memory) stays here.
    let current = findings_folder(target).join("current");
    while start.elapsed() < time && known.len() < FAILURES_KEPT {
        let input = make_input(&corpus, seed, case);
        std::fs::write(&current, &input).expect("the current input is written");
        let begun = Instant::now();
        let result = check_input(target, &input);
        let taken = begun.elapsed();
        slowest = slowest.max(taken);
        read += u64::from(result == Ok(InputFate::Read));
        let slow = (taken > SLOW).then(|| format!("slow: more than {SLOW:?}"));
        if let Some(failure) = result.err().or(slow) {
            // Failures with different names and numbers are one kind.
            let kind: String = failure.chars().filter(|c| !c.is_ascii_digit()).take(60).collect();
            if known.insert(kind) {
                let path = keep_input(target, seed, case, &input);
                println!("FAILURE {}: {failure}", path.display());
            }
        }
        case += 1;
    }
    std::fs::remove_file(&current).expect("the current input is removed");
    println!(
        "{}: {case} cases in {:.0} s, {read} of them read, seed {seed}, slowest {:.2} s, {} failures",
        target.name,
        start.elapsed().as_secs_f64(),
        slowest.as_secs_f64(),
        known.len()
    );
    known.len()
}
