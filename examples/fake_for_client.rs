//! The mock of a suite as a fake for the tests of a client, over HTTP on this machine.
//!
//! The mock has state: a lamp that was created can be read, and a lamp that was deleted is absent.
//! Needs the feature `http`.

use probity::endpoint::WireFaults;
use probity::http_server::{OfferedEndpoint, bind_listener, serve_endpoint};
use probity::mock::{Mock, Tempo};
use probity::session::{SuiteStore, block_on};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

/// The client under test, with one connection for each request.
struct LampClient {
    address: SocketAddr,
    token: &'static str,
}

impl LampClient {
    /// Sends a request; returns the status and the JSON body, or null without a body.
    fn send(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.address).expect("the mock listens");
        let (host, token, length) = (self.address, self.token, body.len());
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n");
        let rest =
            format!("content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
        stream.write_all(format!("{head}{rest}").as_bytes()).expect("the mock reads");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("the mock answers");
        let (head, body) = response.split_once("\r\n\r\n").expect("the response has a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("the response has a status");
        (status, serde_json::from_str(body).unwrap_or_default())
    }
}

/// The test of the client.
fn test_client(address: SocketAddr) {
    let client = LampClient { address, token: "owner-token" };
    let (status, lamp) = client.send("POST", "/v1/lamps", r#"{"color":"red"}"#);
    assert_eq!((status, &lamp["color"]), (201, &Value::from("red")));
    let path = format!("/v1/lamps/{}", lamp["id"].as_str().expect("a lamp has an id"));
    assert_eq!(client.send("GET", &path, "").0, 200);
    assert_eq!(client.send("DELETE", &path, "").0, 204);
    // The deletion is a transition: the client reads until the lamp is gone, at most 10,000 times.
    assert!((0..10_000).any(|_| client.send("GET", &path, "").0 == 404), "the lamp is gone");
    println!("the client lit, read and removed a lamp at http://{address}");
}

fn main() {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    let store = SuiteStore::find(&base, None).unwrap_or_else(|error| panic!("{error}"));
    let loaded = store.load("lamps", "2026-11-20").unwrap_or_else(|error| panic!("{error}"));
    // A clock that runs a thousand times as fast: transitions of minutes end in a fraction of a second.
    let mock = Mock::new(loaded.model, loaded.schemas.clone(), 1, Tempo::CLOUD, None).with_speed(1_000);
    let tokens = BTreeMap::from([("owner-token".to_string(), "owner".to_string())]);
    let site =
        OfferedEndpoint { endpoint: &mock, catalog: &loaded.schemas.catalog, tokens: &tokens, wire: &WireFaults::NONE };
    let served = block_on(async {
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = bind_listener(any_port, false).await.expect("a port of this machine is free");
        let address = listener.local_addr().expect("the listener has an address");
        // The mock runs on this thread, and the client on a thread of its own. The mock ends with the client.
        let (end, client_ended) = tokio::sync::oneshot::channel::<()>();
        let client = std::thread::spawn(move || {
            let _end = end;
            test_client(address);
        });
        serve_endpoint(listener, site, async { _ = client_ended.await }).await;
        client.join().expect("the test of the client passes");
    });
    served.unwrap_or_else(|error| panic!("{error}"));
}
