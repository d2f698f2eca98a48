//! The results of a campaign, as files and as text.
//!
//! [`compile_report`] makes a [`Report`] of a campaign's conclusion, and every rendering starts from the
//! report, so that all renderings agree. A report depends only on plans and observations and is
//! reproducible byte for byte; [`RunFacts`] has the facts of the machine and the time. This module does not send requests,
//! does not choose plans and reads no clock.

mod blame_rows;
mod call_row;
mod claims;
mod clause_place;
mod clause_testing;
mod cell_rows;
mod cell_text;
mod comparison;
mod compile;
mod compile_finding;
mod curl_script;
mod digest;
mod evidence_rows;
mod exceptions;
mod excused_clauses;
mod evidence_text;
mod explain_clause;
mod explain_step;
mod failure_text;
mod finding_text;
mod folder;
mod folder_check;
mod formats;
#[cfg(feature = "cli")]
mod html_template;
mod merging;
mod plan_text;
mod race_rows;
mod race_text;
mod phrases;
mod plan_names;
mod report_conclusion;
mod report_location;
mod report_subject;
mod report_target;
mod rows;
mod resumed_row;
mod run_facts;
mod script_value;
mod settle_times;
mod shell_word;
mod stored_run;
mod summary;

#[cfg(test)]
mod tests;

pub use call_row::{CallRow, SentTime};
pub use cell_rows::{CellsRow, CoveredCellRow, OperationCellsRow, UncoveredCellRow};
pub use claims::{ClaimsRow, OperationAnswersRow};
pub use clause_testing::explain_clause_testing;
#[cfg(feature = "cli")]
pub use comparison::render_comparison_html;
pub use comparison::{
    ClauseComparison, ComparedRun, DeviationComparison, RunComparison, SettleTimeComparison, SuiteComparison,
    compare_runs, render_comparison_markdown, render_comparison_text,
};
pub use compile::{FORMAT, Report, compile_report};
pub use digest::{digest_bytes, finish_digest};
pub use evidence_rows::{DifferenceRow, EvidenceRow, ReasonRow, compile_evidence};
pub use exceptions::{GoneDeviationRow, KnownDeviationsRow, WaiverRow};
pub use explain_clause::{PageCopy, PageLookup, explain_clause};
pub use explain_step::explain_step;
pub use failure_text::describe_failure;
pub use finding_text::describe_evidence;
pub use folder::{ReportFiles, encode_plan, write_file, write_folder};
pub use folder_check::check_folder;
pub use formats::ReportFormat;
#[cfg(feature = "cli")]
pub use html_template::render_html_template;
pub use merging::{ShardError, merge_facts, merge_reports};
pub use plan_text::{describe_steps, list_outcomes};
pub use report_conclusion::ReportConclusion;
pub use report_location::{ReportLocation, fill_in_replay};
pub use report_subject::ReportSubject;
pub use report_target::ReportTarget;
pub use resumed_row::ResumedRow;
pub use rows::{
    CitedPageRow, ClauseCountsRow, ClauseReference, ClauseRow, CounterexampleRow, FailedExpressionRow, FindingRow,
    NamedDigest, NarrowingExchange, PurposeRequestsRow, ResourceKindRow, SilentCellRow, SpentRequestsRow,
    UnprovenTransitionRow, VerdictTotals,
};
pub use run_facts::{MachineFacts, RunFacts};
pub use settle_times::{SettleTimesRow, compute_settle_times, render_settle_times};
pub use shell_word::quote_word;
pub use stored_run::{REPORT_BYTES_MAX, StoredRun, StoredRunError, read_stored_runs};
pub use summary::{SummaryDetail, render_summary};
