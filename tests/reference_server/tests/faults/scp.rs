use serde_json::{Value, json};

use super::super::signature;
use super::Client;

async fn revert(client: &Client, volume: &str, snapshot: &str) -> bool {
    let path = format!("/v1/volumes/{volume}/revert");
    client.scp("POST", &path, json!({ "snapshot_id": snapshot })).await.status < 300
}

async fn state(client: &Client, volume: &str) -> Value {
    client.scp("GET", &format!("/v1/volumes/{volume}"), Value::Null).await.json["state"].clone()
}

async fn reaches_state(client: &Client, volume: &str, wanted: &str) -> bool {
    for _ in 0..40 {
        if state(client, volume).await == wanted {
            return true;
        }
    }
    false
}

async fn attach_and_wait(client: &Client, volume: &str) -> String {
    let server = client.settings.pools.scp_servers[0][0].clone();
    client.scp("POST", &format!("/v1/volumes/{volume}/servers"), json!({ "server_id": server })).await;
    reaches_state(client, volume, "in-use").await;
    server
}

async fn extend_and_wait(client: &Client, volume: &str) {
    client.scp("PUT", &format!("/v1/volumes/{volume}/size"), json!({ "size": 16 })).await;
    reaches_state(client, volume, "available").await;
}

pub async fn detects(fault: &str, client: &Client) -> bool {
    let volume = client.volume().await;
    let first = client.snapshot(&volume).await;
    match fault {
        "revert-to-older-snapshot" => {
            client.snapshot(&volume).await;
            revert(client, &volume, &first).await
        }
        "revert-to-foreign-snapshot" => {
            let other = client.volume().await;
            revert(client, &other, &first).await
        }
        "revert-of-attached-volume" => {
            attach_and_wait(client, &volume).await;
            revert(client, &volume, &first).await
        }
        "revert-after-extend-never-ends" => {
            extend_and_wait(client, &volume).await;
            let second = client.snapshot(&volume).await;
            assert!(revert(client, &volume, &second).await);
            !reaches_state(client, &volume, "available").await
        }
        other => detects_after_operation(other, client, &volume, &first).await,
    }
}

/// Probes for faults that show after an operation.
async fn detects_after_operation(fault: &str, client: &Client, volume: &str, first: &str) -> bool {
    match fault {
        "extend-changes-snapshots" => {
            extend_and_wait(client, volume).await;
            client.scp("GET", &format!("/v1/snapshots/{first}"), Value::Null).await.json["size"] != 8
        }
        "cascade-leaves-snapshots" => {
            client.scp("DELETE", &format!("/v1/volumes/{volume}?cascade=true"), Value::Null).await;
            while !state(client, volume).await.is_null() {}
            client.scp("GET", &format!("/v1/snapshots/{first}"), Value::Null).await.status == 200
        }
        "revert-drops-snapshot" => {
            revert(client, volume, first).await;
            reaches_state(client, volume, "available").await;
            client.scp("GET", &format!("/v1/snapshots/{first}"), Value::Null).await.status != 200
        }
        "second-revert-renames-sibling" => {
            let sibling = client.volume().await;
            for _ in 0..2 {
                revert(client, volume, first).await;
                reaches_state(client, volume, "available").await;
            }
            client.scp("GET", &format!("/v1/volumes/{sibling}"), Value::Null).await.json["name"] != "v"
        }
        "detach-keeps-server" => {
            let path = format!("/v1/volumes/{volume}");
            let server = attach_and_wait(client, volume).await;
            client.scp("DELETE", &format!("{path}/servers/{server}"), Value::Null).await;
            reaches_state(client, volume, "available").await;
            client.scp("GET", &path, Value::Null).await.json["servers"] != json!([])
        }
        other => detects_in_authentication(other, client, volume).await,
    }
}

/// Probes for faults of authentication and versions.
async fn detects_in_authentication(fault: &str, client: &Client, volume: &str) -> bool {
    let keys = &client.settings.identities.keys;
    let get =
        async |key, version| client.send_scp_as(key, version, "GET", "/v1/volumes", Value::Null).await.status == 200;
    match fault {
        "expired-version-accepted" => get(&keys[0], Some("virtualserver 1.0")).await,
        "planned-version-accepted" => get(&keys[0], Some("virtualserver 1.4")).await,
        "wrong-signature-accepted" => {
            let mut key = keys[0].clone();
            key.secret = "another".to_string();
            get(&key, None).await
        }
        "query-not-signed" => {
            let url = format!("http://{}/v1/volumes", client.running.address);
            let signed = signature(&keys[0], "GET", &url, "1", "", "Openapi");
            let headers = [
                ("scp-accesskey", keys[0].access.as_str()),
                ("scp-signature", signed.as_str()),
                ("scp-timestamp", "1"),
                ("scp-clienttype", "Openapi"),
            ];
            client.send("GET", "/v1/volumes?limit=1", &headers, "").await.expect("a reply").status == 200
        }
        "foreign-volume-shown" => {
            let path = format!("/v1/volumes/{volume}");
            client.send_scp_as(&keys[1], None, "GET", &path, Value::Null).await.status == 200
        }
        other => panic!("no probe for {other}"),
    }
}
