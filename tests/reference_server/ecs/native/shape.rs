//! Servers as the native API describes them.

use serde_json::{Map, Value, json};

use super::super::super::behavior::NoTask;
use super::super::super::cloud_state::CloudState;
use super::super::super::timestamps;
use super::super::flavors;
use super::super::server::{Server, VmState};
use super::Call;

pub fn links(call: &Call, server: &Server) -> Value {
    flavors::links(&call.host, call.version, &server.project, &format!("servers/{}", server.id), false)
}

/// querying-details-about-an-ecs.md:83, with the fields of the selected microversion.
pub fn full(cloud: &CloudState, call: &Call, server: &Server) -> Value {
    let mut shown = core(cloud, call, server);
    let behavior = &cloud.settings.behavior;
    shown["OS-EXT-STS:vm_state"] = json!(vm_state(cloud, server));
    shown["OS-EXT-STS:task_state"] = match (server.task, behavior.no_task) {
        (Some(task), _) => json!(task.text()),
        (None, NoTask::Null) => Value::Null,
        (None, NoTask::Empty) => json!(""),
    };
    shown["OS-EXT-STS:power_state"] = json!(server.power_state());
    let volume = match call.minor {
        ..3 => json!({ "id": server.disk }),
        3.. => json!({ "id": server.disk, "delete_on_termination": false }),
    };
    let more = json!({
        "key_name": server.key_name,
        "security_groups": groups(server),
        "OS-EXT-AZ:availability_zone": server.plan.zone,
        "OS-EXT-SRV-ATTR:host": "az21.dc1",
        "OS-EXT-SRV-ATTR:hypervisor_hostname": format!("nova{:03}", server.number % 40),
        "OS-EXT-SRV-ATTR:instance_name": format!("instance-{:08x}", server.number),
        "OS-SRV-USG:launched_at": server.launched.map(timestamps::format_micros),
        "OS-SRV-USG:terminated_at": null,
        "os-extended-volumes:volumes_attached": [volume],
        "config_drive": "",
    });
    add(&mut shown, more);
    if server.vm == VmState::Error {
        let created = timestamps::format_seconds(server.updated);
        shown["fault"] = json!({ "code": 500, "created": created, "message": "No valid host was found." });
    }
    add(&mut shown, of_microversion(server, call.minor));
    shown
}

/// The common fields of show, lists and the response to a rebuild (003:190).
pub fn core(cloud: &CloudState, call: &Call, server: &Server) -> Value {
    let image_links = json!([{
        "rel": "bookmark",
        "href": format!("http://{}/{}/images/{}", call.host, server.project, server.image),
    }]);
    let image = match server.plan.from_volume {
        true => json!(""),
        false => json!({ "id": server.image, "links": image_links }),
    };
    json!({
        "id": server.id,
        "name": server.name,
        "status": server.status(),
        "created": timestamps::format_seconds(server.created),
        "updated": timestamps::format_seconds(server.updated),
        "hostId": server.host,
        "addresses": addresses(cloud, server),
        "links": links(call, server),
        "image": image,
        "flavor": flavor(cloud, call, server),
        "user_id": server.user,
        "tenant_id": server.project,
        "OS-DCF:diskConfig": "MANUAL",
        "accessIPv4": "",
        "accessIPv6": "",
        "progress": 0,
        "metadata": server.metadata,
    })
}

/// An id with links, or from 2.47 on the flavor itself (querying-details-about-an-ecs.md:421).
fn flavor(cloud: &CloudState, call: &Call, server: &Server) -> Value {
    let Some(flavor) = cloud.settings.pools.flavors.iter().find(|flavor| flavor.id == server.flavor) else {
        return json!({ "id": server.flavor, "links": [] });
    };
    if call.minor < 47 {
        let href = format!("http://{}/{}/flavors/{}", call.host, server.project, flavor.id);
        return json!({ "id": flavor.id, "links": [{ "rel": "bookmark", "href": href }] });
    }
    json!({
        "vcpus": flavor.vcpus, "ram": flavor.ram_mb, "disk": 0, "ephemeral": 0, "swap": 0,
        "original_name": flavor.id, "extra_specs": flavors::extra_specs(flavor),
    })
}

fn addresses(cloud: &CloudState, server: &Server) -> Value {
    let mut networks: Map<String, Value> = Map::new();
    for address in &server.addresses {
        let entry = json!({
            "addr": address.ip, "version": 4, "OS-EXT-IPS-MAC:mac_addr": address.mac, "OS-EXT-IPS:type": "fixed",
        });
        let list = networks.entry(cloud.address_key(address)).or_insert_with(|| json!([]));
        list.as_array_mut().map(|list| list.push(entry)).unwrap_or_default();
    }
    Value::Object(networks)
}

pub fn groups(server: &Server) -> Value {
    server.plan.groups.iter().map(|name| json!({ "name": name })).collect()
}

fn vm_state(cloud: &CloudState, server: &Server) -> String {
    let told = match server.vm {
        VmState::Resized if server.task.is_none() && cloud.has_fault("status-against-its-parts") => VmState::Active,
        vm => vm,
    };
    let text = told.text();
    if cloud.settings.behavior.vm_state_upper { text.to_uppercase() } else { text.to_string() }
}

/// "later than X" includes X, as the newer pages say of the same fields, for example creating_an_ecs.rst:243 of
/// creating-an-ecs(openstack).md:303.
fn of_microversion(server: &Server, minor: u32) -> Value {
    let mut more = json!({});
    if minor >= 3 {
        add(
            &mut more,
            json!({
                "OS-EXT-SRV-ATTR:hostname": server.plan.name.to_lowercase().replace('_', "-"),
                "OS-EXT-SRV-ATTR:reservation_id": server.plan.reservation,
                "OS-EXT-SRV-ATTR:launch_index": server.plan.launch_index,
                "OS-EXT-SRV-ATTR:kernel_id": "",
                "OS-EXT-SRV-ATTR:ramdisk_id": "",
                "OS-EXT-SRV-ATTR:root_device_name": "/dev/vda",
                "OS-EXT-SRV-ATTR:user_data": server.user_data,
            }),
        );
    }
    for (since, name, value) in [
        (9, "locked", json!(false)),
        (16, "host_status", json!("UP")),
        (19, "description", json!(server.plan.description)),
        (26, "tags", json!([])),
    ] {
        if minor >= since {
            more[name] = value;
        }
    }
    more
}

pub fn add(to: &mut Value, more: Value) {
    if let (Value::Object(to), Value::Object(more)) = (to, more) {
        to.extend(more);
    }
}
