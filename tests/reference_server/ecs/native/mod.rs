//! The native API: `/v2/{project_id}/…` and `/v2.1/{project_id}/…`.

mod actions;
mod create;
mod lists;
mod microversion;
mod offers;
mod rebuild;
mod shape;

use super::super::exchange::{Answer, Ask, Outcome};
use super::super::refusal::{Dialect, Refusal};
use super::super::settings::Project;
use super::super::world::World;
use super::door;

/// One request, with all that was found out about the caller.
pub struct Call<'a> {
    pub ask: &'a Ask,
    pub project: Project,
    /// `v2` or `v2.1`, for links.
    pub version: &'a str,
    /// The microversion's second number.
    pub minor: u32,
    pub host: String,
}

pub fn answer(world: &mut World, ask: &Ask) -> Outcome {
    let path = ask.segments();
    let [version, project, rest @ ..] = path.as_slice() else {
        return Err(Refusal::absent("Resource", &ask.target));
    };
    let caller = door::enter(world, ask)?;
    door::may_use(&caller, project, Dialect::Native)?;
    let host = ask.header("host").unwrap_or("localhost").to_string();
    let minor = microversion::asked(ask, version)?;
    let call = Call { ask, project: caller, version, minor, host };
    match (ask.method.as_str(), rest) {
        ("POST", ["servers"] | ["os-volumes_boot"]) => create::create(world, &call),
        ("GET", ["servers"]) => lists::brief(world, &call),
        ("GET", ["servers", "detail"]) => lists::detail(world, &call),
        ("GET", ["servers", id]) => show(world, &call, id),
        ("DELETE", ["servers", id]) => delete(world, &call, id),
        ("POST", ["servers", id, "action"]) => actions::act(world, &call, id),
        ("GET", offer) if offers::knows(offer) => offers::answer(world, &call, offer),
        (_, ["servers"] | ["servers", "detail"] | ["servers", _] | ["servers", _, "action"]) => no_method(ask),
        (_, offer) if offers::knows(offer) => no_method(ask),
        _ => Err(Refusal::absent("Resource", &ask.target)),
    }
}

fn no_method(ask: &Ask) -> Outcome {
    Err(Refusal::new(405, "Ecs.0000", format!("{} is not allowed here.", ask.method)))
}

fn show(world: &World, call: &Call, id: &str) -> Outcome {
    let server = world.server(&call.project.id, id).ok_or_else(|| Refusal::absent("Server", id))?;
    Ok(Answer::json(200, serde_json::json!({ "server": shape::full(world, call, server) })))
}

/// In any state: no page says that a server must be stopped, or free of other tasks, to be deleted. A server that is
/// being deleted is deleted again without more ado.
fn delete(world: &mut World, call: &Call, id: &str) -> Outcome {
    world.server(&call.project.id, id).ok_or_else(|| Refusal::absent("Server", id))?;
    world.delete(id);
    Ok(Answer::empty(world.settings.manners.action_code.unwrap_or(204)))
}
