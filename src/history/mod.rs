//! Observations as recorded: what was asked, what came back, and when.
//!
//! Serialised once, here. It does not know right from wrong.

mod exchange;
pub mod secrets;

pub use exchange::{Cause, Exchange, FORMAT, Header, History, Outcome, Reply, ReplyBody};
