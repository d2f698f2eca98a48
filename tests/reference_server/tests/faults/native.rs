use serde_json::{Value, json};

use super::{Client, has_flavor, resized, reverted, to, waits};

async fn rebuilt(client: &Client, id: &str) {
    let image = &client.settings.pools.images[1].id;
    client.act(id, json!({ "rebuild": { "imageRef": image, "metadata": { "b": "2" } } })).await;
    let after = if client.show(id).await["OS-EXT-STS:vm_state"] == "stopped" { "SHUTOFF" } else { "ACTIVE" };
    waits(client, id, after).await;
}

async fn decided(client: &Client, id: &str, decision: &str) {
    let mut body = json!({});
    body[decision] = Value::Null;
    client.act(id, body).await;
    waits(client, id, "ACTIVE").await;
}

pub async fn looks_wrong(fault: &str, client: &Client) -> bool {
    let id = client.server().await;
    match fault {
        "revert-keeps-new-flavor" => {
            reverted(client, &id).await;
            !has_flavor(client, &id, 0).await
        }
        "second-revert-keeps-new-flavor" => {
            reverted(client, &id).await;
            assert!(has_flavor(client, &id, 0).await, "the first revert is to be right");
            reverted(client, &id).await;
            !has_flavor(client, &id, 0).await
        }
        "confirm-restores-old-flavor" => {
            resized(client, &id).await;
            decided(client, &id, "confirmResize").await;
            !has_flavor(client, &id, 1).await
        }
        "confirm-of-unresized" => client.act(&id, json!({ "confirmResize": null })).await.status < 300,
        "revert-of-unresized" => client.act(&id, json!({ "revertResize": null })).await.status < 300,
        "resize-leaves-running-server-off" => {
            resized(client, &id).await;
            decided(client, &id, "confirmResize").await;
            client.show(&id).await["status"] == "SHUTOFF"
        }
        "third-resize-never-ends" => {
            reverted(client, &id).await;
            reverted(client, &id).await;
            !resized(client, &id).await
        }
        "concurrent-resizes-mixed-up" => {
            let second = client.server().await;
            client.act(&id, to(client, 1)).await;
            client.act(&second, to(client, 2)).await;
            waits(client, &second, "VERIFY_RESIZE").await;
            !has_flavor(client, &second, 2).await
        }
        other if other.contains("rebuild") => rebuilds_wrongly(other, client, &id).await,
        other => shows_wrongly(other, client, &id).await,
    }
}

async fn rebuilds_wrongly(fault: &str, client: &Client, id: &str) -> bool {
    match fault {
        "rebuild-keeps-old-image" => {
            rebuilt(client, id).await;
            client.show(id).await["image"]["id"] != json!(client.settings.pools.images[1].id)
        }
        "rebuild-starts-stopped-server" => {
            let id = client.stopped().await;
            let image = &client.settings.pools.images[1].id;
            client.act(&id, json!({ "rebuild": { "imageRef": image } })).await;
            !waits(client, &id, "SHUTOFF").await
        }
        "rebuild-metadata-to-sibling" => {
            let (_, second) = (id, client.server().await);
            rebuilt(client, id).await;
            rebuilt(client, &second).await;
            let third = client.server().await;
            client
                .act(
                    &third,
                    json!({ "rebuild": {
                        "imageRef": client.settings.pools.images[1].id, "metadata": { "c": "3" },
                    }}),
                )
                .await;
            let mut wrong = false;
            for other in [id, second.as_str()] {
                wrong |= client.show(other).await["metadata"] == json!({ "b": "2", "c": "3" });
            }
            wrong
        }
        "metadata-lost-after-rebuild" => {
            rebuilt(client, id).await;
            reverted(client, id).await;
            client.show(id).await["metadata"] != json!({ "b": "2" })
        }
        other => panic!("no probe for {other}"),
    }
}

async fn shows_wrongly(fault: &str, client: &Client, id: &str) -> bool {
    match fault {
        "deleted-still-listed" => {
            client.ecs("DELETE", &format!("/v2.1/{{p}}/servers/{id}"), Value::Null).await;
            while client.show(id).await.is_object() {}
            client.ecs("GET", "/v2.1/{p}/servers", Value::Null).await.text.contains(id)
        }
        "status-against-its-parts" => {
            resized(client, id).await;
            client.show(id).await["OS-EXT-STS:vm_state"] != "resized"
        }
        "busy-server-accepts-reboot" => {
            let reboot = json!({ "reboot": { "type": "SOFT" } });
            client.act(id, reboot.clone()).await;
            client.act(id, reboot).await.status < 300
        }
        "page-skips-one" => {
            let newest = client.server().await;
            let page = client.ecs("GET", &format!("/v2.1/{{p}}/servers?marker={newest}"), Value::Null).await;
            !page.text.contains(id)
        }
        "foreign-server-shown" => {
            let other = &client.settings.identities.other;
            let (path, token) = (format!("/v2.1/{}/servers/{id}", other.id), [("x-auth-token", other.token.as_str())]);
            client.send("GET", &path, &token, "").await.expect("a reply").status == 200
        }
        "expired-token-accepted" => {
            let people = &client.settings.identities;
            let token = [("x-auth-token", people.expired_token.as_str())];
            let path = format!("/v2.1/{}/servers", people.owner.id);
            client.send("GET", &path, &token, "").await.expect("a reply").status == 200
        }
        other => panic!("no probe for {other}"),
    }
}
