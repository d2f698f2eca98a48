//! Plans and steps as records, and the choosers that pick the steps.
//!
//! A plan consists of its recorded steps; the chooser is not part of the plan. The module
//! does not depend on responses or verdicts.

mod chooser;
mod chooser_input;
mod compose;
mod cover_step;
mod coverage;
mod guard_needs;
mod guided;
mod handles;
mod hints;
mod live_count;
mod masking;
mod novelty;
mod path_search;
mod planning_context;
mod prediction;
mod presence;
mod random;
mod reachability;
mod read_only;
mod relevant_fields;
mod spoiled_call;
mod step;
mod successor_state;
mod unreachable;
mod versions;

pub use chooser::{Chooser, Recorded};
pub use chooser_input::{LastPage, Limits, Situation};
pub use compose::{Ask, build};
pub use cover_step::{context, cover};
pub use coverage::{Coverage, Shares};
pub use guard_needs::{Need, Root};
pub use guided::Guided;
pub use handles::{Ending, Handle, Handles, named};
pub use hints::Hints;
pub use live_count::{alive, places};
pub use path_search::{Leg, Radius, way};
pub use planning_context::{Actor, Call, Ground, Scene};
pub use prediction::Outlook;
pub use presence::{Presence, presence};
pub use random::Random;
pub use reachability::{Extent, Reach, Reached, reachable};
pub use read_only::Reading;
pub use step::{FORMAT, Plan, Settle, Step, handle, handle_name};
pub use unreachable::never_attained;
