//! A toy endpoint behind a real socket on this machine, and the HTTP client.

mod listening;
mod wires;

use super::*;
use crate::endpoint::tests::{CANARY, Toy, block_on, call, catalog, identities, request, tokens, told};
use crate::endpoint::{Call, Endpoint, Faulty, Request, WireFault, WireFaults};
use crate::history::{Outcome, Reply, ReplyBody};
use crate::http_client::tests::{http, wall};
use crate::http_client::{Http, HttpLimits};
use crate::profile::Connecting;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

/// Serves an endpoint on a free port while the client runs.
async fn served<T>(endpoint: &dyn Endpoint, wire: &WireFaults, client: impl AsyncFnOnce(String) -> T) -> T {
    let listener = bind("127.0.0.1:0".parse().unwrap(), false).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (catalog, tokens) = (catalog(), tokens());
    let site = Site { endpoint, catalog: &catalog, tokens: &tokens, wire };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = serve(listener, site, async {
        let _ = stopped.await;
    });
    let client = async {
        let result = client(base).await;
        stop.send(()).unwrap();
        result
    };
    tokio::join!(server, client).1
}
