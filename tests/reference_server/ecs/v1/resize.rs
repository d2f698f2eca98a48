//! `POST /v1/{project_id}/cloudservers/{server_id}/resize` (page 002).

use super::super::super::exchange::{Answer, Outcome};
use super::super::super::reading;
use super::super::super::refusal::{Reasons, Refusal};
use super::super::super::world::World;
use super::super::flavors;
use super::super::jobs::Errand;
use super::super::server::{Server, VmState};
use super::{Call, job_for, late};

struct Order {
    flavor: String,
    dry_run: bool,
}

pub fn resize(world: &mut World, call: &Call, id: &str) -> Outcome {
    let order = read(call);
    let server = world.server(&call.project.id, id);
    let flavor = order.as_ref().ok().map(|order| order.flavor.as_str());
    let same_allowed = world.has("same-flavor-accepted");
    let unfit = server
        .zip(flavor)
        .and_then(|(server, to)| flavors::against(&world.settings.pools, &server.flavor, to, same_allowed));
    let untimely = server.and_then(|server| untimely(world, server));
    let body = order.as_ref().err().cloned();
    let thing = server.is_none().then(|| Refusal::absent("Server", id));
    let hopeless = body.is_some() || thing.is_some();
    let reasons = Reasons { body, thing, reference: unfit, state: untimely };
    let verdict = reasons.judge(world.settings.manners.precedence);
    let order = match (verdict, order) {
        (Err(refusal), Ok(order)) if !hopeless && !order.dry_run => {
            return late(world, call, "resizeServer", &[id.to_string()], refusal);
        }
        (Err(refusal), _) | (Ok(()), Err(refusal)) => return Err(refusal),
        (Ok(()), Ok(order)) => order,
    };
    match order.dry_run && !world.has("dry-run-executes") {
        // Checked and nothing done (modifying_the_specifications_of_an_ecs.rst:81); there is no job to tell of.
        true => Ok(Answer::empty(202)),
        false => Ok(carried_out(world, call, id, order)),
    }
}

fn read(call: &Call) -> Result<Order, Refusal> {
    let body = call.ask.object()?;
    let fields = reading::object(&body, "resize")?;
    Ok(Order {
        // An id, never a URI, in this API (002:99).
        flavor: reading::needed(fields, "flavorRef", 1..=255)?,
        dry_run: reading::truth(&body, "dry_run")?.unwrap_or(false),
    })
}

/// Only a stopped server, and none that is at something else (002:11).
fn untimely(world: &World, server: &Server) -> Option<Refusal> {
    let running_too = world.has("resize-of-running-server") && server.vm == VmState::Active;
    if server.busy() {
        return Some(busy(world, server));
    }
    let message = || format!("Server {} is {} and must be stopped.", server.id, server.vm.text());
    (server.vm != VmState::Stopped && !running_too).then(|| Refusal::bad(message()).coded("Ecs.0100"))
}

/// A server that another operation holds (error-code-description.md:522 or :1094).
pub fn busy(world: &World, server: &Server) -> Refusal {
    let message = format!("Server {} is busy.", server.id);
    match world.settings.manners.busy_is_501 {
        true => Refusal::new(501, "Ecs.0603", message),
        false => Refusal::bad(message).coded("Ecs.0100"),
    }
}

fn carried_out(world: &mut World, call: &Call, id: &str, order: Order) -> Answer {
    let reverted = world.servers.get(id).is_some_and(|server| server.reverts > 0);
    let without_effect =
        world.has("resize-without-effect") || (reverted && world.has("resize-without-effect-after-revert"));
    let fails = world.dice.chance(world.settings.manners.job_failure);
    let flavor = Some(order.flavor.as_str()).filter(|_| !fails && !without_effect);
    let fails = fails || world.has("fail-with-effect");
    let done = world.resize_at_once(id, flavor);
    let failure = fails.then(|| ("Ecs.0319", "Capacity is not enough.".to_string()));
    let mut others = world.servers.values().filter(|other| other.id != id && other.project == call.project.id);
    let other = others.next().filter(|_| world.has("job-names-another-server"));
    let named = other.map_or_else(|| id.to_string(), |other| other.id.clone());
    let errand = Errand { kind: "resizeServer", sub_kind: None, servers: vec![(named, done)], failure };
    let mut answer = job_for(world, call, errand);
    if order.dry_run {
        // The bug that takes a dry run for a real one still answers like a dry run.
        answer = Answer::empty(202);
    }
    answer
}
