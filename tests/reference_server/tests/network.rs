use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::client::Client;
use super::{Behavior, Clock, Limits, NetworkFaults, Settings};

async fn client_with(network_faults: NetworkFaults) -> Client {
    Client::of(Settings { network_faults, ..Settings::default() }).await
}

#[tokio::test]
async fn a_refused_request_has_no_effect() {
    for (network_faults, status) in [
        (NetworkFaults { too_many: 1.0, ..NetworkFaults::default() }, 429),
        (NetworkFaults { unavailable: 1.0, ..NetworkFaults::default() }, 503),
    ] {
        let client = client_with(network_faults).await;
        let reply = client.scp("POST", "/v1/volumes", json!({ "name": "v", "size": 8 })).await;
        assert_eq!(reply.status, status);
        assert!(reply.head.contains("retry-after: 1"));
        assert!(client.running.inventory().is_empty());
    }
}

#[tokio::test]
async fn a_reset_has_no_effect_and_a_lost_response_has_one() {
    let owner = Settings::default().identities.owner;
    let token = [("x-auth-token", owner.token.as_str())];
    for (network_faults, left) in [
        (NetworkFaults { reset: 1.0, ..NetworkFaults::default() }, 0),
        (NetworkFaults { lost_reply: 1.0, ..NetworkFaults::default() }, 1),
    ] {
        let client = client_with(network_faults).await;
        let pools = &client.settings.pools;
        let body = json!({ "server": {
            "name": "one", "flavorRef": pools.flavors[0].id, "imageRef": pools.images[0].id,
            "networks": [{ "uuid": pools.networks[0].id }],
        }});
        let reply = client.send("POST", &format!("/v2.1/{}/servers", owner.id), &token, &body.to_string()).await;
        assert!(reply.is_none());
        assert_eq!(client.running.inventory().servers.len(), left);
    }
}

#[tokio::test]
async fn a_reset_connection_does_not_end_in_an_orderly_close() {
    let client = client_with(NetworkFaults { reset: 1.0, ..NetworkFaults::default() }).await;
    let mut stream = TcpStream::connect(client.running.address).await.expect("a connection");
    stream.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.expect("sent");
    let end = stream.read(&mut [0; 100]).await;
    assert_eq!(end.expect_err("no orderly end").kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn replies_may_be_compressed_chunked_and_late() {
    let network_faults =
        NetworkFaults { gzip: 1.0, chunked: 1.0, close: 1.0, slow: 1.0, slow_ms_max: 20, ..NetworkFaults::default() };
    let client = client_with(network_faults).await;
    let reply = client.send("GET", "/", &[("accept-encoding", "gzip")], "").await.expect("a reply");
    assert!(reply.head.contains("content-encoding: gzip") && reply.head.contains("transfer-encoding: chunked"));
    assert_eq!(reply.json["versions"].as_array().map(Vec::len), Some(5));
    let plain = client.send("GET", "/", &[], "").await.expect("a reply");
    assert!(!plain.head.contains("gzip"));
}

#[tokio::test]
async fn equal_requests_meet_equal_states() {
    let run = async || {
        let client = Client::of(Settings { seed: 5, behavior: Behavior::draw(5), ..Settings::default() }).await;
        let id = client.create_stopped_server().await;
        (id.clone(), client.show(&id).await["updated"].clone())
    };
    assert_eq!(run().await, run().await);
}

#[tokio::test]
async fn with_any_drawn_behavior_a_server_can_be_created_and_deleted() {
    for seed in 0..40 {
        let client = Client::of(Settings { seed, behavior: Behavior::draw(seed), ..Settings::default() }).await;
        let id = client.create_stopped_server().await;
        assert!(client.send_ecs("DELETE", &format!("/v2.1/{{p}}/servers/{id}"), Value::Null).await.status < 300);
        assert!(client.running.inventory().is_cleared());
    }
}

#[tokio::test]
async fn real_time_can_be_sped_up() {
    let clock = Clock::Real { speed: 200 };
    let client = Client::of(Settings { clock, ..Settings::default() }).await;
    let start = Instant::now();
    client.server().await;
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn extra_fields_do_not_change_maps() {
    let behavior = Behavior { extra_fields: true, ..Behavior::default() };
    let client = Client::of(Settings { behavior, ..Settings::default() }).await;
    let server = client.show(&client.server().await).await;
    assert_eq!((&server["x_shade"], &server["metadata"]), (&json!("dim"), &json!({ "a": "1" })));
}

#[tokio::test]
async fn too_large_bodies_and_too_many_resources_are_refused() {
    let limits = Limits { body_bytes_max: 1000, volumes_per_account_max: 1, ..Limits::default() };
    let client = Client::of(Settings { limits, ..Settings::default() }).await;
    let large = json!({ "name": "x".repeat(2000), "size": 8 });
    assert_eq!(client.scp("POST", "/v1/volumes", large).await.status, 413);
    client.volume().await;
    assert_eq!(client.scp("POST", "/v1/volumes", json!({ "name": "v", "size": 8 })).await.status, 400);
}

#[tokio::test]
async fn a_wiped_server_is_empty_and_still_serves() {
    let client = Client::plain().await;
    client.server().await;
    client.volume().await;
    client.running.wipe();
    assert!(client.running.inventory().is_empty());
    client.server().await;
}

#[tokio::test]
async fn a_dropped_server_no_longer_listens() {
    let client = Client::plain().await;
    let address = client.running.address;
    client.running.stop();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn an_invalid_date_is_refused_at_the_start() {
    let settings = Settings { today: "2026-13-01".to_string(), ..Settings::default() };
    assert!(super::ReferenceServer::start(settings).await.is_err());
}

#[tokio::test]
async fn many_callers_at_once_are_all_served() {
    let client = std::sync::Arc::new(Client::plain().await);
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let client = client.clone();
        callers.spawn(async move {
            let id = client.server().await;
            client.send_ecs("DELETE", &format!("/v2.1/{{p}}/servers/{id}"), Value::Null).await.status
        });
    }
    assert!(callers.join_all().await.iter().all(|status| *status == 204));
    assert!(client.running.inventory().is_cleared());
}
