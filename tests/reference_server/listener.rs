//! A reference server that listens on a port.

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

use super::cloud_state::CloudState;
use super::connection::{Connection, ResponseBody};
use super::inventory::Inventory;
use super::messages::{ApiRequest, ApiResponse};
use super::network::Disturbance;
use super::refusal::Refusal;
use super::router;
use super::settings::Settings;
use super::timestamps;

/// A server on 127.0.0.1. Dropping the value ends the server and all connections.
pub struct ReferenceServer {
    pub address: SocketAddr,
    cloud: Arc<Mutex<CloudState>>,
    listener: AbortHandle,
}

impl ReferenceServer {
    /// Starts on the caller's tokio runtime, on a free port.
    pub async fn start(settings: Settings) -> io::Result<ReferenceServer> {
        let cloud = CloudState::new(settings);
        if timestamps::parse_date(&cloud.settings.today).is_none() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "today is no date"));
        }
        let unknown = cloud.unknown_faults();
        if !unknown.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("no such faults: {unknown:?}")));
        }
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let cloud = Arc::new(Mutex::new(cloud));
        let task = tokio::spawn(listen(listener, cloud.clone()));
        Ok(ReferenceServer { address, cloud, listener: task.abort_handle() })
    }

    pub fn stop(self) {}

    /// The resources that exist now. The server's clock does not move.
    pub fn inventory(&self) -> Inventory {
        lock_state(&self.cloud).inventory()
    }

    /// Removes all resources at once. Identities, clock and settings stay.
    pub fn wipe(&self) {
        lock_state(&self.cloud).wipe();
    }

    /// Lets time pass between two requests.
    pub fn advance_by(&self, ms: u64) {
        lock_state(&self.cloud).advance_by(ms);
    }

    /// Number of answered requests by `METHOD status`, so that a test can check the variety of its requests.
    pub fn served(&self) -> BTreeMap<String, u64> {
        lock_state(&self.cloud).served.clone()
    }
}

impl Drop for ReferenceServer {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// A panic in one request must not block other requests: a poisoned lock is taken nevertheless.
fn lock_state(cloud: &Mutex<CloudState>) -> MutexGuard<'_, CloudState> {
    cloud.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn listen(listener: TcpListener, cloud: Arc<Mutex<CloudState>>) {
    let places = Arc::new(Semaphore::new(lock_state(&cloud).settings.limits.connections_max));
    // The set belongs to this task: aborting the listener drops the set, and dropping the set aborts the connections.
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
        let cloud = cloud.clone();
        connections.spawn(async move {
            serve_connection(stream, cloud).await;
            drop(place);
        });
    }
}

async fn serve_connection(stream: TcpStream, cloud: Arc<Mutex<CloudState>>) {
    // Responses are small. Without this option each response waits for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let reset = Arc::new(AtomicBool::new(false));
    let wire = TokioIo::new(Connection::new(stream, reset.clone()));
    let service = service_fn(move |request| serve(request, cloud.clone(), reset.clone()));
    // An error means that the client left or that a network fault ended the connection; both are for the client to judge.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(wire, service).await;
}

/// The error of a connection that ends without a response.
type NoResponse = &'static str;

async fn serve(
    request: hyper::Request<Incoming>,
    cloud: Arc<Mutex<CloudState>>,
    reset: Arc<AtomicBool>,
) -> Result<hyper::Response<ResponseBody>, NoResponse> {
    let delivery = lock_state(&cloud).draw_delivery();
    if delivery.turn == Disturbance::Reset {
        reset.store(true, Ordering::Relaxed);
        return Err("reset");
    }
    let body_max = lock_state(&cloud).settings.limits.body_bytes_max;
    let (head, body) = request.into_parts();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str()).to_string();
    let ask = |body| ApiRequest::new(head.method.as_str(), &target, head.headers.clone(), body);
    let body = match Limited::new(body, body_max).collect().await {
        Ok(body) => body.to_bytes().to_vec(),
        Err(_) => {
            return Ok(delivery.write_response(ApiResponse::empty(413).header("connection", "close"), &ask(Vec::new())));
        }
    };
    let ask = ask(body);
    let answer = answer_request(&mut lock_state(&cloud), &ask, delivery.turn_away());
    if delivery.turn == Disturbance::Lost {
        return Err("lost");
    }
    if !delivery.delay.is_zero() {
        tokio::time::sleep(delivery.delay).await;
    }
    Ok(delivery.write_response(answer, &ask))
}

fn answer_request(cloud: &mut CloudState, ask: &ApiRequest, turn_away: Option<Refusal>) -> ApiResponse {
    cloud.advance_clock();
    let answer = match turn_away {
        Some(refusal) => {
            let wait = cloud.settings.network_faults.retry_after_s;
            router::respond_with_refusal(cloud, ask, &refusal).header("retry-after", wait)
        }
        None => router::respond(cloud, ask),
    };
    // A method may be any word; unknown methods are counted together.
    let method = match ask.method.as_str() {
        known @ ("GET" | "POST" | "PUT" | "DELETE") => known,
        _ => "OTHER",
    };
    *cloud.served.entry(format!("{method} {}", answer.status)).or_default() += 1;
    answer
}
