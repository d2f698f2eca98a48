//! Runs a campaign: chooses, runs and judges plans within limits, and emits events.
//!
//! Files, formats and the terminal are unknown to the module.

mod blame_evidence;
mod blame_trials;
mod campaign_loop;
mod campaign_input;
mod campaign_state;
mod clause_decidability;
mod candidate_runner;
mod cell_results;
mod conclusion;
mod covered;
mod earlier_part;
mod earlier_plans;
mod ending_deviation;
mod event;
mod finding_shrinker;
mod halting;
mod kept_situation;
mod plan_results;
mod mock_campaign;
mod mock_environment;
mod model_shrinker;
mod mutant_detection;
mod mutation_score;
mod online_judge;
mod campaign_environment;
mod plan_runner;
mod poll_reads;
mod recorded_score;
mod race_plans;
mod race_tally;
mod recorded_verdicts;
mod same_defects;
mod profile_setup;
mod transition_times;
mod shown_exchanges;
mod simpler_plans;
mod step_trace;
mod telling_changes;

pub use blame_evidence::{BlameEvidence, TellingChange, TellingRun};
pub use campaign_environment::{CampaignEnvironment, clean_up_run};
pub use campaign_input::{CampaignInput, RaceShare};
pub use campaign_loop::{resume_campaign, run_campaign};
pub use cell_results::CellResult;
pub use clause_decidability::DecidabilityCheck;
pub use conclusion::{Conclusion, FindingRepetition, RecordedFinding, ShownCounterexample, SpentRequests};
pub use earlier_part::{EarlierPart, EarlierPlan, EarlierPlans, PlanAccount};
pub use ending_deviation::{EndingDeviation, FindingMatcher};
pub use event::{CampaignEvent, CampaignListener, HistoryCollector, NullListener};
pub use mock_campaign::run_mock_campaign;
pub use mock_environment::{
    MockCampaignSettings, make_mock_environment, make_mock_identities, make_mock_limits, make_mocks,
    run_on_paused_clock,
};
pub use mutant_detection::{BlameFit, MutantDetection};
pub use mutation_score::{MutantResult, MutationSettings, compute_mutation_score};
pub use online_judge::OnlineJudge;
pub use plan_runner::{PlanResult, rerun_plan};
pub use race_tally::{RaceTally, RacedPair, is_about_overlap};
pub use recorded_score::{MutantKindScore, group_mutants_by_kind, score_recorded_plans};
pub use recorded_verdicts::decide_recorded_verdicts;
pub use transition_times::{MeasuredTransition, TransitionTimes};
