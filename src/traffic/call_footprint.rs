//! What a call touches: whether the order of two overlapping calls can matter.
//!
//! Calls about different resources can be judged in either order. The ids of resources that the texts of a call mention
//! count too, because a response may tie a resource to another one, as a job does.

use super::traffic_entry::TrafficEntry;
use crate::history::Exchange;
use crate::model::{InterpretedExchange, Model};
use std::collections::{BTreeMap, BTreeSet};

/// The resources and the kinds of resources that a call touches.
#[derive(Debug, Clone, Default)]
pub(super) struct CallFootprint {
    /// The ids that the call names or creates.
    pub ids: BTreeSet<String>,
    /// The kinds of these resources.
    kinds: BTreeSet<usize>,
    /// The kinds of which the call shows, reads or changes resources that it does not name.
    wide_kinds: BTreeSet<usize>,
}

impl CallFootprint {
    /// The footprint of an exchange.
    pub fn new(model: &Model, exchange: &Exchange, input: crate::history::RecordedInputClass) -> CallFootprint {
        let interpreted = InterpretedExchange::new(model, exchange, input);
        let operation = &model.operations[&exchange.call.operation];
        let mut footprint = CallFootprint::default();
        let born = interpreted.call.read_created_ids(model, &interpreted.reply);
        // A stand-in id is no id of the endpoint.
        let born = born.into_iter().filter(|(index, _)| operation.about[*index].told_by.is_none());
        let named = interpreted.call.existing.iter().flat_map(|(_, ids)| ids.iter().flatten().cloned());
        for id in named.chain(born.flat_map(|(_, ids)| ids)) {
            footprint.kinds.insert(usize::from(id.kind));
            footprint.ids.insert(id.id.to_string());
        }
        for about in &operation.about {
            footprint.kinds.insert(about.resource);
        }
        let lists = operation.views.iter().filter(|(_, view)| view.each).map(|(kind, _)| *kind);
        footprint.wide_kinds =
            operation.reads_all.iter().chain(&operation.affects_unnamed).copied().chain(lists).collect();
        footprint.kinds.extend(&footprint.wide_kinds);
        footprint
    }
}

/// Which calls are coupled: the order of two of them can matter.
pub(super) struct CallCoupling {
    /// By call, the groups of the resources that the call touches.
    groups: Vec<BTreeSet<usize>>,
    footprints: Vec<CallFootprint>,
}

impl CallCoupling {
    /// Couples calls, given with their entries. Resources that one call ties together are in one group.
    pub fn new(calls: Vec<(CallFootprint, &TrafficEntry)>) -> CallCoupling {
        let ids: BTreeMap<String, usize> = calls
            .iter()
            .flat_map(|(footprint, _)| &footprint.ids)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .enumerate()
            .map(|(index, id)| (id.clone(), index))
            .collect();
        let mut parents: Vec<usize> = (0..ids.len()).collect();
        let mut touched: Vec<BTreeSet<usize>> = Vec::new();
        for (footprint, entry) in &calls {
            let mentioned = list_mentioned_ids(entry, |id| ids.contains_key(id));
            let all: BTreeSet<usize> = footprint.ids.iter().chain(&mentioned).map(|id| ids[id]).collect();
            // A list mentions resources and ties none together.
            if let Some(first) = all.first().filter(|_| !footprint.ids.is_empty()) {
                for other in &all {
                    let (one, other) = (find_root(&mut parents, *first), find_root(&mut parents, *other));
                    parents[one] = other;
                }
            }
            touched.push(all);
        }
        let groups = touched.iter().map(|all| all.iter().map(|id| find_root(&mut parents, *id)).collect()).collect();
        CallCoupling { groups, footprints: calls.into_iter().map(|(footprint, _)| footprint).collect() }
    }

    /// Whether the order of two calls can matter.
    pub fn are_coupled(&self, one: usize, other: usize) -> bool {
        let (a, b) = (&self.footprints[one], &self.footprints[other]);
        !self.groups[one].is_disjoint(&self.groups[other])
            || !a.wide_kinds.is_disjoint(&b.kinds)
            || !b.wide_kinds.is_disjoint(&a.kinds)
    }
}

fn find_root(parents: &mut [usize], mut id: usize) -> usize {
    while parents[id] != id {
        parents[id] = parents[parents[id]];
        id = parents[id];
    }
    id
}

/// The known ids in the texts of an entry: the address, and both bodies.
pub(super) fn list_mentioned_ids(entry: &TrafficEntry, is_known: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let request = entry.har.request.post_data.as_ref().and_then(|data| data.text.as_deref());
    let response = entry.har.response.content.as_ref().and_then(|content| content.text.as_deref());
    let texts = [Some(entry.url.as_str()), request, response];
    let words = texts.into_iter().flatten().flat_map(|text| text.split(|c: char| !is_id_char(c)));
    words.filter(|word| is_known(word)).map(str::to_string).collect()
}

/// Whether all characters of an id belong to one word, so that [`list_mentioned_ids`] finds the id.
pub(super) fn is_word(id: &str) -> bool {
    id.chars().all(is_id_char)
}

fn is_id_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.')
}
