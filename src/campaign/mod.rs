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
mod plan_results;
mod mock_env;
mod mutation_score;
mod online_judge;
mod plan_env;
mod plan_runner;
mod poll_reads;
mod profile_setup;
mod transition_times;
mod simpler_plans;

pub use campaign_loop::run_campaign;
pub use campaign_order::{CampaignError, CampaignOrder};
pub use clause_standing::ClauseStandings;
pub use conclusion::{Conclusion, RecordedFinding, SpentRequests};
pub use event::{CampaignEvent, Listener, NullListener};
pub use mock_env::{
    MockSettings, make_mock_env, make_mock_identities, make_mock_limits, make_mocks, run_mock_campaign,
    run_on_paused_clock,
};
pub use mutation_score::{MutantResult, MutationSettings, compute_mutation_score};
pub use online_judge::OnlineJudge;
pub use plan_env::{PlanEnv, clean_up_run};
pub use plan_runner::{PlanOutcome, rerun_plan};
pub use transition_times::{MeasuredTransition, TransitionTimes};
