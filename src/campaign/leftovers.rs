//! What runs that are over have left: from their journals, and from the marks at the endpoint.

use super::census::Seen;
use super::clean::{add, everything, idle, told_by};
use super::drive::Site;
use super::mark::{Mark, began_of};
use super::undo::{Made, owner_of};
use crate::expr::get;
use crate::model::Model;
use crate::run::{Entry, Left, Purse, Reserve, Whose};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A text of at least so many characters that a run drew is nobody else's by chance.
const TELLING: usize = 20;

/// What a journal tells of its run.
#[derive(Debug, Clone)]
pub struct Remembered {
    pub whose: Whose,
    /// Things whose ids are known and that were not seen to be gone.
    pub made: Vec<Made>,
    /// Creates of which nobody knows what came of them.
    pub open: Vec<Open>,
}

/// A create that was about to be sent, with what it would be called.
#[derive(Debug, Clone)]
pub struct Open {
    operation: String,
    caller: &'static str,
    body: Option<Value>,
}

/// Reads the entries of one journal; none if it does not say whose it is, and then nothing was
/// created: that line comes first.
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
                    let thing =
                        Made { kind: *kind, id: id.clone(), caller: (*caller).to_string(), handle: handle.clone() };
                    made.insert((*life, handle.clone()), thing);
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
    // Handles count anew in every plan, and here they stand side by side.
    let named = |((life, handle), made): ((u64, String), Made)| Made { handle: format!("{life}/{handle}"), ..made };
    Some(Remembered { whose, made: made.into_iter().rev().map(named).collect(), open: open.into_values().collect() })
}

/// Which runs are to be swept.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only this one, even if its marks have not expired.
    pub run: Option<String>,
    /// Only those that began at least so many seconds ago.
    pub older_than_s: Option<u64>,
    /// Unix seconds.
    pub now_s: u64,
    /// Runs that live: their journals are locked.
    pub live: BTreeSet<String>,
}

impl Wanted {
    /// Whether a run that is known to be over is meant.
    #[must_use]
    pub fn means(&self, run: &str) -> bool {
        let age = began_of(run).map_or(0, |began| self.now_s.saturating_sub(began));
        !self.live.contains(run)
            && self.run.as_deref().is_none_or(|wanted| wanted == run)
            && self.older_than_s.is_none_or(|least| age >= least)
    }

    /// Whether a thing with this mark may go: its run is known to be over, is named, or needs it no more.
    fn takes(&self, mark: &Mark, over: &BTreeSet<&str>) -> bool {
        let over = over.contains(mark.run.as_str()) || self.run.is_some() || mark.expires <= self.now_s;
        over && self.means(&mark.run)
    }
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Leftovers {
    pub made: Vec<Made>,
    /// By run: how many things.
    pub runs: BTreeMap<String, usize>,
    /// By run: how many marked things were left alone, because the run may still need them.
    pub alone: BTreeMap<String, usize>,
    /// Things that may or may not be of a run: they are not touched.
    pub unsure: Vec<Left>,
    /// Why lists could not be read; then only what journals name is known.
    pub unread: Option<String>,
}

/// Looks for what the runs of these journals, and runs without any, have left.
pub async fn leftovers(
    site: &Site<'_>,
    journals: &[Remembered],
    wanted: &Wanted,
    reserve: &Reserve,
    requests: &mut u64,
) -> Leftovers {
    let endpoint = (site.endpoint)(0);
    let purse = Purse::new(site.ceilings);
    let context = idle(site, endpoint.as_ref(), &purse);
    let journals: Vec<&Remembered> = journals.iter().filter(|remembered| wanted.means(&remembered.whose.run)).collect();
    let over: BTreeSet<&str> = journals.iter().map(|remembered| remembered.whose.run.as_str()).collect();
    let mut found = Leftovers::default();
    for remembered in &journals {
        let named = told_by(site, &context, &remembered.made, reserve, requests).await;
        let things = remembered.made.len() + named.len();
        *found.runs.entry(remembered.whose.run.clone()).or_default() += things;
        add(&mut found.made, remembered.made.clone());
        add(&mut found.made, named);
    }
    let seen = match everything(site, &context, requests).await {
        Ok(seen) => seen,
        Err(because) => {
            found.unread = Some(because);
            return found;
        }
    };
    for seen in &seen {
        let known = found.made.iter().any(|made| (made.kind, &made.id) == (seen.made.kind, &seen.made.id));
        let Some(mark) = seen.mark.as_ref().filter(|_| !known) else { continue };
        if !wanted.takes(mark, &over) {
            *found.alone.entry(mark.run.clone()).or_default() += 1;
            continue;
        }
        *found.runs.entry(mark.run.clone()).or_default() += 1;
        found.made.push(seen.made.clone());
    }
    for (run, open) in journals.iter().flat_map(|one| one.open.iter().map(|open| (&one.whose.run, open))) {
        unmarked(site, run, open, &seen, &mut found);
    }
    found
}

/// What a create without a mark may have left: a thing that is called as it was to be called. Only a
/// name that nobody else has by chance proves it; anything shorter is told, and left alone.
fn unmarked(site: &Site<'_>, run: &str, open: &Open, seen: &[Seen], found: &mut Leftovers) {
    for seen in seen.iter().filter(|seen| seen.mark.is_none() && seen.made.caller == open.caller) {
        if found.made.iter().any(|made| (made.kind, &made.id) == (seen.made.kind, &seen.made.id)) {
            continue;
        }
        let marks = &site.model.suite.resources[seen.made.kind].marks;
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
                    "run {run} may have created it: it is called as a create without a mark would call it; see for yourself"
                ),
            });
        }
    }
}
