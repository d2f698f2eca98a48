//! Two pages on one operation: the leader's page counts, and differences of the follower's page are doubts.

use super::older_version;
use crate::derive::doubts::{Drafts, doubt, side};
use crate::derive::field::{Field, Need, Way};
use crate::derive::field_tree::{each, mark};
use crate::derive::operation_draft::{Made, MadeBody};
use std::collections::BTreeMap;

/// Compares the pages of a leader and a follower on one operation. Each difference is a doubt and disputes the
/// leader's keyword. Fields that only the follower has are added to the leader, except fields that the follower
/// demands in a request.
pub(super) fn follow(leader: &mut Made, follower: &Made, drafts: &mut Drafts) {
    let start = drafts.all.len();
    older_version::split(leader, follower);
    for way in [Way::Request, Way::Response] {
        let theirs = fields_by_pointer(follower, follower, way);
        let mine = fields_by_pointer(leader, follower, way);
        for (pointer, other) in &theirs {
            match mine.get(pointer) {
                Some(own) => compare_field(leader, follower, way, (pointer, own, other), drafts),
                None => add_field(leader, way, (pointer, other), &mine, drafts),
            }
        }
        for (pointer, own) in &mine {
            let parent = parent_of(pointer);
            if !theirs.contains_key(pointer)
                && !own.from_example
                && (parent == way.word() || theirs.contains_key(parent))
            {
                let sides = vec![
                    side(own.value_type.word(), Some(own.at.clone())),
                    side("no such field", Some(follower.at.clone())),
                ];
                doubt(&mut drafts.all, "pages-differ", format!("{pointer}:present"), sides, Some(0), "leader-wins");
            }
        }
    }
    lives(leader, follower, drafts);
    drafts.tag(start, leader.unit);
}

/// Returns the fields of an operation's bodies by pointer, without bodies copied from the follower.
fn fields_by_pointer(made: &Made, follower: &Made, way: Way) -> BTreeMap<String, Field> {
    let own = |it: &&MadeBody| it.suffix.is_empty() && !older_version::lent(made, follower, it);
    let fields: Vec<Field> = made.bodies(way).iter().filter(own).flat_map(|it| it.fields.clone()).collect();
    let mut out = BTreeMap::new();
    each(&fields, way.word(), &mut |pointer, field| {
        out.insert(pointer.to_string(), field.clone());
    });
    out
}

/// Returns the pointer of the parent, without the step into the elements of a list.
fn parent_of(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(it, _)| it).trim_end_matches("/*")
}

/// Records a field that only the follower has, and adds the field to the leader. Fields below a recorded field are
/// not recorded.
fn add_field(
    leader: &mut Made,
    way: Way,
    (pointer, other): (&str, &Field),
    mine: &BTreeMap<String, Field>,
    drafts: &mut Drafts,
) {
    let parent = parent_of(pointer);
    if parent != way.word() && !mine.contains_key(parent) {
        return;
    }
    let sides =
        vec![side("no such field", Some(leader.at.clone())), side(other.value_type.word(), Some(other.at.clone()))];
    let nth = doubt(&mut drafts.all, "pages-differ", format!("{pointer}:present"), sides, Some(0), "leader-wins");
    if way == Way::Response || other.need != Need::Yes {
        lend(leader, way, parent, other, nth);
    }
}

/// Records each keyword on which leader and follower differ about a common field.
fn compare_field(
    leader: &mut Made,
    follower: &Made,
    way: Way,
    (pointer, own, other): (&str, &Field, &Field),
    drafts: &mut Drafts,
) {
    if own.from_example && !other.from_example && older_version::is_older(leader, follower) {
        older_version::adopt(leader, follower, way, pointer, own, other, drafts);
        return;
    }
    for (keyword, mine, theirs) in differences(own, other) {
        let sides = vec![side(mine, Some(own.at.clone())), side(theirs, Some(other.at.clone()))];
        let subject = format!("{pointer}:{keyword}");
        let nth = doubt(&mut drafts.all, "pages-differ", subject, sides, Some(0), "leader-wins");
        for body in leader.bodies_mut(way) {
            mark(&mut body.fields, way.word(), pointer, keyword, nth);
        }
    }
}

/// Adds a field of the follower to the leader. The field is optional and disputed. Suites can use the field; no
/// response is judged by the field.
fn lend(leader: &mut Made, way: Way, parent: &str, other: &Field, nth: usize) {
    let mut field = other.clone();
    // The follower's condition demands nothing, because the leader has no such field.
    field.need = Need::No;
    field.claims.mandatory_when = None;
    if way == Way::Response {
        older_version::dispute(&mut field);
    }
    field.disputed.insert("present");
    field.doubts = vec![nth];
    for body in leader.bodies_mut(way).iter_mut().filter(|body| body.suffix.is_empty()) {
        if parent == way.word() {
            body.fields.push(field.clone());
        } else {
            put_below(&mut body.fields, way.word(), parent, &field);
        }
    }
}

/// Records versions with different states or dates on the two pages.
fn lives(leader: &Made, follower: &Made, drafts: &mut Drafts) {
    for other in &follower.versions {
        let Some(own) = leader.versions.iter().find(|it| it.version == other.version) else { continue };
        if own.state != other.state || own.not_before != other.not_before {
            let says = |it: &probity_schema::catalog::ApiVersion| {
                format!("{} until {}", it.state, it.not_before.as_deref().unwrap_or("no date"))
            };
            let sides = vec![side(says(own), Some(own.at.clone())), side(says(other), Some(other.at.clone()))];
            let subject = format!("version/{}", own.version);
            doubt(&mut drafts.all, "pages-differ", subject, sides, Some(0), "leader-wins");
        }
    }
}

fn put_below(fields: &mut [Field], here: &str, parent: &str, new: &Field) {
    for field in fields {
        let at = format!("{here}/{}", field.step());
        if at == parent {
            field.children.push(new.clone());
        } else {
            let step = format!("{at}{}", field.below());
            put_below(&mut field.children, &step, parent, new);
        }
    }
}

/// Returns the keywords in which two descriptions of one field differ, with both values.
fn differences(own: &Field, other: &Field) -> Vec<(&'static str, String, String)> {
    let mut out = Vec::new();
    let mut compare = |keyword, mine: Option<String>, theirs: Option<String>| {
        if mine != theirs {
            let shown = |it: Option<String>| it.unwrap_or_else(|| "nothing".into());
            out.push((keyword, shown(mine), shown(theirs)));
        }
    };
    if !own.from_example && !other.from_example {
        compare("type", Some(own.value_type.word()), Some(other.value_type.word()));
        compare(
            "required",
            Some(format!("{:?}", own.need).to_lowercase()),
            Some(format!("{:?}", other.need).to_lowercase()),
        );
    }
    let bound = |it: Option<i64>| it.map(|it| it.to_string());
    let length = |it: &Field| it.claims.length.as_ref().map_or((None, None), |it| it.value);
    let range = |it: &Field| it.claims.range.as_ref().map_or((None, None), |it| it.value);
    compare("minLength", bound(length(own).0), bound(length(other).0));
    compare("maxLength", bound(length(own).1), bound(length(other).1));
    compare("minimum", bound(range(own).0), bound(range(other).0));
    compare("maximum", bound(range(own).1), bound(range(other).1));
    let list = |it: &Field| {
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
