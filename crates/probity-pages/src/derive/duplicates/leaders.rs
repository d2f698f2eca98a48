//! The leading page among several pages on one call.

use super::comparison::compare_operations;
use crate::derive::doubts::{DraftDoubts, add_doubt, make_side};
use crate::derive::input::PageInput;
use crate::derive::operation_draft::DraftOperation;
use std::collections::BTreeMap;

/// Removes the operations of following pages, after a comparison with their leaders. Pages on one call follow the
/// first page, with or without a `follows` in the manifest.
///
/// Returns the leading unit of each following unit.
pub(in crate::derive) fn merge_followers(
    inputs: &[PageInput],
    made: &mut Vec<DraftOperation>,
    drafts: &mut DraftDoubts,
) -> BTreeMap<usize, usize> {
    let mut leads: BTreeMap<usize, usize> = BTreeMap::new();
    let several = |page: usize| made.iter().filter(|it| it.page == page).count() > 1;
    for follower in made.iter() {
        let entry = &inputs[follower.page].entry;
        let declared = entry.follows.as_ref().and_then(|id| inputs.iter().position(|it| it.entry.id == *id));
        let named = entry.operation.is_some() || !entry.operations.is_empty();
        let same = |it: &DraftOperation| {
            it.page != follower.page
                && inputs[it.page].entry.follows.is_none()
                && (!named || follower.id == it.id)
                && it.action.as_ref().map(|it| &it.name) == follower.action.as_ref().map(|it| &it.name)
                && it.bindings.iter().any(|mine| {
                    follower.bindings.iter().any(|other| mine.method == other.method && mine.path == other.path)
                })
        };
        let same_call = made.iter().find(|it| it.page < follower.page && same(it));
        // Different calls share an action URL as long as the action is unknown.
        let shared = follower.action.is_none() && follower.bindings.iter().any(|it| it.path.ends_with("/action"));
        // On pages with several operations, an operation follows the operation with an equal call.
        let found = declared.and_then(|page| match several(page) || several(follower.page) {
            true => made.iter().find(|it| it.page == page && same(it)),
            false => made.iter().find(|it| it.page == page),
        });
        if let Some(leader) = found.or(same_call.filter(|_| declared.is_none() && !shared)) {
            leads.insert(follower.unit, leader.unit);
            if declared.is_none() {
                let sides = vec![
                    make_side("one operation", Some(leader.at.clone())),
                    make_side("the same operation", Some(follower.at.clone())),
                ];
                let nth = add_doubt(&mut drafts.all, "described-twice", "", sides, Some(0), "first-page-leads");
                drafts.set_owner(nth, Some(leader.unit));
            }
        }
    }
    // A follower of a follower has the first leader.
    let resolved: BTreeMap<usize, usize> =
        leads.iter().map(|(unit, lead)| (*unit, *leads.get(lead).unwrap_or(lead))).collect();
    let (followers, mut rest): (Vec<DraftOperation>, Vec<DraftOperation>) =
        std::mem::take(made).into_iter().partition(|it| resolved.contains_key(&it.unit));
    for follower in &followers {
        if let Some(leader) = rest.iter_mut().find(|it| Some(&it.unit) == resolved.get(&follower.unit)) {
            compare_operations(leader, follower, drafts);
        }
    }
    *made = rest;
    resolved
}
