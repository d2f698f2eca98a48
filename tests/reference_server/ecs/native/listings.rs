//! Lists of offered values: flavors, zones, networks, keys, images.

use serde_json::{Value, json};

use super::super::super::cloud_state::CloudState;
use super::super::super::messages::{ApiResponse, Outcome};
use super::super::super::pools::Flavor;
use super::super::super::refusal::Refusal;
use super::super::flavors;
use super::Call;

pub fn knows(path: &[&str]) -> bool {
    matches!(
        path,
        ["flavors"]
            | ["flavors", _]
            | ["os-availability-zone" | "os-networks" | "os-keypairs" | "images" | "resize_flavors"]
            | ["images", "detail"]
    )
}

pub fn respond(cloud: &CloudState, call: &Call, path: &[&str]) -> Outcome {
    let pools = &cloud.settings.pools;
    let body = match path {
        ["flavors"] => json!({ "flavors": some(cloud, call)?.map(|flavor| brief(call, flavor)).collect::<Vec<_>>() }),
        ["flavors", "detail"] => {
            json!({ "flavors": some(cloud, call)?.map(|flavor| full(call, flavor)).collect::<Vec<_>>() })
        }
        ["flavors", id] => {
            let flavor = pools.flavor(id).ok_or_else(|| Refusal::not_found("Flavor", id).with_code("Ecs.0303"))?;
            json!({ "flavor": full(call, flavor) })
        }
        ["resize_flavors"] => {
            let of = |id: &str| cloud.server(&call.project.id, id).map(|server| server.flavor.clone());
            let shown = |flavor| flavors::write_v1(flavor, links(call, flavor, true), "extra_specs");
            json!({ "flavors": flavors::targets(pools, call.request, of)?.into_iter().map(shown).collect::<Vec<_>>() })
        }
        ["os-availability-zone"] => {
            let zone = |name| json!({ "zoneState": { "available": true }, "hosts": null, "zoneName": name });
            json!({ "availabilityZoneInfo": pools.zones.iter().map(zone).collect::<Vec<_>>() })
        }
        ["os-networks"] => {
            json!({ "networks": pools.networks.iter().map(|it| network(&it.id, &it.label)).collect::<Vec<_>>() })
        }
        ["os-keypairs"] => json!({ "keypairs": pools.keys.iter().map(|name| key(call, name)).collect::<Vec<_>>() }),
        _ => json!({ "images": pools.images.iter().map(|it| image(call, &it.id, &it.name)).collect::<Vec<_>>() }),
    };
    Ok(ApiResponse::json(200, body))
}

/// Flavors with a minimum of disk and memory. The disk of every flavor is 0 (querying-ecs-flavors.md:59).
fn some<'a>(cloud: &'a CloudState, call: &Call) -> Result<impl Iterator<Item = &'a Flavor>, Refusal> {
    let least = |name| match call.request.query(name).map(str::parse::<u64>) {
        None => Ok(0),
        Some(Ok(least)) => Ok(least),
        Some(Err(_)) => Err(Refusal::bad_request(format!("{name} must be a number."))),
    };
    let (disk, ram) = (least("minDisk")?, least("minRam")?);
    let flavors = flavors::sorted(&cloud.settings.pools, call.request)?;
    Ok(flavors.into_iter().filter(move |flavor| disk == 0 && flavor.ram_mb >= ram))
}

fn links(call: &Call, flavor: &Flavor, typed: bool) -> Value {
    flavors::links(&call.host, call.version, &call.project.id, &format!("flavors/{}", flavor.id), typed)
}

fn brief(call: &Call, flavor: &Flavor) -> Value {
    json!({ "id": flavor.id, "name": flavor.id, "links": links(call, flavor, false) })
}

fn full(call: &Call, flavor: &Flavor) -> Value {
    flavors::in_native(flavor, links(call, flavor, false), call.minor)
}

/// All fields except id and label are null (querying-networks.md:9).
fn network(id: &str, label: &str) -> Value {
    let mut shown = json!({ "id": id, "label": label });
    for name in
        ["broadcast", "cidr", "cidr_v6", "dns1", "dns2", "gateway", "gateway_v6", "netmask", "netmask_v6", "bridge"]
    {
        shown[name] = Value::Null;
    }
    shown
}

/// `type` from 2.2 on (querying-ssh-key-pairs.md:116).
fn key(call: &Call, name: &str) -> Value {
    let mut key = json!({
        "name": name,
        "fingerprint": "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff",
        "public_key": "ssh-rsa AAAA of-no-use",
    });
    if call.minor >= 2 {
        key["type"] = json!("ssh");
    }
    json!({ "keypair": key })
}

fn image(call: &Call, id: &str, name: &str) -> Value {
    let rest = format!("images/{id}");
    json!({
        "id": id, "name": name, "status": "ACTIVE", "minDisk": 0, "minRam": 0, "progress": 100, "metadata": {},
        "links": flavors::links(&call.host, call.version, &call.project.id, &rest, false),
    })
}
