//! Authentication of the ECS APIs: a token in `X-Auth-Token` for one project.

use super::super::cloud_state::CloudState;
use super::super::messages::ApiRequest;
use super::super::refusal::{Refusal, ServedApi};
use super::super::settings::Project;

/// The project of the caller's token.
pub fn enter(cloud: &CloudState, request: &ApiRequest) -> Result<Project, Refusal> {
    let people = &cloud.settings.identities;
    let Some(token) = request.header("x-auth-token") else {
        return Err(Refusal::unauthorized("A token is needed."));
    };
    let known = [&people.owner, &people.other].into_iter().find(|project| project.token == token);
    match known {
        Some(project) => Ok(project.clone()),
        None if token == people.expired_token && cloud.has_fault("expired-token-accepted") => Ok(people.owner.clone()),
        None => Err(Refusal::unauthorized("The token is not valid.")),
    }
}

/// The project in the URL must be the project of the token. v1 has a code for a mismatch (error-code-description.md:1446).
/// The native pages have none, and the native API answers 404.
pub fn check_project(project: &Project, url: &str, dialect: ServedApi) -> Result<(), Refusal> {
    match dialect {
        _ if project.id == url => Ok(()),
        ServedApi::V1 => Err(Refusal::new(400, "Common.0018", "The project of the URL is not that of the token.")),
        _ => Err(Refusal::not_found("Project", url)),
    }
}
