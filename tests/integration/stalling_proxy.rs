//! A proxy in front of a server. On demand, the proxy passes on nothing, or one byte at a time.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// What the proxy does with responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyMode {
    /// Passes on requests and responses.
    Forward,
    /// Passes on nothing, and keeps connections open.
    Silent,
    /// Passes on requests, and responses one byte at a time.
    Drip,
}

/// Time between two bytes of a dripping response, and between two looks at the mode.
const INTERVAL: Duration = Duration::from_millis(200);

/// A proxy that listens until the process ends.
pub struct StallingProxy {
    pub address: String,
    mode: Arc<AtomicU8>,
}

impl StallingProxy {
    /// A proxy in front of the server at `upstream`, such as `127.0.0.1:80`.
    pub fn start(upstream: &str, mode: ProxyMode) -> StallingProxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let mode = Arc::new(AtomicU8::new(mode as u8));
        let (upstream, shared) = (upstream.to_string(), Arc::clone(&mode));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&upstream) else { continue };
                let (Ok(from_client), Ok(from_server)) = (client.try_clone(), server.try_clone()) else { continue };
                let (up, down) = (Arc::clone(&shared), Arc::clone(&shared));
                std::thread::spawn(move || pass_on(from_client, server, &up, false));
                std::thread::spawn(move || pass_on(from_server, client, &down, true));
            }
        });
        StallingProxy { address, mode }
    }

    pub fn set_mode(&self, mode: ProxyMode) {
        self.mode.store(mode as u8, Ordering::SeqCst);
    }
}

/// Passes bytes on until a side closes its connection. Only responses drip.
fn pass_on(mut from: TcpStream, mut to: TcpStream, mode: &AtomicU8, is_response: bool) {
    let (_keep, ticks): (Sender<()>, Receiver<()>) = channel();
    let wait = || {
        let _ = ticks.recv_timeout(INTERVAL);
    };
    let is = |wanted: ProxyMode| mode.load(Ordering::SeqCst) == wanted as u8;
    let mut bytes = [0; 16_384];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        let mut sent = 0;
        while sent < count {
            while is(ProxyMode::Silent) {
                wait();
            }
            let part = if is_response && is(ProxyMode::Drip) { 1 } else { count - sent };
            if to.write_all(&bytes[sent..sent + part]).is_err() {
                return;
            }
            sent += part;
            if part == 1 {
                wait();
            }
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
