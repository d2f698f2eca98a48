//! Requests about several servers: delete, start, stop, restart.

use serde_json::{Map, Value};

use super::super::super::exchange::Outcome;
use super::super::super::reading;
use super::super::super::refusal::{Reasons, Refusal};
use super::super::super::world::World;
use super::super::jobs::Errand;
use super::super::server::{Server, VmState};
use super::resize::busy;
use super::{Call, job_for, late};

/// deleting-ecss.md:11. Deleting works in any state, as in the native API.
pub fn delete(world: &mut World, call: &Call) -> Outcome {
    let ids = call.ask.object().and_then(|body| {
        reading::truth(&body, "delete_publicip")?;
        reading::truth(&body, "delete_volume")?;
        reading::ids(&body)
    });
    let thing = ids.as_ref().ok().and_then(|ids| missing(world, call, ids));
    let body = ids.as_ref().err().cloned();
    Reasons { body, thing, ..Reasons::default() }.judge(world.settings.manners.precedence)?;
    let mut ids = ids?;
    ids.sort();
    ids.dedup();
    carried_out(world, call, ("deleteServer", "deleteSingleServer"), ids, |world, id| {
        let stopped = world.servers.get(id).is_some_and(|server| server.vm == VmState::Stopped);
        if stopped && world.has("delete-spares-stopped-server") { world.now } else { world.delete(id) }
    })
}

#[derive(Clone, Copy)]
enum Deed {
    Start,
    Stop,
    Restart { hard: bool },
}

impl Deed {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Deed::Start => ("batchStartServer", "startServer"),
            Deed::Stop => ("batchStopServer", "stopServer"),
            Deed::Restart { .. } => ("batchRebootServer", "rebootServer"),
        }
    }

    fn from(self) -> VmState {
        match self {
            Deed::Start => VmState::Stopped,
            Deed::Stop | Deed::Restart { .. } => VmState::Active,
        }
    }

    /// The state of a server for which the deed is done already.
    fn done(self) -> Option<VmState> {
        match self {
            Deed::Start => Some(VmState::Active),
            Deed::Stop => Some(VmState::Stopped),
            Deed::Restart { .. } => None,
        }
    }

    /// Why not, if so. Settled servers that are where the deed would bring them pass, if that is the server's habit.
    fn against(self, world: &World, server: &Server) -> Option<Refusal> {
        let manners = &world.settings.manners;
        if server.busy() {
            return Some(busy(world, server));
        }
        let pointless = manners.idempotent_batches && self.done() == Some(server.vm);
        let also_stopped = matches!(self, Deed::Restart { hard: true }) && manners.hard_reboot_of_stopped;
        let fits = server.vm == self.from() || (also_stopped && server.vm == VmState::Stopped) || pointless;
        let message = || format!("Server {} is {}.", server.id, server.vm.text());
        (!fits).then(|| Refusal::bad(message()).coded("Ecs.0100"))
    }
}

/// `POST …/cloudservers/action`: starting-ecss-in-a-batch.md:9 and its siblings.
pub fn act(world: &mut World, call: &Call) -> Outcome {
    let order = call.ask.object().and_then(|body| read(&body));
    let ids = order.as_ref().map(|(_, ids)| ids.as_slice()).unwrap_or_default();
    let thing = missing(world, call, ids);
    let body = order.as_ref().err().cloned();
    let hopeless = body.is_some() || thing.is_some();
    let state = order.as_ref().ok().and_then(|(deed, ids)| {
        let mut servers = ids.iter().filter_map(|id| world.server(&call.project.id, id));
        servers.find_map(|server| deed.against(world, server))
    });
    let reasons = Reasons { body, thing, state, reference: None };
    let verdict = reasons.judge(world.settings.manners.precedence);
    let (deed, mut ids) = match (verdict, order) {
        (Err(refusal), Ok((deed, ids))) if !hopeless => return late(world, call, deed.names().0, &ids, refusal),
        (Err(refusal), _) | (Ok(()), Err(refusal)) => return Err(refusal),
        (Ok(()), Ok(order)) => order,
    };
    ids.sort();
    ids.dedup();
    carried_out(world, call, deed.names(), ids, |world, id| match deed {
        _ if world.servers.get(id).map(|server| server.vm) == deed.done() => world.now,
        Deed::Start => world.power_on(id),
        Deed::Stop => world.power_off(id),
        Deed::Restart { hard } => world.reboot(id, hard),
    })
}

fn read(body: &Map<String, Value>) -> Result<(Deed, Vec<String>), Refusal> {
    let mut entries = body.keys();
    let (Some(name), None) = (entries.next(), entries.next()) else {
        return Err(Refusal::bad("The body must hold exactly one action."));
    };
    let fields = reading::object(body, name)?;
    let deed = match name.as_str() {
        "os-start" => Deed::Start,
        "os-stop" => reading::hardness(fields, Some("SOFT")).map(|_| Deed::Stop)?,
        "reboot" => Deed::Restart { hard: reading::hardness(fields, None)? },
        _ => return Err(Refusal::bad(format!("There is no action {name}."))),
    };
    Ok((deed, reading::ids(fields)?))
}

/// One unknown server spoils the batch: no page says what becomes of the others.
fn missing(world: &World, call: &Call, ids: &[String]) -> Option<Refusal> {
    let id = ids.iter().find(|id| world.server(&call.project.id, id).is_none())?;
    Some(Refusal::absent("Server", id))
}

fn carried_out(
    world: &mut World,
    call: &Call,
    (kind, sub_kind): (&'static str, &'static str),
    ids: Vec<String>,
    deed: impl Fn(&mut World, &str) -> u64,
) -> Outcome {
    let only_first = world.has("batch-stops-at-first");
    let mut servers = Vec::new();
    for (index, id) in ids.into_iter().enumerate() {
        let done = if index == 0 || !only_first { deed(world, &id) } else { world.now };
        servers.push((id, done));
    }
    Ok(job_for(world, call, Errand { kind, sub_kind: Some(sub_kind), servers, failure: None }))
}
