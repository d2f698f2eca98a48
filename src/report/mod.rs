//! What a campaign has shown, as files and as text for people.
//!
//! [`certificate`] makes one [`Report`] of a campaign's conclusion; every rendering is made
//! from that value, so that none can say more than another. The report is the same byte for
//! byte for the same plans and observations; what belongs to the machine and the hour stands
//! in [`Run`]. This room does not know how requests are sent or plans are chosen, and calls
//! no clock.

mod certificate;
mod digest;
mod explain;
mod folder;
mod junit;
mod machine;
mod row;
mod settled;
mod summary;
mod why;
mod words;

#[cfg(test)]
mod tests;

pub use certificate::{Certified, FORMAT, Report, Subject, certificate};
pub use digest::{digest, written};
pub use explain::{Page, Pages, explain};
pub use folder::{Writing, plan_bytes, write, write_file};
pub use junit::{complaint, junit};
pub use machine::{Machine, Run};
pub use row::{ClauseRow, FindingRow, Numbers, Share, SilentRow, Spending, Target, Totals, WitnessRow};
pub use settled::{Settled, settled, times_table};
pub use summary::{Shown, replay, summary};
pub use why::why;
pub use words::{outcomes, steps};
