//! Runs a campaign: chooses, runs and judges plans within limits, and emits events.
//!
//! Files, formats and the terminal are unknown to the module.

mod campaign_loop;
mod campaign_order;
mod campaign_state;
mod clause_standing;
mod conclusion;
mod event;
mod finding_shrinker;
mod gathered;
mod mock_env;
mod mutation_score;
mod online_judge;
mod plan_env;
mod plan_runner;
mod poll_reads;
mod profile_setup;
mod settling_times;
mod simpler_plans;

pub use campaign_loop::lead;
pub use campaign_order::{CampaignError, Order};
pub use clause_standing::Standings;
pub use conclusion::{Conclusion, Found, Spent};
pub use event::{Event, Listener, NullListener};
pub use mock_env::{Home, at_home, mock_identities, mock_limits, mocks, on_paused_clock, site};
pub use mutation_score::{Chased, Terms, chase};
pub use online_judge::Eyes;
pub use plan_env::{Site, last_look};
pub use plan_runner::{Driven, retrace};
pub use settling_times::{Passage, Settling};
