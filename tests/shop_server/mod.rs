//! A small server of the shop that `tests/data/shop/shop.openapi.yaml` describes, on a loopback port, with faults that can
//! be switched on one at a time. It was written from the description, without the drafted suite.

mod shop;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use shop::Shop;
pub use shop::{FAULTS, ShopFault};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Longest request body, in bytes.
const BODY_BYTES_MAX: usize = 1 << 20;

/// A running server. Dropping the value ends the server with its thread.
pub struct ShopServer {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl ShopServer {
    /// Starts a server without resources in a thread of its own, on a free port of 127.0.0.1.
    pub fn start(fault: Option<ShopFault>) -> ShopServer {
        let (told, address) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
                told.send(listener.local_addr().expect("the port is bound")).expect("the test waits");
                let shop = Arc::new(Mutex::new(Shop::new(fault)));
                tokio::select! {
                    () = listen(listener, shop) => {}
                    _ = stopped => {}
                }
            });
        });
        let address = address.recv().expect("the server listens");
        ShopServer { address, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for ShopServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(std::thread::JoinHandle::join);
    }
}

async fn listen(listener: TcpListener, shop: Arc<Mutex<Shop>>) {
    // Dropping the set ends the connections.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        while connections.try_join_next().is_some() {}
        let _ = stream.set_nodelay(true);
        let shop = Arc::clone(&shop);
        connections.spawn(async move {
            let service = service_fn(move |request| answer(request, Arc::clone(&shop)));
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    shop: Arc<Mutex<Shop>>,
) -> Result<hyper::Response<Full<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let bytes = Limited::new(body, BODY_BYTES_MAX).collect().await.map(|it| it.to_bytes()).unwrap_or_default();
    let key = head.headers.get("x-api-key").and_then(|it| it.to_str().ok()).map(str::to_string);
    let body = (!bytes.is_empty()).then(|| serde_json::from_slice::<Value>(&bytes).ok());
    let mut shop = shop.lock().unwrap_or_else(PoisonError::into_inner);
    let query = head.uri.query().unwrap_or_default();
    let (status, body) = shop.answer(head.method.as_str(), head.uri.path(), query, key.as_deref(), body);
    let response = hyper::Response::builder().status(status);
    let response = match body {
        Some(body) => response.header("content-type", "application/json").body(Full::from(body.to_string())),
        None => response.body(Full::default()),
    };
    Ok(response.expect("status and headers are valid"))
}
