//! From histories to verdicts: status, body and state of each exchange against the suite.
//!
//! The oracle uses no endpoint, no random numbers and no sockets: all input is recorded.

mod judge;
mod paging;
#[cfg(test)]
mod tests;
mod verdict;

pub use judge::{Finding, Judge, Seen, judge};
pub use verdict::{Row, Selection, Standing, Verdict, promises, verdicts};
