//! Snapshots (virtualserver.openapi.yaml:5601 on).

use serde_json::{Map, Value};

use super::super::body_fields;
use super::super::cloud_state::CloudState;
use super::super::messages::{ApiResponse, Outcome};
use super::super::refusal::{Refusal, RefusalReasons};
use super::paging::{self, ListRow};
use super::volume::{Snapshot, SnapshotChange, Volume};
use super::{Call, shape, volumes};

struct Order {
    name: String,
    volume: String,
    description: Option<String>,
    force: bool,
    metadata: Map<String, Value>,
}

pub fn create(cloud: &mut CloudState, call: &Call) -> Outcome {
    let order = read(call);
    let wish = order.as_ref().ok();
    let volume = wish.and_then(|order| cloud.volume(&call.key.account, &order.volume));
    let missing = wish.filter(|_| volume.is_none());
    let have = cloud.snapshots.values().filter(|snapshot| snapshot.account == call.key.account).count();
    let full = have >= cloud.settings.limits.snapshots_per_account_max;
    let full = full.then(|| Refusal::bad_request("The quota of snapshots is exceeded."));
    let reasons = RefusalReasons {
        body: order.as_ref().err().cloned(),
        thing: None,
        reference: missing.map(|order| Refusal::bad_request(format!("Volume {} could not be found.", order.volume))),
        state: volume.zip(wish).and_then(|(volume, order)| check_state(volume, order)).or(full),
    };
    let size = volume.map_or(0, |volume| volume.size);
    reasons.first_refusal(cloud.settings.behavior.precedence)?;
    let order = order?;
    let id = cloud.random.draw_uuid();
    let snapshot = Snapshot {
        id: id.clone(),
        account: call.key.account.clone(),
        volume: order.volume,
        number: cloud.next_number(),
        name: order.name,
        description: order.description,
        metadata: order.metadata,
        size,
        status: "creating",
        created: cloud.now,
        updated: cloud.now,
    };
    cloud.snapshots.insert(id.clone(), snapshot);
    let at = cloud.draw_transition_end();
    cloud.begin_snapshot_transition(&id, "creating", at, SnapshotChange::Status("available"));
    Ok(told(cloud, 202, &id))
}

fn read(call: &Call) -> Result<Order, Refusal> {
    let body = call.request.object()?;
    let metadata = match body.get("metadata") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(map)) => map.clone(),
        Some(_) => return Err(Refusal::bad_request("metadata must be an object.")),
    };
    Ok(Order {
        name: name(&body)?,
        volume: body_fields::read_required_text(&body, "volume_id", 1..=255)?,
        description: body_fields::read_text(&body, "description", 0..=255)?,
        force: body_fields::read_bool(&body, "force")?.unwrap_or(false),
        metadata,
    })
}

fn name(body: &Map<String, Value>) -> Result<String, Refusal> {
    let name = body_fields::read_required_text(body, "name", 1..=255)?;
    if volumes::plain(&name) { Ok(name) } else { Err(Refusal::bad_request("name holds characters that it must not.")) }
}

/// A snapshot of an attached volume needs `force`; 400, because the page has no 409 (virtualserver.openapi.yaml:5714).
fn check_state(volume: &Volume, order: &Order) -> Option<Refusal> {
    let fits = volume.state == "available" || (volume.state == "in-use" && order.force);
    (!fits).then(|| Refusal::bad_request(format!("Volume {} is {}.", volume.id, volume.state)))
}

fn told(cloud: &CloudState, status: u16, id: &str) -> ApiResponse {
    let snapshot = cloud.snapshots.get(id);
    snapshot.map_or_else(|| ApiResponse::empty(500), |snapshot| ApiResponse::json(status, shape::snapshot(snapshot)))
}

pub fn show(cloud: &CloudState, call: &Call, id: &str) -> Outcome {
    cloud
        .snapshot(&call.key.account, id)
        .map(|_| told(cloud, 200, id))
        .ok_or_else(|| volumes::absent(cloud, "Snapshot", id))
}

pub fn list(cloud: &CloudState, call: &Call) -> Outcome {
    let mine = cloud.snapshots.values().filter(|snapshot| snapshot.account == call.key.account);
    let of = call.request.query("volume_id");
    let wanted = mine.filter(|snapshot| of.is_none_or(|volume| snapshot.volume == volume));
    let row = |snapshot: &Snapshot| ListRow {
        id: snapshot.id.clone(),
        name: snapshot.name.clone(),
        number: snapshot.number,
        size: snapshot.size,
        state: snapshot.status,
        shown: shape::snapshot(snapshot),
    };
    paging::page(call.request, "snapshots", wanted.map(row).collect())
}

/// virtualserver.openapi.yaml:11212
pub fn rename(cloud: &mut CloudState, call: &Call, id: &str) -> Outcome {
    let wish = call
        .request
        .object()
        .and_then(|body| Ok((name(&body)?, body_fields::read_text(&body, "description", 0..=255)?)));
    let thing = cloud.snapshot(&call.key.account, id).is_none().then(|| volumes::absent(cloud, "Snapshot", id));
    let body = wish.as_ref().err().cloned();
    RefusalReasons { body, thing, ..RefusalReasons::default() }.first_refusal(cloud.settings.behavior.precedence)?;
    let (name, description) = wish?;
    if let Some(snapshot) = cloud.snapshots.get_mut(id) {
        (snapshot.name, snapshot.updated) = (name, cloud.now);
        snapshot.description = description.or(snapshot.description.take());
    }
    Ok(told(cloud, 200, id))
}

/// The snapshot must be settled; 400, because the page has no 409 (virtualserver.openapi.yaml:5757).
pub fn delete(cloud: &mut CloudState, call: &Call, id: &str) -> Outcome {
    let snapshot = cloud.snapshot(&call.key.account, id);
    let at_work = snapshot.filter(|snapshot| !matches!(snapshot.status, "available" | "error"));
    let reasons = RefusalReasons {
        thing: snapshot.is_none().then(|| volumes::absent(cloud, "Snapshot", id)),
        state: at_work.map(|snapshot| Refusal::bad_request(format!("Snapshot {id} is {}.", snapshot.status))),
        ..RefusalReasons::default()
    };
    reasons.first_refusal(cloud.settings.behavior.precedence)?;
    let at = cloud.draw_transition_end();
    cloud.begin_snapshot_transition(id, "deleting", at, SnapshotChange::Gone);
    Ok(ApiResponse::empty(202))
}
