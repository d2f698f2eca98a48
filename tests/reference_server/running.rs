//! A server that runs until it is stopped or dropped.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};

use super::calendar;
use super::exchange::{Answer, Ask};
use super::ledger::Ledger;
use super::refusal::Refusal;
use super::route;
use super::settings::Settings;
use super::sky::Turn;
use super::wire::{Pieces, Wire};
use super::world::World;

/// One server on 127.0.0.1. Dropping it ends it and all its connections.
pub struct Running {
    pub address: SocketAddr,
    world: Arc<Mutex<World>>,
    listener: AbortHandle,
}

impl Running {
    /// Starts on the caller's tokio runtime, on a port of the system's choice.
    pub async fn start(settings: Settings) -> io::Result<Running> {
        let world = World::new(settings);
        if calendar::midnight(&world.settings.today).is_none() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "today is no date"));
        }
        let unknown = world.unknown_faults();
        if !unknown.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("no such faults: {unknown:?}")));
        }
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let world = Arc::new(Mutex::new(world));
        let task = tokio::spawn(listen(listener, world.clone()));
        Ok(Running { address, world, listener: task.abort_handle() })
    }

    pub fn stop(self) {}

    /// What exists at this moment. Looking does not move the server's clock.
    pub fn ledger(&self) -> Ledger {
        locked(&self.world).ledger()
    }

    /// Everything gone at once; identities, clock and settings stay.
    pub fn wipe(&self) {
        locked(&self.world).wipe();
    }

    /// Lets time go by between two requests.
    pub fn pass(&self, ms: u64) {
        locked(&self.world).pass(ms);
    }

    /// Requests that were answered so far, by `METHOD status`: a caller can see what it really exercised.
    pub fn served(&self) -> BTreeMap<String, u64> {
        locked(&self.world).served.clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// A panic in one request must not silence the others, so a poisoned lock is taken all the same.
fn locked(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn listen(listener: TcpListener, world: Arc<Mutex<World>>) {
    let places = Arc::new(Semaphore::new(locked(&world).settings.limits.connections_max));
    // The set lives in this task: aborting the listener drops it, and that aborts the connections.
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let world = world.clone();
        connections.spawn(async move {
            converse(stream, world).await;
            drop(place);
        });
    }
}

async fn converse(stream: TcpStream, world: Arc<Mutex<World>>) {
    // Replies are small and awaited; without this each waits for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let cut = Arc::new(AtomicBool::new(false));
    let wire = TokioIo::new(Wire::new(stream, cut.clone()));
    let service = service_fn(move |request| serve(request, world.clone(), cut.clone()));
    // An error here is a client that left or a connection that the weather ended: both are the client's to judge.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(wire, service).await;
}

/// The error of a request whose connection ends without a reply.
type Silence = &'static str;

async fn serve(
    request: hyper::Request<Incoming>,
    world: Arc<Mutex<World>>,
    cut: Arc<AtomicBool>,
) -> Result<hyper::Response<Pieces>, Silence> {
    let fate = locked(&world).fate();
    if fate.turn == Turn::Reset {
        cut.store(true, Ordering::Relaxed);
        return Err("reset");
    }
    let body_max = locked(&world).settings.limits.body_bytes_max;
    let (head, body) = request.into_parts();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str()).to_string();
    let ask = |body| Ask::new(head.method.as_str(), &target, head.headers.clone(), body);
    let body = match Limited::new(body, body_max).collect().await {
        Ok(body) => body.to_bytes().to_vec(),
        Err(_) => return Ok(fate.sent(Answer::empty(413).header("connection", "close"), &ask(Vec::new()))),
    };
    let ask = ask(body);
    let answer = answered(&mut locked(&world), &ask, fate.turned_away());
    if fate.turn == Turn::Lost {
        return Err("lost");
    }
    if !fate.delay.is_zero() {
        tokio::time::sleep(fate.delay).await;
    }
    Ok(fate.sent(answer, &ask))
}

fn answered(world: &mut World, ask: &Ask, turned_away: Option<Refusal>) -> Answer {
    world.advance();
    let answer = match turned_away {
        Some(refusal) => {
            let wait = world.settings.weather.retry_after_s;
            route::refused(world, ask, &refusal).header("retry-after", wait)
        }
        None => route::answer(world, ask),
    };
    // Methods are any word that a client likes; only those in use get a line of their own.
    let method = match ask.method.as_str() {
        known @ ("GET" | "POST" | "PUT" | "DELETE") => known,
        _ => "OTHER",
    };
    *world.served.entry(format!("{method} {}", answer.status)).or_default() += 1;
    answer
}
