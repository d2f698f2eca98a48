//! The native API: `/v2/{project_id}/…` and `/v2.1/{project_id}/…`.

mod actions;
mod create;
mod lists;
mod microversion;
mod listings;
mod rebuild;
mod shape;

use super::super::cloud_state::CloudState;
use super::super::messages::{ApiRequest, ApiResponse, Outcome};
use super::super::refusal::{Refusal, ServedApi};
use super::super::settings::Project;
use super::authentication;

/// One request with its caller.
pub struct Call<'a> {
    pub request: &'a ApiRequest,
    pub project: Project,
    /// `v2` or `v2.1`, for links.
    pub version: &'a str,
    /// The microversion's second number.
    pub minor: u32,
    pub host: String,
}

pub fn respond(cloud: &mut CloudState, request: &ApiRequest) -> Outcome {
    let path = request.segments();
    let [version, project, rest @ ..] = path.as_slice() else {
        return Err(Refusal::not_found("Resource", &request.target));
    };
    let caller = authentication::enter(cloud, request)?;
    authentication::check_project(&caller, project, ServedApi::Native)?;
    let host = request.header("host").unwrap_or("localhost").to_string();
    let minor = microversion::asked(request, version)?;
    let call = Call { request, project: caller, version, minor, host };
    match (request.method.as_str(), rest) {
        ("POST", ["servers"] | ["os-volumes_boot"]) => create::create(cloud, &call),
        ("GET", ["servers"]) => lists::brief(cloud, &call),
        ("GET", ["servers", "detail"]) => lists::detail(cloud, &call),
        ("GET", ["servers", id]) => show(cloud, &call, id),
        ("DELETE", ["servers", id]) => delete(cloud, &call, id),
        ("POST", ["servers", id, "action"]) => actions::act(cloud, &call, id),
        ("GET", offer) if listings::knows(offer) => listings::respond(cloud, &call, offer),
        (_, ["servers"] | ["servers", "detail"] | ["servers", _] | ["servers", _, "action"]) => no_method(request),
        (_, offer) if listings::knows(offer) => no_method(request),
        _ => Err(Refusal::not_found("Resource", &request.target)),
    }
}

fn no_method(request: &ApiRequest) -> Outcome {
    Err(Refusal::new(405, "Ecs.0000", format!("{} is not allowed here.", request.method)))
}

fn show(cloud: &CloudState, call: &Call, id: &str) -> Outcome {
    let server = cloud.server(&call.project.id, id).ok_or_else(|| Refusal::not_found("Server", id))?;
    Ok(ApiResponse::json(200, serde_json::json!({ "server": shape::full(cloud, call, server) })))
}

/// Deletion in any state: no page requires a stopped server, or a server without a task. Deleting a server that is being
/// deleted is accepted.
fn delete(cloud: &mut CloudState, call: &Call, id: &str) -> Outcome {
    cloud.server(&call.project.id, id).ok_or_else(|| Refusal::not_found("Server", id))?;
    cloud.delete_server(id);
    Ok(ApiResponse::empty(cloud.settings.behavior.action_code.unwrap_or(204)))
}
