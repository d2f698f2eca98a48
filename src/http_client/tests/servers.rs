//! Servers that answer by a closure, a token service, and clients with each authentication scheme.

use super::*;
use std::cell::Cell;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// One request as received.
#[derive(Debug, Clone)]
pub(super) struct ReceivedRequest {
    pub(super) head: String,
    pub(super) body: String,
}

impl ReceivedRequest {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    pub(super) fn is_for(&self, path: &str) -> bool {
        self.head.split(' ').nth(1).is_some_and(|target| target.starts_with(path))
    }
}

/// Answers each request by the closure, one connection at a time, while the client runs.
pub(super) async fn answering<T>(
    answer: &dyn Fn(&ReceivedRequest) -> Vec<u8>,
    client: impl AsyncFnOnce(String) -> T,
) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = async {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            if let Some(asked) = read_request(&mut stream).await {
                let _ = stream.write_all(&answer(&asked)).await;
                let _ = stream.shutdown().await;
            }
        }
    };
    tokio::select! {
        never = server => never,
        result = client(base) => result,
    }
}

pub(super) async fn read_request(stream: &mut tokio::net::TcpStream) -> Option<ReceivedRequest> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(bytes).unwrap();
    let asked = ReceivedRequest { head, body: String::new() };
    let length = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(ReceivedRequest { body: String::from_utf8(body).unwrap(), ..asked })
}

pub(super) fn json_reply(status: &str, headers: &str, body: &Value) -> Vec<u8> {
    let headers = format!("content-type: application/json\r\nconnection: close\r\n{headers}");
    reply_bytes(status, &headers, body.to_string().as_bytes())
}

/// A response with all headers of the request.
pub(super) fn echo(asked: &ReceivedRequest) -> Vec<u8> {
    let headers: BTreeMap<&str, &str> = asked.head.lines().skip(1).filter_map(|line| line.split_once(": ")).collect();
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name} is {value}")).collect();
    json_reply("200 OK", "", &json!({ "note": lines.join("; "), "each": headers.values().collect::<Vec<_>>() }))
}

/// The answer of a token service; the first token is `canary-granted-1`.
pub(super) fn build_token_answer(number: &Cell<u32>, lifetime_s: i64) -> Vec<u8> {
    build_token_answer_at(number, fixed_clock()(), lifetime_s)
}

pub(super) fn build_token_answer_at(number: &Cell<u32>, now: jiff::Timestamp, lifetime_s: i64) -> Vec<u8> {
    number.set(number.get() + 1);
    let token = format!("canary-granted-{}", number.get());
    let ends = now + jiff::SignedDuration::from_secs(lifetime_s);
    let body = json!({
        "access_token": token, "token_type": "Bearer", "expires_in": lifetime_s,
        "token": { "expires_at": ends.to_string() },
    });
    json_reply("201 Created", &format!("x-subject-token: {token}\r\n"), &body)
}

/// Each scheme with canaries as credentials; `BASE` is the address of the token service.
pub(super) const SCHEMES: &[&str] = &[
    "bearer: { token: canary-token-1 }",
    "basic: { username: ada, password: canary-password-1 }",
    "client-credentials: { token_url: BASE/token, client_id: ada, client_secret: canary-secret-1 }",
    "client-credentials: { token_url: BASE/token, client_id: ada, client_secret: canary-secret-1, client_in: body }",
    "openstack-password: { auth_url: BASE, username: ada, password: canary-password-1, project_id: p }",
    "openstack-application-credential: { auth_url: BASE, id: ada, secret: canary-secret-1 }",
    "sdk-hmac-sha256: { access_key: canary-access-1, secret_key: canary-secret-1, security_token: canary-temporary-1 }",
    "scp-hmac-sha256: { access_key: canary-access-1, secret_key: canary-secret-1, account_id: a1 }",
];

pub(super) fn profile(scheme: &str, base: &str) -> Profile {
    let scheme = scheme.replace("BASE", base);
    let text = format!(
        "identities:\n  owner:\n    auth: {{ {scheme} }}\n    parameters: {{ shelf: \"1\" }}\n  other: {{ headers: {{ X-Key: canary-other-1 }}, parameters: {{ shelf: \"2\" }} }}\n"
    );
    Profile::parse(&text, "p.yaml", &|_| None).unwrap()
}

pub(super) fn client(base: &str, profile: &Profile) -> HttpEndpoint {
    client_at(base, profile, fixed_clock())
}

pub(super) fn client_at(base: &str, profile: &Profile, wall: WallClock) -> HttpEndpoint {
    HttpEndpoint::new(base, profile.identities.clone(), HttpLimits::USUAL, &profile.connection, wall).unwrap()
}

pub(super) fn request_of(caller: &str) -> Request {
    let call = Call { caller: caller.into(), ..call("showBox") };
    compose_request(&catalog(), &call, &profile(SCHEMES[0], "").identities).unwrap()
}
