//! The leftovers of earlier runs, from their journals and from the marks at the endpoint.

use super::context::{CleanupContext, Reserve};
use super::created::{Left, Made, add, owner_of};
use super::deletion::delete;
use super::deletion_loop::Swept;
use super::id_lookup::told_by;
use super::journal::{Entry, Whose};
use super::listing::{Seen, everything, marked};
use super::mark::{Mark, began_of};
use crate::expr::get;
use crate::model::Model;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Least number of characters of a drawn text that identifies a resource without a mark.
const TELLING: usize = 20;

/// The content of one journal.
#[derive(Debug, Clone)]
pub struct Remembered {
    /// The header.
    pub whose: Whose,
    /// Resources with a known id that no entry calls gone, the latest first.
    pub made: Vec<Made>,
    /// Creates without a known result.
    pub open: Vec<Open>,
}

/// A create without a known result.
#[derive(Debug, Clone)]
pub struct Open {
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
pub fn remembered(model: &Model, entries: &[Entry]) -> Option<Remembered> {
    let whose = entries.iter().find_map(|entry| match entry {
        Entry::Whose(whose) => Some(whose.clone()),
        _ => None,
    })?;
    let mut made: BTreeMap<(u64, String), Made> = BTreeMap::new();
    let mut open: BTreeMap<(u64, usize), Open> = BTreeMap::new();
    let mut kinds: BTreeMap<(u64, String), (usize, &'static str)> = BTreeMap::new();
    for entry in entries {
        match entry {
            Entry::Whose(_) => {}
            Entry::Intent { life, step, operation, caller, body, births, .. } => {
                let caller = owner_of(caller);
                let about = model.operations.get(operation).map(|operation| operation.about.as_slice());
                for about in about.unwrap_or_default() {
                    for handle in births.get(&about.name).into_iter().flatten() {
                        kinds.insert((*life, handle.clone()), (about.resource, caller));
                    }
                }
                open.insert((*life, *step), Open { operation: operation.clone(), caller, body: body.clone() });
            }
            Entry::Done { life, step, born, refused } => {
                for (handle, id) in born {
                    let Some((kind, caller)) = kinds.get(&(*life, handle.clone())) else { continue };
                    let resource =
                        Made { kind: *kind, id: id.clone(), caller: (*caller).to_string(), handle: handle.clone() };
                    made.insert((*life, handle.clone()), resource);
                }
                if *refused || !born.is_empty() {
                    open.remove(&(*life, *step));
                }
            }
            Entry::Gone { life, handle } => {
                made.remove(&(*life, handle.clone()));
            }
        }
    }
    // Each plan numbers handles from 1: the number of the plan makes a handle unique.
    let named = |((life, handle), made): ((u64, String), Made)| Made { handle: format!("{life}/{handle}"), ..made };
    Some(Remembered { whose, made: made.into_iter().rev().map(named).collect(), open: open.into_values().collect() })
}

/// Selects the runs to sweep.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only the run with this id, even before its marks expire.
    pub run: Option<String>,
    /// Only runs that began at least this number of seconds ago.
    pub older_than_s: Option<u64>,
    /// The present time in Unix seconds.
    pub now_s: u64,
    /// Ids of running runs, known by the lock of the journal. Never swept.
    pub live: BTreeSet<String>,
}

impl Wanted {
    /// Whether a finished run is selected.
    #[must_use]
    pub fn means(&self, run: &str) -> bool {
        let age = began_of(run).map_or(0, |began| self.now_s.saturating_sub(began));
        !self.live.contains(run)
            && self.run.as_deref().is_none_or(|wanted| wanted == run)
            && self.older_than_s.is_none_or(|least| age >= least)
    }

    /// Whether a resource with this mark may be deleted: the run is selected, and is finished (`over`),
    /// selected by id, or past the expiry of the mark.
    fn takes(&self, mark: &Mark, over: &BTreeSet<&str>) -> bool {
        let over = over.contains(mark.run.as_str()) || self.run.is_some() || mark.expires <= self.now_s;
        over && self.means(&mark.run)
    }
}

/// The leftovers at an endpoint.
#[derive(Debug, Clone, Default)]
pub struct Leftovers {
    /// Resources to delete.
    pub made: Vec<Made>,
    /// Number of resources to delete, by run.
    pub runs: BTreeMap<String, usize>,
    /// Number of marked resources that a run may still need and the sweep keeps, by run.
    pub alone: BTreeMap<String, usize>,
    /// Resources that may belong to a run, without proof. The sweep keeps them.
    pub unsure: Vec<Left>,
    /// Why lists could not be read. Then only resources in journals are found.
    pub unread: Option<String>,
}

/// Searches for the leftovers of the selected runs, with or without a journal.
pub async fn leftovers(
    cleanup: &CleanupContext<'_>,
    journals: &[Remembered],
    wanted: &Wanted,
    reserve: &Reserve,
) -> Leftovers {
    let journals: Vec<&Remembered> = journals.iter().filter(|remembered| wanted.means(&remembered.whose.run)).collect();
    let over: BTreeSet<&str> = journals.iter().map(|remembered| remembered.whose.run.as_str()).collect();
    let mut found = Leftovers::default();
    for remembered in &journals {
        let told = told_by(cleanup, &remembered.made, reserve).await;
        let count = remembered.made.len() + told.len();
        *found.runs.entry(remembered.whose.run.clone()).or_default() += count;
        add(&mut found.made, remembered.made.clone());
        add(&mut found.made, told);
    }
    let seen = match everything(cleanup).await {
        Ok(seen) => seen,
        Err(because) => {
            found.unread = Some(because);
            return found;
        }
    };
    for seen in &seen {
        let known = found.made.iter().any(|made| made.is_same(&seen.made));
        let Some(mark) = seen.mark.as_ref().filter(|_| !known) else { continue };
        if !wanted.takes(mark, &over) {
            *found.alone.entry(mark.run.clone()).or_default() += 1;
            continue;
        }
        *found.runs.entry(mark.run.clone()).or_default() += 1;
        found.made.push(seen.made.clone());
    }
    for remembered in journals {
        for open in &remembered.open {
            unmarked(cleanup.model, &remembered.whose.run, open, &seen, &mut found);
        }
    }
    found
}

/// Deletes the leftovers that a search found, then reads the lists once more and deletes marked
/// resources of the same runs that appeared in the meantime.
pub async fn delete_leftovers(
    cleanup: &CleanupContext<'_>,
    found: &Leftovers,
    wanted: &Wanted,
    reserve: &Reserve,
) -> Swept {
    let mut swept = delete(cleanup, &found.made, reserve).await;
    let mine = |mark: &Mark| found.runs.contains_key(&mark.run) && wanted.means(&mark.run);
    if found.unread.is_none() && !found.made.is_empty() {
        let again = marked(cleanup, &mine).await.unwrap_or_default();
        let again: Vec<_> = again.into_iter().filter(|made| swept.left.iter().all(|left| left.id != made.id)).collect();
        swept.left.extend(delete(cleanup, &again, reserve).await.left);
    }
    swept
}

/// Adds resources that a create without a mark may have created: every field that could carry a mark
/// equals the field of the create.
///
/// A text of at least [`TELLING`] characters proves the origin. Without proof the resource is added to
/// `found.unsure`.
fn unmarked(model: &Model, run: &str, open: &Open, seen: &[Seen], found: &mut Leftovers) {
    for seen in seen.iter().filter(|seen| seen.mark.is_none() && seen.made.caller == open.caller) {
        if found.made.iter().any(|made| made.is_same(&seen.made)) {
            continue;
        }
        let marks = &model.suite.resources[seen.made.kind].marks;
        let sent = marks.iter().map(|mark| {
            let path = mark.places.get(&open.operation)?.as_path()?;
            get(open.body.as_ref()?, &path).filter(|value| !value.is_null())
        });
        let pairs: Vec<(&Value, &Value)> =
            sent.zip(&seen.fields).filter_map(|(sent, shown)| Some((sent?, shown.as_ref()?))).collect();
        if pairs.is_empty() || pairs.iter().any(|(sent, shown)| sent != shown) {
            continue;
        }
        if pairs.iter().any(|(sent, _)| sent.as_str().is_some_and(|text| text.chars().count() >= TELLING)) {
            *found.runs.entry(run.to_string()).or_default() += 1;
            found.made.push(seen.made.clone());
        } else {
            found.unsure.push(Left {
                handle: seen.made.handle.clone(),
                id: seen.made.id.clone(),
                because: format!(
                    "run {run} may have created it: the name equals the name in a create without a mark; decide by hand"
                ),
            });
        }
    }
}
