//! Attaching volumes to servers and detaching them (virtualserver.openapi.yaml:6649 on).

use serde_json::json;

use super::super::body_fields;
use super::super::cloud_state::CloudState;
use super::super::messages::{ApiResponse, Outcome};
use super::super::refusal::{Refusal, RefusalReasons};
use super::volume::VolumeChange;
use super::volumes::{absent, unavailable};
use super::{Call, shape};

pub fn attach(cloud: &mut CloudState, call: &Call, id: &str) -> Outcome {
    let order = call.request.object().and_then(|body| {
        let end_together = body_fields::read_bool(&body, "delete_on_termination")?.unwrap_or(false);
        Ok((body_fields::read_required_text(&body, "server_id", 1..=255)?, end_together))
    });
    let volume = cloud.volume(&call.key.account, id);
    let servers = shape::own_servers(cloud, call);
    let stranger = order.as_ref().ok().filter(|(server, _)| !servers.contains(server));
    let reasons = RefusalReasons {
        reference: stranger.map(|(server, _)| Refusal::bad_request(format!("Server {server} could not be found."))),
        state: volume.and_then(unavailable),
        body: order.as_ref().err().cloned(),
        thing: volume.is_none().then(|| absent(cloud, "Volume", id)),
    };
    reasons.first_refusal(cloud.settings.behavior.precedence)?;
    let (server, end_together) = order?;
    let then = vec![VolumeChange::Detached, VolumeChange::Attached(server.clone()), VolumeChange::State("in-use")];
    cloud.begin_volume_transition(id, "attaching", then);
    let told = json!({
        "volume_id": id, "server_id": server, "device": shape::device(0), "delete_on_termination": end_together,
    });
    Ok(ApiResponse::json(202, told))
}

pub fn detach(cloud: &mut CloudState, call: &Call, id: &str, server: &str) -> Outcome {
    let volume = cloud.volume(&call.key.account, id);
    let elsewhere = volume.filter(|volume| !volume.attached.iter().any(|attachment| attachment.server == server));
    let check_state = volume.filter(|volume| volume.state != "in-use");
    let conflict = || Refusal::conflict(format!("Volume {id} is not attached to {server}."));
    let reasons = RefusalReasons {
        thing: volume.is_none().then(|| absent(cloud, "Volume", id)),
        state: check_state.or(elsewhere).map(|_| conflict()),
        ..RefusalReasons::default()
    };
    reasons.first_refusal(cloud.settings.behavior.precedence)?;
    let mut then = vec![VolumeChange::Detached, VolumeChange::State("available")];
    if cloud.has_fault("detach-keeps-server") {
        then.remove(0);
    }
    cloud.begin_volume_transition(id, "detaching", then);
    Ok(ApiResponse::empty(202))
}
