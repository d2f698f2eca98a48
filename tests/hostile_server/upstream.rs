//! The working server behind the hostile server.

use super::lamp_service::LampService;
use super::request::{ReceivedRequest, find_head_end};
use super::response::RawResponse;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What carries out requests.
#[derive(Clone)]
pub enum Upstream {
    /// A server with HTTP/1.1 that sends no chunks when asked to close, such as the mock or the reference server.
    Address(SocketAddr),
    /// The lamps, in the thread of the hostile server.
    Lamps(Arc<Mutex<LampService>>),
}

impl From<SocketAddr> for Upstream {
    fn from(address: SocketAddr) -> Upstream {
        Upstream::Address(address)
    }
}

impl Upstream {
    pub(super) async fn carry_out(&self, request: &ReceivedRequest) -> io::Result<RawResponse> {
        match self {
            Upstream::Address(address) => forward_request(*address, request).await,
            Upstream::Lamps(lamps) => Ok(lamps.lock().unwrap_or_else(PoisonError::into_inner).respond(request)),
        }
    }
}

/// Carries out a request at the working server, over a connection of its own.
async fn forward_request(upstream: SocketAddr, request: &ReceivedRequest) -> io::Result<RawResponse> {
    let mut stream = TcpStream::connect(upstream).await?;
    stream.set_nodelay(true)?;
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    let dropped = ["connection", "content-length", "accept-encoding", "expect"];
    for (name, value) in request.headers.iter().filter(|(name, _)| !dropped.contains(&name.as_str())) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("connection: close\r\ncontent-length: {}\r\n\r\n", request.body.len()));
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&request.body).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    parse_response(&bytes).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the working server sends no HTTP"))
}

fn parse_response(bytes: &[u8]) -> Option<RawResponse> {
    let end = find_head_end(bytes)?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let dropped = ["connection", "content-length"];
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_string()))
        .filter(|(name, _)| !dropped.contains(&name.as_str()))
        .collect();
    Some(RawResponse { status, headers, body: bytes[end..].to_vec() })
}
