//! Ids of operations and doubts.

use super::doubts::{DraftDoubt, DraftDoubts, add_doubt, make_side};
use super::input::PageInput;
use super::operation_draft::{CAMEL_CASE_MAX, DraftOperation, list_bracket_words};
use probity_schema::catalog::{Doubt, DoubtSide};
use std::collections::{BTreeMap, BTreeSet};

/// Distinguishes operations with equal ids, because ids are unique in a catalog: by the words in brackets of the title, by
/// the version of the path, and at last by a number.
pub(super) fn assign_unique_ids(made: &mut [DraftOperation], drafts: &mut DraftDoubts) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for one in made {
        if seen.insert(one.id.clone()) {
            continue;
        }
        let old = one.id.clone();
        let version = one.bindings.first().map_or("", |it| it.id.split('-').next().unwrap_or_default());
        let version: String = version.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let ends = [list_bracket_words(&one.title), version];
        let free = ends.iter().filter(|it| !it.is_empty() && *it != "default").find_map(|end| {
            let mut letters = end.chars();
            let first = letters.next()?.to_ascii_uppercase();
            let id: String = old.chars().chain([first]).chain(letters).take(CAMEL_CASE_MAX).collect();
            seen.insert(id.clone()).then_some(id)
        });
        if let Some(id) = free {
            one.id = id;
            continue;
        }
        let mut count = 2;
        while !seen.insert(format!("{old}{count}")) {
            count += 1;
        }
        one.id = format!("{old}{count}");
        let sides = vec![make_side(old, Some(one.at.clone())), make_side(one.id.clone(), None)];
        let nth = add_doubt(&mut drafts.all, "same-name", "", sides, Some(1), "numbered");
        drafts.set_owner(nth, Some(one.unit));
    }
}

/// Joins doubts with one cause: pages that name no success status and refer to one general table or to none, and doubts
/// with equal sides, as of a table that several operations share. The first doubt stands for the others.
pub(super) fn join_repeated_doubts(drafts: &mut DraftDoubts) {
    let mut groups: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
    for (nth, draft) in drafts.all.iter().enumerate() {
        let side =
            |it: &DoubtSide| format!("{}@{}", it.says, it.at.as_ref().map_or(String::new(), |at| at.to_string()));
        let silent = draft.kind == "no-success-status" && draft.sides[0].at.is_none();
        if silent || draft.sides.iter().any(|it| it.at.is_some()) {
            let sides: Vec<String> = draft.sides.iter().map(side).collect();
            groups.entry((draft.kind, sides.join("|"))).or_default().push(nth);
        }
    }
    let groups: Vec<Vec<usize>> = groups.into_values().filter(|it| it.len() > 1).collect();
    for members in groups {
        let first = members[0];
        let units: BTreeSet<Option<usize>> = members.iter().map(|it| drafts.owner.get(it).copied().flatten()).collect();
        if drafts.all[first].kind == "no-success-status" {
            drafts.all[first].sides[0].says = format!("no success status on {} pages", members.len());
        }
        if units.len() > 1 {
            drafts.set_owner(first, None);
        }
        drafts.joined.extend(members[1..].iter().map(|it| (*it, first)));
    }
}

/// Returns the doubts with their stable ids, and the id of each draft.
pub(super) fn assign_doubt_ids(
    api: &str,
    inputs: &[PageInput],
    made: &[DraftOperation],
    leads: &BTreeMap<usize, usize>,
    drafts: &DraftDoubts,
) -> (Vec<Doubt>, Vec<String>) {
    let mut groups: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for nth in (0..drafts.all.len()).filter(|it| !drafts.joined.contains_key(it)) {
        groups.entry(drafts.owner.get(&nth).copied().flatten()).or_default().push(nth);
    }
    let mut ids = vec![String::new(); drafts.all.len()];
    let mut out = Vec::new();
    for (unit, members) in groups {
        let operation_of = |unit: usize| made.iter().find(|it| it.unit == unit).map(|it| it.id.clone());
        let own = unit.and_then(operation_of);
        let operation = own.clone().or_else(|| unit.and_then(|it| leads.get(&it).copied()).and_then(operation_of));
        let owner = own.unwrap_or_else(|| unit.map_or(api.to_string(), |it| drafts.name_unit(it, inputs)));
        let all: Vec<DraftDoubt> = members.iter().map(|it| drafts.all[*it].clone()).collect();
        for (nth, doubt) in members.iter().zip(name_doubts(&all, &owner, operation.as_deref())) {
            ids[*nth] = doubt.id.clone();
            out.push(doubt);
        }
    }
    for (nth, first) in &drafts.joined {
        ids[*nth] = ids[*first].clone();
    }
    out.sort_by(|a, b| a.id.cmp(&b.id));
    // A page and an operation can have equal names. Doubt ids stay unique nevertheless.
    out.dedup_by(|a, b| a.id == b.id && a == b);
    (out, ids)
}

/// Returns the doubts of one owner with stable ids. A number distinguishes equal ids.
fn name_doubts(drafts: &[DraftDoubt], owner: &str, operation: Option<&str>) -> Vec<Doubt> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    drafts
        .iter()
        .map(|draft| {
            let mut id = format!("{owner}/{}", draft.kind);
            if let Some(subject) = &draft.subject {
                id.push('/');
                id.push_str(subject.trim_start_matches('/'));
            }
            let count = seen.entry(id.clone()).or_default();
            *count += 1;
            if *count > 1 {
                id.push_str(&format!("~{count}"));
            }
            Doubt {
                id,
                kind: draft.kind.to_string(),
                operation: operation.map(str::to_string),
                subject: draft.subject.clone(),
                sides: draft.sides.clone(),
                taken: draft.taken,
                rule: draft.rule.to_string(),
            }
        })
        .collect()
}
