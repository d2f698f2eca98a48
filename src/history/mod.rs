//! Recorded exchanges: requests, outcomes and times.
//!
//! This module serialises histories and removes secrets before that. It does not judge exchanges.
//!
//! Modules in reading order: `call` and `exchange` (the types), `jsonl` (the file), `secrets` (what is removed),
//! with `secret_names` (secret fields), `secret_finder` and `decoded_text` (secrets in any spelling),
//! `secret_placeholder` (replacements) and `learned_secrets` (secrets of a run), and `sendable_id` (ids that a request
//! can carry).

mod call;
mod decoded_text;
mod exchange;
mod jsonl;
mod learned_secrets;
mod process_secrets;
mod secret_finder;
mod secret_names;
mod secrets;
mod secret_placeholder;
mod sendable_id;

pub use call::Call;
pub(crate) use call::read_present_body;
pub use exchange::{
    CallCause, Exchange, FORMAT, History, HistoryHeader, InfrastructureFailure, Outcome, RecordedInputClass, Reply,
    ReplyBody,
};
pub use jsonl::{HistoryReadError, TornLine, read_histories, write_history};
pub use learned_secrets::LearnedSecrets;
pub use process_secrets::{remember_secrets, strip_panic_text, strip_process_secrets};
pub use secret_placeholder::is_secret_placeholder;
pub use secrets::SecretFilter;
pub use sendable_id::is_sendable_id;

#[cfg(test)]
mod tests;
