//! Finds the API of a request, and writes the response.

use super::cloud_state::CloudState;
use super::ecs;
use super::messages::{ApiRequest, ApiResponse};
use super::refusal::{Refusal, ServedApi, write_refusal};
use super::scp;

/// The first segments distinguish the APIs. SCP and v1 share `/v1`, but project ids are no words.
fn served_api(request: &ApiRequest) -> ServedApi {
    match request.segments().as_slice() {
        ["v1", place, ..] if scp::owns(place) => ServedApi::Scp,
        ["v1", ..] => ServedApi::V1,
        [] if request.header("x-auth-token").is_none() => ServedApi::Scp,
        _ => ServedApi::Native,
    }
}

pub(super) fn respond(cloud: &mut CloudState, request: &ApiRequest) -> ApiResponse {
    let outcome = match (served_api(request), request.path.first().map(String::as_str)) {
        (_, None) if request.method == "GET" => Ok(scp::root(cloud, request)),
        (_, None) => Err(Refusal::new(405, "Ecs.0000", "Only GET is allowed here.")),
        (ServedApi::Native, Some("v2" | "v2.1")) => ecs::native(cloud, request),
        (ServedApi::Native, Some(_)) => Err(Refusal::not_found("Resource", &request.target)),
        (ServedApi::V1, _) => ecs::v1(cloud, request),
        (ServedApi::Scp, _) => scp::respond(cloud, request),
    };
    match outcome {
        Ok(answer) if cloud.settings.behavior.extra_fields => answer.add_extra_fields(),
        Ok(answer) => answer,
        Err(refusal) => respond_with_refusal(cloud, request, &refusal),
    }
}

pub(super) fn respond_with_refusal(cloud: &CloudState, request: &ApiRequest, refusal: &Refusal) -> ApiResponse {
    let dialect = served_api(request);
    let mut answer = write_refusal(refusal, dialect, &cloud.settings.behavior);
    let error = answer.json.as_mut().and_then(|json| json.get_mut("error")?.as_object_mut());
    if let Some(error) = error.filter(|_| dialect == ServedApi::V1 && cloud.has_fault("refusal-without-code")) {
        error.remove("code");
    }
    answer
}
