//! Servers as v1 describes them (querying_details_about_an_ecs.rst of the recommended APIs, example from line 539).

use serde_json::{Map, Value, json};

use super::super::super::cloud_state::CloudState;
use super::super::super::messages::{ApiResponse, Outcome};
use super::super::super::refusal::Refusal;
use super::super::super::timestamps;
use super::super::server::{Server, Task, VmState};
use super::Call;

pub fn full(cloud: &CloudState, server: &Server) -> Value {
    let mut shown = json!({
        "id": server.id,
        "name": server.name,
        "status": server.status(),
        "created": timestamps::format_seconds(server.created),
        "updated": timestamps::format_seconds(server.updated),
        "hostId": server.host,
        "addresses": addresses(cloud, server),
        "image": { "id": server.image },
        "flavor": flavor(cloud, server),
        "metadata": metadata(cloud, server),
        "key_name": server.key_name,
        "user_id": server.user,
        "tenant_id": server.project,
        "accessIPv4": "",
        "accessIPv6": "",
        "progress": 0,
        "config_drive": "",
        "description": server.plan.description,
        "locked": false,
        "tags": [],
        "host_status": "UP",
        "security_groups": groups(server),
        "security_options": { "tpm_enabled": null },
        "os:scheduler_hints": {},
        "sys_tags": [{ "key": "_sys_enterprise_project_id", "value": "0" }],
    });
    // vm_state_upper and no_task rest on pages of the native API and do not apply here.
    shown["OS-EXT-STS:vm_state"] = json!(server.vm.text());
    shown["OS-EXT-STS:task_state"] = json!(server.task.map(Task::text));
    shown["OS-EXT-STS:power_state"] = json!(server.power_state());
    let (Value::Object(to), Value::Object(more)) = (&mut shown, extended(server)) else {
        return shown;
    };
    to.extend(more);
    shown
}

fn extended(server: &Server) -> Value {
    json!({
        "OS-DCF:diskConfig": "MANUAL",
        "OS-EXT-AZ:availability_zone": server.plan.zone,
        "OS-EXT-SRV-ATTR:host": "az21.dc1",
        "OS-EXT-SRV-ATTR:hypervisor_hostname": format!("nova{:03}", server.number % 40),
        "OS-EXT-SRV-ATTR:instance_name": format!("instance-{:08x}", server.number),
        "OS-EXT-SRV-ATTR:hostname": server.plan.name.to_lowercase().replace('_', "-"),
        "OS-EXT-SRV-ATTR:reservation_id": server.plan.reservation,
        "OS-EXT-SRV-ATTR:launch_index": server.plan.launch_index,
        "OS-EXT-SRV-ATTR:kernel_id": "",
        "OS-EXT-SRV-ATTR:ramdisk_id": "",
        "OS-EXT-SRV-ATTR:root_device_name": "/dev/vda",
        "OS-EXT-SRV-ATTR:user_data": server.user_data,
        "OS-SRV-USG:launched_at": server.launched.map(timestamps::format_micros),
        "OS-SRV-USG:terminated_at": null,
        "os-extended-volumes:volumes_attached": [{
            "id": server.disk, "delete_on_termination": "false", "device": "/dev/vda", "bootIndex": "0",
            "size": server.plan.disk_gb.to_string(),
        }],
        "fault": (server.vm == VmState::Error).then(|| json!({
            "code": 500, "message": "No valid host was found.", "created": timestamps::format_seconds(server.updated),
        })),
    })
}

/// Numbers are texts here, also the version of addresses.
fn flavor(cloud: &CloudState, server: &Server) -> Value {
    let stale = server.flavor_before.as_ref().filter(|_| cloud.has_fault("shows-old-flavor"));
    let id = stale.unwrap_or(&server.flavor);
    let known = cloud.settings.pools.flavors.iter().find(|flavor| flavor.id == *id);
    json!({
        "id": id, "name": id, "disk": "0",
        "vcpus": known.map_or(0, |flavor| flavor.vcpus).to_string(),
        "ram": known.map_or(0, |flavor| flavor.ram_mb).to_string(),
    })
}

fn addresses(cloud: &CloudState, server: &Server) -> Value {
    let mut networks: Map<String, Value> = Map::new();
    for (index, address) in server.addresses.iter().enumerate() {
        let entry = json!({
            "addr": address.ip, "version": "4", "primary": index == 0, "OS-EXT-IPS-MAC:mac_addr": address.mac,
            "OS-EXT-IPS:type": "fixed", "OS-EXT-IPS:port_id": address.port,
        });
        let list = networks.entry(cloud.address_key(address)).or_insert_with(|| json!([]));
        list.as_array_mut().map(|list| list.push(entry)).unwrap_or_default();
    }
    Value::Object(networks)
}

fn metadata(cloud: &CloudState, server: &Server) -> Value {
    let mut shown: Map<String, Value> =
        server.metadata.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    if cloud.settings.behavior.system_metadata {
        shown.insert("os_type".to_string(), json!("Linux"));
        shown.insert("metering.image_id".to_string(), json!(server.image));
        shown.insert("metering.resourcespeccode".to_string(), json!(server.flavor));
    }
    Value::Object(shown)
}

fn groups(server: &Server) -> Value {
    server
        .plan
        .groups
        .iter()
        .map(|name| json!({ "id": "6505b5d1-7837-41eb-8a1c-869d4355baa3", "name": name }))
        .collect()
}

/// `GET …/cloudservers/detail` (listing_details_about_ecss.rst:18): pages of 25, numbered from 1; page 0 is page 1.
pub fn list(cloud: &CloudState, call: &Call) -> Outcome {
    let request = call.request;
    let number = |name: &str, default: usize| match request.query(name).map(str::parse::<usize>) {
        None => Ok(default),
        Some(Ok(number)) => Ok(number),
        Some(Err(_)) => Err(Refusal::bad_request(format!("{name} must be a number."))),
    };
    let (limit, page) = (number("limit", 25)?.min(1000), number("offset", 1)?.max(1));
    let holds = |name: &str, test: &dyn Fn(&str) -> bool| request.query(name).is_none_or(test);
    let mine = cloud.servers.values().filter(|server| server.project == call.project.id);
    let wanted = mine.filter(|server| {
        holds("status", &|status| server.status() == status)
            && holds("flavor", &|flavor| server.flavor == flavor)
            && holds("name", &|name| server.name.contains(name))
            && holds("reservation_id", &|id| server.plan.reservation == id)
            && holds("ip", &|ip| server.addresses.iter().any(|address| address.ip.contains(ip)))
            && holds("tags", &|_| false)
    });
    let mut wanted: Vec<&Server> = wanted.collect();
    wanted.sort_by_key(|server| std::cmp::Reverse(server.number));
    let shown = wanted.iter().skip((page - 1).saturating_mul(limit)).take(limit);
    let shown: Vec<Value> = shown.map(|server| full(cloud, server)).collect();
    Ok(ApiResponse::json(200, json!({ "servers": shown, "count": wanted.len() })))
}
