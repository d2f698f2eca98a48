//! Secrets that arise during a run.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Fetched tokens and computed signatures, shared by all clones.
#[derive(Clone, Default)]
pub struct LearnedSecrets(Arc<Mutex<LearnedValues>>);

#[derive(Default)]
struct LearnedValues {
    /// Reusable values, oldest first.
    kept: VecDeque<String>,
    /// Values of one request, oldest first.
    passing: VecDeque<String>,
}

/// Most tokens. Each token is valid for minutes at least, so a run needs fewer.
const KEPT_MAX: usize = 1_000;

/// Most signatures. A signature belongs to a single request, and a response repeats a recent signature only.
const PASSING_MAX: usize = 32;

impl LearnedSecrets {
    /// Adds a reusable value, such as a token.
    pub fn keep_value(&self, value: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        push_bounded(&mut known.kept, value, KEPT_MAX);
    }

    /// Adds a value of one request, such as a signature.
    pub fn add_passing_value(&self, value: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.kept.iter().any(|kept| kept == value) {
            push_bounded(&mut known.passing, value, PASSING_MAX);
        }
    }

    /// All values.
    pub(super) fn values(&self) -> Vec<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.kept.iter().chain(&known.passing).cloned().collect()
    }
}

impl std::fmt::Debug for LearnedSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Learned")
    }
}

/// Appends a new value and drops the oldest value above the limit.
fn push_bounded(values: &mut VecDeque<String>, value: &str, most: usize) {
    if values.iter().any(|known| known == value) {
        return;
    }
    if values.len() >= most {
        values.pop_front();
    }
    values.push_back(value.to_string());
}
