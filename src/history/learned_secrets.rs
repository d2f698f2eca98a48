//! Secrets that arise during a run.

use super::secret_finder::SecretFinder;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Fetched tokens and computed signatures, shared by all clones.
#[derive(Clone, Default)]
pub struct LearnedSecrets(Arc<Mutex<LearnedValues>>);

#[derive(Default)]
struct LearnedValues {
    /// Reusable values, oldest first.
    kept: VecDeque<String>,
    /// The finder of the reusable values; none after a change.
    kept_finder: Option<Arc<SecretFinder>>,
    /// Values of one request with their finders, oldest first. Each request adds a value, so that a common finder
    /// would be built for each request.
    passing: VecDeque<(String, Arc<SecretFinder>)>,
}

/// Most tokens. Each token is valid for minutes at least, so a run needs fewer.
const KEPT_MAX: usize = 1_000;

/// Most signatures. A signature belongs to a single request, and a response repeats a recent signature only.
const PASSING_MAX: usize = 32;

impl LearnedSecrets {
    /// Adds a reusable value, such as a token.
    pub fn keep_value(&self, value: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.kept.iter().any(|kept| kept == value) {
            return;
        }
        push_bounded(&mut known.kept, value.to_string(), KEPT_MAX);
        known.kept_finder = None;
    }

    /// Adds a value of one request, such as a signature.
    pub fn add_passing_value(&self, value: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.kept.iter().any(|kept| kept == value) || known.passing.iter().any(|(passing, _)| passing == value) {
            return;
        }
        push_bounded(&mut known.passing, (value.to_string(), Arc::new(SecretFinder::new([value]))), PASSING_MAX);
    }

    /// Finders of all values.
    pub(super) fn list_finders(&self) -> Vec<Arc<SecretFinder>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.kept.is_empty() && known.passing.is_empty() {
            return Vec::new();
        }
        if known.kept_finder.is_none() {
            known.kept_finder = Some(Arc::new(SecretFinder::new(known.kept.iter().map(String::as_str))));
        }
        let passing = known.passing.iter().map(|(_, finder)| finder);
        known.kept_finder.iter().chain(passing).cloned().collect()
    }
}

impl std::fmt::Debug for LearnedSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Learned")
    }
}

/// Appends a value and drops the oldest value above the limit.
fn push_bounded<T>(values: &mut VecDeque<T>, value: T, most: usize) {
    if values.len() >= most {
        values.pop_front();
    }
    values.push_back(value);
}
