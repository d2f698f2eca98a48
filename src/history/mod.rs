//! Recorded exchanges: requests, outcomes and times.
//!
//! This module serialises histories and removes secrets before that. It does not judge exchanges.
//!
//! Modules in reading order: `call` and `exchange` (the types), `jsonl` (the file), `secrets` (what is removed),
//! with `secret_names` (secret fields), `token` (replacements) and `learned` (secrets of a run).

mod call;
mod exchange;
mod jsonl;
mod learned_secrets;
mod secret_names;
mod secrets;
mod secret_placeholder;

pub use call::Call;
pub(crate) use call::read_present_body;
pub use exchange::{
    CallCause, Exchange, FORMAT, History, HistoryHeader, InfrastructureFailure, Outcome, RecordedInputClass, Reply,
    ReplyBody,
};
pub use jsonl::{HistoryReadError, TornLine, read_histories, write_history};
pub use learned_secrets::LearnedSecrets;
pub use secret_placeholder::is_secret_placeholder;
pub use secrets::SecretFilter;

#[cfg(test)]
mod tests;
