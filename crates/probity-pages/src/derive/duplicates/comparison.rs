//! Two pages on one operation: the leader's page counts, and differences of the follower's page are doubts.

use super::older_version;
use super::shared_limits::{add_shared_limit, find_shared_limit};
use crate::derive::doubts::{DraftDoubts, add_doubt, make_side};
use crate::derive::field::{BodyDirection, DraftField, FieldNeed};
use crate::derive::field_tree::{mark_field, visit_fields};
use crate::derive::operation_draft::{DraftBody, DraftOperation};
use std::collections::BTreeMap;

/// Compares the pages of a leader and a follower on one operation. Each difference is a doubt and disputes the
/// leader's keyword. Fields that only the follower has are added to the leader, except fields that the follower
/// demands in a request.
pub(super) fn compare_operations(leader: &mut DraftOperation, follower: &DraftOperation, drafts: &mut DraftDoubts) {
    let start = drafts.all.len();
    older_version::split_bodies(leader, follower);
    for way in [BodyDirection::Request, BodyDirection::Response] {
        let theirs = map_fields_by_pointer(follower, follower, way);
        let mine = map_fields_by_pointer(leader, follower, way);
        for (pointer, other) in &theirs {
            match mine.get(pointer) {
                Some(own) => compare_field(leader, follower, way, (pointer, own, other), drafts),
                None => add_field(leader, way, (pointer, other), &mine, drafts),
            }
        }
        for (pointer, own) in &mine {
            let parent = find_parent(pointer);
            if !theirs.contains_key(pointer)
                && !own.from_example
                && (parent == way.word() || theirs.contains_key(parent))
            {
                let sides = vec![
                    make_side(own.value_type.type_word(), Some(own.at.clone())),
                    make_side("no such field", Some(follower.at.clone())),
                ];
                add_doubt(&mut drafts.all, "pages-differ", format!("{pointer}:present"), sides, Some(0), "leader-wins");
            }
        }
    }
    compare_versions(leader, follower, drafts);
    drafts.assign_unit(start, leader.unit);
}

/// Returns the fields of an operation's bodies by pointer, without bodies copied from the follower.
fn map_fields_by_pointer(
    made: &DraftOperation,
    follower: &DraftOperation,
    way: BodyDirection,
) -> BTreeMap<String, DraftField> {
    let own = |it: &&DraftBody| it.suffix.is_empty() && !older_version::is_copied_body(made, follower, it);
    let fields: Vec<DraftField> = made.bodies(way).iter().filter(own).flat_map(|it| it.fields.clone()).collect();
    let mut out = BTreeMap::new();
    visit_fields(&fields, way.word(), &mut |pointer, field| {
        out.insert(pointer.to_string(), field.clone());
    });
    out
}

/// Returns the pointer of the parent, without the step into the elements of a list.
fn find_parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(it, _)| it).trim_end_matches("/*")
}

/// Records a field that only the follower has, and adds the field to the leader. Fields below a recorded field are
/// not recorded.
fn add_field(
    leader: &mut DraftOperation,
    way: BodyDirection,
    (pointer, other): (&str, &DraftField),
    mine: &BTreeMap<String, DraftField>,
    drafts: &mut DraftDoubts,
) {
    let parent = find_parent(pointer);
    if parent != way.word() && !mine.contains_key(parent) {
        return;
    }
    let sides = vec![
        make_side("no such field", Some(leader.at.clone())),
        make_side(other.value_type.type_word(), Some(other.at.clone())),
    ];
    let nth = add_doubt(&mut drafts.all, "pages-differ", format!("{pointer}:present"), sides, Some(0), "leader-wins");
    if way == BodyDirection::Response || other.need != FieldNeed::Yes {
        add_disputed_field(leader, way, parent, other, nth);
    }
}

/// Records each keyword on which leader and follower differ about a common field.
fn compare_field(
    leader: &mut DraftOperation,
    follower: &DraftOperation,
    way: BodyDirection,
    (pointer, own, other): (&str, &DraftField, &DraftField),
    drafts: &mut DraftDoubts,
) {
    if own.from_example && !other.from_example && older_version::is_older_page(leader, follower) {
        older_version::adopt_description(leader, follower, way, pointer, own, other, drafts);
        return;
    }
    for (keyword, mine, theirs) in find_differences(own, other) {
        let limit =
            (way == BodyDirection::Request).then(|| find_shared_limit(keyword, &mine, (other, &theirs))).flatten();
        let sides = vec![make_side(mine, Some(own.at.clone())), make_side(theirs, Some(other.at.clone()))];
        let subject = format!("{pointer}:{keyword}");
        let nth = add_doubt(&mut drafts.all, "pages-differ", subject, sides, Some(0), "leader-wins");
        let disputed = if limit.as_ref().is_none_or(|it| it.disputes_leader) { keyword } else { "" };
        for body in leader.bodies_mut(way) {
            mark_field(&mut body.fields, way.word(), pointer, disputed, nth);
            if let Some(limit) = &limit {
                add_shared_limit(&mut body.fields, way.word(), pointer, limit);
            }
        }
    }
}

/// Adds a field of the follower to the leader. The field is optional and disputed. Suites can use the field; no
/// response is judged by the field.
fn add_disputed_field(leader: &mut DraftOperation, way: BodyDirection, parent: &str, other: &DraftField, nth: usize) {
    let mut field = other.clone();
    // The follower's condition demands nothing, because the leader has no such field.
    field.need = FieldNeed::No;
    field.claims.mandatory_when = None;
    if way == BodyDirection::Response {
        older_version::dispute_field(&mut field);
    }
    field.disputed.insert("present");
    field.doubts = vec![nth];
    for body in leader.bodies_mut(way).iter_mut().filter(|body| body.suffix.is_empty()) {
        if parent == way.word() {
            body.fields.push(field.clone());
        } else {
            insert_below(&mut body.fields, way.word(), parent, &field);
        }
    }
}

/// Records versions with different states or dates on the two pages.
fn compare_versions(leader: &DraftOperation, follower: &DraftOperation, drafts: &mut DraftDoubts) {
    for other in &follower.versions {
        let Some(own) = leader.versions.iter().find(|it| it.version == other.version) else { continue };
        if own.state != other.state || own.not_before != other.not_before {
            let says = |it: &probity_schema::catalog::ApiVersion| {
                format!("{} until {}", it.state, it.not_before.as_deref().unwrap_or("no date"))
            };
            let sides =
                vec![make_side(says(own), Some(own.at.clone())), make_side(says(other), Some(other.at.clone()))];
            let subject = format!("version/{}", own.version);
            add_doubt(&mut drafts.all, "pages-differ", subject, sides, Some(0), "leader-wins");
        }
    }
}

fn insert_below(fields: &mut [DraftField], here: &str, parent: &str, new: &DraftField) {
    for field in fields {
        let at = format!("{here}/{}", field.pointer_step());
        if at == parent {
            field.children.push(new.clone());
        } else {
            let step = format!("{at}{}", field.pointer_below());
            insert_below(&mut field.children, &step, parent, new);
        }
    }
}

/// Returns the keywords in which two descriptions of one field differ, with both values.
fn find_differences(own: &DraftField, other: &DraftField) -> Vec<(&'static str, String, String)> {
    let mut out = Vec::new();
    let mut compare = |keyword, mine: Option<String>, theirs: Option<String>| {
        if mine != theirs {
            let shown = |it: Option<String>| it.unwrap_or_else(|| "nothing".into());
            out.push((keyword, shown(mine), shown(theirs)));
        }
    };
    if !own.from_example && !other.from_example {
        compare("type", Some(own.value_type.type_word()), Some(other.value_type.type_word()));
        compare(
            "required",
            Some(format!("{:?}", own.need).to_lowercase()),
            Some(format!("{:?}", other.need).to_lowercase()),
        );
    }
    let bound = |it: Option<i64>| it.map(|it| it.to_string());
    let length = |it: &DraftField| it.claims.length.as_ref().map_or((None, None), |it| it.value);
    let range = |it: &DraftField| it.claims.range.as_ref().map_or((None, None), |it| it.value);
    compare("minLength", bound(length(own).0), bound(length(other).0));
    compare("maxLength", bound(length(own).1), bound(length(other).1));
    compare("minimum", bound(range(own).0), bound(range(other).0));
    compare("maximum", bound(range(own).1), bound(range(other).1));
    let list = |it: &DraftField| {
        it.claims.values.as_ref().map(|it| {
            let mut all = it.value.clone();
            all.sort();
            all.join(", ")
        })
    };
    compare("enum", list(own), list(other));
    compare(
        "default",
        own.claims.default.as_ref().map(|it| it.value.clone()),
        other.claims.default.as_ref().map(|it| it.value.clone()),
    );
    compare(
        "x-since",
        own.claims.since.as_ref().map(|it| it.value.clone()),
        other.claims.since.as_ref().map(|it| it.value.clone()),
    );
    compare(
        "x-until",
        own.claims.until.as_ref().map(|it| it.value.clone()),
        other.claims.until.as_ref().map(|it| it.value.clone()),
    );
    compare(
        "x-dead",
        own.claims.dead.as_ref().map(|it| it.value.to_string()),
        other.claims.dead.as_ref().map(|it| it.value.to_string()),
    );
    out
}
