//! From histories to verdicts: status, body and state of each exchange against the suite.
//!
//! The oracle uses no endpoint, no random numbers and no sockets: all input is recorded.

mod body_check;
mod fingerprint;
mod general_refusal;
mod hollow_pass;
mod infrastructure_hint;
mod judge;
mod judge_records;
mod known_findings;
mod paging;
mod race;
#[cfg(test)]
mod tests;
mod shape_cause;
mod verdict;

pub use hollow_pass::list_missing_proof;
pub use infrastructure_hint::InfrastructureHint;
pub use judge::{ExchangeFindings, Finding, Judge, judge_history};
pub use judge_records::{JudgedRecords, judge_records, judge_stream};
pub use known_findings::{FindingNovelty, KnownFindings};
pub use race::{RaceEvidence, RaceLane, RaceRecord, RaceVerdict};
pub use verdict::{
    ClauseDecidability, ClauseResult, ClauseSelection, NOT_SENT, Verdict, VerdictSettings, decide_verdicts,
    list_promises,
};
