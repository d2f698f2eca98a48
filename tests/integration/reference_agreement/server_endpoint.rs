//! The reference server as an endpoint for a campaign with a paused clock.
//!
//! Server and HTTP client run in real time on their own thread. The campaign's thread blocks during each request, so that
//! its paused clock does not advance. Therefore 100,000 steps wait only for sockets, and equal seeds give equal requests
//! and responses. Each request tells the server the time that passed on the paused clock, so that waiting has an effect.

use crate::reference_server::{ReferenceServer, Settings};
use jiff::Timestamp;
use probity::endpoint::{Endpoint, PendingOutcome, Request};
use probity::history::Outcome;
use probity::http_client::{HttpEndpoint, HttpLimits};
use probity::profile::Profile;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

/// Time of the campaign for one unit of the server's time.
const SLOWER: u128 = 100;

enum ServerOrder {
    /// A request, with the milliseconds of server time since the previous request.
    Ask(Box<Request>, u64, mpsc::Sender<Outcome>),
    Wipe(mpsc::Sender<()>),
}

/// A server that runs until the value is dropped.
pub struct ServerEndpoint {
    orders: Option<UnboundedSender<ServerOrder>>,
    asked: Cell<Option<Instant>>,
    thread: Option<JoinHandle<()>>,
}

impl ServerEndpoint {
    /// Starts a server. `profile` returns the profile for an address.
    pub fn start(
        settings: Settings,
        profile: impl FnOnce(&str) -> Profile + Send + 'static,
        suite: &str,
    ) -> Rc<ServerEndpoint> {
        let (orders, taken) = unbounded_channel();
        let suite = suite.to_string();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(serve(settings, profile, &suite, taken));
        });
        Rc::new(ServerEndpoint { orders: Some(orders), asked: Cell::new(None), thread: Some(thread) })
    }

    /// Removes all resources, for a new plan.
    pub fn wipe(&self) {
        let (done, gone) = mpsc::channel();
        self.order(ServerOrder::Wipe(done));
        gone.recv().expect("the server's thread is alive");
    }

    fn order(&self, order: ServerOrder) {
        let orders = self.orders.as_ref().expect("orders are taken until it is dropped");
        assert!(orders.send(order).is_ok(), "the server's thread is alive");
    }
}

impl Endpoint for ServerEndpoint {
    fn name(&self) -> &str {
        "the reference server"
    }

    fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a> {
        Box::pin(async move {
            let (send, answer) = mpsc::channel();
            let now = Instant::now();
            let passed = self.asked.replace(Some(now)).map_or(0, |before| (now - before).as_millis() / SLOWER);
            self.order(ServerOrder::Ask(Box::new(request.clone()), passed as u64, send));
            // Blocks the thread on purpose: a paused clock advances as soon as its runtime is idle.
            answer.recv().expect("the server's thread is alive")
        })
    }
}

impl Drop for ServerEndpoint {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(
    settings: Settings,
    profile: impl FnOnce(&str) -> Profile,
    suite: &str,
    mut orders: UnboundedReceiver<ServerOrder>,
) {
    let running = ReferenceServer::start(settings).await.expect("a port on loopback");
    let base = format!("http://{}", running.address);
    let profile = profile(&base);
    let address = profile.find_endpoint(suite).expect("the profile names the address").to_string();
    // Signatures depend on the time. A fixed time gives equal bytes for equal seeds.
    let noon: Arc<dyn Fn() -> Timestamp + Send + Sync> =
        Arc::new(|| Timestamp::from_second(1_795_000_000).expect("a moment in 2026"));
    let http = HttpEndpoint::new(&address, profile.identities.clone(), HttpLimits::USUAL, &profile.connection, noon)
        .expect("an address that can be asked");
    while let Some(order) = orders.recv().await {
        match order {
            ServerOrder::Ask(request, passed, answer) => {
                running.advance_by(passed);
                let _ = answer.send(http.send(&request).await);
            }
            ServerOrder::Wipe(done) => {
                running.wipe();
                let _ = done.send(());
            }
        }
    }
}
