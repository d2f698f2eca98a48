//! Carries out steps: replaces handles by ids, sends, waits, polls, records, journals, cleans up.
//!
//! What a reply means is the [`Watcher`]'s business. This room does not know
//! clauses, verdicts or shrinking, and calls no clock but tokio's.

mod bind;
mod carry;
mod desk;
mod face;
mod journal;
mod pace;
mod purse;
mod settle;
mod sweep;

pub use crate::endpoint::Call;
pub use bind::bind;
pub use carry::{carry_out, carry_out_branches, carry_out_plan};
pub use face::{Context, Marking, NoMarks, Run, Skip, Spent, StepEnd, Stop, Told, Unrest, Watcher};
pub use journal::{Entry, FORMAT as JOURNAL_FORMAT, Journal, JournalFile, Life, NoJournal, Whose, read_journal};
pub use pace::{Budget, Cancel, Pace};
pub use purse::{Ceilings, Purse, TroubleMost, Troubles};
pub use sweep::{Deletion, Left, Reserve, Swept, inquire, sweep};

#[cfg(test)]
mod tests;
