//! The witness server over loopback HTTP, asked from a clock that stands still.
//!
//! Server and HTTP client live on a thread of their own, in real time; the campaign's thread waits for each
//! reply without letting its paused clock run. So 100,000 steps over real sockets wait for nothing but the
//! sockets, and the same seed gives the same requests and the same replies. The server is told how much time
//! has gone by on that clock, so that a campaign that waits finds things done.

use crate::reference_server::{ReferenceServer, Settings};
use jiff::Timestamp;
use probity::endpoint::{Endpoint, Pending, Request};
use probity::history::Outcome;
use probity::http_client::{Http, HttpLimits};
use probity::profile::Profile;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

/// What takes the server a moment takes a cloud minutes: so many times as long.
const SLOWER: u128 = 100;

enum Order {
    /// With the server's milliseconds since it was last asked.
    Ask(Box<Request>, u64, mpsc::Sender<Outcome>),
    Wipe(mpsc::Sender<()>),
}

/// A server that runs until this is dropped.
pub struct ServerEndpoint {
    orders: Option<UnboundedSender<Order>>,
    asked: Cell<Option<Instant>>,
    thread: Option<JoinHandle<()>>,
}

impl ServerEndpoint {
    /// Starts a server. `profile` is written for its address and its identities.
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

    /// Takes everything away, as for a new plan.
    pub fn wipe(&self) {
        let (done, gone) = mpsc::channel();
        self.order(Order::Wipe(done));
        gone.recv().expect("the server's thread is alive");
    }

    fn order(&self, order: Order) {
        let orders = self.orders.as_ref().expect("orders are taken until it is dropped");
        assert!(orders.send(order).is_ok(), "the server's thread is alive");
    }
}

impl Endpoint for ServerEndpoint {
    fn name(&self) -> &str {
        "the witness server"
    }

    fn send<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        Box::pin(async move {
            let (send, answer) = mpsc::channel();
            let now = Instant::now();
            let passed = self.asked.replace(Some(now)).map_or(0, |before| (now - before).as_millis() / SLOWER);
            self.order(Order::Ask(Box::new(request.clone()), passed as u64, send));
            // Blocks the thread on purpose: a paused clock runs on as soon as its runtime is idle.
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
    mut orders: UnboundedReceiver<Order>,
) {
    let running = ReferenceServer::start(settings).await.expect("a port on loopback");
    let base = format!("http://{}", running.address);
    let profile = profile(&base);
    let address = profile.endpoint(suite).expect("the profile names the address").to_string();
    // Signatures carry a time: the same one always, so that the same seed gives the same bytes.
    let noon: Arc<dyn Fn() -> Timestamp + Send + Sync> =
        Arc::new(|| Timestamp::from_second(1_795_000_000).expect("a moment in 2026"));
    let http = Http::new(&address, profile.identities.clone(), HttpLimits::USUAL, &profile.connecting, noon)
        .expect("an address that can be asked");
    while let Some(order) = orders.recv().await {
        match order {
            Order::Ask(request, passed, answer) => {
                running.advance_by(passed);
                let _ = answer.send(http.send(&request).await);
            }
            Order::Wipe(done) => {
                running.wipe();
                let _ = done.send(());
            }
        }
    }
}
