//! A toy endpoint behind a real socket on this machine, and the HTTP client.

mod listening;
mod wires;

use super::*;
use crate::endpoint::tests::{
    CANARY, ToyEndpoint, block_on, call, catalog, identities, request, summarise_outcome, tokens,
};
use crate::endpoint::{DisturbedEndpoint, Endpoint, Request, WireDisturbance, WireFaults};
use crate::history::{Call, Outcome, Reply, ReplyBody};
use crate::http_client::tests::{build_http, fixed_clock};
use crate::http_client::{HttpEndpoint, HttpLimits};
use crate::profile::ConnectionSettings;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

/// Serves an endpoint on a free port while the client runs.
async fn serve_during<T>(endpoint: &dyn Endpoint, wire: &WireFaults, client: impl AsyncFnOnce(String) -> T) -> T {
    let listener = bind_listener("127.0.0.1:0".parse().unwrap(), false).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (catalog, tokens) = (catalog(), tokens());
    let site = OfferedEndpoint { endpoint, catalog: &catalog, tokens: &tokens, wire };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = serve_endpoint(listener, site, async {
        let _ = stopped.await;
    });
    let client = async {
        let result = client(base).await;
        stop.send(()).unwrap();
        result
    };
    tokio::join!(server, client).1
}
