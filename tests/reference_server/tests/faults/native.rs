use serde_json::{Value, json};

use super::{Client, has_flavor, reaches_status, resize_and_revert, resize_and_wait, resize_body};

async fn rebuild_and_wait(client: &Client, id: &str) {
    let image = &client.settings.pools.images[1].id;
    client.send_action(id, json!({ "rebuild": { "imageRef": image, "metadata": { "b": "2" } } })).await;
    let after = if client.show(id).await["OS-EXT-STS:vm_state"] == "stopped" { "SHUTOFF" } else { "ACTIVE" };
    reaches_status(client, id, after).await;
}

async fn decide_and_wait(client: &Client, id: &str, decision: &str) {
    let mut body = json!({});
    body[decision] = Value::Null;
    client.send_action(id, body).await;
    reaches_status(client, id, "ACTIVE").await;
}

pub async fn detects(fault: &str, client: &Client) -> bool {
    let id = client.server().await;
    match fault {
        "revert-keeps-new-flavor" => {
            resize_and_revert(client, &id).await;
            !has_flavor(client, &id, 0).await
        }
        "second-revert-keeps-new-flavor" => {
            resize_and_revert(client, &id).await;
            assert!(has_flavor(client, &id, 0).await, "the first revert is to be right");
            resize_and_revert(client, &id).await;
            !has_flavor(client, &id, 0).await
        }
        "confirm-restores-old-flavor" => {
            resize_and_wait(client, &id).await;
            decide_and_wait(client, &id, "confirmResize").await;
            !has_flavor(client, &id, 1).await
        }
        "confirm-of-unresized" => client.send_action(&id, json!({ "confirmResize": null })).await.status < 300,
        "revert-of-unresized" => client.send_action(&id, json!({ "revertResize": null })).await.status < 300,
        "resize-leaves-running-server-off" => {
            resize_and_wait(client, &id).await;
            decide_and_wait(client, &id, "confirmResize").await;
            client.show(&id).await["status"] == "SHUTOFF"
        }
        "third-resize-never-ends" => {
            resize_and_revert(client, &id).await;
            resize_and_revert(client, &id).await;
            !resize_and_wait(client, &id).await
        }
        "concurrent-resizes-mixed-up" => {
            let second = client.server().await;
            client.send_action(&id, resize_body(client, 1)).await;
            client.send_action(&second, resize_body(client, 2)).await;
            reaches_status(client, &second, "VERIFY_RESIZE").await;
            !has_flavor(client, &second, 2).await
        }
        other if other.contains("rebuild") => detects_in_rebuild(other, client, &id).await,
        other => detects_in_show(other, client, &id).await,
    }
}

async fn detects_in_rebuild(fault: &str, client: &Client, id: &str) -> bool {
    match fault {
        "rebuild-keeps-old-image" => {
            rebuild_and_wait(client, id).await;
            client.show(id).await["image"]["id"] != json!(client.settings.pools.images[1].id)
        }
        "rebuild-starts-stopped-server" => {
            let id = client.create_stopped_server().await;
            let image = &client.settings.pools.images[1].id;
            client.send_action(&id, json!({ "rebuild": { "imageRef": image } })).await;
            !reaches_status(client, &id, "SHUTOFF").await
        }
        "rebuild-metadata-to-sibling" => {
            let (_, second) = (id, client.server().await);
            rebuild_and_wait(client, id).await;
            rebuild_and_wait(client, &second).await;
            let third = client.server().await;
            client
                .send_action(
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
            rebuild_and_wait(client, id).await;
            resize_and_revert(client, id).await;
            client.show(id).await["metadata"] != json!({ "b": "2" })
        }
        other => panic!("no probe for {other}"),
    }
}

async fn detects_in_show(fault: &str, client: &Client, id: &str) -> bool {
    match fault {
        "deleted-still-listed" => {
            client.send_ecs("DELETE", &format!("/v2.1/{{p}}/servers/{id}"), Value::Null).await;
            while client.show(id).await.is_object() {}
            client.send_ecs("GET", "/v2.1/{p}/servers", Value::Null).await.text.contains(id)
        }
        "status-against-its-parts" => {
            resize_and_wait(client, id).await;
            client.show(id).await["OS-EXT-STS:vm_state"] != "resized"
        }
        "busy-server-accepts-reboot" => {
            let reboot = json!({ "reboot": { "type": "SOFT" } });
            client.send_action(id, reboot.clone()).await;
            client.send_action(id, reboot).await.status < 300
        }
        "page-skips-one" => {
            let newest = client.server().await;
            let page = client.send_ecs("GET", &format!("/v2.1/{{p}}/servers?marker={newest}"), Value::Null).await;
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
