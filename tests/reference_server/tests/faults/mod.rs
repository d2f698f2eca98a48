//! Each fault has a probe: a few requests whose responses are right on a healthy server and wrong on a faulty server.

mod native;
mod scp;
mod v1;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{Client, Reply};
use super::{FAULTS, FaultInfo, ReferenceServer, Settings};

async fn looks_wrong(fault: &FaultInfo, client: &Client) -> bool {
    match fault.api {
        "ecs-native" => native::looks_wrong(fault.name, client).await,
        "ecs-v1" => v1::looks_wrong(fault.name, client).await,
        _ => scp::looks_wrong(fault.name, client).await,
    }
}

#[tokio::test]
async fn every_fault_shows_and_no_healthy_server_has_it() {
    for fault in FAULTS {
        assert!(!looks_wrong(fault, &Client::plain().await).await, "{} without being switched on", fault.name);
        assert!(looks_wrong(fault, &Client::faulty(fault.name).await).await, "{} does not show", fault.name);
    }
}

#[tokio::test]
async fn faults_have_names_of_their_own_and_unknown_ones_are_refused() {
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

fn to(client: &Client, index: usize) -> Value {
    json!({ "resize": { "flavorRef": flavor(client, index) } })
}

/// Resizes a running server to the second flavor and waits. False if the resize does not end.
async fn resized(client: &Client, id: &str) -> bool {
    client.act(id, to(client, 1)).await;
    waits(client, id, "VERIFY_RESIZE").await
}

async fn waits(client: &Client, id: &str, status: &str) -> bool {
    for _ in 0..40 {
        let server = client.show(id).await;
        if server["status"] == status && server["OS-EXT-STS:task_state"].is_null() {
            return true;
        }
    }
    false
}

async fn reverted(client: &Client, id: &str) {
    resized(client, id).await;
    client.act(id, json!({ "revertResize": null })).await;
    waits(client, id, "ACTIVE").await;
}

async fn has_flavor(client: &Client, id: &str, index: usize) -> bool {
    client.show(id).await["flavor"]["id"] == json!(flavor(client, index))
}

async fn resize_of_v1(client: &Client, id: &str, body: Value) -> Reply {
    client.ecs("POST", &format!("/v1/{{p}}/cloudservers/{id}/resize"), body).await
}
