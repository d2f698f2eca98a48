//! Requests as they arrive.

use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const HEAD_BYTES_MAX: usize = 4 << 20;

/// A request of a client.
#[derive(Debug, Clone)]
pub struct ReceivedRequest {
    /// Number of the request, from 0 in the order of arrival.
    pub nth: u64,
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl ReceivedRequest {
    /// Method, path and query.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    /// The first value of a header; the name is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The next request of a connection, or none if the client has closed the connection.
pub(super) async fn read_request(stream: &mut TcpStream) -> io::Result<Option<ReceivedRequest>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = find_head_end(&bytes) {
            break end;
        }
        let mut piece = [0; 8192];
        let read = stream.read(&mut piece).await?;
        if read == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&piece[..read]);
        if bytes.len() > HEAD_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a head without end"));
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_string);
    let mut request = ReceivedRequest {
        nth: 0,
        method: words.next().unwrap_or_default(),
        target: words.next().unwrap_or_default(),
        headers: lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_string()))
            .collect(),
        body: bytes.split_off(end),
    };
    if request.header("expect").is_some() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    let length: usize = request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let missing = length.saturating_sub(request.body.len());
    let begin = request.body.len();
    request.body.resize(begin + missing, 0);
    stream.read_exact(&mut request.body[begin..]).await?;
    Ok(Some(request))
}

/// Where the head ends, with the empty line.
pub(super) fn find_head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}
