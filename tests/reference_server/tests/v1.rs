use serde_json::{Value, json};

use super::client::Client;
use super::{Behavior, Settings, Tempo};

fn order(client: &Client) -> Value {
    let pools = &client.settings.pools;
    json!({ "server": {
        "name": "one", "flavorRef": pools.flavors[0].id, "imageRef": pools.images[0].id,
        "vpcid": pools.networks[0].vpc, "nics": [{ "subnet_id": pools.networks[0].id }],
        "root_volume": { "volumetype": "SATA" }, "availability_zone": pools.zones[0],
    }})
}

fn resize_body(client: &Client, flavor: usize) -> Value {
    json!({ "resize": { "flavorRef": client.settings.pools.flavors[flavor].id } })
}

#[tokio::test]
async fn the_job_of_a_creation_has_its_servers() {
    let client = Client::plain().await;
    let mut body = order(&client);
    body["server"]["count"] = json!(2);
    let reply = client.send_ecs("POST", "/v1/{p}/cloudservers", body).await;
    assert_eq!(reply.status, 200);
    let job = client.poll_job(&reply).await;
    assert_eq!((&job["status"], &job["entities"]["sub_jobs_total"]), (&json!("SUCCESS"), &json!(2)));
    let id = job["entities"]["sub_jobs"][0]["entities"]["server_id"].as_str().expect("an id");
    let both =
        (client.show(id).await, client.send_ecs("GET", &format!("/v1/{{p}}/cloudservers/{id}"), Value::Null).await);
    assert_eq!(both.0["name"], "one-0000");
    assert_eq!(both.0["name"], both.1.json["server"]["name"]);
    assert_eq!(both.1.json["server"]["flavor"]["vcpus"], "1");
}

#[tokio::test]
async fn a_resize_needs_a_stopped_server_and_comes_with_a_job() {
    let client = Client::plain().await;
    let id = client.server().await;
    let path = format!("/v1/{{p}}/cloudservers/{id}/resize");
    let refused = client.send_ecs("POST", &path, resize_body(&client, 1)).await;
    assert_eq!((refused.status, &refused.json["error"]["code"]), (400, &json!("Ecs.0100")));
    client.send_action(&id, json!({ "os-stop": { "type": "HARD" } })).await;
    client.poll_until(&id, "SHUTOFF").await;
    let reply = client.send_ecs("POST", &path, resize_body(&client, 1)).await;
    assert_eq!(client.show(&id).await["status"], "RESIZE");
    let job = client.poll_job(&reply).await;
    assert_eq!((&job["status"], &job["entities"]["server_id"]), (&json!("SUCCESS"), &json!(id)));
    let server = client.show(&id).await;
    assert_eq!(
        (&server["status"], &server["flavor"]["id"]),
        (&json!("SHUTOFF"), &json!(client.settings.pools.flavors[1].id))
    );
}

#[tokio::test]
async fn a_job_never_succeeds_before_its_effect() {
    for seed in 0..20 {
        let client = Client::of(Settings { seed, behavior: Behavior::draw(seed), ..Settings::default() }).await;
        if client.settings.behavior.job_failure > 0.0 || client.settings.behavior.create_failure > 0.0 {
            continue;
        }
        let id = client.create_stopped_server().await;
        let reply =
            client.send_ecs("POST", &format!("/v1/{{p}}/cloudservers/{id}/resize"), resize_body(&client, 2)).await;
        assert_eq!(client.poll_job(&reply).await["status"], "SUCCESS");
        assert_eq!(client.show(&id).await["flavor"]["id"], json!(client.settings.pools.flavors[2].id), "seed {seed}");
    }
}

#[tokio::test]
async fn a_dry_run_checks_and_does_nothing() {
    let client = Client::plain().await;
    let id = client.create_stopped_server().await;
    let path = format!("/v1/{{p}}/cloudservers/{id}/resize");
    let mut body = resize_body(&client, 1);
    body["dry_run"] = json!(true);
    let reply = client.send_ecs("POST", &path, body.clone()).await;
    assert_eq!((reply.status, reply.text.as_str()), (202, ""));
    assert_eq!(client.poll_until(&id, "SHUTOFF").await, ["SHUTOFF"]);
    body["resize"]["flavorRef"] = json!("nothing");
    assert_eq!(client.send_ecs("POST", &path, body).await.json["error"]["code"], "Ecs.0029");
}

#[tokio::test]
async fn refusals_have_the_documented_codes() {
    let client = Client::plain().await;
    let id = client.create_stopped_server().await;
    let path = format!("/v1/{{p}}/cloudservers/{id}/resize");
    let code = async |path: &str, body: Value| {
        let reply = client.send_ecs("POST", path, body).await;
        (reply.status, reply.json["error"]["code"].as_str().unwrap_or_default().to_string())
    };
    let is = |status: u16, code: &str| (status, code.to_string());
    assert_eq!(code(&path, resize_body(&client, 0)).await, is(400, "Ecs.0009"));
    assert_eq!(code(&path, json!({ "resize": { "flavorRef": "s1.medium" } })).await, is(400, "Ecs.0029"));
    assert_eq!(code(&path, json!({ "resize": "large" })).await, is(400, "Ecs.0005"));
    assert_eq!(code("/v1/{p}/cloudservers/nobody/resize", resize_body(&client, 1)).await, is(404, "Ecs.0614"));
    let people = &client.settings.identities;
    let token = [("x-auth-token", people.other.token.as_str())];
    let reply = client.send("GET", &format!("/v1/{}/jobs/1", people.owner.id), &token, "").await.expect("a reply");
    assert_eq!((reply.status, &reply.json["error"]["code"]), (400, &json!("Common.0018")));
    let reply = client.send_ecs("GET", "/v1/{p}/jobs/none", Value::Null).await;
    assert_eq!((reply.status, &reply.json["error"]["code"]), (400, &json!("Common.0011")));
}

#[tokio::test]
async fn a_late_refusal_is_a_failed_job() {
    let behavior = Behavior { late_refusals: true, ..Behavior::default() };
    let client = Client::of(Settings { behavior, ..Settings::default() }).await;
    let id = client.server().await;
    let reply = client.send_ecs("POST", &format!("/v1/{{p}}/cloudservers/{id}/resize"), resize_body(&client, 1)).await;
    let job = client.poll_job(&reply).await;
    assert_eq!((&job["status"], &job["error_code"]), (&json!("FAIL"), &json!("Ecs.0100")));
    assert_eq!(client.show(&id).await["status"], "ACTIVE");
}

#[tokio::test]
async fn batches_stop_start_restart_and_delete() {
    let client = Client::plain().await;
    let (first, second) = (client.server().await, client.server().await);
    let servers = json!([{ "id": first }, { "id": second }]);
    for (action, field, after) in
        [("os-stop", "HARD", "SHUTOFF"), ("os-start", "", "ACTIVE"), ("reboot", "SOFT", "ACTIVE")]
    {
        let mut body = json!({});
        body[action] = json!({ "servers": servers });
        if !field.is_empty() {
            body[action]["type"] = json!(field);
        }
        let job = client.poll_job(&client.send_ecs("POST", "/v1/{p}/cloudservers/action", body).await).await;
        assert_eq!(job["status"], "SUCCESS", "{action}");
        for id in [&first, &second] {
            assert_eq!(client.show(id).await["status"], after, "{action}");
        }
    }
    let reply = client.send_ecs("POST", "/v1/{p}/cloudservers/delete", json!({ "servers": servers })).await;
    assert_eq!(client.poll_job(&reply).await["status"], "SUCCESS");
    assert!(client.running.inventory().is_empty());
}

#[tokio::test]
async fn a_job_fails_when_its_server_is_deleted_meanwhile() {
    let client = Client::of(Settings { tempo: Tempo::slow(), ..Settings::default() }).await;
    let id = client.create_stopped_server().await;
    let reply = client.send_ecs("POST", &format!("/v1/{{p}}/cloudservers/{id}/resize"), resize_body(&client, 1)).await;
    client.send_ecs("DELETE", &format!("/v2/{{p}}/servers/{id}"), Value::Null).await;
    assert_eq!(client.poll_job(&reply).await["status"], "FAIL");
}

#[tokio::test]
async fn a_creation_that_fails_leaves_nothing() {
    let behavior = Behavior { create_failure: 1.0, ..Behavior::default() };
    let client = Client::of(Settings { behavior, ..Settings::default() }).await;
    let reply = client.send_ecs("POST", "/v1/{p}/cloudservers", order(&client)).await;
    assert_eq!(client.poll_job(&reply).await["status"], "FAIL");
    assert!(client.running.inventory().is_empty());
}

#[tokio::test]
async fn a_creation_with_a_missing_or_unknown_value_is_refused() {
    let client = Client::plain().await;
    for (field, value, code) in [
        ("name", json!("a b"), "Ecs.0005"),
        ("name", json!("x".repeat(65)), "Ecs.0005"),
        ("imageRef", Value::Null, "Ecs.0005"),
        ("imageRef", json!("nothing"), "Ecs.0031"),
        ("flavorRef", json!("nothing"), "Ecs.0029"),
        ("vpcid", Value::Null, "Ecs.0005"),
        ("nics", json!([]), "Ecs.0005"),
        ("root_volume", json!({}), "Ecs.0005"),
        ("count", json!(501), "Ecs.0005"),
    ] {
        let mut body = order(&client);
        body["server"][field] = value.clone();
        let reply = client.send_ecs("POST", "/v1/{p}/cloudservers", body).await;
        assert_eq!((reply.status, &reply.json["error"]["code"]), (400, &json!(code)), "{field}: {value}");
    }
}
