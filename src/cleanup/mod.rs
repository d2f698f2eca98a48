//! Deletes, at an endpoint, the resources that a run created, and no others.
//!
//! A resource may be deleted for one of three reasons:
//!
//! - a journal of the run names the resource's id;
//! - a marked field of the resource carries the run's mark, and a create in the journal explains the resource: a mark
//!   alone may be a copy;
//! - a journal names a create without a known result, and a field of the resource equals a text of at
//!   least twenty characters that the run drew for the field.
//!
//! | file | content |
//! |---|---|
//! | `tracker` | the account of one run: journal, marks, leftovers |
//! | `journal` | the journal file: records each create before the request is sent |
//! | `mark` | the text of a mark |
//! | `marker` | adds a mark to the bodies of calls |
//! | `created` | a created resource, and a leftover |
//! | `context` | access to the endpoint, and requests outside of any plan |
//! | `calls` | the read and the deletion of one resource |
//! | `id_lookup` | ids that only the response about another resource tells |
//! | `absence` | the responses that prove the absence of a resource |
//! | `live_ledger` | the live resources of one plan, counted from its exchanges |
//! | `listing` | whole lists of an endpoint, and the marks in them |
//! | `deletion_calls` | the deletion of each resource, its order, and the calls that release a resource |
//! | `attempt_pace` | when a deletion asks again, and when it gives a resource up |
//! | `deletion_loop` | sends deletions and polls until the resources are gone |
//! | `kept_states` | states in which the suite lets a deleted resource stay visible |
//! | `deletion` | deletes a set of resources: calls, order, loop |
//! | `plan_cleanup` | cleaning up after one plan and at the end of the run |
//! | `journal_content` | what the entries of a journal tell about the resources of a run |
//! | `leftovers` | the search for leftovers of earlier runs, for `probity sweep` |
//!
//! The module gets the model, the schemas and the belief as parameters. Campaigns, choosers, verdicts,
//! profiles and the terminal are unknown to the module.

mod absence;
mod attempt_pace;
mod calls;
mod context;
mod created;
mod deletion;
mod deletion_calls;
mod deletion_loop;
mod id_lookup;
mod journal;
mod journal_content;
mod kept_states;
mod leftovers;
mod listing;
mod live_ledger;
mod mark;
mod marker;
mod plan_cleanup;
mod tracker;

pub use context::{CleanupContext, CleanupReserve};
pub use created::{CreatedResource, Leftover, describe_leftovers};
pub use deletion::delete_resources;
pub use deletion_loop::DeletionResult;
pub use journal::{
    FORMAT as JOURNAL_FORMAT, JournalEntry, JournalFile, JournalHeader, JournalLines, UnreadLine, read_journal,
};
pub use journal_content::{JournalContent, read_entries};
pub use leftovers::{FoundLeftovers, RunFilter, delete_leftovers, find_leftovers};
pub use listing::count_list_requests;
pub use live_ledger::{LiveResourceLedger, UnnamedCreate};
pub use mark::{RunMark, make_run_id, read_start};
pub use plan_cleanup::{clean_up_plan, clean_up_run};
pub use tracker::{CleanupTimes, PlanMarks, ResourceTracker};

#[cfg(test)]
mod tests;
