//! Paths through the model to a resource in one of some states.

use super::path_search::{CallPathEntry, follow_leg, list_accepted_changes, settled_resources};
use super::planning_context::{NamedResource, PlanningContext};
use super::successor_state::state_signature;
use crate::model::{Existence, PossibleState, ResourceOwner, name_resource_state};
use crate::schema::SeededRng;
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

/// Most calls of a path.
const DEPTH_MAX: usize = 5;

/// Most composed calls of a search.
const CALLS_MAX: usize = 160;

/// The shortest path, through changes of `target`, to a state in which a resource of the owner has one of the wanted
/// states, each given as kind and state. The last entry leads to the state.
#[must_use]
pub fn find_state_path(
    scene: &PlanningContext<'_>,
    wanted: &BTreeSet<String>,
    target: &NamedResource,
    rng: &mut SeededRng,
) -> Option<Vec<CallPathEntry>> {
    let start: PossibleState = settled_resources(scene);
    let mut seen = BTreeSet::from([state_signature(scene.model, scene.hints, &start)]);
    let mut open = VecDeque::from([(start, Rc::clone(&scene.resources), Vec::new())]);
    let moves = list_accepted_changes(scene, target);
    let mut left = CALLS_MAX;
    while let Some((world, actors, legs)) = open.pop_front() {
        let here = PlanningContext::from_state(
            scene.model,
            scene.schemas,
            scene.hints,
            scene.limits,
            Rc::clone(&actors),
            &world,
        );
        let full = here.count_live() >= scene.limits.live_max;
        for leg in moves.iter().filter(|leg| !full || !scene.hints.creating.contains(&leg.operation)) {
            left = left.checked_sub(1)?;
            let Some((next, actors)) = follow_leg(&here, leg, &world, rng) else { continue };
            if !seen.insert(state_signature(scene.model, scene.hints, &next)) {
                continue;
            }
            let path = [legs.as_slice(), std::slice::from_ref(leg)].concat();
            if has_wanted_state(scene, wanted, &next) {
                return Some(path);
            }
            if path.len() < DEPTH_MAX {
                open.push_back((next, actors, path));
            }
        }
    }
    None
}

fn has_wanted_state(scene: &PlanningContext<'_>, wanted: &BTreeSet<String>, world: &PossibleState) -> bool {
    world.iter().any(|held| {
        held.state.owner == ResourceOwner::Owner
            && held.state.existence == Existence::Present
            && held.state.is_settled()
            && wanted.contains(&name_resource_state(scene.model, &held.id, &held.state.fields))
    })
}
