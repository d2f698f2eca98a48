//! Secrets that come into being while a run goes on.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Tokens that were fetched and signatures that were made; all clones share them.
#[derive(Clone, Default)]
pub struct Learned(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    kept: VecDeque<String>,
    passing: VecDeque<String>,
}

/// A token lives for minutes at least: so many last longer than a run.
const KEPT_MAX: usize = 1_000;

/// A signature belongs to one request; a reply that repeats one repeats one of the last.
const PASSING_MAX: usize = 32;

impl Learned {
    /// A value that is used again, such as a token.
    pub fn keep(&self, value: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        push(&mut known.kept, value, KEPT_MAX);
    }

    /// A value of one request, such as a signature.
    pub fn passing(&self, value: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.kept.iter().any(|kept| kept == value) {
            push(&mut known.passing, value, PASSING_MAX);
        }
    }

    pub(super) fn values(&self) -> Vec<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.kept.iter().chain(&known.passing).cloned().collect()
    }
}

impl std::fmt::Debug for Learned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Learned")
    }
}

fn push(values: &mut VecDeque<String>, value: &str, most: usize) {
    if values.iter().any(|known| known == value) {
        return;
    }
    if values.len() >= most {
        values.pop_front();
    }
    values.push_back(value.to_string());
}
