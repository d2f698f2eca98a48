//! Who calls the ECS APIs: one token in `X-Auth-Token`, made for one project.

use super::super::exchange::Ask;
use super::super::refusal::{Dialect, Refusal};
use super::super::settings::Project;
use super::super::world::World;

/// The project whose token the caller shows.
pub fn enter(world: &World, ask: &Ask) -> Result<Project, Refusal> {
    let people = &world.settings.identities;
    let Some(token) = ask.header("x-auth-token") else {
        return Err(Refusal::unauthorized("A token is needed."));
    };
    let known = [&people.owner, &people.other].into_iter().find(|project| project.token == token);
    match known {
        Some(project) => Ok(project.clone()),
        None if token == people.expired_token && world.has("expired-token-accepted") => Ok(people.owner.clone()),
        None => Err(Refusal::unauthorized("The token is not valid.")),
    }
}

/// The project in the URL must be the token's. v1 has a code for it (error-code-description.md:1446); the native pages
/// have none, and there the other project's URLs lead nowhere.
pub fn may_use(project: &Project, url: &str, dialect: Dialect) -> Result<(), Refusal> {
    match dialect {
        _ if project.id == url => Ok(()),
        Dialect::V1 => Err(Refusal::new(400, "Common.0018", "The project of the URL is not that of the token.")),
        _ => Err(Refusal::absent("Project", url)),
    }
}
