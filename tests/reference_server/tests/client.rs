//! A small HTTP client: one connection for each request, headers and bodies unchanged.

use std::io::Read;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{AccessKey, ReferenceServer, Settings, signature};

pub struct Reply {
    pub status: u16,
    pub head: String,
    pub text: String,
    pub json: Value,
}

pub struct Client {
    pub running: ReferenceServer,
    pub settings: Settings,
}

impl Client {
    pub async fn of(settings: Settings) -> Client {
        Client { running: ReferenceServer::start(settings.clone()).await.expect("a free port"), settings }
    }

    pub async fn plain() -> Client {
        Client::of(Settings::default()).await
    }

    pub async fn with_fault(fault: &'static str) -> Client {
        Client::of(Settings { faults: [fault].into(), ..Settings::default() }).await
    }

    /// Sends any request; `None` if the connection ended without a response.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Reply> {
        let mut stream = TcpStream::connect(self.running.address).await.ok()?;
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.running.address);
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.ok()?;
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let mut body = bytes[end + 4..].to_vec();
        if head.contains("transfer-encoding: chunked") {
            body = join_chunks(&body);
        }
        if head.contains("content-encoding: gzip") {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(body.as_slice()).read_to_end(&mut plain).expect("gzip");
            body = plain;
        }
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Some(Reply { status, head, text: String::from_utf8_lossy(&body).into_owned(), json })
    }

    /// Sends a request of the owner of the ECS project; `{p}` stands for the project.
    pub async fn send_ecs(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send_ecs_at("2.1", method, path, body).await
    }

    pub async fn send_ecs_at(&self, microversion: &str, method: &str, path: &str, body: Value) -> Reply {
        let owner = &self.settings.identities.owner;
        let headers = [("x-auth-token", owner.token.as_str()), ("x-openstack-nova-api-version", microversion)];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, &path.replace("{p}", &owner.id), &headers, &body).await.expect("a reply")
    }

    /// Creates a server of the native API, and waits until the server is running.
    pub async fn server(&self) -> String {
        let pools = &self.settings.pools;
        let body = json!({ "server": {
            "name": "one", "flavorRef": pools.flavors[0].id, "imageRef": pools.images[0].id,
            "networks": [{ "uuid": pools.networks[0].id }], "metadata": { "a": "1" },
        }});
        let reply = self.send_ecs("POST", "/v2.1/{p}/servers", body).await;
        let id = reply.json["server"]["id"].as_str().unwrap_or_else(|| panic!("no server: {}", reply.text)).to_string();
        self.poll_until(&id, "ACTIVE").await;
        id
    }

    pub async fn create_stopped_server(&self) -> String {
        let id = self.server().await;
        self.send_action(&id, json!({ "os-stop": {} })).await;
        self.poll_until(&id, "SHUTOFF").await;
        id
    }

    pub async fn send_action(&self, id: &str, action: Value) -> Reply {
        self.send_ecs("POST", &format!("/v2.1/{{p}}/servers/{id}/action"), action).await
    }

    pub async fn show(&self, id: &str) -> Value {
        self.send_ecs("GET", &format!("/v2.1/{{p}}/servers/{id}"), Value::Null).await.json["server"].clone()
    }

    /// Polls until the server is settled in a status. Returns all observed statuses.
    pub async fn poll_until(&self, id: &str, status: &str) -> Vec<String> {
        let mut seen = Vec::new();
        for _ in 0..60 {
            let server = self.show(id).await;
            seen.push(server["status"].as_str().unwrap_or("gone").to_string());
            let task = &server["OS-EXT-STS:task_state"];
            if server["status"] == status && (task.is_null() || task == "") {
                return seen;
            }
        }
        panic!("never {status}, but {seen:?}");
    }

    pub async fn poll_job(&self, reply: &Reply) -> Value {
        let id = reply.json["job_id"].as_str().unwrap_or_else(|| panic!("no job: {}", reply.text)).to_string();
        for _ in 0..60 {
            let job = self.send_ecs("GET", &format!("/v1/{{p}}/jobs/{id}"), Value::Null).await.json;
            if job["status"] == "SUCCESS" || job["status"] == "FAIL" {
                return job;
            }
        }
        panic!("job {id} never ends");
    }

    /// Sends a signed request of the first account.
    pub async fn scp(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send_scp_as(&self.settings.identities.keys[0], Some("virtualserver 1.3"), method, path, body).await
    }

    pub async fn send_scp_as(
        &self,
        key: &AccessKey,
        version: Option<&str>,
        method: &str,
        path: &str,
        body: Value,
    ) -> Reply {
        let url = format!("http://{}{path}", self.running.address);
        let signed = signature(key, method, &url, "1605290625682", "", "Openapi");
        let mut headers = vec![
            ("Scp-Accesskey", key.access.as_str()),
            ("Scp-Signature", signed.as_str()),
            ("Scp-Timestamp", "1605290625682"),
            ("Scp-ClientType", "Openapi"),
        ];
        headers.extend(version.map(|version| ("Scp-Api-Version", version)));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &headers, &body).await.expect("a reply")
    }

    pub async fn volume(&self) -> String {
        let reply = self.scp("POST", "/v1/volumes", json!({ "name": "v", "size": 8 })).await;
        self.wait_until_available("volumes", "state", &reply).await
    }

    pub async fn snapshot(&self, volume: &str) -> String {
        let reply = self.scp("POST", "/v1/snapshots", json!({ "name": "s", "volume_id": volume })).await;
        self.wait_until_available("snapshots", "status", &reply).await
    }

    async fn wait_until_available(&self, kind: &str, field: &str, reply: &Reply) -> String {
        let id = reply.json["id"].as_str().unwrap_or_else(|| panic!("nothing created: {}", reply.text)).to_string();
        self.poll_scp_until(&format!("/v1/{kind}/{id}"), field, "available").await;
        id
    }

    pub async fn poll_scp_until(&self, path: &str, field: &str, wanted: &str) {
        for _ in 0..60 {
            if self.scp("GET", path, Value::Null).await.json[field] == wanted {
                return;
            }
        }
        panic!("{path} is never {wanted}");
    }
}

/// Joins the pieces of a chunked body.
fn join_chunks(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(&String::from_utf8_lossy(&bytes[..end]), 16).expect("a chunk size");
        whole.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 4 + size..];
    }
    whole
}
