//! The leftovers of earlier runs, from their journals and from the marks at the endpoint.

use super::context::{CleanupContext, CleanupReserve};
use super::created::{CreatedResource, Leftover, add_missing};
use super::deletion::delete_resources;
use super::deletion_loop::DeletionResult;
use super::id_lookup::look_up_deferred_ids;
use super::journal_content::{FieldMatch, JournalContent, UnresolvedCreate};
use super::listing::{ListScan, ListedResource, has_marked_list, list_all};
use super::mark::{RunMark, read_start};
use crate::model::Model;
use std::collections::{BTreeMap, BTreeSet};

/// Selects the runs to sweep.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Only the run with this id, even before its marks expire.
    pub run: Option<String>,
    /// Only runs that began at least this number of seconds ago.
    pub older_than_s: Option<u64>,
    /// The present time in Unix seconds.
    pub now_s: u64,
    /// Whether a mark suffices for a deletion, without a journal that explains the resource.
    pub marks_only: bool,
    /// Ids of runs with a journal of another suite or endpoint. Another sweep deletes their resources.
    pub elsewhere: BTreeSet<String>,
    /// Ids of running runs, known by the lock of the journal. Never swept.
    pub running: BTreeSet<String>,
}

impl RunFilter {
    /// Whether a finished run is selected.
    #[must_use]
    pub fn selects_run(&self, run: &str) -> bool {
        let age = read_start(run).map_or(0, |began| self.now_s.saturating_sub(began));
        !self.running.contains(run)
            && self.run.as_deref().is_none_or(|wanted| wanted == run)
            && self.older_than_s.is_none_or(|least| age >= least)
    }

    /// Whether a resource with this mark may be deleted: the run is selected, and is finished (`over`),
    /// selected by id, or past the expiry of the mark.
    fn may_delete(&self, mark: &RunMark, over: &BTreeSet<&str>) -> bool {
        let over = over.contains(mark.run.as_str()) || self.run.is_some() || mark.expires <= self.now_s;
        over && self.selects_run(&mark.run)
    }
}

/// The leftovers at an endpoint.
#[derive(Debug, Clone, Default)]
pub struct FoundLeftovers {
    /// Resources to delete.
    pub created: Vec<CreatedResource>,
    /// Number of resources to delete, by run.
    pub runs: BTreeMap<String, usize>,
    /// Number of marked resources that a run may still need and the sweep keeps, by run.
    pub kept: BTreeMap<String, usize>,
    /// Resources that may belong to a run, without proof. The sweep keeps them.
    pub unproven: Vec<Leftover>,
    /// Why lists could not be read. Then only resources in journals are found.
    pub unread_reason: Option<String>,
}

/// Searches for the leftovers of the selected runs, with or without a journal.
pub async fn find_leftovers(
    cleanup: &CleanupContext<'_>,
    journals: &[JournalContent],
    wanted: &RunFilter,
    reserve: &CleanupReserve,
) -> FoundLeftovers {
    let journals: Vec<&JournalContent> = journals.iter().filter(|journal| wanted.selects_run(&journal.run)).collect();
    let mut found = FoundLeftovers::default();
    for journal in journals.iter().filter(|journal| journal.has_header) {
        let told = look_up_deferred_ids(cleanup, &journal.created, &reserve.first_half()).await;
        let count = journal.created.len() + told.len();
        *found.runs.entry(journal.run.clone()).or_default() += count;
        add_missing(&mut found.created, journal.created.clone());
        add_missing(&mut found.created, told);
    }
    match list_all(cleanup, reserve).await {
        Ok(scan) => {
            add_marked(cleanup.model, &scan, &journals, wanted, &mut found);
            for journal in &journals {
                for open in &journal.unresolved {
                    add_unmarked(cleanup.model, &journal.run, open, &scan.resources, &mut found);
                }
            }
        }
        Err(because) => found.unread_reason = Some(because),
    }
    for journal in journals.iter().filter(|journal| !journal.has_header) {
        add_unplaced(cleanup.model, journal, &mut found);
    }
    found
}

/// Adds the marked resources of the selected runs. A resource that no journal explains is kept, because anyone can
/// copy a mark.
fn add_marked(
    model: &Model,
    scan: &ListScan,
    journals: &[&JournalContent],
    wanted: &RunFilter,
    found: &mut FoundLeftovers,
) {
    let over: BTreeSet<&str> = journals.iter().map(|journal| journal.run.as_str()).collect();
    for seen in &scan.resources {
        let known = found.created.iter().any(|made| made.is_same_resource(&seen.created));
        let Some(mark) = seen.mark.as_ref().filter(|_| !known) else { continue };
        if !wanted.may_delete(mark, &over) || wanted.elsewhere.contains(&mark.run) {
            *found.kept.entry(mark.run.clone()).or_default() += 1;
            continue;
        }
        let mut of_run = journals.iter().filter(|journal| journal.run == mark.run);
        if wanted.marks_only || of_run.any(|journal| journal.explains(model, seen)) {
            *found.runs.entry(mark.run.clone()).or_default() += 1;
            found.created.push(seen.created.clone());
        } else {
            found.unproven.push(describe_copied_mark(&seen.created, &mark.run));
        }
    }
    for nameless in scan.nameless.iter().filter(|nameless| wanted.may_delete(&nameless.mark, &over)) {
        found.unproven.push(nameless.to_leftover());
    }
}

/// A marked resource that no create in a journal explains, as a leftover.
pub(super) fn describe_copied_mark(created: &CreatedResource, run: &str) -> Leftover {
    Leftover {
        handle: created.handle.clone(),
        id: created.id.clone(),
        reason: format!(
            "it has the mark of run {run}, and no journal here has its create, so that the mark may be a copy; \
             `probity sweep --marks-only --run {run}` deletes it"
        ),
    }
}

/// Adds the ids of a journal without its first line that the search did not find: which endpoint has them is unknown.
/// A kind whose whole list was read has no others.
fn add_unplaced(model: &Model, journal: &JournalContent, found: &mut FoundLeftovers) {
    for made in &journal.created {
        let listed = found.unread_reason.is_none() && has_marked_list(model, made.kind);
        if listed || found.created.iter().any(|other| other.is_same_resource(made)) {
            continue;
        }
        found.unproven.push(Leftover {
            handle: made.handle.clone(),
            id: made.id.clone(),
            reason: format!("the journal of run {} has lost its first line, which tells the endpoint", journal.run),
        });
    }
}

/// Deletes the leftovers that a search found, then reads the lists once more and deletes marked
/// resources of the same runs that appeared in the meantime.
pub async fn delete_leftovers(
    cleanup: &CleanupContext<'_>,
    found: &FoundLeftovers,
    journals: &[JournalContent],
    wanted: &RunFilter,
    reserve: &CleanupReserve,
) -> DeletionResult {
    let mut swept = delete_resources(cleanup, &found.created, reserve).await;
    if found.unread_reason.is_none() && !found.created.is_empty() {
        let journals: Vec<&JournalContent> =
            journals.iter().filter(|journal| wanted.selects_run(&journal.run)).collect();
        let mut again = FoundLeftovers::default();
        let scan = list_all(cleanup, reserve).await.unwrap_or_default();
        add_marked(cleanup.model, &scan, &journals, wanted, &mut again);
        let new = |made: &CreatedResource| swept.leftovers.iter().all(|left| left.id != made.id);
        let again: Vec<_> = again.created.into_iter().filter(new).collect();
        swept.leftovers.extend(delete_resources(cleanup, &again, reserve).await.leftovers);
    }
    swept
}

/// Adds resources that a create without a mark may have created: every field that could carry a mark
/// equals the field of the create.
///
/// A text of at least twenty characters proves the origin. Without proof the resource is kept.
fn add_unmarked(
    model: &Model,
    run: &str,
    open: &UnresolvedCreate,
    seen: &[ListedResource],
    found: &mut FoundLeftovers,
) {
    for seen in seen.iter().filter(|seen| seen.mark.is_none() && seen.created.caller == open.caller) {
        if found.created.iter().any(|made| made.is_same_resource(&seen.created)) {
            continue;
        }
        match open.compare_fields(model, seen) {
            FieldMatch::Different => {}
            FieldMatch::UniqueText => {
                *found.runs.entry(run.to_string()).or_default() += 1;
                found.created.push(seen.created.clone());
            }
            FieldMatch::Equal => found.unproven.push(Leftover {
                handle: seen.created.handle.clone(),
                id: seen.created.id.clone(),
                reason: format!(
                    "run {run} may have created it: the name equals the name in a create without a mark; decide by hand"
                ),
            }),
        }
    }
}
