//! The leftovers of earlier runs, from their journals and from the marks at the endpoint.

use super::context::{CleanupContext, CleanupReserve};
use super::created::{CreatedResource, Leftover, add_missing, find_owner};
use super::deletion::delete_resources;
use super::deletion_loop::DeletionResult;
use super::id_lookup::look_up_deferred_ids;
use super::journal::{JournalEntry, JournalHeader};
use super::listing::{ListedResource, list_all, list_marked};
use super::mark::{RunMark, read_start};
use crate::expr::get_at_path;
use crate::model::Model;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Least number of characters of a drawn text that identifies a resource without a mark.
const UNIQUE_TEXT_CHARS: usize = 20;

/// The content of one journal.
#[derive(Debug, Clone)]
pub struct JournalContent {
    /// The header.
    pub header: JournalHeader,
    /// Resources with a known id that no entry calls gone, the latest first.
    pub created: Vec<CreatedResource>,
    /// Creates without a known result.
    pub unresolved: Vec<UnresolvedCreate>,
}

/// A create without a known result.
#[derive(Debug, Clone)]
pub struct UnresolvedCreate {
    operation: String,
    /// The owner.
    caller: &'static str,
    /// The body as sent.
    body: Option<Value>,
}

/// Reads the entries of one journal.
///
/// Returns `None` for a journal without a header: the run wrote the header before the first create.
#[must_use]
pub fn read_entries(model: &Model, entries: &[JournalEntry]) -> Option<JournalContent> {
    let whose = entries.iter().find_map(|entry| match entry {
        JournalEntry::Header(whose) => Some(whose.clone()),
        _ => None,
    })?;
    let mut made: BTreeMap<(u64, String), CreatedResource> = BTreeMap::new();
    let mut open: BTreeMap<(u64, usize), UnresolvedCreate> = BTreeMap::new();
    let mut kinds: BTreeMap<(u64, String), (usize, &'static str)> = BTreeMap::new();
    for entry in entries {
        match entry {
            JournalEntry::Header(_) => {}
            JournalEntry::Intent { life, step, operation, caller, body, births, .. } => {
                let caller = find_owner(caller);
                let about = model.operations.get(operation).map(|operation| operation.about.as_slice());
                for about in about.unwrap_or_default() {
                    for handle in births.get(&about.name).into_iter().flatten() {
                        kinds.insert((*life, handle.clone()), (about.resource, caller));
                    }
                }
                open.insert(
                    (*life, *step),
                    UnresolvedCreate { operation: operation.clone(), caller, body: body.clone() },
                );
            }
            JournalEntry::Done { life, step, born, refused } => {
                for (handle, id) in born {
                    let Some((kind, caller)) = kinds.get(&(*life, handle.clone())) else { continue };
                    let resource = CreatedResource {
                        kind: *kind,
                        id: id.clone(),
                        caller: (*caller).to_string(),
                        handle: handle.clone(),
                    };
                    made.insert((*life, handle.clone()), resource);
                }
                if *refused || !born.is_empty() {
                    open.remove(&(*life, *step));
                }
            }
            JournalEntry::Gone { life, handle } => {
                made.remove(&(*life, handle.clone()));
            }
        }
    }
    // Each plan numbers handles from 1: the number of the plan makes a handle unique.
    let named = |((life, handle), made): ((u64, String), CreatedResource)| CreatedResource {
        handle: format!("{life}/{handle}"),
        ..made
    };
    Some(JournalContent {
        header: whose,
        created: made.into_iter().rev().map(named).collect(),
        unresolved: open.into_values().collect(),
    })
}

/// Selects the runs to sweep.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Only the run with this id, even before its marks expire.
    pub run: Option<String>,
    /// Only runs that began at least this number of seconds ago.
    pub older_than_s: Option<u64>,
    /// The present time in Unix seconds.
    pub now_s: u64,
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
    let journals: Vec<&JournalContent> =
        journals.iter().filter(|remembered| wanted.selects_run(&remembered.header.run)).collect();
    let over: BTreeSet<&str> = journals.iter().map(|remembered| remembered.header.run.as_str()).collect();
    let mut found = FoundLeftovers::default();
    for remembered in &journals {
        let told = look_up_deferred_ids(cleanup, &remembered.created, &reserve.first_half()).await;
        let count = remembered.created.len() + told.len();
        *found.runs.entry(remembered.header.run.clone()).or_default() += count;
        add_missing(&mut found.created, remembered.created.clone());
        add_missing(&mut found.created, told);
    }
    let seen = match list_all(cleanup, reserve).await {
        Ok(seen) => seen,
        Err(because) => {
            found.unread_reason = Some(because);
            return found;
        }
    };
    for seen in &seen {
        let known = found.created.iter().any(|made| made.is_same_resource(&seen.created));
        let Some(mark) = seen.mark.as_ref().filter(|_| !known) else { continue };
        if !wanted.may_delete(mark, &over) {
            *found.kept.entry(mark.run.clone()).or_default() += 1;
            continue;
        }
        *found.runs.entry(mark.run.clone()).or_default() += 1;
        found.created.push(seen.created.clone());
    }
    for remembered in journals {
        for open in &remembered.unresolved {
            find_unmarked(cleanup.model, &remembered.header.run, open, &seen, &mut found);
        }
    }
    found
}

/// Deletes the leftovers that a search found, then reads the lists once more and deletes marked
/// resources of the same runs that appeared in the meantime.
pub async fn delete_leftovers(
    cleanup: &CleanupContext<'_>,
    found: &FoundLeftovers,
    wanted: &RunFilter,
    reserve: &CleanupReserve,
) -> DeletionResult {
    let mut swept = delete_resources(cleanup, &found.created, reserve).await;
    let mine = |mark: &RunMark| found.runs.contains_key(&mark.run) && wanted.selects_run(&mark.run);
    if found.unread_reason.is_none() && !found.created.is_empty() {
        let again = list_marked(cleanup, &mine, reserve).await.unwrap_or_default();
        let again: Vec<_> =
            again.into_iter().filter(|made| swept.leftovers.iter().all(|left| left.id != made.id)).collect();
        swept.leftovers.extend(delete_resources(cleanup, &again, reserve).await.leftovers);
    }
    swept
}

/// Adds resources that a create without a mark may have created: every field that could carry a mark
/// equals the field of the create.
///
/// A text of at least [`TELLING`] characters proves the origin. Without proof the resource is added to
/// `found.unsure`.
fn find_unmarked(
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
        let marks = &model.suite.resources[seen.created.kind].marks;
        let sent = marks.iter().map(|mark| {
            let path = mark.places.get(&open.operation)?.as_path()?;
            get_at_path(open.body.as_ref()?, &path).filter(|value| !value.is_null())
        });
        let pairs: Vec<(&Value, &Value)> =
            sent.zip(&seen.fields).filter_map(|(sent, shown)| Some((sent?, shown.as_ref()?))).collect();
        if pairs.is_empty() || pairs.iter().any(|(sent, shown)| sent != shown) {
            continue;
        }
        if pairs.iter().any(|(sent, _)| sent.as_str().is_some_and(|text| text.chars().count() >= UNIQUE_TEXT_CHARS)) {
            *found.runs.entry(run.to_string()).or_default() += 1;
            found.created.push(seen.created.clone());
        } else {
            found.unproven.push(Leftover {
                handle: seen.created.handle.clone(),
                id: seen.created.id.clone(),
                reason: format!(
                    "run {run} may have created it: the name equals the name in a create without a mark; decide by hand"
                ),
            });
        }
    }
}
