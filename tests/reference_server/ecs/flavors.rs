//! Flavors in the form of both ECS APIs, and permitted changes of flavor.

use serde_json::{Map, Value, json};

use super::super::messages::ApiRequest;
use super::super::pools::{Flavor, Pools};
use super::super::refusal::Refusal;

/// A KVM server cannot become a Xen server; the reverse is permitted (002:13).
pub fn can_become(from: &Flavor, to: &Flavor) -> bool {
    from.xen || !to.xen
}

/// The reason against a change of flavor, with the codes of error-code-description.md:126, :269 and :995.
pub fn against(pools: &Pools, from: &str, to: &str, same_allowed: bool) -> Option<Refusal> {
    let Some(target) = pools.flavor(to) else {
        return Some(Refusal::bad_request(format!("Flavor {to} does not exist.")).with_code("Ecs.0029"));
    };
    let source = pools.flavors.iter().find(|flavor| flavor.id == from);
    if from == to && !same_allowed {
        Some(Refusal::bad_request("Another flavor must be given.").with_code("Ecs.0009"))
    } else if source.is_some_and(|source| !can_become(source, target)) {
        Some(Refusal::bad_request(format!("Flavor {from} cannot be changed to {to}.")).with_code("Ecs.0207"))
    } else if target.sold_out {
        Some(Refusal::bad_request("Capacity is not enough.").with_code("Ecs.0319"))
    } else {
        None
    }
}

/// `self` and `bookmark`; v1 adds a type that is always null (querying-the-target-flavors-….md:347).
pub fn links(host: &str, version: &str, project: &str, rest: &str, typed: bool) -> Value {
    let link = |rel: &str, href: String| match typed {
        true => json!({ "rel": rel, "href": href, "type": null }),
        false => json!({ "rel": rel, "href": href }),
    };
    json!([
        link("self", format!("http://{host}/{version}/{project}/{rest}")),
        link("bookmark", format!("http://{host}/{project}/{rest}")),
    ])
}

fn specs(flavor: &Flavor) -> Map<String, Value> {
    let env = if flavor.xen { "FusionCompute" } else { "CloudCompute" };
    let generation = flavor.id.split('.').next().unwrap_or_default();
    let state = if flavor.sold_out { "sellout" } else { "normal" };
    let mut specs = Map::new();
    for (key, value) in [
        ("ecs:virtualization_env_types", env),
        ("ecs:generation", generation),
        ("ecs:performancetype", "normal"),
        ("resource_type", "plain"),
        ("cond:operation:status", state),
    ] {
        specs.insert(key.to_string(), json!(value));
    }
    specs
}

pub fn extra_specs(flavor: &Flavor) -> Value {
    Value::Object(specs(flavor))
}

/// querying-details-about-ecs-flavors.md:124; `description` from 2.55 on.
pub fn in_native(flavor: &Flavor, links: Value, minor: u32) -> Value {
    let mut shown = json!({
        "id": flavor.id, "name": flavor.id, "links": links, "vcpus": flavor.vcpus, "ram": flavor.ram_mb,
        "disk": 0, "swap": "", "OS-FLV-EXT-DATA:ephemeral": 0, "OS-FLV-DISABLED:disabled": false,
        "rxtx_factor": 1.0, "os-flavor-access:is_public": true,
    });
    if minor >= 55 {
        shown["description"] = Value::Null;
    }
    shown
}

/// The form of both v1 listings: CPUs and disk are texts (querying-details-about-flavors-….md:435). The name of the
/// extended specifications differs between the two pages.
pub fn write_v1(flavor: &Flavor, links: Value, specs_name: &str) -> Value {
    let mut shown = json!({
        "id": flavor.id, "name": flavor.id, "vcpus": flavor.vcpus.to_string(), "ram": flavor.ram_mb, "disk": "0",
        "swap": "", "links": links, "OS-FLV-EXT-DATA:ephemeral": 0, "rxtx_factor": 1.0,
        "OS-FLV-DISABLED:disabled": false, "rxtx_quota": null, "rxtx_cap": null, "os-flavor-access:is_public": true,
    });
    shown[specs_name] = extra_specs(flavor);
    shown
}

/// Sorted by `sort_key` and `sort_dir` (querying-ecs-flavors.md:77), without withdrawn flavors.
pub fn sorted<'a>(pools: &'a Pools, request: &ApiRequest) -> Result<Vec<&'a Flavor>, Refusal> {
    let mut flavors: Vec<&Flavor> = pools.flavors.iter().filter(|flavor| !flavor.abandoned).collect();
    flavors.sort_by(|a, b| a.id.cmp(&b.id));
    match request.query("sort_key").unwrap_or("flavorid") {
        "flavorid" | "name" | "root_gb" => {}
        "memory_mb" => flavors.sort_by_key(|flavor| flavor.ram_mb),
        "vcpus" => flavors.sort_by_key(|flavor| flavor.vcpus),
        other => return Err(Refusal::bad_request(format!("{other} is no sort key."))),
    }
    match request.query("sort_dir").unwrap_or("asc") {
        "asc" => {}
        "desc" => flavors.reverse(),
        other => return Err(Refusal::bad_request(format!("{other} is no direction."))),
    }
    Ok(flavors)
}

/// `GET .../resize_flavors`: the targets for a server or a flavor. One of three parameters is mandatory; the first of
/// them counts (querying-the-target-flavors-….md:35).
pub fn targets<'a>(
    pools: &'a Pools,
    request: &ApiRequest,
    flavor_of: impl Fn(&str) -> Option<String>,
) -> Result<Vec<&'a Flavor>, Refusal> {
    let source = match (
        request.query("instance_uuid"),
        request.query("source_flavor_id").or(request.query("source_flavor_name")),
    ) {
        (Some(server), _) => flavor_of(server).ok_or_else(|| Refusal::not_found("Server", server))?,
        (None, Some(flavor)) => flavor.to_string(),
        (None, None) => return Err(Refusal::bad_request("A server or a source flavor must be given.")),
    };
    let Some(source) = pools.flavors.iter().find(|flavor| flavor.id == source) else {
        return Err(Refusal::bad_request(format!("Flavor {source} does not exist.")).with_code("Ecs.0029"));
    };
    let open = |flavor: &&Flavor| flavor.id != source.id && !flavor.sold_out && can_become(source, flavor);
    let mut targets: Vec<&Flavor> = sorted(pools, request)?.into_iter().filter(open).collect();
    if let Some(marker) = request.query("marker") {
        let place = targets.iter().position(|flavor| flavor.id == marker);
        targets.drain(..place.ok_or_else(|| Refusal::bad_request("The marker is unknown."))? + 1);
    }
    match request.query("limit").map(str::parse::<usize>) {
        None => targets.truncate(1000),
        Some(Ok(limit)) => targets.truncate(limit.min(1000)),
        Some(Err(_)) => return Err(Refusal::bad_request("limit must be a number.")),
    }
    Ok(targets)
}
