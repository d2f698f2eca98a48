//! `POST /v2.1/{project_id}/servers`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::super::exchange::{Answer, Outcome};
use super::super::super::pools::{Network, Pools};
use super::super::super::reading;
use super::super::super::refusal::{Reasons, Refusal};
use super::super::super::world::World;
use super::super::server::{Blueprint, ServerChange, VmState};
use super::{Call, shape};

/// The body as read; references are not looked up yet.
struct Order {
    name: String,
    flavor: String,
    image: Option<String>,
    from_volume: bool,
    networks: Vec<String>,
    metadata: BTreeMap<String, String>,
    groups: Vec<String>,
    key_name: Option<String>,
    user_data: Option<String>,
    description: String,
    zone: Option<String>,
    count: usize,
    by_reservation: bool,
    password: Option<String>,
}

pub fn create(world: &mut World, call: &Call) -> Outcome {
    let order = call.ask.object().and_then(|body| read(reading::object(&body, "server")?, call.minor));
    let reasons = Reasons {
        reference: order.as_ref().ok().and_then(|order| unknown(&world.settings.pools, order)),
        state: order.as_ref().ok().and_then(|order| over_quota(world, call, order.count)),
        body: order.as_ref().err().cloned(),
        thing: None,
    };
    reasons.judge(world.settings.manners.precedence)?;
    carried_out(world, call, order?)
}

fn carried_out(world: &mut World, call: &Call, order: Order) -> Outcome {
    let reservation = format!("r-{}", world.dice.hex(8));
    let mut ids = Vec::new();
    for index in 0..order.count {
        let plan = blueprint(&world.settings.pools, &order, &reservation, index);
        // There is no rollback of a failed creation here (creating-an-ecs(openstack).md:7).
        let fails = world.dice.chance(world.settings.manners.create_failure);
        let end = fails.then_some(ServerChange::Show(VmState::Error, None));
        ids.push(world.build(&call.project, plan, end).0);
    }
    let code = world.settings.manners.body_code.unwrap_or(202);
    if order.by_reservation {
        return Ok(Answer::json(code, json!({ "reservation_id": reservation })));
    }
    let Some(server) = ids.first().and_then(|id| world.servers.get(id)) else {
        return Err(Refusal::new(500, "Ecs.0615", "The server was lost."));
    };
    let mut shown = json!({
        "id": server.id,
        "links": shape::links(call, server),
        "security_groups": shape::groups(server),
        "OS-DCF:diskConfig": "MANUAL",
    });
    // Listed without a condition, and in every example (creating-an-ecs(openstack).md:694).
    shown["adminPass"] = json!(order.password.unwrap_or_else(|| "Generated-1".to_string()));
    Ok(Answer::json(code, json!({ "server": shown })))
}

fn read(server: &Map<String, Value>, minor: u32) -> Result<Order, Refusal> {
    let (image, from_volume) = source(server)?;
    // min_count and max_count: creating-an-ecs(openstack).md:257; the newer page lets them be equal.
    let least = reading::number(server, "min_count", true)?.unwrap_or(1);
    let most = reading::number(server, "max_count", true)?.unwrap_or(least);
    if least < 1 || most < least {
        return Err(Refusal::bad("min_count and max_count do not fit."));
    }
    // A field that the microversion does not know yet is not read (creating-an-ecs(openstack).md:303).
    let description = if minor >= 19 { reading::text(server, "description", 0..=85)? } else { None };
    Ok(Order {
        name: reading::needed(server, "name", 1..=255)?,
        flavor: reading::reference(server, "flavorRef")?,
        image,
        from_volume,
        networks: networks(server)?,
        metadata: reading::metadata(server, "metadata")?.unwrap_or_default(),
        groups: groups(server)?,
        key_name: reading::text(server, "key_name", 1..=255)?,
        user_data: super::rebuild::user_data(server)?,
        description: description.unwrap_or_default(),
        zone: reading::text(server, "availability_zone", 1..=255)?,
        count: usize::try_from(most).unwrap_or(usize::MAX),
        by_reservation: reading::truth(server, "return_reservation_id")?.unwrap_or(false),
        password: reading::text(server, "adminPass", 1..=255)?,
    })
}

/// The image: from `imageRef`, or from a boot disk that is made of one. Disks and snapshots of the other cloud are not
/// known here.
fn source(server: &Map<String, Value>) -> Result<(Option<String>, bool), Refusal> {
    let Some(Value::Array(disks)) = server.get("block_device_mapping_v2") else {
        return Ok((Some(reading::reference(server, "imageRef")?), false));
    };
    let boot = disks.iter().filter_map(Value::as_object).find(|disk| {
        let index = disk.get("boot_index");
        index.is_some_and(|index| index == &json!("0") || index == &json!(0))
    });
    let boot = boot.ok_or_else(|| Refusal::bad("No disk has boot_index 0."))?;
    match reading::needed(boot, "source_type", 1..=16)?.as_str() {
        "image" => Ok((Some(reading::reference(boot, "uuid")?), true)),
        "volume" | "snapshot" | "blank" => Ok((None, true)),
        _ => Err(Refusal::bad("source_type is unknown.")),
    }
}

/// One of `port` and `uuid` for each (creating-an-ecs(openstack).md:489).
fn networks(server: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    let entries = reading::list(server, "networks", 1..=12)?;
    entries
        .iter()
        .map(|entry| {
            let Value::Object(entry) = entry else {
                return Err(Refusal::bad("networks must hold objects."));
            };
            let port = reading::text(entry, "port", 1..=255)?;
            if port.as_ref().is_some_and(|port| !is_uuid(port)) {
                return Err(Refusal::bad("A port is named by its UUID."));
            }
            let uuid = reading::text(entry, "uuid", 1..=255)?;
            uuid.or(port).ok_or_else(|| Refusal::bad("A network needs a uuid or a port."))
        })
        .collect()
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len).collect::<Vec<_>>();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

fn groups(server: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    match server.get("security_groups") {
        None | Some(Value::Null) => Ok(vec!["default".to_string()]),
        Some(Value::Array(groups)) => {
            let name = |group: &Value| group.get("name").and_then(Value::as_str).map(str::to_string);
            groups
                .iter()
                .map(|group| name(group).ok_or_else(|| Refusal::bad("A security group needs a name.")))
                .collect()
        }
        Some(_) => Err(Refusal::bad("security_groups must be a list.")),
    }
}

/// What the order names and nobody offers: 400 for each (creating-an-ecs(openstack).md:133 says so of images).
fn unknown(pools: &Pools, order: &Order) -> Option<Refusal> {
    let missing = |what: &str, id: &str| Some(Refusal::bad(format!("{what} {id} could not be found.")));
    match &order.image {
        None => return Some(Refusal::bad("The boot disk could not be found.")),
        Some(image) if pools.image(image).is_none() => return missing("Image", image),
        Some(_) => {}
    }
    if pools.flavor(&order.flavor).is_none() {
        return missing("Flavor", &order.flavor);
    }
    if let Some(id) = order.networks.iter().find(|id| pools.network(id).is_none()) {
        return missing("Network", id);
    }
    if let Some(zone) = order.zone.as_ref().filter(|zone| !pools.zones.contains(zone)) {
        return missing("Zone", zone);
    }
    order.key_name.as_ref().filter(|key| !pools.keys.contains(key)).and_then(|key| missing("Key", key))
}

fn over_quota(world: &World, call: &Call, count: usize) -> Option<Refusal> {
    let have = world.servers.values().filter(|server| server.project == call.project.id).count();
    let over = have.saturating_add(count) > world.settings.limits.servers_per_project_max;
    over.then(|| Refusal::new(403, "Ecs.0001", "The quota of servers is exceeded."))
}

fn blueprint(pools: &Pools, order: &Order, reservation: &str, index: usize) -> Blueprint {
    let networks: Vec<Network> = order.networks.iter().filter_map(|id| pools.network(id)).cloned().collect();
    let name = if order.count > 1 { format!("{}-{:04}", order.name, index) } else { order.name.clone() };
    Blueprint {
        name,
        flavor: order.flavor.clone(),
        image: order.image.clone().unwrap_or_default(),
        from_volume: order.from_volume,
        metadata: order.metadata.clone(),
        key_name: order.key_name.clone(),
        user_data: order.user_data.clone(),
        description: order.description.clone(),
        zone: order.zone.clone().or(pools.zones.first().cloned()).unwrap_or_default(),
        networks,
        groups: order.groups.clone(),
        reservation: reservation.to_string(),
        launch_index: index as u64,
        disk_gb: 40,
    }
}
