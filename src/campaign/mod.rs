//! The loop choose, run, judge within a budget; emits events.
//!
//! It does not know files, formats or the terminal.

mod chase;
mod drive;
mod event;
mod home;
mod lead;
mod naming;
mod settling;
mod share;
mod smaller;
mod standing;
mod watch;

pub use chase::{Chased, Terms, chase};
pub use drive::{Allowance, Driven, Site, retrace};
pub use event::{Budget, Conclusion, Event, Found, Listener, Spent};
pub use home::{Home, at_home, mock_identities, mock_limits, mocks, on_paused_clock, site};
pub use lead::{CampaignError, Order, lead};
pub use settling::{Passage, Settling};
pub use standing::Standings;
pub use watch::Eyes;
