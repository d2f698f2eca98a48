//! The loop choose, run, judge within a budget; emits events.
//!
//! It does not know files, formats or the terminal.

mod census;
mod chase;
mod clean;
mod drive;
mod event;
mod home;
mod keeper;
mod lead;
mod leftovers;
mod mark;
mod naming;
mod settling;
mod share;
mod smaller;
mod standing;
mod undo;
mod watch;

#[cfg(test)]
mod tests;

pub use chase::{Chased, Terms, chase};
pub use clean::{delete, idle, last_look, marked};
pub use drive::{Allowance, Driven, Site, retrace};
pub use event::{Budget, Conclusion, Event, Found, Listener, Spent};
pub use home::{Home, at_home, mock_identities, mock_limits, mocks, on_paused_clock, site};
pub use keeper::Keeper;
pub use lead::{CampaignError, Order, lead};
pub use leftovers::{Leftovers, Wanted, leftovers, remembered};
pub use mark::{Mark, began_of, run_id};
pub use settling::{Passage, Settling};
pub use standing::Standings;
pub use undo::Made;
pub use watch::Eyes;
