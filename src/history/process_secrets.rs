//! The secrets of this process, for texts that no campaign records: the terminal, and panics.

use super::secrets::SecretFilter;
use std::sync::{Mutex, PoisonError, TryLockError};

/// The filters of the endpoints of this process, newest last.
static FILTERS: Mutex<Vec<SecretFilter>> = Mutex::new(Vec::new());

/// Most filters. A process has a filter for each endpoint.
const FILTERS_MAX: usize = 64;

/// Fewest characters of a secret: a shorter secret may be a part of ordinary names, and of paths to copy.
const SECRET_CHARS_MIN: usize = 8;

/// From now on, [`strip_process_secrets`] and [`strip_panic_text`] remove these secrets of at least 8 characters.
pub fn remember_secrets<'a>(salt: &str, literals: impl IntoIterator<Item = &'a str>, learned: super::LearnedSecrets) {
    let literals = literals.into_iter().filter(|literal| literal.chars().count() >= SECRET_CHARS_MIN);
    let filter = SecretFilter::new(salt).with_literals(literals).with_learned(learned);
    let mut filters = FILTERS.lock().unwrap_or_else(PoisonError::into_inner);
    if filters.len() >= FILTERS_MAX {
        filters.remove(0);
    }
    filters.push(filter);
}

/// Removes the secrets of all endpoints of this process from a text.
pub fn strip_process_secrets(text: &mut String) {
    let filters = FILTERS.lock().unwrap_or_else(PoisonError::into_inner);
    filters.iter().for_each(|filter| filter.strip_text(text));
}

/// As [`strip_process_secrets`], for the message of a panic. A panic may come while the secrets are in use; then the
/// message is replaced.
pub fn strip_panic_text(text: &mut String) {
    match FILTERS.try_lock() {
        Ok(filters) => filters.iter().for_each(|filter| filter.strip_text(text)),
        Err(TryLockError::Poisoned(filters)) => {
            filters.into_inner().iter().for_each(|filter| filter.strip_text(text));
        }
        Err(TryLockError::WouldBlock) => {
            *text = "(the message is left out, because it may contain a credential)".to_string();
        }
    }
}
