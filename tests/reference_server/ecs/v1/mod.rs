//! The v1 API: `/v1/{project_id}/cloudservers/…` and `/v1/{project_id}/jobs/…`. Changes are asked for and answered with
//! a job.

mod batch;
mod create;
mod resize;
mod shape;

use serde_json::json;

use super::super::exchange::{Answer, Ask, Outcome};
use super::super::pools::Flavor;
use super::super::refusal::{Dialect, Refusal};
use super::super::settings::Project;
use super::super::world::World;
use super::jobs::Errand;
use super::{door, flavors};

pub struct Call<'a> {
    pub ask: &'a Ask,
    pub project: Project,
    pub host: String,
}

pub fn answer(world: &mut World, ask: &Ask) -> Outcome {
    let path = ask.segments();
    let [_, project, rest @ ..] = path.as_slice() else {
        return Err(nowhere(ask));
    };
    let caller = door::enter(world, ask)?;
    door::may_use(&caller, project, Dialect::V1)?;
    let host = ask.header("host").unwrap_or("localhost").to_string();
    let call = Call { ask, project: caller, host };
    match (ask.method.as_str(), rest) {
        ("POST", ["cloudservers"]) => create::create(world, &call),
        ("POST", ["cloudservers", "delete"]) => batch::delete(world, &call),
        ("POST", ["cloudservers", "action"]) => batch::act(world, &call),
        ("POST", ["cloudservers", id, "resize"]) => resize::resize(world, &call, id),
        ("GET", ["cloudservers", "detail"]) => shape::list(world, &call),
        ("GET", ["cloudservers", "flavors"]) => offered(world, &call),
        ("GET", ["cloudservers", "resize_flavors"]) => targets(world, &call),
        ("GET", ["cloudservers", id]) => {
            let server = world.server(&call.project.id, id).ok_or_else(|| Refusal::absent("Server", id))?;
            Ok(Answer::json(200, json!({ "server": shape::full(world, server) })))
        }
        ("GET", ["jobs", id]) => job(world, &call, id),
        (_, ["cloudservers"] | ["cloudservers", _] | ["cloudservers", _, "resize"] | ["jobs", _]) => {
            Err(Refusal::new(405, "Ecs.0000", format!("{} is not allowed here.", ask.method)))
        }
        _ => Err(nowhere(ask)),
    }
}

fn nowhere(ask: &Ask) -> Refusal {
    Refusal::absent("Resource", &ask.target).coded("Ecs.0000")
}

/// A job that nobody knows is a bad request with a code of its own (error-code-description.md:1435).
fn job(world: &mut World, call: &Call, id: &str) -> Outcome {
    let shown = world.show_job(&call.project.id, id);
    shown.map(|job| Answer::json(200, job)).ok_or_else(|| Refusal::bad("The job is unknown.").coded("Common.0011"))
}

fn links(call: &Call, flavor: &Flavor) -> serde_json::Value {
    flavors::links(&call.host, "v1.0", &call.project.id, &format!("flavors/{}", flavor.id), true)
}

/// querying-details-about-flavors-and-extended-flavor-information.md:9; all flavors are in all zones.
fn offered(world: &World, call: &Call) -> Outcome {
    let pools = &world.settings.pools;
    let zone = call.ask.query("availability_zone");
    let nowhere = zone.is_some_and(|zone| !pools.zones.iter().any(|known| known == zone));
    let shown = |flavor| flavors::in_v1(flavor, links(call, flavor), "os_extra_specs");
    let list = flavors::sorted(pools, call.ask)?;
    let list: Vec<_> = list.into_iter().filter(|_| !nowhere).map(shown).collect();
    Ok(Answer::json(200, json!({ "flavors": list })))
}

/// The example's address of the same query (querying-the-target-flavors-….md:358).
fn targets(world: &World, call: &Call) -> Outcome {
    let of = |id: &str| world.server(&call.project.id, id).map(|server| server.flavor.clone());
    let shown = |flavor| flavors::in_v1(flavor, links(call, flavor), "extra_specs");
    let list = flavors::targets(&world.settings.pools, call.ask, of)?;
    Ok(Answer::json(200, json!({ "flavors": list.into_iter().map(shown).collect::<Vec<_>>() })))
}

/// Opens a job and tells its id (responses-(task).md:14).
fn job_for(world: &mut World, call: &Call, errand: Errand) -> Answer {
    let id = world.open_job(&call.project.id, errand);
    Answer::json(world.settings.manners.job_code.unwrap_or(200), json!({ "job_id": id }))
}

/// A refusal that surfaces in the job instead, for servers with that habit: only what concerns states and references.
fn late(world: &mut World, call: &Call, kind: &'static str, servers: &[String], refusal: Refusal) -> Outcome {
    if !world.settings.manners.late_refusals {
        return Err(refusal);
    }
    let servers = servers.iter().map(|id| (id.clone(), world.now)).collect();
    let failure = Some((refusal.code, refusal.message));
    Ok(job_for(world, call, Errand { kind, sub_kind: None, servers, failure }))
}
