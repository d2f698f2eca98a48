//! A page on one version, beside a leading page on several versions.
//!
//! Descriptions that only the older page has hold fully for the version of the older page. For newer versions, input
//! that obeys the description is valid, and input that breaks the description is doubtful.

use crate::derive::doubts::{Drafts, doubt, side};
use crate::derive::field::{Field, Need, Way};
use crate::derive::operation_draft::{Made, MadeBody};

/// Whether the follower names versions, and the leader names each of the versions and more.
pub(super) fn is_older(leader: &Made, follower: &Made) -> bool {
    !follower.versions.is_empty()
        && follower.versions.len() < leader.versions.len()
        && follower.versions.iter().all(|it| leader.versions.iter().any(|mine| mine.version == it.version))
}

/// Splits the leader's bodies between the versions on the follower's page and the remaining versions.
pub(super) fn split(leader: &mut Made, follower: &Made) {
    if !is_older(leader, follower) {
        return;
    }
    let theirs: Vec<String> = follower.versions.iter().map(|it| it.version.clone()).collect();
    for way in [Way::Request, Way::Response] {
        let described = |body: &MadeBody| {
            follower
                .bodies(way)
                .iter()
                .any(|it| it.suffix == body.suffix && it.statuses == body.statuses && !it.is_empty())
        };
        let parted: Vec<MadeBody> = leader
            .bodies(way)
            .iter()
            .filter(|body| described(body) && body.versions.iter().any(|it| !theirs.contains(it)))
            .map(|body| MadeBody {
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
                let own = MadeBody { versions: part.versions, ..twin.clone() };
                match way {
                    Way::Request => leader.requests.push(own),
                    Way::Response => leader.responses.push(own),
                }
            }
        }
    }
}

/// Whether a body of the leader was copied from the follower.
pub(super) fn lent(leader: &Made, follower: &Made, body: &MadeBody) -> bool {
    is_older(leader, follower)
        && !body.versions.is_empty()
        && body.versions.iter().all(|it| follower.versions.iter().any(|theirs| theirs.version == *it))
}

/// Replaces a field that the leader only shows in an example by the older page's description, with all keywords
/// disputed.
pub(super) fn adopt(
    leader: &mut Made,
    follower: &Made,
    way: Way,
    pointer: &str,
    own: &Field,
    other: &Field,
    drafts: &mut Drafts,
) {
    let sides = vec![side("an example", Some(own.at.clone())), side(other.value_type.word(), Some(other.at.clone()))];
    let subject = format!("{pointer}:described");
    let nth = doubt(&mut drafts.all, "only-in-older", subject, sides, Some(1), "older-is-doubtful");
    let theirs: Vec<&str> = follower.versions.iter().map(|it| it.version.as_str()).collect();
    for body in leader.bodies_mut(way) {
        if !body.versions.iter().any(|it| theirs.contains(&it.as_str())) {
            replace(&mut body.fields, way.word(), pointer, other, nth);
        }
    }
}

/// Returns the keywords of a description. All are disputed for a different version.
fn stated(field: &Field) -> Vec<&'static str> {
    let claims = &field.claims;
    let (low, high) = claims.length.as_ref().map_or((None, None), |it| it.value);
    let (least, most) = claims.range.as_ref().map_or((None, None), |it| it.value);
    let all = [
        ("type", true),
        ("required", field.need == Need::Yes),
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
pub(super) fn dispute(field: &mut Field) {
    let words = stated(field);
    field.disputed.extend(words);
    field.children.iter_mut().for_each(dispute);
}

fn replace(fields: &mut [Field], here: &str, pointer: &str, other: &Field, nth: usize) {
    for field in fields {
        let at = format!("{here}/{}", field.step());
        if at == pointer && field.from_example {
            let mut taken = other.clone();
            taken.disputed.extend(stated(other));
            taken.doubts.extend(field.doubts.iter().copied());
            taken.doubts.push(nth);
            *field = taken;
            return;
        }
        let step = format!("{at}{}", field.below());
        replace(&mut field.children, &step, pointer, other, nth);
    }
}
