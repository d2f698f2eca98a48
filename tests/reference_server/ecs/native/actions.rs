//! `POST …/servers/{server_id}/action`: one object with one action.

use serde_json::{Map, Value};

use super::super::super::exchange::{Answer, Outcome};
use super::super::super::reading;
use super::super::super::refusal::{Reasons, Refusal};
use super::super::super::world::World;
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

pub fn act(world: &mut World, call: &Call, id: &str) -> Outcome {
    let strict = world.settings.manners.strict_fields;
    let action = call.ask.object().and_then(|body| Action::read(&body, call.minor, strict));
    let server = world.server(&call.project.id, id);
    let reasons = Reasons {
        reference: action.as_ref().ok().and_then(|action| action.unknown(world, server)),
        state: action.as_ref().ok().zip(server).and_then(|(action, server)| action.untimely(world, server)),
        body: action.as_ref().err().cloned(),
        thing: server.is_none().then(|| Refusal::absent("Server", id)),
    };
    reasons.judge(world.settings.manners.precedence)?;
    action?.carry_out(world, call, id)
}

impl Action {
    fn read(body: &Map<String, Value>, minor: u32, strict: bool) -> Result<Self, Refusal> {
        let mut entries = body.iter();
        let (Some((name, value)), None) = (entries.next(), entries.next()) else {
            return Err(Refusal::bad("The body must hold exactly one action."));
        };
        match name.as_str() {
            // Of type Null in the tables and {} in an example (starting-an-ecs.md:64 and :84): both are taken.
            "os-start" => nothing(name, value).map(|()| Action::Start),
            "confirmResize" => nothing(name, value).map(|()| Action::Confirm),
            "revertResize" => nothing(name, value).map(|()| Action::Revert),
            "os-stop" => match value {
                Value::Null => Ok(Action::Stop),
                _ => reading::hardness(reading::object(body, name)?, Some("SOFT")).map(|_| Action::Stop),
            },
            "reboot" => reading::hardness(reading::object(body, name)?, None).map(|hard| Action::Reboot { hard }),
            "resize" => {
                let fields = reading::object(body, name)?;
                reading::nothing_else(fields, &["flavorRef", "dedicated_host_id", "OS-DCF:diskConfig"], strict)?;
                reading::reference(fields, "flavorRef").map(|flavor| Action::Resize { flavor })
            }
            "rebuild" => Rebuild::read(reading::object(body, name)?, minor, strict).map(Action::Rebuild),
            _ => Err(Refusal::bad(format!("There is no action {name}."))),
        }
    }

    fn unknown(&self, world: &World, server: Option<&Server>) -> Option<Refusal> {
        match self {
            Action::Resize { flavor } => flavors::against(&world.settings.pools, &server?.flavor, flavor, false),
            Action::Rebuild(rebuild) => rebuild.unknown(world),
            _ => None,
        }
    }

    /// Whether the server's state forbids it: nothing may run, and the vm_state must be one that the action starts from.
    fn untimely(&self, world: &World, server: &Server) -> Option<Refusal> {
        use VmState::{Active, Error, Resized, Stopped};
        let manners = &world.settings.manners;
        let from: &[VmState] = match self {
            Action::Start => &[Stopped],
            Action::Stop => &[Active, Error],
            Action::Reboot { hard: true } if manners.hard_reboot_of_stopped => &[Active, Stopped],
            Action::Reboot { .. } => &[Active],
            Action::Resize { .. } => &[Active, Stopped],
            Action::Confirm if world.has("confirm-of-unresized") => &[Active, Stopped, Resized],
            Action::Revert if world.has("revert-of-unresized") => &[Active, Stopped, Resized],
            Action::Confirm | Action::Revert => &[Resized],
            Action::Rebuild(_) => &[Active, Stopped],
        };
        let in_between = matches!(self, Action::Reboot { .. }) && world.has("busy-server-accepts-reboot");
        let untimely = (server.busy() && !in_between) || !from.contains(&server.vm);
        let task = server.task.map_or("no task", |task| task.text());
        let message = || format!("Server {} is {} with {task}.", server.id, server.vm.text());
        untimely.then(|| Refusal { status: manners.wrong_state_code, ..Refusal::conflict(message()) })
    }

    fn carry_out(self, world: &mut World, call: &Call, id: &str) -> Outcome {
        let code = world.settings.manners.action_code;
        let resized = world.servers.get(id).is_some_and(|server| server.vm == VmState::Resized);
        match self {
            Action::Start => _ = world.power_on(id),
            Action::Stop => _ = world.power_off(id),
            Action::Reboot { hard } => _ = world.reboot(id, hard),
            Action::Resize { flavor } => _ = world.resize(id, &flavor),
            // Only faulty servers get here with anything but a resized server; they do nothing then.
            Action::Revert if resized => _ = world.revert(id),
            Action::Revert => {}
            Action::Confirm => {
                if resized {
                    world.confirm(id);
                }
                return Ok(Answer::empty(code.unwrap_or(204)));
            }
            Action::Rebuild(rebuild) => return Ok(rebuild.carry_out(world, call, id)),
        }
        Ok(Answer::empty(code.unwrap_or(202)))
    }
}

/// An action without parameters: null or an empty object.
fn nothing(name: &str, value: &Value) -> Result<(), Refusal> {
    match value {
        Value::Null => Ok(()),
        Value::Object(map) if map.is_empty() => Ok(()),
        _ => Err(Refusal::bad(format!("{name} takes no parameters."))),
    }
}
