//! Attaching volumes to servers and detaching them (virtualserver.openapi.yaml:6649 on).

use serde_json::json;

use super::super::exchange::{Answer, Outcome};
use super::super::reading;
use super::super::refusal::{Reasons, Refusal};
use super::super::world::World;
use super::volume::VolumeChange;
use super::volumes::{absent, unavailable};
use super::{Call, shape};

pub fn attach(world: &mut World, call: &Call, id: &str) -> Outcome {
    let order = call.ask.object().and_then(|body| {
        let end_together = reading::truth(&body, "delete_on_termination")?.unwrap_or(false);
        Ok((reading::needed(&body, "server_id", 1..=255)?, end_together))
    });
    let volume = world.volume(&call.key.account, id);
    let servers = shape::own_servers(world, call);
    let stranger = order.as_ref().ok().filter(|(server, _)| !servers.contains(server));
    let reasons = Reasons {
        reference: stranger.map(|(server, _)| Refusal::bad(format!("Server {server} could not be found."))),
        state: volume.and_then(unavailable),
        body: order.as_ref().err().cloned(),
        thing: volume.is_none().then(|| absent(world, "Volume", id)),
    };
    reasons.judge(world.settings.manners.precedence)?;
    let (server, end_together) = order?;
    let then = vec![VolumeChange::Detached, VolumeChange::Attached(server.clone()), VolumeChange::State("in-use")];
    world.volume_passes(id, "attaching", then);
    let told = json!({
        "volume_id": id, "server_id": server, "device": shape::device(0), "delete_on_termination": end_together,
    });
    Ok(Answer::json(202, told))
}

pub fn detach(world: &mut World, call: &Call, id: &str, server: &str) -> Outcome {
    let volume = world.volume(&call.key.account, id);
    let elsewhere = volume.filter(|volume| !volume.attached.iter().any(|attachment| attachment.server == server));
    let untimely = volume.filter(|volume| volume.state != "in-use");
    let conflict = || Refusal::conflict(format!("Volume {id} is not attached to {server}."));
    let reasons = Reasons {
        thing: volume.is_none().then(|| absent(world, "Volume", id)),
        state: untimely.or(elsewhere).map(|_| conflict()),
        ..Reasons::default()
    };
    reasons.judge(world.settings.manners.precedence)?;
    let mut then = vec![VolumeChange::Detached, VolumeChange::State("available")];
    if world.has("detach-keeps-server") {
        then.remove(0);
    }
    world.volume_passes(id, "detaching", then);
    Ok(Answer::empty(202))
}
