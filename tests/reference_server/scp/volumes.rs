//! Creating, showing, renaming, extending and deleting volumes.

use serde_json::Value;

use super::super::body_fields;
use super::super::cloud_state::CloudState;
use super::super::messages::{ApiResponse, Outcome};
use super::super::refusal::{Refusal, RefusalReasons};
use super::paging::{self, ListRow};
use super::volume::{SnapshotChange, Volume, VolumeChange};
use super::{Call, shape};

struct Order {
    name: String,
    size: i64,
    kind: Option<String>,
    snapshot: Option<String>,
}

/// virtualserver.openapi.yaml:11299
pub fn create(cloud: &mut CloudState, call: &Call) -> Outcome {
    let by_eight = cloud.settings.behavior.sizes_by_eight;
    let order = read(call, by_eight);
    let body = order.as_ref().err().cloned();
    let reference = order.as_ref().ok().and_then(|order| unknown(cloud, call, order));
    let have = cloud.volumes.values().filter(|volume| volume.account == call.key.account).count();
    let full = have >= cloud.settings.limits.volumes_per_account_max;
    let state = full.then(|| Refusal::bad_request("The quota of volumes is exceeded."));
    RefusalReasons { body, reference, state, thing: None }.first_refusal(cloud.settings.behavior.precedence)?;
    let order = order?;
    let pools = &cloud.settings.pools;
    let wish = order.kind.as_ref().and_then(|kind| pools.volume_type(kind));
    let kind = wish.or(pools.volume_types.first()).cloned();
    let Some(kind) = kind else {
        return Err(Refusal::new(500, "Ecs.0615", "There are no volume types."));
    };
    let id = cloud.random.draw_uuid();
    let volume = Volume {
        id: id.clone(),
        account: call.key.account.clone(),
        number: cloud.next_number(),
        generation: 0,
        name: order.name,
        size: order.size,
        kind,
        from_snapshot: order.snapshot,
        state: "creating",
        attached: Vec::new(),
        created: cloud.now,
        modified: cloud.now,
        extends: 0,
        reverts: 0,
    };
    cloud.volumes.insert(id.clone(), volume);
    cloud.begin_volume_transition(&id, "creating", vec![VolumeChange::State("available")]);
    Ok(told(cloud, 202, &id))
}

fn read(call: &Call, by_eight: bool) -> Result<Order, Refusal> {
    let body = call.request.object()?;
    let name = body_fields::read_required_text(&body, "name", 1..=255)?;
    if !plain(&name) {
        return Err(Refusal::bad_request("name holds characters that it must not."));
    }
    if !matches!(body.get("tags"), None | Some(Value::Null | Value::Array(_))) {
        return Err(Refusal::bad_request("tags must be a list."));
    }
    let size = size(body_fields::read_number(&body, "size", false)?, by_eight)?;
    let kind = body_fields::read_text(&body, "volume_type", 1..=255)?;
    Ok(Order { name, size, kind, snapshot: body_fields::read_text(&body, "snapshot_id", 1..=255)? })
}

/// Names of volumes and snapshots (virtualserver.openapi.yaml:11316).
pub fn plain(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || "-_ ".contains(c))
}

fn size(size: Option<i64>, by_eight: bool) -> Result<i64, Refusal> {
    match size {
        None => Err(Refusal::bad_request("size is missing.")),
        Some(size) if !(8..=12_288).contains(&size) => Err(Refusal::bad_request("size must be 8 to 12288.")),
        Some(size) if by_eight && size % 8 != 0 => Err(Refusal::bad_request("size must be a multiple of 8.")),
        Some(size) => Ok(size),
    }
}

fn unknown(cloud: &CloudState, call: &Call, order: &Order) -> Option<Refusal> {
    if let Some(kind) = order.kind.as_ref().filter(|kind| cloud.settings.pools.volume_type(kind).is_none()) {
        return Some(Refusal::bad_request(format!("There is no volume type {kind}.")));
    }
    let id = order.snapshot.as_ref()?;
    match cloud.snapshot(&call.key.account, id) {
        None => Some(Refusal::bad_request(format!("Snapshot {id} could not be found."))),
        Some(snapshot) if snapshot.status != "available" => {
            Some(Refusal::bad_request("The snapshot is not available."))
        }
        Some(snapshot) if order.size < snapshot.size => {
            Some(Refusal::bad_request("The volume is smaller than the snapshot."))
        }
        Some(_) => None,
    }
}

/// 404, unless the server uses only the codes of the pages.
pub fn absent(cloud: &CloudState, what: &str, id: &str) -> Refusal {
    let mut refusal = Refusal::not_found(what, id);
    if cloud.settings.behavior.scp_absent_is_400 {
        refusal.status = 400;
    }
    refusal
}

fn told(cloud: &CloudState, status: u16, id: &str) -> ApiResponse {
    cloud
        .volumes
        .get(id)
        .map_or_else(|| ApiResponse::empty(500), |volume| ApiResponse::json(status, shape::volume(volume)))
}

pub fn show(cloud: &CloudState, call: &Call, id: &str) -> Outcome {
    cloud.volume(&call.key.account, id).map(|_| told(cloud, 200, id)).ok_or_else(|| absent(cloud, "Volume", id))
}

pub fn list(cloud: &CloudState, call: &Call) -> Outcome {
    let mine = cloud.volumes.values().filter(|volume| volume.account == call.key.account);
    let state = call.request.query("state");
    let bootable = call.request.query("bootable").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let wanted = mine.filter(|volume| !bootable && state.is_none_or(|state| volume.state == state));
    let row = |volume: &Volume| ListRow {
        id: volume.id.clone(),
        name: volume.name.clone(),
        number: volume.number,
        size: volume.size,
        state: volume.state,
        shown: shape::volume(volume),
    };
    paging::page(call.request, "volumes", wanted.map(row).collect())
}

/// virtualserver.openapi.yaml:11949
pub fn rename(cloud: &mut CloudState, call: &Call, id: &str) -> Outcome {
    let name = call.request.object().and_then(|body| body_fields::read_text(&body, "name", 1..=255));
    let name = match name {
        Ok(Some(name)) if !plain(&name) => Err(Refusal::bad_request("name holds characters that it must not.")),
        other => other,
    };
    let thing = cloud.volume(&call.key.account, id).is_none().then(|| absent(cloud, "Volume", id));
    let body = name.as_ref().err().cloned();
    RefusalReasons { body, thing, ..RefusalReasons::default() }.first_refusal(cloud.settings.behavior.precedence)?;
    if let (Some(name), Some(volume)) = (name?, cloud.volumes.get_mut(id)) {
        (volume.name, volume.modified) = (name, cloud.now);
    }
    Ok(told(cloud, 200, id))
}

/// virtualserver.openapi.yaml:6761: only to a larger size, and only if the volume is available.
pub fn extend(cloud: &mut CloudState, call: &Call, id: &str) -> Outcome {
    let by_eight = cloud.settings.behavior.sizes_by_eight;
    let wish = call.request.object().and_then(|body| size(body_fields::read_number(&body, "size", false)?, by_eight));
    let volume = cloud.volume(&call.key.account, id);
    let smaller = wish.as_ref().ok().zip(volume).filter(|(wish, volume)| **wish <= volume.size);
    let reasons = RefusalReasons {
        reference: smaller.map(|_| Refusal::bad_request("A volume can only be made larger.")),
        state: volume.and_then(unavailable),
        body: wish.as_ref().err().cloned(),
        thing: volume.is_none().then(|| absent(cloud, "Volume", id)),
    };
    reasons.first_refusal(cloud.settings.behavior.precedence)?;
    let wish = wish?;
    cloud.begin_volume_transition(id, "extending", vec![VolumeChange::Size(wish), VolumeChange::State("available")]);
    if let Some(volume) = cloud.volumes.get_mut(id) {
        volume.extends += 1;
    }
    if cloud.has_fault("extend-changes-snapshots") {
        cloud.snapshots.values_mut().filter(|snapshot| snapshot.volume == id).for_each(|snapshot| snapshot.size = wish);
    }
    Ok(told(cloud, 202, id))
}

/// The reason against an operation that needs an available volume.
pub fn unavailable(volume: &Volume) -> Option<Refusal> {
    let free = volume.state == "available";
    (!free).then(|| Refusal::conflict(format!("Volume {} is {}.", volume.id, volume.state)))
}

/// virtualserver.openapi.yaml:6446. Snapshots prevent the deletion, unless they are deleted too.
pub fn delete(cloud: &mut CloudState, call: &Call, id: &str) -> Outcome {
    let volume = cloud.volume(&call.key.account, id);
    let cascade = call.request.query("cascade").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let snapshots: Vec<String> =
        cloud.snapshots.values().filter(|snapshot| snapshot.volume == id).map(|snapshot| snapshot.id.clone()).collect();
    let kept = (!cascade && !snapshots.is_empty()).then(|| Refusal::conflict("The volume has snapshots."));
    let reasons = RefusalReasons {
        thing: volume.is_none().then(|| absent(cloud, "Volume", id)),
        state: volume.and_then(unavailable).or(kept),
        ..RefusalReasons::default()
    };
    reasons.first_refusal(cloud.settings.behavior.precedence)?;
    let at = cloud.begin_volume_transition(id, "deleting", vec![VolumeChange::Gone]);
    let spared = cloud.has_fault("cascade-leaves-snapshots");
    for snapshot in snapshots.into_iter().filter(|_| !spared) {
        cloud.begin_snapshot_transition(&snapshot, "deleting", at, SnapshotChange::Gone);
    }
    Ok(ApiResponse::empty(202))
}
