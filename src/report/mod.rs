//! The results of a campaign, as files and as text.
//!
//! [`compile_report`] makes a [`Report`] of a campaign's conclusion, and every rendering starts from the
//! report, so that all renderings agree. A report depends only on plans and observations and is
//! reproducible byte for byte; [`RunFacts`] has the facts of the machine and the time. This module does not send requests,
//! does not choose plans and reads no clock.

mod compile;
mod digest;
mod explain_clause;
mod explain_step;
mod folder;
mod folder_check;
mod junit;
mod plan_text;
mod rows;
mod run_facts;
mod settle_times;
mod summary;

/// Longest report file in bytes.
pub const REPORT_BYTES_MAX: u64 = 256 << 20;

#[cfg(test)]
mod tests;

pub use compile::{FORMAT, Report, ReportSubject, compile_report, quote_word};
pub use digest::{digest_bytes, finish_digest};
pub use explain_clause::{PageCopy, PageLookup, explain_clause};
pub use explain_step::explain_step;
pub use folder::{ReportFiles, encode_plan, write_file, write_folder};
pub use folder_check::check_folder;
pub use junit::{describe_failure, render_junit};
pub use plan_text::{describe_steps, list_outcomes};
pub use rows::{
    ClauseCountsRow, ClauseReference, ClauseRow, CounterexampleRow, FindingRow, NamedDigest, NarrowingExchange,
    PurposeRequestsRow, ReportTarget, SilentCellRow, SpentRequestsRow, VerdictTotals,
};
pub use run_facts::{MachineFacts, RunFacts};
pub use settle_times::{SettleTimesRow, compute_settle_times, render_settle_times};
pub use summary::{ReportLocation, fill_in_replay, render_summary};
