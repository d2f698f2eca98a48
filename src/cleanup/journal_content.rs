//! What the entries of a journal tell about the resources of a run.

use super::created::{CreatedResource, find_owner};
use super::journal::{JournalEntry, JournalLines};
use super::listing::ListedResource;
use crate::expr::get_at_path;
use crate::model::Model;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Least number of characters of a drawn text that identifies a resource without a mark.
const UNIQUE_TEXT_CHARS: usize = 20;

/// The content of one journal.
#[derive(Debug, Clone, Default)]
pub struct JournalContent {
    /// The id of the run.
    pub run: String,
    /// Whether the journal has its first line, which tells the endpoint.
    pub has_header: bool,
    /// Resources with a known id that no entry calls gone, the latest first.
    pub created: Vec<CreatedResource>,
    /// Creates without a known result.
    pub unresolved: Vec<UnresolvedCreate>,
    /// Whether the journal has creates of operations that the suite does not have.
    pub foreign: bool,
    /// Whether lines are lost, so that the journal may lack creates.
    incomplete: bool,
    /// Kinds and ids of all resources, also of those that are gone.
    known: BTreeSet<(usize, String)>,
    /// All creates, by the number of the plan in the order of execution.
    creates: BTreeMap<u64, Vec<JournalCreate>>,
}

/// A create without a known result.
#[derive(Debug, Clone)]
pub struct UnresolvedCreate {
    operation: String,
    /// The owner.
    pub(super) caller: &'static str,
    /// The body as sent.
    body: Option<Value>,
}

/// A create in a journal.
#[derive(Debug, Clone)]
struct JournalCreate {
    sent: UnresolvedCreate,
    kinds: BTreeSet<usize>,
    step: usize,
    /// Whether no response told the result.
    open: bool,
}

/// Whether a listed resource has the fields of a create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldMatch {
    Different,
    /// All fields that could carry a mark are equal.
    Equal,
    /// Equal, and one of the fields is a text that no other resource has by chance.
    UniqueText,
}

impl UnresolvedCreate {
    /// Compares the fields that can carry a mark.
    pub(super) fn compare_fields(&self, model: &Model, seen: &ListedResource) -> FieldMatch {
        let marks = &model.suite.resources[seen.created.kind].marks;
        let sent = marks.iter().map(|mark| {
            let path = mark.places.get(&self.operation)?.as_path()?;
            get_at_path(self.body.as_ref()?, &path).filter(|value| !value.is_null())
        });
        let pairs: Vec<(&Value, &Value)> =
            sent.zip(&seen.fields).filter_map(|(sent, shown)| Some((sent?, shown.as_ref()?))).collect();
        let unique = |sent: &Value| sent.as_str().is_some_and(|text| text.chars().count() >= UNIQUE_TEXT_CHARS);
        match pairs.is_empty() || pairs.iter().any(|(sent, shown)| sent != shown) {
            true => FieldMatch::Different,
            false if pairs.iter().any(|(sent, _)| unique(sent)) => FieldMatch::UniqueText,
            false => FieldMatch::Equal,
        }
    }
}

impl JournalContent {
    /// Whether the run created a marked resource: the journal has the id, or a create without a known result in the plan
    /// of the mark, or a create with equal fields. A journal that lost lines may lack the create, so the mark decides.
    pub(super) fn explains(&self, model: &Model, seen: &ListedResource) -> bool {
        let ListedResource { created, mark: Some(mark), .. } = seen else { return false };
        let fits = |create: &JournalCreate| {
            create.kinds.contains(&created.kind)
                && create.sent.caller == created.caller
                && (create.open || create.sent.compare_fields(model, seen) != FieldMatch::Different)
        };
        self.incomplete
            || self.known.contains(&(created.kind, created.id.clone()))
            || self.creates.get(&mark.execution).is_some_and(|creates| creates.iter().any(fits))
    }
}

/// Reads the lines of the journal of a run.
#[must_use]
pub fn read_entries(model: &Model, run: &str, lines: &JournalLines) -> JournalContent {
    let mut content = JournalContent {
        run: run.to_string(),
        has_header: lines.header().is_some(),
        incomplete: lines.is_incomplete(),
        ..JournalContent::default()
    };
    let mut made: BTreeMap<(u64, String), CreatedResource> = BTreeMap::new();
    let mut kinds: BTreeMap<(u64, String), (usize, &'static str)> = BTreeMap::new();
    for entry in &lines.entries {
        match entry {
            JournalEntry::Header(_) => {}
            JournalEntry::Intent { life, step, operation, caller, body, births, .. } => {
                let caller = find_owner(caller);
                let known = model.operations.get(operation);
                content.foreign |= known.is_none();
                let mut created = BTreeSet::new();
                for about in known.map(|operation| operation.about.as_slice()).unwrap_or_default() {
                    for handle in births.get(&about.name).into_iter().flatten() {
                        kinds.insert((*life, handle.clone()), (about.resource, caller));
                        created.insert(about.resource);
                    }
                }
                let sent = UnresolvedCreate { operation: operation.clone(), caller, body: body.clone() };
                let create = JournalCreate { sent, kinds: created, step: *step, open: true };
                content.creates.entry(*life).or_default().push(create);
            }
            JournalEntry::Done { life, step, born, refused } => {
                for (handle, id) in born {
                    let Some((kind, caller)) = kinds.get(&(*life, handle.clone())) else { continue };
                    content.known.insert((*kind, id.clone()));
                    let resource = CreatedResource {
                        kind: *kind,
                        id: id.clone(),
                        caller: (*caller).to_string(),
                        handle: handle.clone(),
                    };
                    made.insert((*life, handle.clone()), resource);
                }
                if *refused || !born.is_empty() {
                    let creates = content.creates.entry(*life).or_default().iter_mut();
                    creates.filter(|create| create.step == *step).for_each(|create| create.open = false);
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
    content.created = made.into_iter().rev().map(named).collect();
    let open = content.creates.values().flatten().filter(|create| create.open);
    content.unresolved = open.map(|create| create.sent.clone()).collect();
    content
}
