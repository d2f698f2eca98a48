//! Responses, lists and refusals of the native API.

use serde_json::{Value, json};

use super::client::Client;
use super::{Behavior, ErrorBodies, Precedence, Settings};

async fn with(behavior: Behavior) -> Client {
    Client::of(Settings { behavior, ..Settings::default() }).await
}

#[tokio::test]
async fn the_microversion_selects_the_fields() {
    let client = Client::plain().await;
    let id = client.server().await;
    let path = format!("/v2.1/{{p}}/servers/{id}");
    let (old, new) = (
        client.send_ecs("GET", &path, Value::Null).await.json,
        client.send_ecs_at("2.47", "GET", &path, Value::Null).await.json,
    );
    assert!(old["server"]["flavor"]["id"].is_string() && old["server"]["description"].is_null());
    assert!(new["server"]["flavor"]["id"].is_null() && new["server"]["flavor"]["vcpus"].is_number());
    assert_eq!(new["server"]["description"], "");
    assert_eq!(client.send_ecs_at("2.999", "GET", &path, Value::Null).await.status, 406);
    assert_eq!(client.send_ecs_at("two", "GET", &path, Value::Null).await.status, 400);
}

#[tokio::test]
async fn lists_filter_and_page() {
    let client = Client::plain().await;
    let (first, second) = (client.server().await, client.create_stopped_server().await);
    let list = async |query: &str| {
        let reply = client.send_ecs("GET", &format!("/v2.1/{{p}}/servers?{query}"), Value::Null).await;
        let ids = reply.json["servers"].as_array().into_iter().flatten().map(|server| server["id"].clone()).collect();
        (ids, reply.json["servers_links"].is_array())
    };
    let ids = |ids: &[&String]| ids.iter().map(|id| json!(id)).collect::<Vec<_>>();
    assert_eq!(list("").await, (ids(&[&second, &first]), false));
    assert_eq!(list("limit=1").await, (ids(&[&second]), true));
    assert_eq!(list(&format!("marker={second}")).await, (ids(&[&first]), false));
    assert_eq!(list("status=SHUTOFF").await, (ids(&[&second]), false));
    assert_eq!(list("status=STRANGE").await, (vec![], false));
    assert_eq!(client.send_ecs_at("2.38", "GET", "/v2.1/{p}/servers?status=STRANGE", Value::Null).await.status, 404);
    assert_eq!(client.send_ecs("GET", "/v2.1/{p}/servers?marker=nobody", Value::Null).await.status, 400);
}

#[tokio::test]
async fn a_batch_is_created_under_one_reservation() {
    let client = Client::plain().await;
    let pools = &client.settings.pools;
    let body = json!({ "server": {
        "name": "many", "flavorRef": pools.flavors[0].id, "imageRef": pools.images[0].id, "min_count": "2",
        "max_count": "3", "return_reservation_id": "true", "networks": [{ "uuid": pools.networks[0].id }],
    }});
    let reply = client.send_ecs("POST", "/v2/{p}/servers", body).await;
    let reservation = reply.json["reservation_id"].as_str().expect("a reservation").to_string();
    let list = client.send_ecs("GET", &format!("/v2/{{p}}/servers?reservation_id={reservation}"), Value::Null).await;
    assert_eq!(list.json["servers"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn a_creation_with_a_missing_or_unknown_value_is_refused() {
    let client = Client::plain().await;
    let pools = &client.settings.pools;
    let good = json!({
        "name": "one", "flavorRef": pools.flavors[0].id, "imageRef": pools.images[0].id,
        "networks": [{ "uuid": pools.networks[0].id }],
    });
    for (field, value) in [
        ("name", Value::Null),
        ("name", json!("x".repeat(256))),
        ("flavorRef", json!("nothing")),
        ("imageRef", Value::Null),
        ("imageRef", json!("nothing")),
        ("networks", json!([])),
        ("networks", json!([{}])),
        ("networks", json!([{ "uuid": "nothing" }])),
        ("availability_zone", json!("nowhere")),
        ("key_name", json!("no-key")),
        ("min_count", json!(0)),
    ] {
        let mut server = good.clone();
        server[field] = value.clone();
        let reply = client.send_ecs("POST", "/v2.1/{p}/servers", json!({ "server": server })).await;
        assert_eq!(reply.status, 400, "{field}: {value}");
    }
    assert_eq!(client.running.inventory().servers.len(), 0);
}

#[tokio::test]
async fn a_token_is_valid_for_its_own_project_only() {
    let client = Client::plain().await;
    let id = client.server().await;
    let people = &client.settings.identities;
    let show = async |token: Option<&str>, project: &str| {
        let headers: Vec<_> = token.map(|token| ("X-Auth-Token", token)).into_iter().collect();
        client.send("GET", &format!("/v2.1/{project}/servers/{id}"), &headers, "").await.expect("a reply").status
    };
    assert_eq!(show(Some(&people.owner.token), &people.owner.id).await, 200);
    assert_eq!(show(Some(&people.other.token), &people.other.id).await, 404);
    assert_eq!(show(Some(&people.other.token), &people.owner.id).await, 404);
    assert_eq!(show(Some(&people.expired_token), &people.owner.id).await, 401);
    assert_eq!(show(Some("made-up"), &people.owner.id).await, 401);
    assert_eq!(show(None, &people.owner.id).await, 401);
}

#[tokio::test]
async fn the_order_of_reasons_follows_the_settings() {
    for (precedence, status) in [(Precedence::Body, 400), (Precedence::State, 409), (Precedence::Thing, 409)] {
        let client = with(Behavior { precedence, ..Behavior::default() }).await;
        let id = client.server().await;
        client.send_action(&id, json!({ "reboot": { "type": "SOFT" } })).await;
        assert_eq!(
            client.send_action(&id, json!({ "resize": { "flavorRef": "nothing" } })).await.status,
            status,
            "{precedence:?}"
        );
        let absent = client.send_action("nobody", json!({ "resize": {} })).await.status;
        assert_eq!(absent, if precedence == Precedence::Body { 400 } else { 404 });
    }
}

#[tokio::test]
async fn refusals_have_the_form_of_the_settings() {
    for (errors, part) in [
        (ErrorBodies::Usual, "\"itemNotFound\""),
        (ErrorBodies::Error, "\"error\""),
        (ErrorBodies::Errors, "\"errors\""),
        (ErrorBodies::Text, "could not be found"),
        (ErrorBodies::Empty, ""),
    ] {
        let client = with(Behavior { errors, ..Behavior::default() }).await;
        let reply = client.send_ecs("GET", "/v2.1/{p}/servers/nobody", Value::Null).await;
        assert_eq!(reply.status, 404);
        assert!(reply.text.contains(part) && reply.text.is_empty() == part.is_empty(), "{}", reply.text);
    }
}

#[tokio::test]
async fn offered_values_are_listed() {
    let client = Client::plain().await;
    for (path, field, count) in [
        ("flavors", "flavors", 6),
        ("flavors/detail?minRam=8192", "flavors", 3),
        ("os-availability-zone", "availabilityZoneInfo", 2),
        ("os-networks", "networks", 2),
        ("os-keypairs", "keypairs", 2),
        ("images", "images", 3),
        ("resize_flavors?source_flavor_id=s6.medium.2", "flavors", 5),
    ] {
        let reply = client.send_ecs("GET", &format!("/v2.1/{{p}}/{path}"), Value::Null).await;
        assert_eq!(reply.json[field].as_array().map(Vec::len), Some(count), "{path}");
    }
    assert_eq!(client.send_ecs("GET", "/v2.1/{p}/flavors/s1.medium", Value::Null).await.status, 404);
}

#[tokio::test]
async fn the_next_page_has_the_filters_of_the_first() {
    let client = Client::plain().await;
    for _ in 0..3 {
        client.server().await;
    }
    let page = client.send_ecs("GET", "/v2.1/{p}/servers?limit=2&name=one", Value::Null).await;
    let next = page.json["servers_links"][0]["href"].as_str().expect("a link");
    assert!(next.contains("name=one&limit=2&marker="), "{next}");
    let path = next.split_once(&client.running.address.to_string()).expect("this server").1;
    let last = client.send_ecs("GET", path, Value::Null).await;
    assert_eq!(last.json["servers"].as_array().map(Vec::len), Some(1));
    assert!(last.json["servers_links"].is_null());
}

#[tokio::test]
async fn a_deleted_server_may_be_shown_for_one_phase() {
    let client = with(Behavior { deleted_shows: true, ..Behavior::default() }).await;
    let id = client.server().await;
    client.send_ecs("DELETE", &format!("/v2.1/{{p}}/servers/{id}"), Value::Null).await;
    let mut seen = Vec::new();
    while let Some(status) = client.show(&id).await["status"].as_str() {
        seen.push(status.to_string());
    }
    assert_eq!(seen.last().map(String::as_str), Some("DELETED"), "{seen:?}");
    assert!(client.running.inventory().is_empty());
}
