//! `POST /v1/{project_id}/cloudservers` (creating-an-ecs.md:29).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::super::super::body_fields;
use super::super::super::cloud_state::CloudState;
use super::super::super::messages::{ApiResponse, Outcome};
use super::super::super::pools::{Network, Pools};
use super::super::super::refusal::{Refusal, RefusalReasons};
use super::super::jobs::JobOrder;
use super::super::server::{ServerChange, ServerSpec, VmState};
use super::{Call, answer_with_job, late};

struct Order {
    name: String,
    image: String,
    flavor: String,
    vpc: String,
    subnets: Vec<String>,
    disk_type: String,
    disk_gb: u64,
    zone: Option<String>,
    key_name: Option<String>,
    user_data: Option<String>,
    metadata: BTreeMap<String, String>,
    count: usize,
    dry_run: bool,
}

pub fn create(cloud: &mut CloudState, call: &Call) -> Outcome {
    let zone_mandatory = cloud.settings.behavior.zone_mandatory;
    let order = call.request.object().and_then(|body| {
        let dry_run = body_fields::read_bool(&body, "dry_run")?.unwrap_or(false);
        read(body_fields::read_object(&body, "server")?, zone_mandatory, dry_run)
    });
    let precedence = cloud.settings.behavior.precedence;
    let body = order.as_ref().err().cloned();
    RefusalReasons { body, ..RefusalReasons::default() }.first_refusal(precedence)?;
    let order = order?;
    let reference = unknown(&cloud.settings.pools, &order);
    let state = check_quota(cloud, call, order.count);
    match (RefusalReasons { reference, state, ..RefusalReasons::default() }).first_refusal(precedence) {
        Err(refusal) if order.dry_run => Err(refusal),
        Err(refusal) => late(cloud, call, "createServer", &[], refusal),
        Ok(()) if order.dry_run => Ok(ApiResponse::empty(202)),
        Ok(()) => Ok(carry_out_request(cloud, call, &order)),
    }
}

fn carry_out_request(cloud: &mut CloudState, call: &Call, order: &Order) -> ApiResponse {
    let reservation = format!("r-{}", cloud.random.draw_hex(8));
    let plans: Vec<ServerSpec> =
        (0..order.count).map(|index| blueprint(&cloud.settings.pools, order, &reservation, index)).collect();
    // A failed creation is rolled back (creating-an-ecs(openstack).md:7 refers to this API for a rollback).
    let fails = cloud.random.draw_chance(cloud.settings.behavior.create_failure);
    let end = fails.then_some(ServerChange::Gone);
    let build = |plan| cloud.create_server(&call.project, plan, end.clone());
    let servers: Vec<(String, u64)> = plans.into_iter().map(build).collect();
    let ids: Vec<String> = servers.iter().map(|(id, _)| id.clone()).collect();
    let failure = fails.then(|| ("Ecs.0319", "Capacity is not enough.".to_string()));
    let mut answer = answer_with_job(
        cloud,
        call,
        JobOrder { kind: "createServer", sub_kind: Some("createSingleServer"), servers, failure },
    );
    if let Some(json) = answer.json.as_mut().filter(|_| cloud.settings.behavior.server_ids_at_once) {
        json["serverIds"] = json!(ids);
    }
    answer
}

fn read(server: &Map<String, Value>, zone_mandatory: bool, dry_run: bool) -> Result<Order, Refusal> {
    let disk = body_fields::read_object(server, "root_volume")?;
    // Checked and not stored: creating-an-ecs.md:157.
    body_fields::read_text(server, "adminPass", 8..=26)?;
    let zone = body_fields::read_text(server, "availability_zone", 1..=255)?;
    if zone_mandatory && zone.is_none() {
        return Err(Refusal::bad_request("availability_zone is missing."));
    }
    let count = body_fields::read_number(server, "count", false)?.unwrap_or(1);
    if !(1..=500).contains(&count) {
        return Err(Refusal::bad_request("count must be 1 to 500."));
    }
    let disk_gb = body_fields::read_number(disk, "size", false)?;
    if disk_gb.is_some_and(|size| !(1..=1024).contains(&size)) {
        return Err(Refusal::bad_request("The system disk must have 1 to 1024 GB."));
    }
    Ok(Order {
        name: name(server, count)?,
        image: body_fields::read_required_text(server, "imageRef", 1..=255)?,
        flavor: body_fields::read_required_text(server, "flavorRef", 1..=255)?,
        vpc: body_fields::read_required_text(server, "vpcid", 1..=255)?,
        subnets: subnets(server)?,
        disk_type: body_fields::read_required_text(disk, "volumetype", 1..=255)?,
        disk_gb: disk_gb.map_or(0, i64::unsigned_abs),
        zone,
        key_name: body_fields::read_text(server, "key_name", 1..=255)?,
        user_data: user_data(server)?,
        metadata: metadata(server)?,
        count: count.unsigned_abs() as usize,
        dry_run,
    })
}

/// Up to 64 characters of a small set, 59 if numbers are appended (creating-an-ecs.md:127).
fn name(server: &Map<String, Value>, count: i64) -> Result<String, Refusal> {
    let name = body_fields::read_required_text(server, "name", 1..=if count > 1 { 59 } else { 64 })?;
    match name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c)) {
        true => Ok(name),
        false => Err(Refusal::bad_request("name holds characters that it must not.")),
    }
}

fn subnets(server: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    let nics = body_fields::read_list(server, "nics", 1..=12)?;
    nics.iter()
        .map(|nic| match nic {
            Value::Object(nic) => body_fields::read_required_text(nic, "subnet_id", 1..=255),
            _ => Err(Refusal::bad_request("nics must hold objects.")),
        })
        .collect()
}

/// At most 32 KB before encoding (creating-an-ecs.md:141).
fn user_data(server: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    let Some(text) = body_fields::read_text(server, "user_data", 0..=65_535)? else {
        return Ok(None);
    };
    match STANDARD.decode(&text) {
        Ok(plain) if plain.len() <= 32 * 1024 => Ok(Some(text)),
        Ok(_) => Err(Refusal::bad_request("user_data is too long.")),
        Err(_) => Err(Refusal::bad_request("user_data is not Base64.")),
    }
}

/// At most ten pairs with keys of a small set (data-structure-for-creating-ecss.md:345).
fn metadata(server: &Map<String, Value>) -> Result<BTreeMap<String, String>, Refusal> {
    let metadata = body_fields::read_metadata(server, "metadata")?.unwrap_or_default();
    let plain = |key: &String| key.chars().all(|c| c.is_ascii_alphanumeric() || "-_:.".contains(c));
    match metadata.len() <= 10 && metadata.keys().all(plain) {
        true => Ok(metadata),
        false => Err(Refusal::bad_request("metadata has too many pairs or keys with other characters.")),
    }
}

/// Codes: error-code-description.md:269 for the flavor; the code of the image is in the newer list only (0031).
fn unknown(pools: &Pools, order: &Order) -> Option<Refusal> {
    let missing =
        |what: &str, id: &str, code| Some(Refusal::bad_request(format!("{what} {id} does not exist.")).with_code(code));
    let subnet = |id: &&String| pools.network(id).is_none_or(|network| network.vpc != order.vpc);
    if pools.image(&order.image).is_none() {
        return missing("Image", &order.image, "Ecs.0031");
    }
    match pools.flavor(&order.flavor) {
        None => return missing("Flavor", &order.flavor, "Ecs.0029"),
        Some(flavor) if flavor.sold_out => {
            return Some(Refusal::bad_request("Capacity is not enough.").with_code("Ecs.0319"));
        }
        Some(_) => {}
    }
    if let Some(id) = order.subnets.iter().find(subnet) {
        return missing("Subnet", id, "Ecs.0005");
    }
    if !pools.disk_types.contains(&order.disk_type) {
        return missing("Disk type", &order.disk_type, "Ecs.0005");
    }
    if let Some(zone) = order.zone.as_ref().filter(|zone| !pools.zones.contains(zone)) {
        return missing("Zone", zone, "Ecs.0005");
    }
    let key = order.key_name.as_ref().filter(|key| !pools.keys.contains(key))?;
    missing("Key", key, "Ecs.0005")
}

/// error-code-description.md:38
fn check_quota(cloud: &CloudState, call: &Call, count: usize) -> Option<Refusal> {
    let mine = cloud.servers.values().filter(|server| server.project == call.project.id && server.vm != VmState::Error);
    let over = mine.count() + count > cloud.settings.limits.servers_per_project_max;
    over.then(|| Refusal::bad_request("The quota of servers is exceeded.").with_code("Ecs.0001"))
}

fn blueprint(pools: &Pools, order: &Order, reservation: &str, index: usize) -> ServerSpec {
    let networks: Vec<Network> = order.subnets.iter().filter_map(|id| pools.network(id)).cloned().collect();
    ServerSpec {
        name: if order.count > 1 { format!("{}-{index:04}", order.name) } else { order.name.clone() },
        flavor: order.flavor.clone(),
        image: order.image.clone(),
        from_volume: false,
        metadata: order.metadata.clone(),
        key_name: order.key_name.clone(),
        user_data: order.user_data.clone(),
        description: String::new(),
        zone: order.zone.clone().or(pools.zones.first().cloned()).unwrap_or_default(),
        networks,
        groups: vec!["default".to_string()],
        reservation: reservation.to_string(),
        launch_index: index as u64,
        disk_gb: if order.disk_gb == 0 { 40 } else { order.disk_gb },
    }
}
