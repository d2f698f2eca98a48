//! Requests about several servers: delete, start, stop, restart.

use serde_json::{Map, Value};

use super::super::super::body_fields;
use super::super::super::cloud_state::CloudState;
use super::super::super::messages::Outcome;
use super::super::super::refusal::{Refusal, RefusalReasons};
use super::super::jobs::JobOrder;
use super::super::server::{Server, VmState};
use super::resize::busy;
use super::{Call, answer_with_job, late};

/// deleting-ecss.md:11. A server is deleted in any state, as in the native API.
pub fn delete(cloud: &mut CloudState, call: &Call) -> Outcome {
    let ids = call.request.object().and_then(|body| {
        body_fields::read_bool(&body, "delete_publicip")?;
        body_fields::read_bool(&body, "delete_volume")?;
        body_fields::read_ids(&body)
    });
    let thing = ids.as_ref().ok().and_then(|ids| missing(cloud, call, ids));
    let body = ids.as_ref().err().cloned();
    RefusalReasons { body, thing, ..RefusalReasons::default() }.first_refusal(cloud.settings.behavior.precedence)?;
    let mut ids = ids?;
    ids.sort();
    ids.dedup();
    carry_out_request(cloud, call, ("deleteServer", "deleteSingleServer"), ids, |cloud, id| {
        let stopped = cloud.servers.get(id).is_some_and(|server| server.vm == VmState::Stopped);
        if stopped && cloud.has_fault("delete-spares-stopped-server") { cloud.now } else { cloud.delete_server(id) }
    })
}

#[derive(Clone, Copy)]
enum BatchAction {
    Start,
    Stop,
    Restart { hard: bool },
}

impl BatchAction {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            BatchAction::Start => ("batchStartServer", "startServer"),
            BatchAction::Stop => ("batchStopServer", "stopServer"),
            BatchAction::Restart { .. } => ("batchRebootServer", "rebootServer"),
        }
    }

    fn from(self) -> VmState {
        match self {
            BatchAction::Start => VmState::Stopped,
            BatchAction::Stop | BatchAction::Restart { .. } => VmState::Active,
        }
    }

    /// The state of a server that needs no action.
    fn done(self) -> Option<VmState> {
        match self {
            BatchAction::Start => Some(VmState::Active),
            BatchAction::Stop => Some(VmState::Stopped),
            BatchAction::Restart { .. } => None,
        }
    }

    /// The reason against the action. A settled server in the final state is accepted if batches are idempotent.
    fn against(self, cloud: &CloudState, server: &Server) -> Option<Refusal> {
        let behavior = &cloud.settings.behavior;
        if server.is_busy() {
            return Some(busy(cloud, server));
        }
        let pointless = behavior.idempotent_batches && self.done() == Some(server.vm);
        let also_stopped = matches!(self, BatchAction::Restart { hard: true }) && behavior.hard_reboot_of_stopped;
        let fits = server.vm == self.from() || (also_stopped && server.vm == VmState::Stopped) || pointless;
        let message = || format!("Server {} is {}.", server.id, server.vm.text());
        (!fits).then(|| Refusal::bad_request(message()).with_code("Ecs.0100"))
    }
}

/// `POST …/cloudservers/action`: starting-ecss-in-a-batch.md:9, and the pages for stop and restart.
pub fn act(cloud: &mut CloudState, call: &Call) -> Outcome {
    let order = call.request.object().and_then(|body| read(&body));
    let ids = order.as_ref().map(|(_, ids)| ids.as_slice()).unwrap_or_default();
    let thing = missing(cloud, call, ids);
    let body = order.as_ref().err().cloned();
    let hopeless = body.is_some() || thing.is_some();
    let state = order.as_ref().ok().and_then(|(deed, ids)| {
        let mut servers = ids.iter().filter_map(|id| cloud.server(&call.project.id, id));
        servers.find_map(|server| deed.against(cloud, server))
    });
    let reasons = RefusalReasons { body, thing, state, reference: None };
    let verdict = reasons.first_refusal(cloud.settings.behavior.precedence);
    let (deed, mut ids) = match (verdict, order) {
        (Err(refusal), Ok((deed, ids))) if !hopeless => return late(cloud, call, deed.names().0, &ids, refusal),
        (Err(refusal), _) | (Ok(()), Err(refusal)) => return Err(refusal),
        (Ok(()), Ok(order)) => order,
    };
    ids.sort();
    ids.dedup();
    carry_out_request(cloud, call, deed.names(), ids, |cloud, id| match deed {
        _ if cloud.servers.get(id).map(|server| server.vm) == deed.done() => cloud.now,
        BatchAction::Start => cloud.power_on(id),
        BatchAction::Stop => cloud.power_off(id),
        BatchAction::Restart { hard } => cloud.reboot_server(id, hard),
    })
}

fn read(body: &Map<String, Value>) -> Result<(BatchAction, Vec<String>), Refusal> {
    let mut entries = body.keys();
    let (Some(name), None) = (entries.next(), entries.next()) else {
        return Err(Refusal::bad_request("The body must hold exactly one action."));
    };
    let fields = body_fields::read_object(body, name)?;
    let deed = match name.as_str() {
        "os-start" => BatchAction::Start,
        "os-stop" => body_fields::read_hardness(fields, Some("SOFT")).map(|_| BatchAction::Stop)?,
        "reboot" => BatchAction::Restart { hard: body_fields::read_hardness(fields, None)? },
        _ => return Err(Refusal::bad_request(format!("There is no action {name}."))),
    };
    Ok((deed, body_fields::read_ids(fields)?))
}

/// An unknown server refuses the whole batch: no page describes the effect on the other servers.
fn missing(cloud: &CloudState, call: &Call, ids: &[String]) -> Option<Refusal> {
    let id = ids.iter().find(|id| cloud.server(&call.project.id, id).is_none())?;
    Some(Refusal::not_found("Server", id))
}

fn carry_out_request(
    cloud: &mut CloudState,
    call: &Call,
    (kind, sub_kind): (&'static str, &'static str),
    ids: Vec<String>,
    deed: impl Fn(&mut CloudState, &str) -> u64,
) -> Outcome {
    let only_first = cloud.has_fault("batch-stops-at-first");
    let mut servers = Vec::new();
    for (index, id) in ids.into_iter().enumerate() {
        let done = if index == 0 || !only_first { deed(cloud, &id) } else { cloud.now };
        servers.push((id, done));
    }
    Ok(answer_with_job(cloud, call, JobOrder { kind, sub_kind: Some(sub_kind), servers, failure: None }))
}
