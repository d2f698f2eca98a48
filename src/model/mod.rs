//! The suite brought to life: pure, total, non-deterministic.
//!
//! A [`Belief`] holds the worlds that are still possible, factored by resource. What
//! the endpoint answered filters it; an empty factor is the deviation. It does not know
//! endpoints, plans, clocks or I/O: times come with what was seen.

mod account;
mod asked;
mod belief;
mod class;
mod compile;
mod credit;
mod each;
mod effect;
mod factor;
mod motion;
mod outcome;
mod paging;
mod reading;
mod scope;
mod sighting;
mod telling;
mod thing;
mod view;

#[cfg(test)]
mod tests;

pub use asked::{Asked, Heard};
pub use belief::{Belief, Bounds, Deviation, Excess, Insight, Observed, describe, state_of};
pub use class::{classed, undecided, version_by, version_of};
pub use compile::{
    ClauseId, ClauseInfo, Ending, Generated, Model, ModelError, OperationModel, Origin, Shown, place_of_id,
};
pub use credit::{Cell, Count, Tally};
pub use effect::{Choice, Moment, Successor, apply, choices, fogged, hold, replaced};
pub use factor::{Factor, Held, World};
pub use motion::{advanced, closure, eval as eval_alone, happenings};
pub use paging::{Page, is_page, pages};
pub use reading::{Combination, Reading, allows, combinations, find, read};
pub use scope::{Fault, Roots, world_root};
pub use telling::told_in;
pub use thing::{Id, Life, Motion, Step as Stage, Thing, Via, Who};
pub use view::{Sight, Sights, listed, sights};
