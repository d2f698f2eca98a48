//! `POST …/servers/{server_id}/action`: one object with one action.

use serde_json::{Map, Value};

use super::super::super::body_fields;
use super::super::super::cloud_state::CloudState;
use super::super::super::messages::{ApiResponse, Outcome};
use super::super::super::refusal::{Refusal, RefusalReasons};
use super::super::flavors;
use super::super::server::{Server, VmState};
use super::Call;
use super::rebuild::Rebuild;

enum Action {
    Start,
    Stop,
    Reboot { hard: bool },
    Resize { flavor: String },
    Confirm,
    Revert,
    Rebuild(Rebuild),
}

pub fn act(cloud: &mut CloudState, call: &Call, id: &str) -> Outcome {
    let strict = cloud.settings.behavior.strict_fields;
    let action = call.request.object().and_then(|body| Action::read(&body, call.minor, strict));
    let server = cloud.server(&call.project.id, id);
    let reasons = RefusalReasons {
        reference: action.as_ref().ok().and_then(|action| action.unknown(cloud, server)),
        state: action.as_ref().ok().zip(server).and_then(|(action, server)| action.check_state(cloud, server)),
        body: action.as_ref().err().cloned(),
        thing: server.is_none().then(|| Refusal::not_found("Server", id)),
    };
    reasons.first_refusal(cloud.settings.behavior.precedence)?;
    action?.carry_out(cloud, call, id)
}

impl Action {
    fn read(body: &Map<String, Value>, minor: u32, strict: bool) -> Result<Self, Refusal> {
        let mut entries = body.iter();
        let (Some((name, value)), None) = (entries.next(), entries.next()) else {
            return Err(Refusal::bad_request("The body must hold exactly one action."));
        };
        match name.as_str() {
            // Type Null in the tables and {} in an example (starting-an-ecs.md:64 and :84): both are accepted.
            "os-start" => nothing(name, value).map(|()| Action::Start),
            "confirmResize" => nothing(name, value).map(|()| Action::Confirm),
            "revertResize" => nothing(name, value).map(|()| Action::Revert),
            "os-stop" => match value {
                Value::Null => Ok(Action::Stop),
                _ => body_fields::read_hardness(body_fields::read_object(body, name)?, Some("SOFT"))
                    .map(|_| Action::Stop),
            },
            "reboot" => body_fields::read_hardness(body_fields::read_object(body, name)?, None)
                .map(|hard| Action::Reboot { hard }),
            "resize" => {
                let fields = body_fields::read_object(body, name)?;
                body_fields::refuse_unknown_fields(
                    fields,
                    &["flavorRef", "dedicated_host_id", "OS-DCF:diskConfig"],
                    strict,
                )?;
                body_fields::read_reference(fields, "flavorRef").map(|flavor| Action::Resize { flavor })
            }
            "rebuild" => Rebuild::read(body_fields::read_object(body, name)?, minor, strict).map(Action::Rebuild),
            _ => Err(Refusal::bad_request(format!("There is no action {name}."))),
        }
    }

    fn unknown(&self, cloud: &CloudState, server: Option<&Server>) -> Option<Refusal> {
        match self {
            Action::Resize { flavor } => flavors::against(&cloud.settings.pools, &server?.flavor, flavor, false),
            Action::Rebuild(rebuild) => rebuild.unknown(cloud),
            _ => None,
        }
    }

    /// The reason against the action because of the state: no task may run, and the vm_state must permit the action.
    fn check_state(&self, cloud: &CloudState, server: &Server) -> Option<Refusal> {
        use VmState::{Active, Error, Resized, Stopped};
        let behavior = &cloud.settings.behavior;
        let from: &[VmState] = match self {
            Action::Start => &[Stopped],
            Action::Stop => &[Active, Error],
            Action::Reboot { hard: true } if behavior.hard_reboot_of_stopped => &[Active, Stopped],
            Action::Reboot { .. } => &[Active],
            Action::Resize { .. } => &[Active, Stopped],
            Action::Confirm if cloud.has_fault("confirm-of-unresized") => &[Active, Stopped, Resized],
            Action::Revert if cloud.has_fault("revert-of-unresized") => &[Active, Stopped, Resized],
            Action::Confirm | Action::Revert => &[Resized],
            Action::Rebuild(_) => &[Active, Stopped],
        };
        let in_between = matches!(self, Action::Reboot { .. }) && cloud.has_fault("busy-server-accepts-reboot");
        let check_state = (server.is_busy() && !in_between) || !from.contains(&server.vm);
        let task = server.task.map_or("no task", |task| task.text());
        let message = || format!("Server {} is {} with {task}.", server.id, server.vm.text());
        check_state.then(|| Refusal { status: behavior.wrong_state_code, ..Refusal::conflict(message()) })
    }

    fn carry_out(self, cloud: &mut CloudState, call: &Call, id: &str) -> Outcome {
        let code = cloud.settings.behavior.action_code;
        let resized = cloud.servers.get(id).is_some_and(|server| server.vm == VmState::Resized);
        match self {
            Action::Start => _ = cloud.power_on(id),
            Action::Stop => _ = cloud.power_off(id),
            Action::Reboot { hard } => _ = cloud.reboot_server(id, hard),
            Action::Resize { flavor } => _ = cloud.resize_server(id, &flavor),
            // Only a faulty server gets here without a resized server, and then has no effect.
            Action::Revert if resized => _ = cloud.revert_resize(id),
            Action::Revert => {}
            Action::Confirm => {
                if resized {
                    cloud.confirm_resize(id);
                }
                return Ok(ApiResponse::empty(code.unwrap_or(204)));
            }
            Action::Rebuild(rebuild) => return Ok(rebuild.carry_out(cloud, call, id)),
        }
        Ok(ApiResponse::empty(code.unwrap_or(202)))
    }
}

/// An action without parameters: null or an empty object.
fn nothing(name: &str, value: &Value) -> Result<(), Refusal> {
    match value {
        Value::Null => Ok(()),
        Value::Object(map) if map.is_empty() => Ok(()),
        _ => Err(Refusal::bad_request(format!("{name} takes no parameters."))),
    }
}
