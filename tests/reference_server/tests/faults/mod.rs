//! Each fault has a probe: a few requests whose responses are right on a healthy server and wrong on a faulty server.

mod native;
mod scp;
mod v1;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{Client, Reply};
use super::{FAULTS, FaultInfo, ReferenceServer, Settings};

async fn detects(fault: &FaultInfo, client: &Client) -> bool {
    match fault.api {
        "ecs-native" => native::detects(fault.name, client).await,
        "ecs-v1" => v1::detects(fault.name, client).await,
        _ => scp::detects(fault.name, client).await,
    }
}

#[tokio::test]
async fn every_probe_detects_its_fault_and_passes_a_healthy_server() {
    for fault in FAULTS {
        assert!(!detects(fault, &Client::plain().await).await, "{} without being switched on", fault.name);
        assert!(detects(fault, &Client::with_fault(fault.name).await).await, "{} does not show", fault.name);
    }
}

#[tokio::test]
async fn fault_names_are_unique_and_unknown_names_are_refused() {
    let names: BTreeSet<_> = FAULTS.iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), FAULTS.len());
    for api in ["ecs-native", "ecs-v1", "scp-volume"] {
        assert!(FAULTS.iter().filter(|fault| fault.api == api).count() >= 4);
    }
    assert!(ReferenceServer::start(Settings { faults: ["no-such-bug"].into(), ..Settings::default() }).await.is_err());
}

fn flavor(client: &Client, index: usize) -> String {
    client.settings.pools.flavors[index].id.clone()
}

fn resize_body(client: &Client, index: usize) -> Value {
    json!({ "resize": { "flavorRef": flavor(client, index) } })
}

/// Resizes a running server to the second flavor and waits. False if the resize does not end.
async fn resize_and_wait(client: &Client, id: &str) -> bool {
    client.send_action(id, resize_body(client, 1)).await;
    reaches_status(client, id, "VERIFY_RESIZE").await
}

async fn reaches_status(client: &Client, id: &str, status: &str) -> bool {
    for _ in 0..40 {
        let server = client.show(id).await;
        if server["status"] == status && server["OS-EXT-STS:task_state"].is_null() {
            return true;
        }
    }
    false
}

async fn resize_and_revert(client: &Client, id: &str) {
    resize_and_wait(client, id).await;
    client.send_action(id, json!({ "revertResize": null })).await;
    reaches_status(client, id, "ACTIVE").await;
}

async fn has_flavor(client: &Client, id: &str, index: usize) -> bool {
    client.show(id).await["flavor"]["id"] == json!(flavor(client, index))
}

async fn resize_by_v1(client: &Client, id: &str, body: Value) -> Reply {
    client.send_ecs("POST", &format!("/v1/{{p}}/cloudservers/{id}/resize"), body).await
}
