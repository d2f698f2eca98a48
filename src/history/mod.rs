//! Observations as recorded: what was asked, what came back, and when.
//!
//! Serialised once, here, and stripped of secrets before that. It does not know
//! right from wrong.

mod exchange;
mod jsonl;
mod learned;
mod secrets;

pub use exchange::{Cause, Exchange, FORMAT, Header, Hindrance, History, Input, Outcome, Reply, ReplyBody};
pub use jsonl::{ReadError, Torn, read_jsonl, write_jsonl};
pub use learned::Learned;
pub use secrets::{Secrets, is_token};

#[cfg(test)]
mod tests;
