//! Volumes and snapshots of the other cloud: `/v1/volumes`, `/v1/snapshots` and what belongs to them.

mod attach;
mod paging;
mod revert;
mod shape;
mod signature;
mod snapshots;
mod versions;
mod volume;
mod volumes;

use serde_json::json;

pub use signature::signature;
pub use versions::{Lifecycle, Version};
pub use volume::{Snapshot, SnapshotChange, Volume, VolumeChange};

use super::exchange::{Answer, Ask, Outcome};
use super::refusal::Refusal;
use super::settings::AccessKey;
use super::world::World;

/// The first segments after `/v1` that are this API's.
pub fn owns(place: &str) -> bool {
    matches!(place, "volumes" | "snapshots" | "volume-types" | "servers")
}

pub struct Call<'a> {
    pub ask: &'a Ask,
    pub key: AccessKey,
}

pub fn answer(world: &mut World, ask: &Ask) -> Outcome {
    let key = signature::verified(world, ask)?;
    versions::admitted(world, ask)?;
    let call = Call { ask, key };
    let path = ask.segments();
    match (ask.method.as_str(), &path[1..]) {
        ("GET", ["volumes"]) => volumes::list(world, &call),
        ("POST", ["volumes"]) => volumes::create(world, &call),
        ("GET", ["volumes", "quota-sets"]) => Ok(Answer::json(200, shape::quota(world, &call))),
        ("GET", ["volumes", id]) => volumes::show(world, &call, id),
        ("PUT", ["volumes", id]) => volumes::rename(world, &call, id),
        ("DELETE", ["volumes", id]) => volumes::delete(world, &call, id),
        ("PUT", ["volumes", id, "size"]) => volumes::extend(world, &call, id),
        ("POST", ["volumes", id, "revert"]) => revert::revert(world, &call, id),
        ("POST", ["volumes", id, "servers"]) => attach::attach(world, &call, id),
        ("DELETE", ["volumes", id, "servers", server]) => attach::detach(world, &call, id, server),
        ("GET", ["snapshots"]) => snapshots::list(world, &call),
        ("POST", ["snapshots"]) => snapshots::create(world, &call),
        ("GET", ["snapshots", id]) => snapshots::show(world, &call, id),
        ("PUT", ["snapshots", id]) => snapshots::rename(world, &call, id),
        ("DELETE", ["snapshots", id]) => snapshots::delete(world, &call, id),
        ("GET", ["volume-types"]) => {
            let kinds = world.settings.pools.volume_types.iter().map(shape::volume_type);
            Ok(Answer::json(200, json!({ "volume_types": kinds.collect::<Vec<_>>() })))
        }
        ("GET", ["volume-types", id]) => {
            let kinds = &world.settings.pools.volume_types;
            let kind = kinds.iter().find(|kind| kind.id == *id).or(kinds.first().filter(|_| *id == "default"));
            kind.map(|kind| Answer::json(200, shape::volume_type(kind))).ok_or_else(|| Refusal::absent("Type", id))
        }
        ("GET", ["servers"]) => Ok(Answer::json(200, shape::servers(world, &call))),
        (_, ["volumes" | "snapshots", ..]) if path.len() <= 5 => {
            Err(Refusal::new(405, "Ecs.0000", format!("{} is not allowed here.", ask.method)))
        }
        _ => Err(Refusal::absent("Resource", &ask.target)),
    }
}

/// `GET /` answers for both clouds: whoever shows an ECS token gets the versions of ECS
/// (querying-all-api-versions.md:33), all others those of SCP. Neither needs more.
pub fn root(world: &World, ask: &Ask) -> Answer {
    let host = ask.header("host").unwrap_or("localhost");
    if ask.header("x-auth-token").is_none() {
        return Answer::json(200, json!({ "versions": versions::listing(world, host) }));
    }
    let version = |id: &str, path: &str, status: &str, newest: &str| {
        json!({
            "id": id, "status": status, "updated": "2013-07-23T11:33:21Z", "version": newest,
            "min_version": if newest.is_empty() { "" } else { "2.1" },
            "links": [{ "rel": "self", "href": format!("http://{host}/{path}/") }],
        })
    };
    let versions = [version("v2.0", "v2", "SUPPORTED", ""), version("v2.1", "v2.1", "CURRENT", "2.60")];
    Answer::json(200, json!({ "versions": versions }))
}
