//! Profiles for the reference server: its offered values and its callers.

use crate::reference_server::{AccessKey, Project, Settings};
use probity::profile::Profile;
use serde_json::{Value, json};

/// The profile of one suite for a server at an address.
pub fn make_profile(suite: &str, settings: &Settings, base: &str) -> Profile {
    let nothing = |_: &str| None;
    let file = write_profile(suite, settings, base);
    Profile::parse(&file.to_string(), "the reference server's profile", &nothing)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The file of the profile. The file is written as JSON, which is valid YAML.
pub fn write_profile(suite: &str, settings: &Settings, base: &str) -> Value {
    let (identities, pools) = match suite {
        "ecs-native" => (token_identities(settings), native_pools(settings)),
        "ecs-v1" => (token_identities(settings), v1_pools(settings)),
        "scp-volume" => (key_identities(settings), volume_pools(settings)),
        other => panic!("no profile is written for the suite `{other}`"),
    };
    json!({ "endpoints": { suite: base }, "changes": "allowed", "identities": identities, "pools": pools })
}

fn token_identities(settings: &Settings) -> Value {
    let person = |project: &Project, token: &str| json!({ "parameters": { "project_id": project.id }, "headers": { "X-Auth-Token": token } });
    let who = &settings.identities;
    json!({
        "owner": person(&who.owner, &who.owner.token),
        "other": person(&who.other, &who.other.token),
        "expired": person(&who.owner, &who.expired_token),
    })
}

fn key_identities(settings: &Settings) -> Value {
    // The owner signs with the account, and the other caller without: both variants are documented.
    let with = |key: &AccessKey| json!({ "auth": { "scp-hmac-sha256": { "access_key": key.access, "secret_key": key.secret, "account_id": key.account } } });
    let without = |key: &AccessKey| json!({ "auth": { "scp-hmac-sha256": { "access_key": key.access, "secret_key": key.secret } } });
    let [owner, other] = &settings.identities.keys;
    json!({ "owner": with(owner), "other": without(other) })
}

fn offered_flavors(settings: &Settings) -> Vec<&String> {
    let offered = settings.pools.flavors.iter().filter(|flavor| !flavor.abandoned && !flavor.sold_out);
    offered.map(|flavor| &flavor.id).collect()
}

fn native_pools(settings: &Settings) -> Value {
    let pools = &settings.pools;
    json!({
        "flavors": offered_flavors(settings),
        "images": pools.images.iter().map(|image| &image.id).collect::<Vec<_>>(),
        "networks": pools.networks.iter().map(|network| &network.id).collect::<Vec<_>>(),
        "zones": pools.zones,
        "keys": pools.keys,
    })
}

fn v1_pools(settings: &Settings) -> Value {
    let pools = &settings.pools;
    json!({
        "flavors": offered_flavors(settings),
        "images": pools.images.iter().map(|image| &image.id).collect::<Vec<_>>(),
        "vpcs": pools.networks.iter().map(|network| &network.vpc).take(1).collect::<Vec<_>>(),
        "subnets": pools.networks.iter().map(|network| &network.id).collect::<Vec<_>>(),
        "zones": pools.zones,
        "disks": pools.disk_types,
        "keys": pools.keys,
    })
}

fn volume_pools(settings: &Settings) -> Value {
    let pools = &settings.pools;
    json!({
        "sizes": [8, 16, 24, 32],
        "types": pools.volume_types.iter().map(|kind| &kind.name).collect::<Vec<_>>(),
        "servers": pools.scp_servers[0],
    })
}
