//! The resources and the caller of a candidate call.

use super::call_spec::Ask;
use super::input_path::{place_of, put};
use crate::expr::{Key, Relation, Val};
use crate::model::{Asked, OperationModel, Roots, Who};
use crate::plan::guard_needs::{Need, Root};
use crate::plan::planning_context::{Actor, Scene, empty_step};
use crate::plan::presence::Presence;
use crate::plan::step::handle;
use crate::schema::Rng;
use crate::suite::{About, Binding};

/// The resource of an `about` entry.
pub(super) struct Cast<'a> {
    pub about: &'a About,
    /// `None` stands for an id that never existed.
    pub actor: Option<&'a Actor>,
    pub given: bool,
    /// Further resources, if the entry reads a list of ids.
    pub more: Vec<&'a Actor>,
}

/// Assigns a resource to each `about` entry; `None` if a required entry has no candidate.
pub(super) fn cast<'a>(
    scene: &'a Scene<'_>,
    model: &'a OperationModel,
    ask: &Ask,
    needs: &[&Need],
    rng: &mut Rng,
) -> Option<Vec<Cast<'a>>> {
    let mut casts: Vec<Cast<'a>> = Vec::new();
    for about in model.about.iter().filter(|about| matches!(about.binding, Binding::Existing(_))) {
        let of_it = |need: &&&Need| need.root == Root::Thing(about.name.clone());
        let absent = |need: &&Need| need.keys.is_empty() && is_null(need) && need.relation == Relation::Eq;
        let wants_absent = needs.iter().filter(of_it).any(absent);
        let first = casts.is_empty();
        let place = place_of(about);
        let optional = place.as_ref().is_none_or(|path| path.root.as_ref() != "path");
        let spoken = ask.goal.is_some_and(|goal| scene.hints.reads(goal, &about.name));
        let named = ask
            .target
            .as_ref()
            .filter(|_| first)
            .and_then(|name| scene.actors.iter().find(|actor| actor.name == *name));
        let right = named.filter(|actor| usize::from(actor.id.kind) == about.resource);
        let stray = !ask.plain && (wants_absent || (!first && rng.chance(1, 8)));
        let mut given = !optional || spoken || rng.chance(7, 8);
        let of_it: Vec<&Need> = needs.iter().filter(of_it).copied().collect();
        let actor = match right {
            Some(actor) if !wants_absent => Some(actor),
            _ if stray => stranger(scene, about, rng),
            _ => usual(scene, model, about, (ask, &of_it), &casts, rng),
        };
        if actor.is_none() && !stray {
            if !optional {
                return None;
            }
            given = false;
        }
        let listed = place.is_some_and(|path| path.keys.contains(&Key::Index(0)));
        let mut more: Vec<&Actor> = Vec::new();
        while let (true, Some(actor)) = (listed && more.len() < MORE_MAX && rng.chance(1, 2), actor) {
            let plain = Ask { plain: true, ..ask.clone() };
            let another = usual(scene, model, about, (&plain, &of_it), &casts, rng);
            let fresh = |another: &&Actor| another.id != actor.id && more.iter().all(|known| known.id != another.id);
            more.extend(another.filter(fresh));
            if more.is_empty() {
                break;
            }
        }
        casts.push(Cast { about, actor, given, more });
    }
    Some(casts)
}

/// Highest number of further resources in a list.
const MORE_MAX: usize = 2;

fn is_null(need: &Need) -> bool {
    need.other.as_literal() == Some(&Val::Null)
}

/// An existing resource of the caller (of the owner, without a given caller). Resources that meet the guards
/// have a higher weight, and so have resources related to the already assigned resources; in one case of four,
/// unrelated resources.
fn usual<'a>(
    scene: &'a Scene<'_>,
    model: &OperationModel,
    about: &About,
    (ask, needs): (&Ask, &[&Need]),
    casts: &[Cast<'a>],
    rng: &mut Rng,
) -> Option<&'a Actor> {
    let weight = |presence: Presence| match presence {
        Presence::Rest if ask.moving => 1,
        Presence::Rest => 100,
        Presence::Motion if ask.plain => 0,
        Presence::Motion if ask.moving => 100,
        Presence::Motion => 1,
        Presence::Fog | Presence::Leaving if ask.plain => 0,
        Presence::Fog => 1,
        Presence::Leaving => u32::from(ask.moving),
        Presence::Gone => 0,
    };
    let who = ask.caller.as_deref().and_then(Who::of).unwrap_or(Who::Owner);
    let own = scene.actors.iter().filter(|actor| usize::from(actor.id.kind) == about.resource && actor.owner == who);
    let mut weighted: Vec<(u32, &Actor)> = own.map(|actor| (weight(actor.presence), actor)).collect();
    if weighted.iter().filter(|(weight, _)| *weight > 0).count() > 1 {
        let before: Vec<&Actor> = casts.iter().filter(|cast| cast.given).filter_map(|cast| cast.actor).collect();
        let unrelated = rng.chance(1, 4);
        for (weight, actor) in &mut weighted {
            let held = scene.held(&actor.id);
            let fits = held.as_ref().map_or(0, |held| met(scene, model, casts, (about, &held.record), needs));
            *weight *= 1 + FITTING * fits;
            if !before.is_empty() && before.iter().any(|other| akin(scene, other, actor)) != unrelated {
                *weight *= 4;
            }
        }
    }
    rng.weighted(&weighted).copied()
}

/// Additional weight for each met relation of the guards.
const FITTING: u32 = 12;

/// The number of relations that a resource meets, given the assigned resources.
fn met(
    scene: &Scene<'_>,
    model: &OperationModel,
    casts: &[Cast<'_>],
    (about, record): (&About, &Val),
    needs: &[&Need],
) -> u32 {
    let mut things: Vec<(&str, Val)> = vec![(about.name.as_str(), record.clone())];
    for cast in casts {
        let held = cast.actor.filter(|_| cast.given).and_then(|actor| scene.held(&actor.id));
        things.push((cast.about.name.as_str(), held.map_or(Val::Null, |held| held.record.clone())));
    }
    let mut asked = None;
    let meets = |need: &&&Need| {
        let Some(value) = at(record, &need.keys) else { return false };
        if let Some(other) = need.other.as_literal() {
            return holds(need.relation, &value, Some(other));
        }
        let asked = asked.get_or_insert_with(|| known_so_far(scene, model, casts));
        let Some(asked) = asked else { return false };
        let roots = Roots { model: scene.model, asked, things: &things, reply: None, it: None, world: None };
        need.other.eval(&roots).is_ok_and(|other| holds(need.relation, &value, Some(&other)))
    };
    let mut meets = meets;
    needs.iter().filter(|need| !need.keys.is_empty()).filter(|need| meets(need)).count() as u32
}

/// The call with the assigned resources only.
fn known_so_far(scene: &Scene<'_>, model: &OperationModel, casts: &[Cast<'_>]) -> Option<Asked> {
    let mut step = empty_step(&model.id, "");
    for cast in casts.iter().filter(|cast| cast.given) {
        if let (Some(path), Some(actor)) = (place_of(cast.about), cast.actor)
            && path.root.as_ref() != "body"
        {
            put(&mut step, &path, Some(handle(&actor.name)));
        }
    }
    scene.draft(&step)
}

fn at(record: &Val, keys: &[Key]) -> Option<Val> {
    keys.iter().try_fold(record.clone(), |value, key| match (value, key) {
        (Val::Map(entries), Key::Name(name)) => entries.get(name.as_ref()).cloned(),
        (Val::List(items), Key::Index(index)) => items.get(*index).cloned(),
        _ => None,
    })
}

/// Whether a field of one resource holds the id of the other.
fn akin(scene: &Scene<'_>, one: &Actor, two: &Actor) -> bool {
    let holds = |actor: &Actor, id: &str| {
        let names = |value: &Val| matches!(value, Val::Str(text) if text.as_ref() == id);
        scene.held(&actor.id).is_some_and(|held| held.thing.fields.iter().chain(&held.thing.memory).any(names))
    };
    holds(one, &two.id.id) || holds(two, &one.id.id)
}

/// A resource that does not exist for the caller: gone, owned by another identity, or never created.
fn stranger<'a>(scene: &'a Scene<'_>, about: &About, rng: &mut Rng) -> Option<&'a Actor> {
    let of_kind = || scene.actors.iter().filter(|actor| usize::from(actor.id.kind) == about.resource);
    let gone: Vec<&Actor> = of_kind().filter(|actor| actor.presence == Presence::Gone).collect();
    // Every resource is foreign for some caller; `caller` chooses the caller later.
    let there: Vec<&Actor> =
        of_kind().filter(|actor| matches!(actor.presence, Presence::Rest | Presence::Motion)).collect();
    // Access to foreign resources is tested most: every server rejects an id that never existed.
    match rng.below(4) {
        0 if !gone.is_empty() => rng.pick(&gone).copied(),
        1 | 2 => rng.pick(&there).copied(),
        _ => None,
    }
}

/// The caller of the call; `None` if the profile lacks a matching caller.
pub(super) fn caller(scene: &Scene<'_>, needs: &[&Need], casts: &[Cast<'_>], rng: &mut Rng) -> Option<String> {
    let asked: Vec<&Need> = needs.iter().filter(|need| need.root == Root::Caller).copied().collect();
    if !asked.is_empty() {
        let fits = |caller: &&String| {
            asked.iter().any(|need| holds(need.relation, &Val::from(caller.as_str()), need.other.as_literal()))
        };
        let fitting: Vec<&String> = scene.limits.callers.iter().filter(fits).collect();
        return rng.pick(&fitting).map(|caller| (*caller).clone());
    }
    let absent = |cast: &&Cast<'_>| {
        needs.iter().any(|need| {
            need.root == Root::Thing(cast.about.name.clone())
                && need.keys.is_empty()
                && is_null(need)
                && need.relation == Relation::Eq
        })
    };
    // An existing resource is absent for every caller other than its owner.
    let there =
        casts.iter().filter(absent).filter_map(|cast| cast.actor).find(|actor| actor.presence != Presence::Gone);
    let caller = if there.is_some_and(|actor| actor.owner == Who::Owner) { "other" } else { "owner" };
    scene.limits.callers.contains(caller).then(|| caller.to_string())
}

pub(in crate::plan) fn holds(relation: Relation, value: &Val, other: Option<&Val>) -> bool {
    match (relation, other) {
        (Relation::Eq, Some(other)) => value == other,
        (Relation::Ne, Some(other)) => value != other,
        (Relation::In, Some(Val::List(items))) => items.contains(value),
        (Relation::NotIn, Some(Val::List(items))) => !items.contains(value),
        _ => false,
    }
}
