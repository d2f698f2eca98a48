//! What the witness server offers and who may ask it, as profiles of the suites.

use crate::witness::{AccessKey, Project, Settings};
use probity::profile::Profile;
use serde_json::{Value, json};

/// The profile of one suite for a server at this address. YAML holds JSON, so it is written as that.
pub fn profile(suite: &str, settings: &Settings, base: &str) -> Profile {
    let (identities, pools) = match suite {
        "ecs-native" => (tokens(settings), native(settings)),
        "ecs-v1" => (tokens(settings), v1(settings)),
        "scp-volume" => (keys(settings), volumes(settings)),
        other => panic!("no profile is written for the suite `{other}`"),
    };
    let file = json!({ "endpoints": { suite: base }, "changes": "allowed", "identities": identities, "pools": pools });
    let nothing = |_: &str| None;
    Profile::parse(&file.to_string(), "the witness server's profile", &nothing)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn tokens(settings: &Settings) -> Value {
    let person = |project: &Project, token: &str| json!({ "parameters": { "project_id": project.id }, "headers": { "X-Auth-Token": token } });
    let who = &settings.identities;
    json!({
        "owner": person(&who.owner, &who.owner.token),
        "other": person(&who.other, &who.other.token),
        "expired": person(&who.owner, &who.expired_token),
    })
}

fn keys(settings: &Settings) -> Value {
    // Both documented variants: the owner signs with the account, the other without.
    let with = |key: &AccessKey| json!({ "auth": { "scp-hmac-sha256": { "access_key": key.access, "secret_key": key.secret, "account_id": key.account } } });
    let without = |key: &AccessKey| json!({ "auth": { "scp-hmac-sha256": { "access_key": key.access, "secret_key": key.secret } } });
    let [owner, other] = &settings.identities.keys;
    json!({ "owner": with(owner), "other": without(other) })
}

fn flavors(settings: &Settings) -> Vec<&String> {
    let offered = settings.pools.flavors.iter().filter(|flavor| !flavor.abandoned && !flavor.sold_out);
    offered.map(|flavor| &flavor.id).collect()
}

fn native(settings: &Settings) -> Value {
    let pools = &settings.pools;
    json!({
        "flavors": flavors(settings),
        "images": pools.images.iter().map(|image| &image.id).collect::<Vec<_>>(),
        "networks": pools.networks.iter().map(|network| &network.id).collect::<Vec<_>>(),
        "zones": pools.zones,
        "keys": pools.keys,
    })
}

fn v1(settings: &Settings) -> Value {
    let pools = &settings.pools;
    json!({
        "flavors": flavors(settings),
        "images": pools.images.iter().map(|image| &image.id).collect::<Vec<_>>(),
        "vpcs": pools.networks.iter().map(|network| &network.vpc).take(1).collect::<Vec<_>>(),
        "subnets": pools.networks.iter().map(|network| &network.id).collect::<Vec<_>>(),
        "zones": pools.zones,
        "disks": pools.disk_types,
        "keys": pools.keys,
    })
}

fn volumes(settings: &Settings) -> Value {
    let pools = &settings.pools;
    json!({
        "sizes": [8, 16, 24, 32],
        "types": pools.volume_types.iter().map(|kind| &kind.name).collect::<Vec<_>>(),
        "servers": pools.scp_servers[0],
    })
}
