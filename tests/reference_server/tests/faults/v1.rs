use serde_json::{Value, json};

use super::{Client, has_flavor, reaches_status, resize_and_revert, resize_body, resize_by_v1};

pub async fn detects(fault: &str, client: &Client) -> bool {
    let id = client.create_stopped_server().await;
    match fault {
        "resize-of-running-server" => {
            let id = client.server().await;
            resize_by_v1(client, &id, resize_body(client, 1)).await.status < 300
        }
        "dry-run-executes" => {
            let mut body = resize_body(client, 1);
            body["dry_run"] = json!(true);
            resize_by_v1(client, &id, body).await;
            reaches_status(client, &id, "SHUTOFF").await && !has_flavor(client, &id, 0).await
        }
        "success-before-effect" => {
            client.poll_job(&resize_by_v1(client, &id, resize_body(client, 1)).await).await;
            !has_flavor(client, &id, 1).await
        }
        "resize-without-effect" => {
            client.poll_job(&resize_by_v1(client, &id, resize_body(client, 1)).await).await;
            reaches_status(client, &id, "SHUTOFF").await && !has_flavor(client, &id, 1).await
        }
        "resize-without-effect-after-revert" => {
            let running = client.server().await;
            resize_and_revert(client, &running).await;
            client.send_action(&running, json!({ "os-stop": null })).await;
            reaches_status(client, &running, "SHUTOFF").await;
            client.poll_job(&resize_by_v1(client, &running, resize_body(client, 1)).await).await;
            !has_flavor(client, &running, 1).await
        }
        "fail-with-effect" => {
            let job = client.poll_job(&resize_by_v1(client, &id, resize_body(client, 1)).await).await;
            job["status"] == "FAIL" && has_flavor(client, &id, 1).await
        }
        "batch-stops-at-first" => {
            let second = client.create_stopped_server().await;
            let body = json!({ "os-start": { "servers": [{ "id": id }, { "id": second }] } });
            client.poll_job(&client.send_ecs("POST", "/v1/{p}/cloudservers/action", body).await).await;
            client.show(&id).await["status"] != client.show(&second).await["status"]
        }
        "job-names-another-server" => {
            client.create_stopped_server().await;
            let job = client.poll_job(&resize_by_v1(client, &id, resize_body(client, 1)).await).await;
            job["entities"]["server_id"] != json!(id)
        }
        other => detects_other(other, client, &id).await,
    }
}

async fn detects_other(fault: &str, client: &Client, id: &str) -> bool {
    match fault {
        "foreign-job-shown" => {
            let reply = resize_by_v1(client, id, resize_body(client, 1)).await;
            let job = reply.json["job_id"].as_str().expect("a job").to_string();
            let other = &client.settings.identities.other;
            let (path, token) = (format!("/v1/{}/jobs/{job}", other.id), [("x-auth-token", other.token.as_str())]);
            client.send("GET", &path, &token, "").await.expect("a reply").status == 200
        }
        "delete-spares-stopped-server" => {
            let body = json!({ "servers": [{ "id": id }] });
            client.poll_job(&client.send_ecs("POST", "/v1/{p}/cloudservers/delete", body).await).await;
            client.show(id).await.is_object()
        }
        "same-flavor-accepted" => resize_by_v1(client, id, resize_body(client, 0)).await.status < 300,
        "refusal-without-code" => {
            let reply = resize_by_v1(client, id, json!({})).await;
            !reply.json["error"]["code"].is_string()
        }
        "shows-old-flavor" => {
            client.poll_job(&resize_by_v1(client, id, resize_body(client, 1)).await).await;
            let shown = client.send_ecs("GET", &format!("/v1/{{p}}/cloudservers/{id}"), Value::Null).await.json;
            shown["server"]["flavor"]["id"] != client.show(id).await["flavor"]["id"]
        }
        "success-is-taken-back" => {
            let job = client.poll_job(&resize_by_v1(client, id, resize_body(client, 1)).await).await;
            let path = format!("/v1/{{p}}/jobs/{}", job["job_id"].as_str().expect("an id"));
            client.send_ecs("GET", &path, Value::Null).await.json["status"] != "SUCCESS"
        }
        other => panic!("no probe for {other}"),
    }
}
