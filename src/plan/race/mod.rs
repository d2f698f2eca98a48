//! Plans of races: the pairs of calls that conflict, computed from a suite, and the chooser of a plan with one pair.

mod chooser;
mod conflict;
mod pairs;

pub use chooser::RaceChooser;
pub use conflict::RaceConflict;
pub use pairs::{RaceLimits, RacePair, find_race_pairs};
