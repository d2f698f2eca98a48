//! Recorded exchanges: requests, outcomes and times.
//!
//! This module serialises histories and removes secrets before that. It does not judge exchanges.
//!
//! Modules in reading order: `exchange` (the types), `jsonl` (the file), `secrets` (what is removed),
//! with `secret_names` (secret fields), `token` (replacements) and `learned` (secrets of a run).

mod exchange;
mod jsonl;
mod learned;
mod secret_names;
mod secrets;
mod token;

pub use exchange::{Cause, Exchange, FORMAT, Header, Hindrance, History, Input, Outcome, Reply, ReplyBody};
pub use jsonl::{ReadError, Torn, read_jsonl, write_jsonl};
pub use learned::Learned;
pub use secrets::Secrets;
pub use token::is_token;

#[cfg(test)]
mod tests;
