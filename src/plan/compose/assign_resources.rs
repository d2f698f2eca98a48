//! The resources and the caller of a candidate call.

use super::call_requirements::CallRequirements;
use super::input_path::put_value;
use crate::expr::{ComparisonRelation, ExprValue, FieldPath, PathKey};
use crate::model::{CallView, ExpressionRoots, OperationModel, ResourceOwner};
use crate::plan::guard_relations::{GuardRelation, InputRoot};
use crate::plan::planning_context::{NamedResource, PlanningContext, empty_step};
use crate::plan::presence::ResourcePresence;
use crate::plan::step::make_id_handle;
use crate::schema::SeededRng;
use crate::suite::{AboutEntry, IdExpression};

/// The resource of an `about` entry.
pub(super) struct ResourceAssignment<'a> {
    pub about: &'a AboutEntry,
    /// The input with the id.
    pub path: Option<&'a FieldPath>,
    /// `None` stands for an id that never existed.
    pub resource: Option<&'a NamedResource>,
    pub given: bool,
    /// Further resources, if the entry reads a list of ids.
    pub further: Vec<&'a NamedResource>,
}

/// Assigns a resource to each `about` entry; `None` if a required entry has no candidate.
pub(super) fn assign_resources<'a>(
    scene: &'a PlanningContext<'_>,
    model: &'a OperationModel,
    ask: &CallRequirements,
    needs: &[&GuardRelation],
    rng: &mut SeededRng,
) -> Option<Vec<ResourceAssignment<'a>>> {
    let mut casts: Vec<ResourceAssignment<'a>> = Vec::new();
    for (index, about) in model.about.iter().enumerate() {
        if !matches!(about.binding, IdExpression::Existing(_)) {
            continue;
        }
        let of_it = |need: &&&GuardRelation| need.root.is_resource(&about.name);
        let absent =
            |need: &&GuardRelation| need.keys.is_empty() && is_null(need) && need.relation == ComparisonRelation::Eq;
        let is_absent = ask.absent.as_ref() == Some(&about.name);
        let wants_absent = is_absent || needs.iter().filter(of_it).any(absent);
        let first = casts.is_empty();
        let place = scene.hints.input_path(&model.id, index);
        let optional = place.is_none_or(|path| path.root.as_ref() != "path");
        let spoken = ask.goal.is_some_and(|goal| scene.hints.reads_root(goal, &about.name));
        let named = ask
            .target
            .as_ref()
            .filter(|_| first)
            .and_then(|name| scene.resources.iter().find(|actor| actor.name == *name));
        let right = named.filter(|actor| usize::from(actor.id.kind) == about.resource);
        let stray = is_absent || !ask.settled_only && (wants_absent || (!first && rng.draw_chance(1, 8)));
        let mut given = !optional || spoken || is_absent || rng.draw_chance(7, 8);
        let of_it: Vec<&GuardRelation> = needs.iter().filter(of_it).copied().collect();
        let actor = match right {
            Some(actor) if !wants_absent => Some(actor),
            _ if is_absent => pick_gone(scene, about, rng),
            _ if stray => pick_absent(scene, about, rng),
            _ => pick_existing(scene, model, about, (ask, &of_it), &casts, rng),
        };
        if actor.is_none() && !stray {
            if !optional {
                return None;
            }
            given = false;
        }
        let listed = place.is_some_and(|path| path.keys.contains(&PathKey::Index(0)));
        let mut more: Vec<&NamedResource> = Vec::new();
        while let (true, Some(actor)) = (listed && more.len() < FURTHER_MAX && rng.draw_chance(1, 2), actor) {
            let plain = CallRequirements { settled_only: true, ..ask.clone() };
            let another = pick_existing(scene, model, about, (&plain, &of_it), &casts, rng);
            let fresh =
                |another: &&NamedResource| another.id != actor.id && more.iter().all(|known| known.id != another.id);
            more.extend(another.filter(fresh));
            if more.is_empty() {
                break;
            }
        }
        casts.push(ResourceAssignment { about, path: place, resource: actor, given, further: more });
    }
    Some(casts)
}

/// Highest number of further resources in a list.
const FURTHER_MAX: usize = 2;

fn is_null(need: &GuardRelation) -> bool {
    need.other.as_literal() == Some(&ExprValue::Null)
}

/// An existing resource of the caller (of the owner, without a given caller). Resources that meet the guards
/// have a higher weight, and so have resources related to the already assigned resources; in one case of four,
/// unrelated resources.
fn pick_existing<'a>(
    scene: &'a PlanningContext<'_>,
    model: &OperationModel,
    about: &AboutEntry,
    (ask, needs): (&CallRequirements, &[&GuardRelation]),
    casts: &[ResourceAssignment<'a>],
    rng: &mut SeededRng,
) -> Option<&'a NamedResource> {
    let weight = |presence: ResourcePresence| match presence {
        ResourcePresence::Settled if ask.prefer_moving => 1,
        ResourcePresence::Settled => 100,
        ResourcePresence::InTransition if ask.settled_only => 0,
        ResourcePresence::InTransition if ask.prefer_moving => 100,
        ResourcePresence::InTransition => 1,
        ResourcePresence::Undetermined | ResourcePresence::AwaitingBound | ResourcePresence::Leaving
            if ask.settled_only =>
        {
            0
        }
        ResourcePresence::Undetermined | ResourcePresence::AwaitingBound => 1,
        ResourcePresence::Leaving => u32::from(ask.prefer_moving),
        ResourcePresence::Gone => 0,
    };
    let who = ask.caller.as_deref().and_then(ResourceOwner::from_caller).unwrap_or(ResourceOwner::Owner);
    let own = scene.resources.iter().filter(|actor| usize::from(actor.id.kind) == about.resource && actor.owner == who);
    let mut weighted: Vec<(u32, &NamedResource)> = own.map(|actor| (weight(actor.presence), actor)).collect();
    if weighted.iter().filter(|(weight, _)| *weight > 0).count() > 1 {
        let before: Vec<&NamedResource> =
            casts.iter().filter(|cast| cast.given).filter_map(|cast| cast.resource).collect();
        let unrelated = rng.draw_chance(1, 4);
        for (weight, actor) in &mut weighted {
            let held = scene.find_entry(&actor.id);
            let fits =
                held.as_ref().map_or(0, |held| count_met_needs(scene, model, casts, (about, &held.record), needs));
            *weight *= 1 + NEED_WEIGHT * fits;
            if !before.is_empty() && before.iter().any(|other| are_related(scene, other, actor)) != unrelated {
                *weight *= 4;
            }
        }
    }
    rng.pick_weighted(&weighted).copied()
}

/// Additional weight for each met relation of the guards.
const NEED_WEIGHT: u32 = 12;

/// The number of relations that a resource meets, given the assigned resources.
fn count_met_needs(
    scene: &PlanningContext<'_>,
    model: &OperationModel,
    casts: &[ResourceAssignment<'_>],
    (about, record): (&AboutEntry, &ExprValue),
    needs: &[&GuardRelation],
) -> u32 {
    let mut asked = None;
    let mut things: Vec<(&str, ExprValue)> = Vec::new();
    let meets = |need: &&&GuardRelation| {
        let Some(value) = find_value(record, &need.keys) else { return false };
        if let Some(other) = need.other.as_literal() {
            return relation_holds(need.relation, &value, Some(other));
        }
        let asked = asked.get_or_insert_with(|| draft_assigned(scene, model, casts));
        let Some(asked) = asked else { return false };
        if things.is_empty() {
            things.push((about.name.as_str(), record.clone()));
            for cast in casts {
                let held = cast.resource.filter(|_| cast.given).and_then(|actor| scene.find_entry(&actor.id));
                things.push((cast.about.name.as_str(), held.map_or(ExprValue::Null, |held| held.record.clone())));
            }
        }
        let roots = ExpressionRoots {
            model: scene.model,
            call: asked,
            resources: &things,
            reply: None,
            entry: None,
            world: None,
        };
        need.other.eval(&roots).is_ok_and(|other| relation_holds(need.relation, &value, Some(&other)))
    };
    let mut meets = meets;
    needs.iter().filter(|need| !need.keys.is_empty()).filter(|need| meets(need)).count() as u32
}

/// The call with the assigned resources only.
fn draft_assigned(
    scene: &PlanningContext<'_>,
    model: &OperationModel,
    casts: &[ResourceAssignment<'_>],
) -> Option<CallView> {
    let mut step = empty_step(&model.id, "");
    for cast in casts.iter().filter(|cast| cast.given) {
        if let (Some(path), Some(actor)) = (cast.path, cast.resource)
            && path.root.as_ref() != "body"
        {
            put_value(&mut step, path, Some(make_id_handle(scene.model, actor.id.kind, &actor.name)));
        }
    }
    scene.draft_call(&step)
}

fn find_value(record: &ExprValue, keys: &[PathKey]) -> Option<ExprValue> {
    keys.iter().try_fold(record.clone(), |value, key| match (value, key) {
        (ExprValue::Map(entries), PathKey::Name(name)) => entries.get(name.as_ref()).cloned(),
        (ExprValue::List(items), PathKey::Index(index)) => items.get(*index).cloned(),
        _ => None,
    })
}

/// Whether a field of one resource holds the id of the other.
fn are_related(scene: &PlanningContext<'_>, one: &NamedResource, two: &NamedResource) -> bool {
    let holds = |actor: &NamedResource, id: &str| {
        let names = |value: &ExprValue| value.to_id_text().is_some_and(|text| text.as_ref() == id);
        scene.find_entry(&actor.id).is_some_and(|held| held.state.fields.iter().chain(&held.state.memory).any(names))
    };
    holds(one, &two.id.id) || holds(two, &one.id.id)
}

/// A resource that does not exist for the caller: gone, owned by another identity, or never created.
fn pick_absent<'a>(
    scene: &'a PlanningContext<'_>,
    about: &AboutEntry,
    rng: &mut SeededRng,
) -> Option<&'a NamedResource> {
    let of_kind = || scene.resources.iter().filter(|actor| usize::from(actor.id.kind) == about.resource);
    let gone: Vec<&NamedResource> = of_kind().filter(|actor| actor.presence == ResourcePresence::Gone).collect();
    // Every resource is foreign for some caller; `caller` chooses the caller later.
    let there: Vec<&NamedResource> = of_kind()
        .filter(|actor| matches!(actor.presence, ResourcePresence::Settled | ResourcePresence::InTransition))
        .collect();
    // Access to foreign resources is tested most: every server rejects an id that never existed.
    match rng.draw_below(4) {
        0 if !gone.is_empty() => rng.pick_element(&gone).copied(),
        1 | 2 => rng.pick_element(&there).copied(),
        _ => None,
    }
}

/// A deleted resource, or `None` for an id that never existed.
fn pick_gone<'a>(scene: &'a PlanningContext<'_>, about: &AboutEntry, rng: &mut SeededRng) -> Option<&'a NamedResource> {
    let is_gone = |actor: &&NamedResource| {
        usize::from(actor.id.kind) == about.resource && actor.presence == ResourcePresence::Gone
    };
    let gone: Vec<&NamedResource> = scene.resources.iter().filter(is_gone).collect();
    if rng.draw_chance(1, 2) { rng.pick_element(&gone).copied() } else { None }
}

/// The caller of the call; `None` if the profile lacks a matching caller.
pub(super) fn pick_caller(
    scene: &PlanningContext<'_>,
    needs: &[&GuardRelation],
    casts: &[ResourceAssignment<'_>],
    rng: &mut SeededRng,
) -> Option<String> {
    let asked: Vec<&GuardRelation> = needs.iter().filter(|need| need.root == InputRoot::Caller).copied().collect();
    if !asked.is_empty() {
        let fits = |caller: &&String| {
            asked
                .iter()
                .any(|need| relation_holds(need.relation, &ExprValue::from(caller.as_str()), need.other.as_literal()))
        };
        let fitting: Vec<&String> = scene.limits.callers.iter().filter(fits).collect();
        return rng.pick_element(&fitting).map(|caller| (*caller).clone());
    }
    let absent = |cast: &&ResourceAssignment<'_>| {
        needs.iter().any(|need| {
            need.root.is_resource(&cast.about.name)
                && need.keys.is_empty()
                && is_null(need)
                && need.relation == ComparisonRelation::Eq
        })
    };
    // An existing resource is absent for every caller other than its owner.
    let there = casts
        .iter()
        .filter(absent)
        .filter_map(|cast| cast.resource)
        .find(|actor| actor.presence != ResourcePresence::Gone);
    let caller = if there.is_some_and(|actor| actor.owner == ResourceOwner::Owner) { "other" } else { "owner" };
    scene.limits.callers.contains(caller).then(|| caller.to_string())
}

pub(in crate::plan) fn relation_holds(
    relation: ComparisonRelation,
    value: &ExprValue,
    other: Option<&ExprValue>,
) -> bool {
    match (relation, other) {
        (ComparisonRelation::Eq, Some(other)) => value == other,
        (ComparisonRelation::Ne, Some(other)) => value != other,
        (ComparisonRelation::In, Some(ExprValue::List(items))) => items.contains(value),
        (ComparisonRelation::NotIn, Some(ExprValue::List(items))) => !items.contains(value),
        _ => false,
    }
}
