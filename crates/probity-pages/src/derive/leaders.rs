//! Which page leads where several describe one call, and the names that operations and doubts get.

use super::operation::Made;
use super::{Drafts, PageInput, doubts, follow};
use probity_schema::catalog::Doubt;
use std::collections::{BTreeMap, BTreeSet};

/// Takes the operations of following pages out, after holding them against their leaders.
/// Pages that describe the same call follow the first of them even if no one says so.
pub(super) fn follow_leaders(
    inputs: &[PageInput],
    made: &mut Vec<Made>,
    drafts: &mut Drafts,
) -> BTreeMap<usize, usize> {
    let mut leads: BTreeMap<usize, usize> = BTreeMap::new();
    let several = |page: usize| made.iter().filter(|it| it.page == page).count() > 1;
    for follower in made.iter() {
        let entry = &inputs[follower.page].entry;
        let declared = entry.follows.as_ref().and_then(|id| inputs.iter().position(|it| it.entry.id == *id));
        let named = entry.operation.is_some() || !entry.operations.is_empty();
        let same = |it: &Made| {
            it.page != follower.page
                && inputs[it.page].entry.follows.is_none()
                && (!named || follower.id == it.id)
                && it.action.as_ref().map(|it| &it.name) == follower.action.as_ref().map(|it| &it.name)
                && it.bindings.iter().any(|mine| {
                    follower.bindings.iter().any(|other| mine.method == other.method && mine.path == other.path)
                })
        };
        let same_call = made.iter().find(|it| it.page < follower.page && same(it));
        // An action URL without an action known is shared by different calls.
        let shared = follower.action.is_none() && follower.bindings.iter().any(|it| it.path.ends_with("/action"));
        // Of pages that hold many operations those follow that describe the same call.
        let found = declared.and_then(|page| match several(page) || several(follower.page) {
            true => made.iter().find(|it| it.page == page && same(it)),
            false => made.iter().find(|it| it.page == page),
        });
        if let Some(leader) = found.or(same_call.filter(|_| declared.is_none() && !shared)) {
            leads.insert(follower.unit, leader.unit);
            if declared.is_none() {
                let sides = vec![
                    doubts::side("one operation", Some(leader.at.clone())),
                    doubts::side("the same operation", Some(follower.at.clone())),
                ];
                let nth = doubts::doubt(&mut drafts.all, "described-twice", "", sides, Some(0), "first-page-leads");
                drafts.own(nth, Some(leader.unit));
            }
        }
    }
    // A follower of a follower has the same leader.
    let resolved: BTreeMap<usize, usize> =
        leads.iter().map(|(unit, lead)| (*unit, *leads.get(lead).unwrap_or(lead))).collect();
    let (followers, mut rest): (Vec<Made>, Vec<Made>) =
        std::mem::take(made).into_iter().partition(|it| resolved.contains_key(&it.unit));
    for follower in &followers {
        if let Some(leader) = rest.iter_mut().find(|it| Some(&it.unit) == resolved.get(&follower.unit)) {
            follow::follow(leader, follower, drafts);
        }
    }
    *made = rest;
    resolved
}

/// Ids are unique in a catalog; a page's id tells apart what titles do not.
pub(super) fn unique_ids(made: &mut [Made], drafts: &mut Drafts) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for one in made {
        if seen.insert(one.id.clone()) {
            continue;
        }
        let old = one.id.clone();
        let mut count = 2;
        while !seen.insert(format!("{old}{count}")) {
            count += 1;
        }
        one.id = format!("{old}{count}");
        let sides = vec![doubts::side(old, Some(one.at.clone())), doubts::side(one.id.clone(), None)];
        let nth = doubts::doubt(&mut drafts.all, "same-name", "", sides, Some(1), "numbered");
        drafts.own(nth, Some(one.unit));
    }
}

/// The doubts under their stable names, and the name of each draft.
pub(super) fn named_doubts(
    api: &str,
    inputs: &[PageInput],
    made: &[Made],
    leads: &BTreeMap<usize, usize>,
    drafts: &Drafts,
) -> (Vec<Doubt>, Vec<String>) {
    let mut groups: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for nth in 0..drafts.all.len() {
        groups.entry(drafts.owner.get(&nth).copied().flatten()).or_default().push(nth);
    }
    let mut ids = vec![String::new(); drafts.all.len()];
    let mut out = Vec::new();
    for (unit, members) in groups {
        let operation_of = |unit: usize| made.iter().find(|it| it.unit == unit).map(|it| it.id.clone());
        let own = unit.and_then(operation_of);
        let operation = own.clone().or_else(|| unit.and_then(|it| leads.get(&it).copied()).and_then(operation_of));
        let owner = own.unwrap_or_else(|| unit.map_or(api.to_string(), |it| drafts.name_of(it, inputs)));
        let all: Vec<doubts::Draft> = members.iter().map(|it| drafts.all[*it].clone()).collect();
        for (nth, doubt) in members.iter().zip(doubts::named(&all, &owner, operation.as_deref())) {
            ids[*nth] = doubt.id.clone();
            out.push(doubt);
        }
    }
    out.sort_by(|a, b| a.id.cmp(&b.id));
    // A page and an operation may bear one name; ids stay unique all the same.
    out.dedup_by(|a, b| a.id == b.id && a == b);
    (out, ids)
}
