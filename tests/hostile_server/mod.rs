//! A hostile HTTP/1.1 server on loopback, for tests: a proxy that carries out requests at a working server, and that
//! replaces, damages or withholds responses.
//!
//! A test starts a working server, such as the mock, and puts a [`HostileServer`] in front of it. For each request a
//! closure chooses an [`Attack`]:
//!
//! ```ignore
//! let hostile = HostileServer::start(mock_address, |request| match request.nth {
//!     7 => Attack::Silence,
//!     _ if request.method == "POST" => Attack::change_body(|body| body["id"] = json!("..")),
//!     _ => Attack::PassThrough,
//! });
//! ```
//!
//! A [`Misbehavior`] is an attack as a list of steps at the socket, before or after the effect of the request:
//! `unavailable(503, Some(1)).after_effect()`. Misbehaviors are in the files `*_misbehaviors.rs`; one more needs a name
//! and a function from the exchange to [`WireStep`]s:
//!
//! ```ignore
//! /// The response with a comment in front, which JSON does not have.
//! pub fn commented_json() -> Misbehavior {
//!     Misbehavior::new("commented-json", |exchange| {
//!         let body = [b"// hello\n".as_slice(), &exchange.reply.body].concat();
//!         exchange.reply.clone().with_body(body).to_steps()
//!     })
//! }
//! ```
//!
//! [`seeded_faults`] draws misbehaviors from the table [`FAULT_KINDS`] by seed; a line there adds a misbehavior to the
//! seeded tests and to the soak. [`HostileServer::before_lamps`] needs no working server besides, and [`run_probity`]
//! runs the binary in a folder of its own and ends a run that does not end.
//!
//! A variant of [`Attack`] is a variant of [`Attack`], its name in [`Attack::name`] and its bytes in `wire.rs`. What is only
//! another response needs no variant: [`Attack::InsteadOf`] answers without a request to the working server,
//! [`Attack::After`] changes the response of a request that was carried out.
//!
//! The server has bounds: 256 connections, 64 MB and 600 seconds for each response. Dropping the value ends the server
//! and all connections.

#![allow(dead_code, unused_imports, reason = "whoever includes this folder uses a part of it")]
#![allow(clippy::disallowed_methods, reason = "the server and its processes live in real time")]

mod attack;
mod body_misbehaviors;
mod fault_kinds;
mod framing_misbehaviors;
mod lamp_service;
mod misbehavior;
mod probity_run;
mod refusal_misbehaviors;
mod request;
mod response;
mod secret_spellings;
mod time_misbehaviors;
mod upstream;
mod wire;

pub use attack::Attack;
pub use body_misbehaviors::*;
pub use fault_kinds::{FAULT_KINDS, FaultKind, FaultRandom, seeded_faults};
pub use framing_misbehaviors::*;
pub use lamp_service::LampService;
pub use misbehavior::{ExchangeSeen, Misbehavior, StepAttack, WireStep};
pub use probity_run::{ProbityRun, run_probity, start_probity};
pub use refusal_misbehaviors::*;
pub use request::ReceivedRequest;
pub use response::RawResponse;
pub use secret_spellings::{EchoPlace, echo_secrets, spell_secret};
pub use time_misbehaviors::*;
pub use upstream::Upstream;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};

/// The owner's token in the profiles of [`HostileServer::write_profile`].
pub const OWNER_TOKEN: &str = "Canary-Zq7+pLm/3kT9xWc=";

const CONNECTIONS_MAX: usize = 256;
/// Requests that are kept for [`HostileServer::requests`].
const REQUESTS_KEPT: usize = 20_000;

/// The closure that chooses the attack of each request.
type AttackChooser = Box<dyn FnMut(&ReceivedRequest) -> Attack + Send>;

/// A hostile server on 127.0.0.1, until the value is dropped.
pub struct HostileServer {
    /// The address at which clients reach the server.
    pub address: SocketAddr,
    upstream: Upstream,
    log: Arc<Mutex<RequestLog>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The requests so far.
#[derive(Default)]
struct RequestLog {
    /// The first requests.
    first: Vec<ReceivedRequest>,
    /// Number of requests by name of the attack.
    by_attack: BTreeMap<&'static str, u64>,
    received: u64,
}

impl HostileServer {
    /// Starts a server on a free port, in a thread of its own. `choose_attack` sees the requests in the order of
    /// their arrival.
    pub fn start(
        upstream: impl Into<Upstream>,
        choose_attack: impl FnMut(&ReceivedRequest) -> Attack + Send + 'static,
    ) -> HostileServer {
        let log = Arc::new(Mutex::new(RequestLog::default()));
        let upstream = upstream.into();
        let kept = upstream.clone();
        let (stop, stopped) = oneshot::channel();
        let (bound, address) = std::sync::mpsc::channel();
        let site = Arc::new(Site {
            upstream,
            choose_attack: Mutex::new(Box::new(choose_attack)),
            log: Arc::clone(&log),
            last: Mutex::new(RawResponse::json(200, b"{}")),
        });
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
                bound.send(listener.local_addr().expect("a bound socket has an address")).expect("the starter waits");
                tokio::select! {
                    () = accept_connections(listener, site) => {}
                    _ = stopped => {}
                }
            });
            // Connections end with their tasks.
            runtime.shutdown_background();
        });
        let address = address.recv().expect("the server is bound");
        HostileServer { address, upstream: kept, log, stop: Some(stop), thread: Some(thread) }
    }

    /// A hostile server in front of the lamps of `tests/data/lamps`, without another process.
    pub fn before_lamps(choose_attack: impl FnMut(&ReceivedRequest) -> Attack + Send + 'static) -> HostileServer {
        HostileServer::start(Upstream::Lamps(Arc::default()), choose_attack)
    }

    /// Number of lamps that exist, and the largest number at any time. Only with the lamps as working server.
    pub fn count_lamps(&self) -> (usize, usize) {
        match &self.upstream {
            Upstream::Lamps(lamps) => {
                let lamps = lock(lamps);
                (lamps.count_alive(), lamps.most_alive())
            }
            Upstream::Address(address) => panic!("the working server {address} has no lamps"),
        }
    }

    /// Writes a profile with one identity for this server. `rest` is the rest of the profile.
    pub fn write_profile(&self, folder: &Path, rest: &str) -> PathBuf {
        let path = folder.join("profile.yaml");
        let auth = format!("auth: {{ bearer: {{ token: {OWNER_TOKEN} }} }}");
        let identity = format!("identities: {{ owner: {{ parameters: {{ project_id: p }}, {auth} }} }}");
        let text = format!("endpoint: http://{}\nchanges: allowed\n{identity}\n{rest}\n", self.address);
        std::fs::write(&path, text).expect("the profile is written");
        path
    }

    /// The first 20,000 requests.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        lock(&self.log).first.clone()
    }

    /// Number of all requests.
    pub fn count_received(&self) -> u64 {
        lock(&self.log).received
    }

    /// Number of requests by name of the attack.
    pub fn count_attacks(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.log).by_attack.clone()
    }

    /// The text of a profile with this server's address in place of the working server's.
    pub fn redirect_profile(&self, profile: &str, upstream: SocketAddr) -> String {
        let changed = profile.replace(&upstream.to_string(), &self.address.to_string());
        assert_ne!(changed, profile, "the profile has the address of the working server");
        changed
    }
}

impl Drop for HostileServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What all connections share.
struct Site {
    upstream: Upstream,
    choose_attack: Mutex<AttackChooser>,
    log: Arc<Mutex<RequestLog>>,
    /// The last response of the working server, for [`Attack::ForeignResponse`].
    last: Mutex<RawResponse>,
}

/// A panic of a chooser fails its test; the other requests go on.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Site {
    fn choose_attack(&self, request: &mut ReceivedRequest) -> Attack {
        let mut log = lock(&self.log);
        request.nth = log.received;
        let attack = (lock(&self.choose_attack))(request);
        log.received += 1;
        *log.by_attack.entry(attack.name()).or_default() += 1;
        if log.first.len() < REQUESTS_KEPT {
            log.first.push(request.clone());
        }
        attack
    }
}

async fn accept_connections(listener: TcpListener, site: Arc<Site>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else { continue };
        let site = Arc::clone(&site);
        tokio::spawn(async move {
            // An error means that the client has left, as it may.
            let _ = serve_connection(stream, &site).await;
            drop(place);
        });
    }
}

async fn serve_connection(mut stream: TcpStream, site: &Site) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    while let Some(mut request) = request::read_request(&mut stream).await? {
        let attack = site.choose_attack(&mut request);
        let foreign = lock(&site.last).clone();
        let response = match attack.needs_upstream() {
            true => {
                let response = site.upstream.carry_out(&request).await?;
                *lock(&site.last) = response.clone();
                response
            }
            false => foreign.clone(),
        };
        if !wire::carry_out(&mut stream, attack, &request, (response, foreign)).await? {
            return Ok(());
        }
    }
    Ok(())
}
