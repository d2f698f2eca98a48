//! Plans and steps as records, and the choosers that pick the steps.
//!
//! A plan consists of its recorded steps; the chooser is not part of the plan. The module
//! does not depend on responses or verdicts.

mod bind;
mod cell_table;
mod chooser;
mod chooser_input;
mod compose;
mod cover_step;
mod coverage;
mod guard_relations;
mod guided;
mod handles;
mod hints;
mod id_input;
mod keyword_breaks;
mod live_count;
mod masking;
mod novelty;
mod path_search;
mod planning_context;
mod prediction;
mod presence;
mod race;
mod random;
mod reachability;
mod read_only;
mod recovered_plan;
mod relevant_fields;
mod resource_traits;
mod spoiled_call;
mod state_path;
mod step;
mod successor_state;
mod trait_counts;
mod unreachable;
mod versions;
mod wait_ledger;

pub use bind::bind_handles;
pub use cell_table::{CellTable, EXCHANGES_PER_CELL};
pub use chooser::{Chooser, RecordedChooser};
pub use chooser_input::{ChooserInput, LastListPage, PlanLimits};
pub use compose::{CallRequirements, compose_call};
pub use cover_step::{cover_step, describe_context};
pub use coverage::{Coverage, StepCounts};
pub use guard_relations::{GuardRelation, InputRoot};
pub use guided::GuidedChooser;
pub use handles::{HandleTable, PlannedResource, StepOutcome, named_handles};
pub use hints::SuiteHints;
pub use live_count::{count_created, count_live_in_belief, counts_as_live};
pub use path_search::{CallPathEntry, CallPathLimits, find_path};
pub use planning_context::{CandidateCall, NamedResource, PlanningContext, PossibleStateSource};
pub use prediction::CallPrediction;
pub use presence::{ResourcePresence, classify_presence};
pub use race::{RaceChooser, RaceConflict, RaceLimits, RacePair, find_race_pairs};
pub use random::RandomChooser;
pub use reachability::{ClauseReach, ReachLimits, ReachableClauses, find_reachable};
pub use read_only::ReadOnlyChooser;
pub use recovered_plan::recover_plan;
pub use step::{FORMAT, Plan, Step, StepWait, make_handle, make_id_handle, read_handle, rename_handle};
pub use trait_counts::TraitCounts;
pub use unreachable::explain_unreachable;
pub use wait_ledger::{PlanWaits, WaitLedger, WaitPrice};
