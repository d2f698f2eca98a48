//! Runs suites against targets, for the command line and for tests.
//!
//! A session finds the suites, resolves the target of each suite, checks the endpoint before the first
//! create, runs the campaigns, and writes the reports. A session returns values and emits events to a
//! [`SessionListener`]: this module neither prints nor ends the process, and does not know the command
//! line. The two users of this module, `cli` and `conformance`, do not know each other.

mod baseline_source;
mod bounded_check;
mod campaign_record;
mod claimed_parts;
mod check_settings;
mod checked_endpoint;
mod clock;
mod dry_run;
mod earlier_times;
mod execute;
mod exit_kind;
mod history_writer;
mod tracking;
mod limits;
mod listener;
mod loaded_suite;
mod merge_shards;
mod needed_changes;
mod patterns;
mod plan_file;
mod recorded_power;
#[cfg(feature = "http")]
mod preflight;
#[cfg(not(feature = "http"))]
#[path = "preflight_without_http.rs"]
mod preflight;
mod resume;
mod run_files;
mod run_suite;
mod run_suites;
mod settings;
#[cfg(feature = "http")]
mod signal_streams;
#[cfg(not(feature = "http"))]
#[path = "signal_streams_without_http.rs"]
mod signal_streams;
#[cfg(feature = "http")]
mod sign;
mod signals;
mod environment_setup;
mod suite_store;
mod sweep;
mod target;
mod user_error;

pub use baseline_source::{list_foreign_waivers, load_baseline, load_baseline_file};
pub use campaign_record::ReportedCampaign;
pub use checked_endpoint::FreeQuotas;
pub use claimed_parts::list_idle_claims;
pub use clock::RunStart;
pub use dry_run::{CreatedCount, DryRunForecast, EndpointForecast, SimulatedCampaign};
pub use earlier_times::{EarlierTimes, load_earlier_times};
pub use environment_setup::{STATES_MAX, block_on};
pub use execute::replay_plan;
pub use exit_kind::{ExitKind, judge_report, list_exit_kinds, list_stored_exits, pick_worst};
pub use limits::{SpentTotals, limit_campaign};
pub use listener::{SessionEvent, SessionListener};
pub use loaded_suite::LoadedSuite;
pub use merge_shards::{MergedSuite, merge_shards};
pub use patterns::ClausePatterns;
pub use plan_file::{PLAN_BYTES_MAX, parse_plan};
pub use recorded_power::score_history;
pub use resume::earlier_run::EarlierRun;
pub use run_suite::{SuiteRunResult, add_spending, run_suite};
pub use run_suites::{count_threads, run_suites};
pub use settings::{CampaignSettings, JournalSettings, ReportSettings, RunSettings};
#[cfg(feature = "http")]
pub use sign::{UnsignedRequest, sign_request};
#[cfg(feature = "http")]
pub use signal_streams::survive_file_size_limit;
pub use signals::{SignalEvent, Signals};
pub use suite_store::{EmbeddedSource, SuiteStore, describe_problems};
pub use sweep::{SweepResult, sweep_endpoint};
pub use target::{
    EndpointFactory, InProcessService, SuiteTarget, TargetChoice, check_pools, describe_targets, find_profile_endpoint,
    load_profile, parse_profile, resolve_targets, warn_of_credentials,
};
pub use user_error::{UserError, suggest_name};
