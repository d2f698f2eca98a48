//! The loop choose, run, judge within a budget; emits events.
//!
//! It does not know files, formats or the terminal.

mod event;

pub use event::{Budget, Conclusion, Event, Found, Listener, Spent};
