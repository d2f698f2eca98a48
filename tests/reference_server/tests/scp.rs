use serde_json::{Value, json};

use super::client::Client;
use super::{Behavior, Settings, Tempo, signature};

async fn revert(client: &Client, volume: &str, snapshot: &str) -> u16 {
    client.scp("POST", &format!("/v1/volumes/{volume}/revert"), json!({ "snapshot_id": snapshot })).await.status
}

#[tokio::test]
async fn only_the_latest_snapshot_of_a_free_volume_is_reverted_to() {
    let client = Client::of(Settings { tempo: Tempo::slow(), ..Settings::default() }).await;
    let volume = client.volume().await;
    let (older, latest) = (client.snapshot(&volume).await, client.snapshot(&volume).await);
    assert_eq!(revert(&client, &volume, &older).await, 400);
    assert_eq!(revert(&client, &volume, "nothing").await, 400);
    assert_eq!(revert(&client, "nothing", &latest).await, 404);
    assert_eq!(revert(&client, &volume, &latest).await, 202);
    let state = client.scp("GET", &format!("/v1/volumes/{volume}"), Value::Null).await.json["state"].clone();
    assert_eq!(state, "reverting");
    assert_eq!(revert(&client, &volume, &latest).await, 409);
    client.poll_scp_until(&format!("/v1/volumes/{volume}"), "state", "available").await;
    client.poll_scp_until(&format!("/v1/snapshots/{latest}"), "status", "available").await;
}

#[tokio::test]
async fn an_attached_volume_is_not_reverted() {
    let client = Client::plain().await;
    let volume = client.volume().await;
    let snapshot = client.snapshot(&volume).await;
    let servers = client.scp("GET", "/v1/servers", Value::Null).await;
    let server = servers.json["servers"][0]["id"].as_str().expect("a server").to_string();
    let path = format!("/v1/volumes/{volume}");
    let reply = client.scp("POST", &format!("{path}/servers"), json!({ "server_id": server })).await;
    assert_eq!((reply.status, &reply.json["volume_id"]), (202, &json!(volume)));
    client.poll_scp_until(&path, "state", "in-use").await;
    assert_eq!(revert(&client, &volume, &snapshot).await, 409);
    assert_eq!(client.scp("DELETE", &path, Value::Null).await.status, 409);
    assert_eq!(client.scp("DELETE", &format!("{path}/servers/{server}"), Value::Null).await.status, 202);
    client.poll_scp_until(&path, "state", "available").await;
    assert_eq!(client.scp("GET", &path, Value::Null).await.json["servers"], json!([]));
    assert_eq!(revert(&client, &volume, &snapshot).await, 202);
}

#[tokio::test]
async fn a_volume_only_grows_and_can_then_not_be_reverted() {
    let client = Client::plain().await;
    let volume = client.volume().await;
    let snapshot = client.snapshot(&volume).await;
    let path = format!("/v1/volumes/{volume}");
    assert_eq!(client.scp("PUT", &format!("{path}/size"), json!({ "size": 8 })).await.status, 400);
    assert_eq!(client.scp("PUT", &format!("{path}/size"), json!({ "size": 16 })).await.status, 202);
    client.poll_scp_until(&path, "state", "available").await;
    assert_eq!(client.scp("GET", &path, Value::Null).await.json["size"], 16);
    assert_eq!(revert(&client, &volume, &snapshot).await, 400);
}

#[tokio::test]
async fn a_request_must_be_signed_in_one_of_the_two_ways() {
    let client = Client::plain().await;
    let key = &client.settings.identities.keys[0];
    let url = format!("http://{}/v1/volumes", client.running.address);
    let get = async |signed: &str, account: &str| {
        let mut headers = vec![
            ("Scp-AccessKey", key.access.as_str()),
            ("Scp-Signature", signed),
            ("Scp-Timestamp", "1605290625682"),
            ("Scp-ClientType", "Openapi"),
        ];
        if !account.is_empty() {
            headers.push(("Scp-AccountId", account));
        }
        client.send("GET", "/v1/volumes", &headers, "").await.expect("a reply").status
    };
    let sign = |account: &str| signature(key, "GET", &url, "1605290625682", account, "Openapi");
    assert_eq!(get(&sign(""), "").await, 200);
    assert_eq!(get(&sign(&key.account), &key.account).await, 200);
    assert_eq!(get(&sign(&key.account), "").await, 401);
    assert_eq!(get(&sign(&key.account), "another").await, 401);
    assert_eq!(get("AAAA", "").await, 401);
    assert_eq!(client.send("GET", "/v1/volumes", &[], "").await.expect("a reply").status, 401);
}

#[tokio::test]
async fn versions_are_judged_by_their_date() {
    for (today, refused, version, status) in [
        ("2026-11-25", false, "1.3", 200),
        ("2026-11-25", false, "1.2", 200),
        ("2026-11-25", true, "1.2", 400),
        ("2026-08-30", true, "1.2", 200),
        ("2026-05-30", false, "1.1", 200),
        ("2026-05-31", false, "1.1", 400),
        ("2026-11-25", false, "1.0", 400),
        ("2026-11-25", false, "1.4", 400),
        ("2026-11-25", false, "9.9", 400),
    ] {
        let behavior = Behavior { supported_past_date_refused: refused, ..Behavior::default() };
        let client = Client::of(Settings { today: today.to_string(), behavior, ..Settings::default() }).await;
        let key = &client.settings.identities.keys[0];
        let version_header = format!("virtualserver {version}");
        let reply = client.send_scp_as(key, Some(&version_header), "GET", "/v1/volumes", Value::Null).await;
        assert_eq!(reply.status, status, "{version} on {today}");
        assert_eq!(client.send_scp_as(key, None, "GET", "/v1/volumes", Value::Null).await.status, 200);
        assert_eq!(client.send_scp_as(key, Some("compute 1.3"), "GET", "/v1/volumes", Value::Null).await.status, 400);
    }
}

#[tokio::test]
async fn the_root_lists_the_versions_without_a_signature() {
    let client = Client::plain().await;
    let reply = client.send("GET", "/", &[], "").await.expect("a reply");
    let version = &reply.json["versions"][3];
    assert_eq!(
        (&version["id"], &version["status"], &version["not_before"]),
        (&json!("v1.1"), &json!("DEPRECATED"), &json!("2026-05-31"))
    );
}

#[tokio::test]
async fn resources_of_another_account_are_absent() {
    let client = Client::plain().await;
    let volume = client.volume().await;
    let other = &client.settings.identities.keys[1];
    let path = format!("/v1/volumes/{volume}");
    assert_eq!(client.send_scp_as(other, None, "GET", &path, Value::Null).await.status, 404);
    let list = client.send_scp_as(other, None, "GET", "/v1/volumes?with_count=true", Value::Null).await;
    assert_eq!(list.json, json!({ "volumes": [], "count": 0 }));
}

#[tokio::test]
async fn a_volume_with_snapshots_is_deleted_only_together_with_them() {
    let client = Client::plain().await;
    let volume = client.volume().await;
    client.snapshot(&volume).await;
    let path = format!("/v1/volumes/{volume}");
    assert_eq!(client.scp("DELETE", &path, Value::Null).await.status, 409);
    assert_eq!(client.scp("DELETE", &format!("{path}?cascade=true"), Value::Null).await.status, 202);
    assert!(client.running.inventory().is_cleared());
    for _ in 0..4 {
        client.scp("GET", "/v1/volumes", Value::Null).await;
    }
    assert!(client.running.inventory().is_empty());
}

#[tokio::test]
async fn a_snapshot_is_taken_shown_renamed_and_deleted() {
    let client = Client::plain().await;
    let volume = client.volume().await;
    let id = client.snapshot(&volume).await;
    let path = format!("/v1/snapshots/{id}");
    assert_eq!(client.scp("GET", &path, Value::Null).await.json["size"], 8);
    assert_eq!(client.scp("PUT", &path, json!({ "name": "new name" })).await.json["name"], "new name");
    assert_eq!(client.scp("PUT", &path, json!({ "name": "a/b" })).await.status, 400);
    let listed = client.scp("GET", &format!("/v1/snapshots?volume_id={volume}&with_count=true"), Value::Null).await;
    assert_eq!(listed.json["count"], 1);
    assert_eq!(client.scp("DELETE", &path, Value::Null).await.status, 202);
    assert_eq!(client.scp("POST", "/v1/snapshots", json!({ "name": "s", "volume_id": "none" })).await.status, 400);
}
