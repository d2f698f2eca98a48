//! A page on one version, beside a leading page on several versions.
//!
//! Descriptions that only the older page has hold fully for the version of the older page. For newer versions, input
//! that obeys the description is valid, and input that breaks the description is doubtful.

use crate::derive::doubts::{DraftDoubts, add_doubt, make_side};
use crate::derive::field::{BodyDirection, DraftField, FieldNeed};
use crate::derive::operation_draft::{DraftBody, DraftOperation};

/// Whether the follower names versions, and the leader names each of the versions and more.
pub(super) fn is_older_page(leader: &DraftOperation, follower: &DraftOperation) -> bool {
    !follower.versions.is_empty()
        && follower.versions.len() < leader.versions.len()
        && follower.versions.iter().all(|it| leader.versions.iter().any(|mine| mine.version == it.version))
}

/// Splits the leader's bodies between the versions on the follower's page and the remaining versions.
pub(super) fn split_bodies(leader: &mut DraftOperation, follower: &DraftOperation) {
    if !is_older_page(leader, follower) {
        return;
    }
    let theirs: Vec<String> = follower.versions.iter().map(|it| it.version.clone()).collect();
    for way in [BodyDirection::Request, BodyDirection::Response] {
        let described = |body: &DraftBody| {
            follower
                .bodies(way)
                .iter()
                .any(|it| it.suffix == body.suffix && it.statuses == body.statuses && !it.is_empty())
        };
        let parted: Vec<DraftBody> = leader
            .bodies(way)
            .iter()
            .filter(|body| described(body) && body.versions.iter().any(|it| !theirs.contains(it)))
            .map(|body| DraftBody {
                versions: body.versions.iter().filter(|it| theirs.contains(it)).cloned().collect(),
                ..body.clone()
            })
            .filter(|body| !body.versions.is_empty())
            .collect();
        for part in parted {
            let twin = follower.bodies(way).iter().find(|it| it.suffix == part.suffix && it.statuses == part.statuses);
            for body in leader.bodies_mut(way).iter_mut().filter(|it| it.suffix == part.suffix) {
                body.versions.retain(|it| !part.versions.contains(it));
            }
            if let Some(twin) = twin {
                let own = DraftBody { versions: part.versions, ..twin.clone() };
                match way {
                    BodyDirection::Request => leader.requests.push(own),
                    BodyDirection::Response => leader.responses.push(own),
                }
            }
        }
    }
}

/// Whether a body of the leader was copied from the follower.
pub(super) fn is_copied_body(leader: &DraftOperation, follower: &DraftOperation, body: &DraftBody) -> bool {
    is_older_page(leader, follower)
        && !body.versions.is_empty()
        && body.versions.iter().all(|it| follower.versions.iter().any(|theirs| theirs.version == *it))
}

/// Replaces a field that the leader only shows in an example by the older page's description, with all keywords
/// disputed.
pub(super) fn adopt_description(
    leader: &mut DraftOperation,
    follower: &DraftOperation,
    way: BodyDirection,
    pointer: &str,
    own: &DraftField,
    other: &DraftField,
    drafts: &mut DraftDoubts,
) {
    let sides = vec![
        make_side("an example", Some(own.at.clone())),
        make_side(other.value_type.type_word(), Some(other.at.clone())),
    ];
    let subject = format!("{pointer}:described");
    let nth = add_doubt(&mut drafts.all, "only-in-older", subject, sides, Some(1), "older-is-doubtful");
    let theirs: Vec<&str> = follower.versions.iter().map(|it| it.version.as_str()).collect();
    for body in leader.bodies_mut(way) {
        if !body.versions.iter().any(|it| theirs.contains(&it.as_str())) {
            replace_field(&mut body.fields, way.word(), pointer, other, nth);
        }
    }
}

/// Returns the keywords of a description. All are disputed for a different version.
fn list_stated_keywords(field: &DraftField) -> Vec<&'static str> {
    let claims = &field.claims;
    let (low, high) = claims.length.as_ref().map_or((None, None), |it| it.value);
    let (least, most) = claims.range.as_ref().map_or((None, None), |it| it.value);
    let all = [
        ("type", true),
        ("required", field.need == FieldNeed::Yes),
        ("minLength", low.is_some()),
        ("maxLength", high.is_some()),
        ("minimum", least.is_some()),
        ("maximum", most.is_some()),
        ("enum", claims.values.is_some() || field.copied_keywords.contains_key("enum")),
        ("pattern", claims.pattern.is_some()),
        ("format", claims.format.is_some() || field.copied_keywords.contains_key("format")),
    ];
    all.into_iter().filter(|(_, stands)| *stands).map(|(word, _)| word).collect()
}

/// Disputes all keywords of a description, so that no response is judged by the description.
pub(super) fn dispute_field(field: &mut DraftField) {
    let words = list_stated_keywords(field);
    field.disputed.extend(words);
    field.children.iter_mut().for_each(dispute_field);
}

fn replace_field(fields: &mut [DraftField], here: &str, pointer: &str, other: &DraftField, nth: usize) {
    for field in fields {
        let at = format!("{here}/{}", field.pointer_step());
        if at == pointer && field.from_example {
            let mut taken = other.clone();
            taken.disputed.extend(list_stated_keywords(other));
            taken.doubts.extend(field.doubts.iter().copied());
            taken.doubts.push(nth);
            *field = taken;
            return;
        }
        let step = format!("{at}{}", field.pointer_below());
        replace_field(&mut field.children, &step, pointer, other, nth);
    }
}
