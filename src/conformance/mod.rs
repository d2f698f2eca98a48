//! Suites as tests: a test per clause, a campaign per suite.
//!
//! A test target with `harness = false` needs a single line:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     probity::conformance(probity::Conformance::from_environment()).exit_code()
//! }
//! ```
//!
//! Each clause is a test `<suite>::<clause>`, and `<suite>::complete` tests whether every clause was decided.
//! The first test of a suite starts the campaign, and the remaining tests wait for the verdicts. Under nextest,
//! where each test is a process, the first process runs the campaign under a file lock, and the remaining
//! processes read the report. Campaigns at an endpoint run in sequence and share the totals of the profile.

mod campaign;
mod lock;
mod options;
mod trials;

pub use crate::session::{EmbeddedSource, EndpointFactory};
pub use options::{Conformance, RequestBody, Target};
pub use trials::conformance;
