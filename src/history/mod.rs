//! Recorded exchanges: requests, outcomes and times.
//!
//! This module serialises histories and removes secrets before that. It does not judge exchanges.
//!
//! Modules in reading order: `call` and `exchange` (the types), `jsonl` (the lines of a file), `history_reader` (reading
//! a file), `history_recorder` (the record of a plan), `history_file` (the file of a campaign) with `shortening`,
//! `bounded_json` (parsing within bounds), `secrets` (what is removed), with `secret_names` (secret fields),
//! `secret_finder` and `decoded_text` (secrets in any spelling), `secret_placeholder` (replacements) and
//! `learned_secrets` (secrets of a run), and `sendable_id` (ids that a request can carry).

mod bounded_json;
mod call;
mod decoded_text;
mod exchange;
mod history_file;
mod history_reader;
mod history_recorder;
mod jsonl;
mod learned_secrets;
mod process_secrets;
mod request_id;
mod secret_finder;
mod secret_names;
mod secrets;
mod secret_placeholder;
mod sendable_id;
mod shortening;

pub use bounded_json::{BoundedJsonError, JSON_DEPTH_MAX, JSON_VALUES_MAX, parse_bounded_json};
pub use call::Call;
pub(crate) use call::read_present_body;
pub use exchange::{
    CallCause, CallOverlap, Exchange, FORMAT, History, HistoryHeader, InfrastructureFailure, Outcome,
    RecordedInputClass, Reply, ReplyBody,
};
pub use history_file::{HistoryFile, HistoryGaps};
pub use history_reader::{HistoryReader, HistoryRecord, read_histories};
pub use history_recorder::{HistoryRecorder, RecordedHistory};
pub use jsonl::{HistoryReadError, TornLine, write_history};
pub use learned_secrets::LearnedSecrets;
pub use process_secrets::{remember_secrets, strip_panic_text, strip_process_secrets};
pub use request_id::is_request_id_header;
#[cfg(feature = "http")]
pub(crate) use secret_names::is_secret_name;
pub use secret_placeholder::is_secret_placeholder;
pub use secrets::SecretFilter;
pub use sendable_id::is_sendable_id;
pub use shortening::outline_exchange;

#[cfg(test)]
pub(crate) mod tests;
