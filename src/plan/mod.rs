//! Steps and plans: what will be asked, as records, and the choosers that pick it.
//!
//! A plan is always its recorded steps; whoever chose them is not part of it.
//! It does not know replies or verdicts.

mod attain;
mod build;
mod chooser;
mod coverage;
mod guided;
mod hints;
mod nearness;
mod novelty;
mod probe;
mod reach;
mod reading;
mod search;
mod situation;
mod step;

pub use attain::never_attained;
pub use build::{Ask, build};
pub use chooser::{Chooser, Random, Recorded, alive, places};
pub use coverage::{Coverage, Shares, context, cover};
pub use guided::Guided;
pub use hints::{Hints, Need, Root};
pub use probe::{Actor, Call, Ground, Outlook, Scene};
pub use reach::{Extent, Reach, Reached, reachable};
pub use reading::Reading;
pub use search::{Leg, Radius, way};
pub use situation::{Ending, Handle, Handles, LastPage, Limits, Presence, Situation, named, presence};
pub use step::{FORMAT, Plan, Settle, Step, handle, handle_name};
