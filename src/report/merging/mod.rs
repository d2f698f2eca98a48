//! The reports of the shards of one run, joined into the report of the run.
//!
//! Modules in reading order: `merge_reports` (checks, and the report as a whole), `merge_clauses`, `merge_findings`,
//! `merge_exceptions`, `merge_counts`, `merge_facts`.

mod merge_cells;
mod merge_clauses;
mod merge_counts;
mod merge_exceptions;
mod merge_facts;
mod merge_findings;
mod merge_reports;
#[cfg(test)]
mod tests;

pub use merge_facts::merge_facts;
pub use merge_reports::{ShardError, merge_reports};
