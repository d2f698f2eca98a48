//! Creating, showing, renaming, extending and deleting volumes.

use serde_json::Value;

use super::super::exchange::{Answer, Outcome};
use super::super::reading;
use super::super::refusal::{Reasons, Refusal};
use super::super::world::World;
use super::paging::{self, Row};
use super::volume::{SnapshotChange, Volume, VolumeChange};
use super::{Call, shape};

struct Order {
    name: String,
    size: i64,
    kind: Option<String>,
    snapshot: Option<String>,
}

/// virtualserver.openapi.yaml:11299
pub fn create(world: &mut World, call: &Call) -> Outcome {
    let by_eight = world.settings.manners.sizes_by_eight;
    let order = read(call, by_eight);
    let body = order.as_ref().err().cloned();
    let reference = order.as_ref().ok().and_then(|order| unknown(world, call, order));
    let have = world.volumes.values().filter(|volume| volume.account == call.key.account).count();
    let full = have >= world.settings.limits.volumes_per_account_max;
    let state = full.then(|| Refusal::bad("The quota of volumes is exceeded."));
    Reasons { body, reference, state, thing: None }.judge(world.settings.manners.precedence)?;
    let order = order?;
    let pools = &world.settings.pools;
    let wish = order.kind.as_ref().and_then(|kind| pools.volume_type(kind));
    let kind = wish.or(pools.volume_types.first()).cloned();
    let Some(kind) = kind else {
        return Err(Refusal::new(500, "Ecs.0615", "There are no volume types."));
    };
    let id = world.dice.uuid();
    let volume = Volume {
        id: id.clone(),
        account: call.key.account.clone(),
        number: world.next_number(),
        generation: 0,
        name: order.name,
        size: order.size,
        kind,
        from_snapshot: order.snapshot,
        state: "creating",
        attached: Vec::new(),
        created: world.now,
        modified: world.now,
        extends: 0,
        reverts: 0,
    };
    world.volumes.insert(id.clone(), volume);
    world.volume_passes(&id, "creating", vec![VolumeChange::State("available")]);
    Ok(told(world, 202, &id))
}

fn read(call: &Call, by_eight: bool) -> Result<Order, Refusal> {
    let body = call.ask.object()?;
    let name = reading::needed(&body, "name", 1..=255)?;
    if !plain(&name) {
        return Err(Refusal::bad("name holds characters that it must not."));
    }
    if !matches!(body.get("tags"), None | Some(Value::Null | Value::Array(_))) {
        return Err(Refusal::bad("tags must be a list."));
    }
    let size = size(reading::number(&body, "size", false)?, by_eight)?;
    let kind = reading::text(&body, "volume_type", 1..=255)?;
    Ok(Order { name, size, kind, snapshot: reading::text(&body, "snapshot_id", 1..=255)? })
}

/// Names of volumes and snapshots (virtualserver.openapi.yaml:11316).
pub fn plain(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || "-_ ".contains(c))
}

fn size(size: Option<i64>, by_eight: bool) -> Result<i64, Refusal> {
    match size {
        None => Err(Refusal::bad("size is missing.")),
        Some(size) if !(8..=12_288).contains(&size) => Err(Refusal::bad("size must be 8 to 12288.")),
        Some(size) if by_eight && size % 8 != 0 => Err(Refusal::bad("size must be a multiple of 8.")),
        Some(size) => Ok(size),
    }
}

fn unknown(world: &World, call: &Call, order: &Order) -> Option<Refusal> {
    if let Some(kind) = order.kind.as_ref().filter(|kind| world.settings.pools.volume_type(kind).is_none()) {
        return Some(Refusal::bad(format!("There is no volume type {kind}.")));
    }
    let id = order.snapshot.as_ref()?;
    match world.snapshot(&call.key.account, id) {
        None => Some(Refusal::bad(format!("Snapshot {id} could not be found."))),
        Some(snapshot) if snapshot.status != "available" => Some(Refusal::bad("The snapshot is not available.")),
        Some(snapshot) if order.size < snapshot.size => Some(Refusal::bad("The volume is smaller than the snapshot.")),
        Some(_) => None,
    }
}

/// 404 unless the server sticks to the codes of the pages.
pub fn absent(world: &World, what: &str, id: &str) -> Refusal {
    let mut refusal = Refusal::absent(what, id);
    if world.settings.manners.scp_absent_is_400 {
        refusal.status = 400;
    }
    refusal
}

fn told(world: &World, status: u16, id: &str) -> Answer {
    world.volumes.get(id).map_or_else(|| Answer::empty(500), |volume| Answer::json(status, shape::volume(volume)))
}

pub fn show(world: &World, call: &Call, id: &str) -> Outcome {
    world.volume(&call.key.account, id).map(|_| told(world, 200, id)).ok_or_else(|| absent(world, "Volume", id))
}

pub fn list(world: &World, call: &Call) -> Outcome {
    let mine = world.volumes.values().filter(|volume| volume.account == call.key.account);
    let state = call.ask.query("state");
    let bootable = call.ask.query("bootable").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let wanted = mine.filter(|volume| !bootable && state.is_none_or(|state| volume.state == state));
    let row = |volume: &Volume| Row {
        id: volume.id.clone(),
        name: volume.name.clone(),
        number: volume.number,
        size: volume.size,
        state: volume.state,
        shown: shape::volume(volume),
    };
    paging::page(call.ask, "volumes", wanted.map(row).collect())
}

/// virtualserver.openapi.yaml:11949
pub fn rename(world: &mut World, call: &Call, id: &str) -> Outcome {
    let name = call.ask.object().and_then(|body| reading::text(&body, "name", 1..=255));
    let name = match name {
        Ok(Some(name)) if !plain(&name) => Err(Refusal::bad("name holds characters that it must not.")),
        other => other,
    };
    let thing = world.volume(&call.key.account, id).is_none().then(|| absent(world, "Volume", id));
    let body = name.as_ref().err().cloned();
    Reasons { body, thing, ..Reasons::default() }.judge(world.settings.manners.precedence)?;
    if let (Some(name), Some(volume)) = (name?, world.volumes.get_mut(id)) {
        (volume.name, volume.modified) = (name, world.now);
    }
    Ok(told(world, 200, id))
}

/// virtualserver.openapi.yaml:6761: larger only, and only a volume that is available.
pub fn extend(world: &mut World, call: &Call, id: &str) -> Outcome {
    let by_eight = world.settings.manners.sizes_by_eight;
    let wish = call.ask.object().and_then(|body| size(reading::number(&body, "size", false)?, by_eight));
    let volume = world.volume(&call.key.account, id);
    let smaller = wish.as_ref().ok().zip(volume).filter(|(wish, volume)| **wish <= volume.size);
    let reasons = Reasons {
        reference: smaller.map(|_| Refusal::bad("A volume can only be made larger.")),
        state: volume.and_then(unavailable),
        body: wish.as_ref().err().cloned(),
        thing: volume.is_none().then(|| absent(world, "Volume", id)),
    };
    reasons.judge(world.settings.manners.precedence)?;
    let wish = wish?;
    world.volume_passes(id, "extending", vec![VolumeChange::Size(wish), VolumeChange::State("available")]);
    if let Some(volume) = world.volumes.get_mut(id) {
        volume.extends += 1;
    }
    if world.has("extend-changes-snapshots") {
        world.snapshots.values_mut().filter(|snapshot| snapshot.volume == id).for_each(|snapshot| snapshot.size = wish);
    }
    Ok(told(world, 202, id))
}

/// Why a volume that must be free is not.
pub fn unavailable(volume: &Volume) -> Option<Refusal> {
    let free = volume.state == "available";
    (!free).then(|| Refusal::conflict(format!("Volume {} is {}.", volume.id, volume.state)))
}

/// virtualserver.openapi.yaml:6446. Snapshots stand in the way unless they are to go too.
pub fn delete(world: &mut World, call: &Call, id: &str) -> Outcome {
    let volume = world.volume(&call.key.account, id);
    let cascade = call.ask.query("cascade").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let snapshots: Vec<String> =
        world.snapshots.values().filter(|snapshot| snapshot.volume == id).map(|snapshot| snapshot.id.clone()).collect();
    let kept = (!cascade && !snapshots.is_empty()).then(|| Refusal::conflict("The volume has snapshots."));
    let reasons = Reasons {
        thing: volume.is_none().then(|| absent(world, "Volume", id)),
        state: volume.and_then(unavailable).or(kept),
        ..Reasons::default()
    };
    reasons.judge(world.settings.manners.precedence)?;
    let at = world.volume_passes(id, "deleting", vec![VolumeChange::Gone]);
    let spared = world.has("cascade-leaves-snapshots");
    for snapshot in snapshots.into_iter().filter(|_| !spared) {
        world.snapshot_passes(&snapshot, "deleting", at, SnapshotChange::Gone);
    }
    Ok(Answer::empty(202))
}
