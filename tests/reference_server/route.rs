//! Which API a request belongs to, and how its outcome is written.

use super::ecs;
use super::exchange::{Answer, Ask};
use super::refusal::{Dialect, Refusal, written};
use super::scp;
use super::world::World;

/// The first segments tell the APIs apart; SCP and v1 share `/v1`, but project ids are no words.
fn dialect(ask: &Ask) -> Dialect {
    match ask.segments().as_slice() {
        ["v1", place, ..] if scp::owns(place) => Dialect::Scp,
        ["v1", ..] => Dialect::V1,
        [] if ask.header("x-auth-token").is_none() => Dialect::Scp,
        _ => Dialect::Native,
    }
}

pub(super) fn answer(world: &mut World, ask: &Ask) -> Answer {
    let outcome = match (dialect(ask), ask.path.first().map(String::as_str)) {
        (_, None) if ask.method == "GET" => Ok(scp::root(world, ask)),
        (_, None) => Err(Refusal::new(405, "Ecs.0000", "Only GET is allowed here.")),
        (Dialect::Native, Some("v2" | "v2.1")) => ecs::native(world, ask),
        (Dialect::Native, Some(_)) => Err(Refusal::absent("Resource", &ask.target)),
        (Dialect::V1, _) => ecs::v1(world, ask),
        (Dialect::Scp, _) => scp::answer(world, ask),
    };
    match outcome {
        Ok(answer) if world.settings.manners.extra_fields => answer.with_extra_fields(),
        Ok(answer) => answer,
        Err(refusal) => refused(world, ask, &refusal),
    }
}

pub(super) fn refused(world: &World, ask: &Ask, refusal: &Refusal) -> Answer {
    let dialect = dialect(ask);
    let mut answer = written(refusal, dialect, &world.settings.manners);
    let error = answer.json.as_mut().and_then(|json| json.get_mut("error")?.as_object_mut());
    if let Some(error) = error.filter(|_| dialect == Dialect::V1 && world.has("refusal-without-code")) {
        error.remove("code");
    }
    answer
}
