//! Snapshots (virtualserver.openapi.yaml:5601 on).

use serde_json::{Map, Value};

use super::super::exchange::{Answer, Outcome};
use super::super::reading;
use super::super::refusal::{Reasons, Refusal};
use super::super::world::World;
use super::paging::{self, Row};
use super::volume::{Snapshot, SnapshotChange, Volume};
use super::{Call, shape, volumes};

struct Order {
    name: String,
    volume: String,
    description: Option<String>,
    force: bool,
    metadata: Map<String, Value>,
}

pub fn create(world: &mut World, call: &Call) -> Outcome {
    let order = read(call);
    let wish = order.as_ref().ok();
    let volume = wish.and_then(|order| world.volume(&call.key.account, &order.volume));
    let missing = wish.filter(|_| volume.is_none());
    let have = world.snapshots.values().filter(|snapshot| snapshot.account == call.key.account).count();
    let full = have >= world.settings.limits.snapshots_per_account_max;
    let full = full.then(|| Refusal::bad("The quota of snapshots is exceeded."));
    let reasons = Reasons {
        body: order.as_ref().err().cloned(),
        thing: None,
        reference: missing.map(|order| Refusal::bad(format!("Volume {} could not be found.", order.volume))),
        state: volume.zip(wish).and_then(|(volume, order)| untimely(volume, order)).or(full),
    };
    let size = volume.map_or(0, |volume| volume.size);
    reasons.judge(world.settings.manners.precedence)?;
    let order = order?;
    let id = world.dice.uuid();
    let snapshot = Snapshot {
        id: id.clone(),
        account: call.key.account.clone(),
        volume: order.volume,
        number: world.next_number(),
        name: order.name,
        description: order.description,
        metadata: order.metadata,
        size,
        status: "creating",
        created: world.now,
        updated: world.now,
    };
    world.snapshots.insert(id.clone(), snapshot);
    let at = world.passage();
    world.snapshot_passes(&id, "creating", at, SnapshotChange::Status("available"));
    Ok(told(world, 202, &id))
}

fn read(call: &Call) -> Result<Order, Refusal> {
    let body = call.ask.object()?;
    let metadata = match body.get("metadata") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(map)) => map.clone(),
        Some(_) => return Err(Refusal::bad("metadata must be an object.")),
    };
    Ok(Order {
        name: name(&body)?,
        volume: reading::needed(&body, "volume_id", 1..=255)?,
        description: reading::text(&body, "description", 0..=255)?,
        force: reading::truth(&body, "force")?.unwrap_or(false),
        metadata,
    })
}

fn name(body: &Map<String, Value>) -> Result<String, Refusal> {
    let name = reading::needed(body, "name", 1..=255)?;
    if volumes::plain(&name) { Ok(name) } else { Err(Refusal::bad("name holds characters that it must not.")) }
}

/// Of an attached volume only by force; 400, as the page of this call has no 409 (virtualserver.openapi.yaml:5714).
fn untimely(volume: &Volume, order: &Order) -> Option<Refusal> {
    let fits = volume.state == "available" || (volume.state == "in-use" && order.force);
    (!fits).then(|| Refusal::bad(format!("Volume {} is {}.", volume.id, volume.state)))
}

fn told(world: &World, status: u16, id: &str) -> Answer {
    let snapshot = world.snapshots.get(id);
    snapshot.map_or_else(|| Answer::empty(500), |snapshot| Answer::json(status, shape::snapshot(snapshot)))
}

pub fn show(world: &World, call: &Call, id: &str) -> Outcome {
    world
        .snapshot(&call.key.account, id)
        .map(|_| told(world, 200, id))
        .ok_or_else(|| volumes::absent(world, "Snapshot", id))
}

pub fn list(world: &World, call: &Call) -> Outcome {
    let mine = world.snapshots.values().filter(|snapshot| snapshot.account == call.key.account);
    let of = call.ask.query("volume_id");
    let wanted = mine.filter(|snapshot| of.is_none_or(|volume| snapshot.volume == volume));
    let row = |snapshot: &Snapshot| Row {
        id: snapshot.id.clone(),
        name: snapshot.name.clone(),
        number: snapshot.number,
        size: snapshot.size,
        state: snapshot.status,
        shown: shape::snapshot(snapshot),
    };
    paging::page(call.ask, "snapshots", wanted.map(row).collect())
}

/// virtualserver.openapi.yaml:11212
pub fn rename(world: &mut World, call: &Call, id: &str) -> Outcome {
    let wish = call.ask.object().and_then(|body| Ok((name(&body)?, reading::text(&body, "description", 0..=255)?)));
    let thing = world.snapshot(&call.key.account, id).is_none().then(|| volumes::absent(world, "Snapshot", id));
    let body = wish.as_ref().err().cloned();
    Reasons { body, thing, ..Reasons::default() }.judge(world.settings.manners.precedence)?;
    let (name, description) = wish?;
    if let Some(snapshot) = world.snapshots.get_mut(id) {
        (snapshot.name, snapshot.updated) = (name, world.now);
        snapshot.description = description.or(snapshot.description.take());
    }
    Ok(told(world, 200, id))
}

/// Only one that is at rest; 400, as the page of this call has no 409 (virtualserver.openapi.yaml:5757).
pub fn delete(world: &mut World, call: &Call, id: &str) -> Outcome {
    let snapshot = world.snapshot(&call.key.account, id);
    let at_work = snapshot.filter(|snapshot| !matches!(snapshot.status, "available" | "error"));
    let reasons = Reasons {
        thing: snapshot.is_none().then(|| volumes::absent(world, "Snapshot", id)),
        state: at_work.map(|snapshot| Refusal::bad(format!("Snapshot {id} is {}.", snapshot.status))),
        ..Reasons::default()
    };
    reasons.judge(world.settings.manners.precedence)?;
    let at = world.passage();
    world.snapshot_passes(id, "deleting", at, SnapshotChange::Gone);
    Ok(Answer::empty(202))
}
