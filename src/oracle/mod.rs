//! History to verdicts: status, body and state of each exchange against the suite.
//!
//! It does not know endpoints, randomness or sockets: what it is given is recorded.

mod judge;
mod paging;
#[cfg(test)]
mod tests;
mod verdict;

pub use judge::{Finding, Judge, Seen, judge};
pub use verdict::{Row, Selection, Standing, Verdict, promises, verdicts};
