//! The command line: arguments, verbs, progress, terminal output, signals and exit codes.
//!
//! Only this module reads arguments, writes to the terminal and ends the process. Running suites is the
//! business of `session`. The suites and schemas embedded in the binary are handed to `session` from here.

mod args;
mod config;
mod dates;
mod dry_run;
mod embedded;
mod exchange_lines;
pub mod exit;
mod main;
mod own_pages;
mod panic_text;
mod progress;
mod recorded;
#[cfg(test)]
mod recipes;
mod signal;
mod verbs;

pub use embedded::EMBEDDED;
pub use main::main;
pub use verbs::derive::list_cited_places;
