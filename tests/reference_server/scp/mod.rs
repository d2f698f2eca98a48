//! Volumes and snapshots of the other cloud: `/v1/volumes`, `/v1/snapshots` and related paths.

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

use super::cloud_state::CloudState;
use super::messages::{ApiRequest, ApiResponse, Outcome};
use super::refusal::Refusal;
use super::settings::AccessKey;

/// Whether the first segment after `/v1` belongs to this API.
pub fn owns(place: &str) -> bool {
    matches!(place, "volumes" | "snapshots" | "volume-types" | "servers")
}

pub struct Call<'a> {
    pub request: &'a ApiRequest,
    pub key: AccessKey,
}

pub fn respond(cloud: &mut CloudState, request: &ApiRequest) -> Outcome {
    let key = signature::verified(cloud, request)?;
    versions::admitted(cloud, request)?;
    let call = Call { request, key };
    let path = request.segments();
    match (request.method.as_str(), &path[1..]) {
        ("GET", ["volumes"]) => volumes::list(cloud, &call),
        ("POST", ["volumes"]) => volumes::create(cloud, &call),
        ("GET", ["volumes", "quota-sets"]) => Ok(ApiResponse::json(200, shape::quota(cloud, &call))),
        ("GET", ["volumes", id]) => volumes::show(cloud, &call, id),
        ("PUT", ["volumes", id]) => volumes::rename(cloud, &call, id),
        ("DELETE", ["volumes", id]) => volumes::delete(cloud, &call, id),
        ("PUT", ["volumes", id, "size"]) => volumes::extend(cloud, &call, id),
        ("POST", ["volumes", id, "revert"]) => revert::revert(cloud, &call, id),
        ("POST", ["volumes", id, "servers"]) => attach::attach(cloud, &call, id),
        ("DELETE", ["volumes", id, "servers", server]) => attach::detach(cloud, &call, id, server),
        ("GET", ["snapshots"]) => snapshots::list(cloud, &call),
        ("POST", ["snapshots"]) => snapshots::create(cloud, &call),
        ("GET", ["snapshots", id]) => snapshots::show(cloud, &call, id),
        ("PUT", ["snapshots", id]) => snapshots::rename(cloud, &call, id),
        ("DELETE", ["snapshots", id]) => snapshots::delete(cloud, &call, id),
        ("GET", ["volume-types"]) => {
            let kinds = cloud.settings.pools.volume_types.iter().map(shape::volume_type);
            Ok(ApiResponse::json(200, json!({ "volume_types": kinds.collect::<Vec<_>>() })))
        }
        ("GET", ["volume-types", id]) => {
            let kinds = &cloud.settings.pools.volume_types;
            let kind = kinds.iter().find(|kind| kind.id == *id).or(kinds.first().filter(|_| *id == "default"));
            kind.map(|kind| ApiResponse::json(200, shape::volume_type(kind)))
                .ok_or_else(|| Refusal::not_found("Type", id))
        }
        ("GET", ["servers"]) => Ok(ApiResponse::json(200, shape::servers(cloud, &call))),
        (_, ["volumes" | "snapshots", ..]) if path.len() <= 5 => {
            Err(Refusal::new(405, "Ecs.0000", format!("{} is not allowed here.", request.method)))
        }
        _ => Err(Refusal::not_found("Resource", &request.target)),
    }
}

/// `GET /` answers for both clouds: with an ECS token the versions of ECS (querying-all-api-versions.md:33), without a
/// token the versions of SCP.
pub fn root(cloud: &CloudState, request: &ApiRequest) -> ApiResponse {
    let host = request.header("host").unwrap_or("localhost");
    if request.header("x-auth-token").is_none() {
        return ApiResponse::json(200, json!({ "versions": versions::listing(cloud, host) }));
    }
    let version = |id: &str, path: &str, status: &str, newest: &str| {
        json!({
            "id": id, "status": status, "updated": "2013-07-23T11:33:21Z", "version": newest,
            "min_version": if newest.is_empty() { "" } else { "2.1" },
            "links": [{ "rel": "self", "href": format!("http://{host}/{path}/") }],
        })
    };
    let versions = [version("v2.0", "v2", "SUPPORTED", ""), version("v2.1", "v2.1", "CURRENT", "2.60")];
    ApiResponse::json(200, json!({ "versions": versions }))
}
