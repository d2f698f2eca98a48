//! Suites as tests: one test per clause, one campaign per suite.
//!
//! A test target with `harness = false` needs one line:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     probity::conformance(probity::Conformance::from_environment()).exit_code()
//! }
//! ```
//!
//! Each clause is a test `<suite>::<clause>`, and `<suite>::complete` tests that every clause was decided.
//! The first test of a suite starts its campaign, and the other tests wait for the verdicts. Under nextest,
//! where each test is a process, the first process runs the campaign under a file lock, and the other
//! processes read its report. Campaigns at an endpoint run one after the other, and the totals of the
//! profile hold for all of them together.

mod campaign;
mod lock;
mod options;
mod trials;

pub use crate::session::{EmbeddedSource, EndpointFactory};
pub use options::{Conformance, RequestBody, Target};
pub use trials::conformance;
