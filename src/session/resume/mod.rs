//! A run that was killed or ended early, continued: its record, the checks of the record, and what the run left behind.
//!
//! Modules in reading order: `resume_file` (what a run writes beside its history), `resume_lines` (reading the file),
//! `earlier_record` (the record of a suite, checked), `run_difference` (whether the record is of the same run),
//! `earlier_run` (the suites of a run), `earlier_leftovers` (what the run left at the endpoint), `takeover` (all of it for one
//! suite).

pub mod earlier_leftovers;
pub mod earlier_record;
pub mod earlier_run;
pub mod resume_file;
mod resume_lines;
pub mod run_difference;
pub mod takeover;

#[cfg(test)]
mod tests;
