//! The resources that overlapping calls share.

use super::evidence::read_overlap;
use crate::model::{InterpretedExchange, Model, ResourceId};
use crate::suite::IdExpression;
use std::collections::{BTreeMap, BTreeSet};

/// The kinds of the resources that calls of two branches name; without such a resource, the kinds that calls of two
/// branches create.
pub(super) fn list_shared_kinds(model: &Model, calls: &[InterpretedExchange<'_>]) -> BTreeSet<usize> {
    let mut named: BTreeMap<&ResourceId, BTreeSet<u32>> = BTreeMap::new();
    let mut created: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    for interpreted in calls {
        let branch = read_overlap(interpreted.exchange).branch;
        for id in interpreted.call.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()) {
            named.entry(id).or_default().insert(branch);
        }
        for about in &model.operations[&interpreted.call.operation].about {
            if matches!(about.binding, IdExpression::New(_)) {
                created.entry(about.resource).or_default().insert(branch);
            }
        }
    }
    let shared = named.into_iter().filter(|(_, branches)| branches.len() > 1);
    let shared: BTreeSet<usize> = shared.map(|(id, _)| usize::from(id.kind)).collect();
    if !shared.is_empty() {
        return shared;
    }
    created.into_iter().filter(|(_, branches)| branches.len() > 1).map(|(kind, _)| kind).collect()
}
