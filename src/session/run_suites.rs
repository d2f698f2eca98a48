//! The campaigns of several suites: side by side against the mock, one after the other at endpoints.

use super::listener::SessionListener;
use super::loaded_suite::LoadedSuite;
use super::run_suite::{SuiteRunResult, add_spending, run_suite};
use super::settings::RunSettings;
use super::target::SuiteTarget;
use super::user_error::UserError;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;

/// The threads on which campaigns of these targets run side by side. Campaigns at endpoints run on one
/// thread, because the rate limit of a profile holds for all campaigns together.
#[must_use]
pub fn count_threads(targets: &[(LoadedSuite, SuiteTarget)]) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    if targets.iter().any(|(_, target)| target.is_real()) { 1 } else { cores.min(targets.len()).max(1) }
}

/// Runs the campaign of each suite. `listen` makes the listener of a suite; `done` receives the results in
/// the order of the suites. No campaign starts once the run is cancelled.
pub fn run_suites(
    run: &RunSettings<'_>,
    targets: &[(LoadedSuite, SuiteTarget)],
    listen: impl Fn(&LoadedSuite) -> Box<dyn SessionListener> + Sync,
    mut done: impl FnMut(&LoadedSuite, &SuiteTarget, Result<SuiteRunResult, UserError>),
) {
    let used = Mutex::new(run.resumed.map(|earlier| earlier.spent).unwrap_or_default());
    let campaign = |index: usize| {
        let (loaded, target) = &targets[index];
        if run.cancel.is_requested() {
            return None;
        }
        let before = *used.lock().expect("no campaign panics while it holds the lock");
        let outcome = run_suite(run, loaded, target, before, listen(loaded).as_mut());
        add_spending(&outcome, &mut used.lock().expect("no campaign panics while it holds the lock"));
        Some(outcome)
    };
    run_side_by_side(targets.len(), count_threads(targets), campaign, |index, outcome| {
        let (loaded, target) = &targets[index];
        if let Some(outcome) = outcome {
            done(loaded, target, outcome);
        }
    });
}

/// Does jobs on threads and passes the results on in the order of the jobs.
fn run_side_by_side<T: Send>(
    jobs: usize,
    threads: usize,
    job: impl Fn(usize) -> T + Sync,
    mut done: impl FnMut(usize, T),
) {
    if threads == 1 {
        (0..jobs).for_each(|index| done(index, job(index)));
        return;
    }
    let next = AtomicUsize::new(0);
    let (sender, results) = std::sync::mpsc::channel();
    let work = |sender: Sender<(usize, T)>| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            // The receiver is gone if `done` panicked.
            if index >= jobs || sender.send((index, job(index))).is_err() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, work) = (sender.clone(), &work);
            scope.spawn(move || work(sender));
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (index, result) in results {
            early.insert(index, result);
            while let Some(result) = early.remove(&due) {
                done(due, result);
                due += 1;
            }
        }
    });
}
