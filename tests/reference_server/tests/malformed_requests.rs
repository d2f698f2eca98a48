//! Malformed requests are refused without an internal error.

use serde_json::{Value, json};

use super::client::Client;
use super::random::RandomNumbers;
use super::{Settings, signature};

fn random_value(random: &mut RandomNumbers, depth: u32) -> Value {
    let keys = [
        "server",
        "servers",
        "resize",
        "rebuild",
        "reboot",
        "os-start",
        "os-stop",
        "confirmResize",
        "flavorRef",
        "type",
        "imageRef",
        "name",
        "metadata",
        "id",
        "size",
        "snapshot_id",
        "volume_id",
        "nics",
        "networks",
        "dry_run",
    ];
    match random.draw_below(if depth == 0 { 5 } else { 8 }) {
        0 => Value::Null,
        1 => json!(random.draw_below(20) as i64 - 5),
        2 => json!(random.draw_chance(0.5)),
        3 => json!("HARD"),
        4 => json!("x".repeat(random.draw_below(300) as usize)),
        5 => (0..random.draw_below(3)).map(|_| random_value(random, depth - 1)).collect(),
        _ => {
            let mut map = serde_json::Map::new();
            for _ in 0..random.draw_below(4) {
                let key = keys[random.draw_below(keys.len() as u64) as usize];
                map.insert(key.to_string(), random_value(random, depth - 1));
            }
            Value::Object(map)
        }
    }
}

fn addresses_to_request(project: &str, server: &str, volume: &str) -> [String; 16] {
    [
        format!("/v2.1/{}/servers", project),
        format!("/v2.1/{}/servers/{server}/action", project),
        format!("/v2/{}/servers/detail?limit=x&status=%FF&changes-since=2020-13-99T99:99:99Z", project),
        format!("/v2.1/{}/flavors/detail?sort_key=z", project),
        format!("/v1/{}/cloudservers", project),
        format!("/v1/{}/cloudservers/action", project),
        format!("/v1/{}/cloudservers/delete", project),
        format!("/v1/{}/cloudservers/{server}/resize", project),
        format!("/v1/{}/cloudservers/resize_flavors?instance_uuid={server}&limit=-1", project),
        "/v1/volumes?sort=a:b,c&limit=99999999999999999999".to_string(),
        format!("/v1/volumes/{volume}"),
        format!("/v1/volumes/{volume}/size"),
        format!("/v1/volumes/{volume}/revert"),
        format!("/v1/volumes/{volume}/servers"),
        "/v1/snapshots".to_string(),
        "/%00/%zz//".to_string(),
    ]
}

#[tokio::test]
async fn malformed_requests_are_answered_without_an_internal_error() {
    let mut random = RandomNumbers::new(3, 99);
    let client = Client::of(Settings::draw(3)).await;
    let (server, volume) = (client.server().await, client.volume().await);
    let owner = client.settings.identities.owner.clone();
    let key = &client.settings.identities.keys[0];
    let methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "POST", "POST"];
    let places = addresses_to_request(&owner.id, &server, &volume);
    for round in 0..800 {
        let method = methods[random.draw_below(methods.len() as u64) as usize];
        let place = &places[random.draw_below(places.len() as u64) as usize];
        let body =
            if random.draw_chance(0.1) { "{broken".to_string() } else { random_value(&mut random, 4).to_string() };
        let url = format!("http://{}{place}", client.running.address);
        let signed = signature(key, method, &url, "1", "", "Openapi");
        let headers = [
            ("x-auth-token", owner.token.as_str()),
            ("x-openstack-nova-api-version", if round % 2 == 0 { "2.1" } else { "latest" }),
            ("scp-accesskey", key.access.as_str()),
            ("scp-signature", signed.as_str()),
            ("scp-timestamp", "1"),
            ("scp-clienttype", "Openapi"),
        ];
        let reply = client.send(method, place, &headers, &body).await;
        let status = reply.unwrap_or_else(|| panic!("no reply to {method} {place} {body}")).status;
        assert!(status < 500 || status == 501, "{status} for {method} {place} {body}");
    }
}
