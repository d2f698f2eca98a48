//! The bytes of each attack.

use super::attack::Attack;
use super::misbehavior::{ExchangeSeen, WireStep};
use super::request::ReceivedRequest;
use super::response::RawResponse;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Bytes of one response without end.
const ENDLESS_BYTES: usize = 64 << 20;
/// Time of one response.
const RESPONSE_TIME: Duration = Duration::from_secs(600);
/// Length of an unpacked bomb.
const BOMB_BYTES: u64 = 10_000_000_000;

/// Carries out an attack. `response` is the working server's answer to this request if the attack needs one;
/// `foreign` is the response before. Returns whether the connection can take another request.
pub(super) async fn carry_out(
    stream: &mut TcpStream,
    attack: Attack,
    request: &ReceivedRequest,
    (response, foreign): (RawResponse, RawResponse),
) -> io::Result<bool> {
    let sent = timeout(RESPONSE_TIME, send_response(stream, attack, request, (response, foreign))).await;
    sent.unwrap_or(Ok(false))
}

async fn send_response(
    stream: &mut TcpStream,
    attack: Attack,
    request: &ReceivedRequest,
    (response, foreign): (RawResponse, RawResponse),
) -> io::Result<bool> {
    match attack {
        Attack::Steps(steps) => {
            let reply = if steps.is_carried_out { response } else { RawResponse::json(503, b"{}") };
            let exchange = ExchangeSeen { request, reply: &reply, foreign: &foreign };
            perform_steps(stream, (steps.write)(&exchange)).await
        }
        Attack::PassThrough => send_whole(stream, &response.encode()).await,
        Attack::InsteadOf(other) => send_whole(stream, &other.encode()).await,
        Attack::After(change) => send_whole(stream, &change(response).encode()).await,
        Attack::ForeignResponse => send_whole(stream, &foreign.encode()).await,
        Attack::Silence => wait_for_client(stream).await,
        Attack::Drip(pause) => {
            for byte in response.encode() {
                stream.write_all(&[byte]).await?;
                tokio::time::sleep(pause).await;
            }
            Ok(true)
        }
        Attack::ResetBefore => reset(stream),
        Attack::ResetAfter(bytes) => {
            let whole = response.encode();
            stream.write_all(&whole[..bytes.min(whole.len())]).await?;
            // The client reads the bytes before the reset drops what it has not read.
            tokio::time::sleep(Duration::from_millis(5)).await;
            reset(stream)
        }
        Attack::EndlessHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            send_endless(stream, b"x-more: and more\r\n").await
        }
        Attack::EndlessBody => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[0").await?;
            send_endless(stream, b", 0").await
        }
        Attack::GzipBomb => {
            let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
            send_whole(stream, &RawResponse::new(200, &headers, pack_bomb()).encode()).await
        }
        Attack::DeepJson(depth) => {
            let body = [b"[".repeat(depth), b"]".repeat(depth)].concat();
            send_whole(stream, &RawResponse::json(200, &body).encode()).await
        }
        Attack::WideJson(members) => {
            let body = [b"[0".to_vec(), b",0".repeat(members), b"]".to_vec()].concat();
            send_whole(stream, &RawResponse::json(200, &body).encode()).await
        }
        Attack::BrokenChunks => {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(b"2\r\n{}\r\nfffffffffffffffff\r\n}").await?;
            Ok(false)
        }
        Attack::InformationalFlood(number) => {
            for _ in 0..number {
                stream.write_all(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n").await?;
            }
            send_whole(stream, &response.encode()).await
        }
    }
}

async fn perform_steps(stream: &mut TcpStream, steps: Vec<WireStep>) -> io::Result<bool> {
    for step in steps {
        match step {
            WireStep::Send(bytes) => stream.write_all(&bytes).await?,
            WireStep::Repeat(bytes, times) => {
                // Many copies in one write, because a write for each of some bytes would be slow.
                let copies = (0x10000 / bytes.len().max(1)).max(1) as u64;
                let batch = bytes.repeat(copies.min(times) as usize);
                for _ in 0..times / copies {
                    stream.write_all(&batch).await?;
                }
                stream.write_all(&bytes.repeat((times % copies) as usize)).await?;
            }
            WireStep::Drip(bytes, every) => {
                for byte in bytes {
                    stream.write_all(&[byte]).await?;
                    tokio::time::sleep(every).await;
                }
            }
            WireStep::Wait(time) => tokio::time::sleep(time).await,
            WireStep::Hang => return wait_for_client(stream).await,
            WireStep::Reset => return reset(stream),
            WireStep::Close => {
                stream.shutdown().await?;
                return Ok(false);
            }
        }
    }
    Ok(true)
}

async fn send_whole(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<bool> {
    stream.write_all(bytes).await?;
    Ok(true)
}

async fn send_endless(stream: &mut TcpStream, piece: &[u8]) -> io::Result<bool> {
    let block = piece.repeat(1 + (64 << 10) / piece.len());
    for _ in 0..ENDLESS_BYTES / block.len() {
        stream.write_all(&block).await?;
    }
    wait_for_client(stream).await
}

/// Sends nothing until the client closes the connection.
async fn wait_for_client(stream: &mut TcpStream) -> io::Result<bool> {
    while stream.read(&mut [0; 1024]).await? > 0 {}
    Ok(false)
}

fn reset(stream: &mut TcpStream) -> io::Result<bool> {
    // A socket without lingering sends RST when it is closed.
    stream.set_zero_linger()?;
    Ok(false)
}

/// Members of a gzip file may follow each other, so that one packed block is repeated.
fn pack_bomb() -> &'static [u8] {
    static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
    BOMB.get_or_init(|| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(b"[").expect("memory takes it");
        let block = vec![b' '; 1 << 20];
        for _ in 0..BOMB_BYTES / 100 / (1 << 20) {
            packer.write_all(&block).expect("memory takes it");
        }
        packer.finish().expect("memory takes it").repeat(100)
    })
}
