//! The loop choose, run, judge within a budget; emits events.
//!
//! It does not know files, formats or the terminal.

mod drive;
mod event;
mod home;
mod lead;
mod smaller;
mod watch;

pub use drive::{Allowance, Driven, Site, drive, retrace};
pub use event::{Budget, Conclusion, Event, Found, Listener, Spent};
pub use home::{Home, at_home, mock_identities, mocks, on_paused_clock, site};
pub use lead::{CampaignError, Order, lead};
pub use watch::Eyes;
