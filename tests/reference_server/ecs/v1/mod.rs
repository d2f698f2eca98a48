//! The v1 API: `/v1/{project_id}/cloudservers/…` and `/v1/{project_id}/jobs/…`. The response to a change is a job.

mod batch;
mod create;
mod resize;
mod shape;

use serde_json::json;

use super::super::cloud_state::CloudState;
use super::super::messages::{ApiRequest, ApiResponse, Outcome};
use super::super::pools::Flavor;
use super::super::refusal::{Refusal, ServedApi};
use super::super::settings::Project;
use super::jobs::JobOrder;
use super::{authentication, flavors};

pub struct Call<'a> {
    pub request: &'a ApiRequest,
    pub project: Project,
    pub host: String,
}

pub fn respond(cloud: &mut CloudState, request: &ApiRequest) -> Outcome {
    let path = request.segments();
    let [_, project, rest @ ..] = path.as_slice() else {
        return Err(nowhere(request));
    };
    let caller = authentication::enter(cloud, request)?;
    authentication::check_project(&caller, project, ServedApi::V1)?;
    let host = request.header("host").unwrap_or("localhost").to_string();
    let call = Call { request, project: caller, host };
    match (request.method.as_str(), rest) {
        ("POST", ["cloudservers"]) => create::create(cloud, &call),
        ("POST", ["cloudservers", "delete"]) => batch::delete(cloud, &call),
        ("POST", ["cloudservers", "action"]) => batch::act(cloud, &call),
        ("POST", ["cloudservers", id, "resize"]) => resize::resize(cloud, &call, id),
        ("GET", ["cloudservers", "detail"]) => shape::list(cloud, &call),
        ("GET", ["cloudservers", "flavors"]) => offered(cloud, &call),
        ("GET", ["cloudservers", "resize_flavors"]) => targets(cloud, &call),
        ("GET", ["cloudservers", id]) => {
            let server = cloud.server(&call.project.id, id).ok_or_else(|| Refusal::not_found("Server", id))?;
            Ok(ApiResponse::json(200, json!({ "server": shape::full(cloud, server) })))
        }
        ("GET", ["jobs", id]) => job(cloud, &call, id),
        (_, ["cloudservers"] | ["cloudservers", _] | ["cloudservers", _, "resize"] | ["jobs", _]) => {
            Err(Refusal::new(405, "Ecs.0000", format!("{} is not allowed here.", request.method)))
        }
        _ => Err(nowhere(request)),
    }
}

fn nowhere(request: &ApiRequest) -> Refusal {
    Refusal::not_found("Resource", &request.target).with_code("Ecs.0000")
}

/// An unknown job is a bad request with its own code (error-code-description.md:1435).
fn job(cloud: &mut CloudState, call: &Call, id: &str) -> Outcome {
    let shown = cloud.show_job(&call.project.id, id);
    shown
        .map(|job| ApiResponse::json(200, job))
        .ok_or_else(|| Refusal::bad_request("The job is unknown.").with_code("Common.0011"))
}

fn links(call: &Call, flavor: &Flavor) -> serde_json::Value {
    flavors::links(&call.host, "v1.0", &call.project.id, &format!("flavors/{}", flavor.id), true)
}

/// querying-details-about-flavors-and-extended-flavor-information.md:9; all flavors are in all zones.
fn offered(cloud: &CloudState, call: &Call) -> Outcome {
    let pools = &cloud.settings.pools;
    let zone = call.request.query("availability_zone");
    let nowhere = zone.is_some_and(|zone| !pools.zones.iter().any(|known| known == zone));
    let shown = |flavor| flavors::write_v1(flavor, links(call, flavor), "os_extra_specs");
    let list = flavors::sorted(pools, call.request)?;
    let list: Vec<_> = list.into_iter().filter(|_| !nowhere).map(shown).collect();
    Ok(ApiResponse::json(200, json!({ "flavors": list })))
}

/// The address of the query in the example (querying-the-target-flavors-….md:358).
fn targets(cloud: &CloudState, call: &Call) -> Outcome {
    let of = |id: &str| cloud.server(&call.project.id, id).map(|server| server.flavor.clone());
    let shown = |flavor| flavors::write_v1(flavor, links(call, flavor), "extra_specs");
    let list = flavors::targets(&cloud.settings.pools, call.request, of)?;
    Ok(ApiResponse::json(200, json!({ "flavors": list.into_iter().map(shown).collect::<Vec<_>>() })))
}

/// Opens a job and returns its id (responses-(task).md:14).
fn answer_with_job(cloud: &mut CloudState, call: &Call, errand: JobOrder) -> ApiResponse {
    let id = cloud.open_job(&call.project.id, errand);
    ApiResponse::json(cloud.settings.behavior.job_code.unwrap_or(200), json!({ "job_id": id }))
}

/// A refusal because of state or references, as a failed job if the server refuses late.
fn late(cloud: &mut CloudState, call: &Call, kind: &'static str, servers: &[String], refusal: Refusal) -> Outcome {
    if !cloud.settings.behavior.late_refusals {
        return Err(refusal);
    }
    let servers = servers.iter().map(|id| (id.clone(), cloud.now)).collect();
    let failure = Some((refusal.code, refusal.message));
    Ok(answer_with_job(cloud, call, JobOrder { kind, sub_kind: None, servers, failure }))
}
