//! `POST /v2.1/{project_id}/servers`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::super::body_fields;
use super::super::super::cloud_state::CloudState;
use super::super::super::messages::{ApiResponse, Outcome};
use super::super::super::pools::{Network, Pools};
use super::super::super::refusal::{Refusal, RefusalReasons};
use super::super::server::{ServerChange, ServerSpec, VmState};
use super::{Call, shape};

/// The body before references are looked up.
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

pub fn create(cloud: &mut CloudState, call: &Call) -> Outcome {
    let order = call.request.object().and_then(|body| read(body_fields::read_object(&body, "server")?, call.minor));
    let reasons = RefusalReasons {
        reference: order.as_ref().ok().and_then(|order| unknown(&cloud.settings.pools, order)),
        state: order.as_ref().ok().and_then(|order| check_quota(cloud, call, order.count)),
        body: order.as_ref().err().cloned(),
        thing: None,
    };
    reasons.first_refusal(cloud.settings.behavior.precedence)?;
    carry_out_request(cloud, call, order?)
}

fn carry_out_request(cloud: &mut CloudState, call: &Call, order: Order) -> Outcome {
    let reservation = format!("r-{}", cloud.random.draw_hex(8));
    let mut ids = Vec::new();
    for index in 0..order.count {
        let plan = blueprint(&cloud.settings.pools, &order, &reservation, index);
        // A failed creation is not rolled back here (creating-an-ecs(openstack).md:7).
        let fails = cloud.random.draw_chance(cloud.settings.behavior.create_failure);
        let end = fails.then_some(ServerChange::Show(VmState::Error, None));
        ids.push(cloud.create_server(&call.project, plan, end).0);
    }
    let code = cloud.settings.behavior.body_code.unwrap_or(202);
    if order.by_reservation {
        return Ok(ApiResponse::json(code, json!({ "reservation_id": reservation })));
    }
    let Some(server) = ids.first().and_then(|id| cloud.servers.get(id)) else {
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
    Ok(ApiResponse::json(code, json!({ "server": shown })))
}

fn read(server: &Map<String, Value>, minor: u32) -> Result<Order, Refusal> {
    let (image, from_volume) = source(server)?;
    // min_count and max_count: creating-an-ecs(openstack).md:257; the newer page permits equal values.
    let least = body_fields::read_number(server, "min_count", true)?.unwrap_or(1);
    let most = body_fields::read_number(server, "max_count", true)?.unwrap_or(least);
    if least < 1 || most < least {
        return Err(Refusal::bad_request("min_count and max_count do not fit."));
    }
    // Fields of later microversions are not read (creating-an-ecs(openstack).md:303).
    let description = if minor >= 19 { body_fields::read_text(server, "description", 0..=85)? } else { None };
    Ok(Order {
        name: body_fields::read_required_text(server, "name", 1..=255)?,
        flavor: body_fields::read_reference(server, "flavorRef")?,
        image,
        from_volume,
        networks: networks(server)?,
        metadata: body_fields::read_metadata(server, "metadata")?.unwrap_or_default(),
        groups: groups(server)?,
        key_name: body_fields::read_text(server, "key_name", 1..=255)?,
        user_data: super::rebuild::user_data(server)?,
        description: description.unwrap_or_default(),
        zone: body_fields::read_text(server, "availability_zone", 1..=255)?,
        count: usize::try_from(most).unwrap_or(usize::MAX),
        by_reservation: body_fields::read_bool(server, "return_reservation_id")?.unwrap_or(false),
        password: body_fields::read_text(server, "adminPass", 1..=255)?,
    })
}

/// The image of `imageRef`, or of a boot disk that is made from an image. Disks and snapshots of the other cloud are
/// unknown here.
fn source(server: &Map<String, Value>) -> Result<(Option<String>, bool), Refusal> {
    let Some(Value::Array(disks)) = server.get("block_device_mapping_v2") else {
        return Ok((Some(body_fields::read_reference(server, "imageRef")?), false));
    };
    let boot = disks.iter().filter_map(Value::as_object).find(|disk| {
        let index = disk.get("boot_index");
        index.is_some_and(|index| index == &json!("0") || index == &json!(0))
    });
    let boot = boot.ok_or_else(|| Refusal::bad_request("No disk has boot_index 0."))?;
    match body_fields::read_required_text(boot, "source_type", 1..=16)?.as_str() {
        "image" => Ok((Some(body_fields::read_reference(boot, "uuid")?), true)),
        "volume" | "snapshot" | "blank" => Ok((None, true)),
        _ => Err(Refusal::bad_request("source_type is unknown.")),
    }
}

/// Each network has either `port` or `uuid` (creating-an-ecs(openstack).md:489).
fn networks(server: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    let entries = body_fields::read_list(server, "networks", 1..=12)?;
    entries
        .iter()
        .map(|entry| {
            let Value::Object(entry) = entry else {
                return Err(Refusal::bad_request("networks must hold objects."));
            };
            let port = body_fields::read_text(entry, "port", 1..=255)?;
            if port.as_ref().is_some_and(|port| !is_uuid(port)) {
                return Err(Refusal::bad_request("A port is named by its UUID."));
            }
            let uuid = body_fields::read_text(entry, "uuid", 1..=255)?;
            uuid.or(port).ok_or_else(|| Refusal::bad_request("A network needs a uuid or a port."))
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
                .map(|group| name(group).ok_or_else(|| Refusal::bad_request("A security group needs a name.")))
                .collect()
        }
        Some(_) => Err(Refusal::bad_request("security_groups must be a list.")),
    }
}

/// The first reference without an offered value: 400 (creating-an-ecs(openstack).md:133, for images).
fn unknown(pools: &Pools, order: &Order) -> Option<Refusal> {
    let missing = |what: &str, id: &str| Some(Refusal::bad_request(format!("{what} {id} could not be found.")));
    match &order.image {
        None => return Some(Refusal::bad_request("The boot disk could not be found.")),
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

fn check_quota(cloud: &CloudState, call: &Call, count: usize) -> Option<Refusal> {
    let have = cloud.servers.values().filter(|server| server.project == call.project.id).count();
    let over = have.saturating_add(count) > cloud.settings.limits.servers_per_project_max;
    over.then(|| Refusal::new(403, "Ecs.0001", "The quota of servers is exceeded."))
}

fn blueprint(pools: &Pools, order: &Order, reservation: &str, index: usize) -> ServerSpec {
    let networks: Vec<Network> = order.networks.iter().filter_map(|id| pools.network(id)).cloned().collect();
    let name = if order.count > 1 { format!("{}-{:04}", order.name, index) } else { order.name.clone() };
    ServerSpec {
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
