//! A suite that builds on other suites: inheritance, changes and removals.
//!
//! The merge works on the trees of the files, so the result is parsed like any suite. Inherited values keep their
//! places in the base file.

mod combine;
mod context;
mod entries;
mod extend;
mod import;

pub(super) use context::MergeInputs;
pub(super) use extend::merge_suite;
