//! The HTTP client against servers of this machine with given responses.

mod in_process;
mod proving;
mod renewing;
mod replies;
mod securing;
mod servers;

use super::*;
use crate::endpoint::tests::{CANARY, block_on, call, catalog, identities, request, summarise_outcome};
use crate::endpoint::{Credential, Endpoint, Request, compose_request};
use crate::history::{Call, Outcome, Reply};
use crate::profile::{ConnectionSettings, HttpVersion, PoolOffer, Profile, ProxySettings, ResourceQuota};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// The clock stands at 2026-07-06T08:00:00.123Z.
pub(crate) fn fixed_clock() -> WallClock {
    Arc::new(|| jiff::Timestamp::from_millisecond(1_783_324_800_123).unwrap())
}

pub(crate) fn build_http(base: &str) -> HttpEndpoint {
    // Only a response that never arrives takes this long.
    let limits = HttpLimits { request_timeout: Duration::from_secs(20), reply_bytes_max: 1 << 20, ..HttpLimits::USUAL };
    HttpEndpoint::new(base, identities(), limits, &ConnectionSettings::default(), fixed_clock()).unwrap()
}

/// Sends one request to a server that writes the bytes and closes the connection.
pub(crate) fn send_to_server_with(bytes: &[u8]) -> Outcome {
    serve_bytes(bytes, async |base: String| build_http(&base).send(&request(&call("showBox"))).await)
}

pub(crate) fn serve_bytes<T>(bytes: &[u8], client: impl AsyncFnOnce(String) -> T) -> T {
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = async {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                read_head(&mut stream).await;
                use tokio::io::AsyncWriteExt;
                let _ = stream.write_all(bytes).await;
                let _ = stream.shutdown().await;
            }
        };
        tokio::select! {
            never = server => never,
            result = client(base) => result,
        }
    })
}

pub(crate) async fn read_head(stream: &mut tokio::net::TcpStream) {
    use tokio::io::AsyncReadExt;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
}

/// An HTTP response.
pub(crate) fn reply_bytes(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
