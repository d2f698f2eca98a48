use serde_json::{Value, json};

use super::client::Client;
use super::{Behavior, IntermediateStates, NoTask, Settings, Tempo};

async fn with(behavior: Behavior) -> Client {
    Client::of(Settings { behavior, ..Settings::default() }).await
}

fn other_flavor(client: &Client) -> Value {
    json!({ "resize": { "flavorRef": client.settings.pools.flavors[1].id } })
}

#[tokio::test]
async fn a_resize_waits_for_a_decision_and_can_be_reverted() {
    let client = Client::plain().await;
    let id = client.server().await;
    let before = client.show(&id).await["flavor"]["id"].clone();
    assert_eq!(client.send_action(&id, other_flavor(&client)).await.status, 202);
    let seen = client.poll_until(&id, "VERIFY_RESIZE").await;
    assert!(seen.contains(&"RESIZE".to_string()), "{seen:?}");
    let resized = client.show(&id).await;
    assert_eq!((&resized["OS-EXT-STS:vm_state"], &resized["OS-EXT-STS:power_state"]), (&json!("resized"), &json!(1)));
    assert_eq!(client.send_action(&id, json!({ "revertResize": null })).await.status, 202);
    client.poll_until(&id, "ACTIVE").await;
    assert_eq!(client.show(&id).await["flavor"]["id"], before);
}

#[tokio::test]
async fn a_confirmed_resize_keeps_the_new_flavor_and_the_power_of_before() {
    let client = Client::plain().await;
    let id = client.create_stopped_server().await;
    client.send_action(&id, other_flavor(&client)).await;
    client.poll_until(&id, "VERIFY_RESIZE").await;
    assert_eq!(client.send_action(&id, json!({ "confirmResize": null })).await.status, 204);
    client.poll_until(&id, "SHUTOFF").await;
    assert_eq!(client.show(&id).await["flavor"]["id"], json!(client.settings.pools.flavors[1].id));
}

#[tokio::test]
async fn confirm_and_revert_need_a_resized_server() {
    let client = Client::plain().await;
    let id = client.server().await;
    for action in ["confirmResize", "revertResize"] {
        let mut body = json!({});
        body[action] = Value::Null;
        assert_eq!(client.send_action(&id, body).await.status, 409, "{action}");
    }
}

#[tokio::test]
async fn a_resize_to_the_same_or_to_no_flavor_is_a_bad_request() {
    let client = Client::plain().await;
    let id = client.server().await;
    for flavor in
        [json!(client.settings.pools.flavors[0].id), json!("s1.medium"), json!("nothing"), json!(7), json!("")]
    {
        let reply = client.send_action(&id, json!({ "resize": { "flavorRef": flavor } })).await;
        assert_eq!(reply.status, 400, "{flavor}");
        assert!(reply.json["badRequest"]["message"].is_string());
    }
    assert_eq!(client.send_action(&id, json!({ "resize": {} })).await.status, 400);
}

#[tokio::test]
async fn a_busy_server_refuses_actions() {
    let client = Client::plain().await;
    let id = client.server().await;
    assert_eq!(client.send_action(&id, json!({ "reboot": { "type": "HARD" } })).await.status, 202);
    assert_eq!(client.send_action(&id, json!({ "os-stop": null })).await.status, 409);
    assert_eq!(client.poll_until(&id, "ACTIVE").await[0], "HARD_REBOOT");
}

#[tokio::test]
async fn a_stopped_server_starts_and_a_started_one_does_not_start_again() {
    let client = Client::plain().await;
    let id = client.create_stopped_server().await;
    assert_eq!(client.show(&id).await["OS-EXT-STS:power_state"], 4);
    assert_eq!(client.send_action(&id, json!({ "reboot": { "type": "SOFT" } })).await.status, 409);
    assert_eq!(client.send_action(&id, json!({ "os-start": {} })).await.status, 202);
    client.poll_until(&id, "ACTIVE").await;
    assert_eq!(client.send_action(&id, json!({ "os-start": null })).await.status, 409);
}

#[tokio::test]
async fn a_rebuild_responds_with_the_server_and_replaces_the_given_fields() {
    let client = Client::plain().await;
    let id = client.create_stopped_server().await;
    let image = &client.settings.pools.images[1].id;
    let uri = format!("http://somewhere/images/{image}");
    let reply = client
        .send_action(&id, json!({ "rebuild": { "imageRef": uri, "name": "two", "metadata": { "b": "2" } } }))
        .await;
    assert_eq!((reply.status, &reply.json["server"]["status"]), (202, &json!("REBUILD")));
    assert_eq!(reply.json["server"]["image"]["id"], json!(image));
    client.poll_until(&id, "SHUTOFF").await;
    let server = client.show(&id).await;
    assert_eq!((&server["name"], &server["metadata"]), (&json!("two"), &json!({ "b": "2" })));
}

#[tokio::test]
async fn a_rebuild_takes_key_and_user_data_only_in_their_microversions() {
    let client = Client::plain().await;
    let id = client.server().await;
    let path = format!("/v2.1/{{p}}/servers/{id}/action");
    let image = client.settings.pools.images[0].id.clone();
    let body = json!({ "rebuild": { "imageRef": image, "key_name": "key-one", "user_data": "aGVsbG8=" } });
    for (microversion, key, data) in
        [("2.53", None, false), ("2.54", Some("key-one"), false), ("2.57", Some("key-one"), true)]
    {
        let reply = client.send_ecs_at(microversion, "POST", &path, body.clone()).await;
        client.poll_until(&id, "ACTIVE").await;
        assert_eq!(client.show(&id).await["key_name"].as_str(), key, "{microversion}");
        assert_eq!(reply.json["server"]["user_data"] == "aGVsbG8=", data, "{microversion}");
    }
    let broken = json!({ "rebuild": { "imageRef": image, "user_data": "no base64!" } });
    assert_eq!(client.send_ecs_at("2.57", "POST", &path, broken.clone()).await.status, 400);
    assert_eq!(client.send_ecs_at("2.56", "POST", &path, broken).await.status, 202);
}

#[tokio::test]
async fn a_deleted_server_is_gone_from_show_and_lists() {
    let client = Client::plain().await;
    let id = client.server().await;
    let path = format!("/v2.1/{{p}}/servers/{id}");
    assert_eq!(client.send_ecs("DELETE", &path, Value::Null).await.status, 204);
    for _ in 0..5 {
        client.send_ecs("GET", "/v2.1/{p}/servers", Value::Null).await;
    }
    assert_eq!(client.send_ecs("GET", &path, Value::Null).await.status, 404);
    assert_eq!(client.send_ecs("GET", "/v2/{p}/servers/detail", Value::Null).await.json, json!({ "servers": [] }));
    assert!(client.running.inventory().is_empty());
}

#[tokio::test]
async fn intermediate_states_may_never_show() {
    let client =
        with(Behavior { transients: IntermediateStates::Never, no_task: NoTask::Empty, ..Behavior::default() }).await;
    let id = client.server().await;
    client.send_action(&id, other_flavor(&client)).await;
    assert_eq!(client.poll_until(&id, "VERIFY_RESIZE").await, ["VERIFY_RESIZE"]);
    assert_eq!(client.show(&id).await["OS-EXT-STS:task_state"], "");
}

#[tokio::test]
async fn a_resize_may_roll_back_by_itself() {
    let client = with(Behavior { resize_rollback: 1.0, ..Behavior::default() }).await;
    let id = client.server().await;
    client.send_action(&id, other_flavor(&client)).await;
    client.poll_until(&id, "ACTIVE").await;
    assert_eq!(client.show(&id).await["flavor"]["id"], json!(client.settings.pools.flavors[0].id));
    assert_eq!(client.send_action(&id, json!({ "confirmResize": null })).await.status, 409);
}

#[tokio::test]
async fn a_failed_creation_ends_in_error_and_cannot_be_rebuilt() {
    let behavior = Behavior { create_failure: 1.0, ..Behavior::default() };
    let client = Client::of(Settings { behavior, tempo: Tempo::fast(), ..Settings::default() }).await;
    let pools = &client.settings.pools;
    let body = json!({ "server": {
        "name": "one", "flavorRef": pools.flavors[0].id, "imageRef": pools.images[0].id,
        "networks": [{ "uuid": pools.networks[0].id }],
    }});
    let id =
        client.send_ecs("POST", "/v2.1/{p}/servers", body).await.json["server"]["id"].as_str().expect("id").to_string();
    client.poll_until(&id, "ERROR").await;
    let rebuild = json!({ "rebuild": { "imageRef": pools.images[0].id } });
    assert_eq!(client.send_action(&id, rebuild).await.status, 409);
}
