//! An axum service, tested against the suite of `tests/outside` in this process and without a socket.
//!
//! In a crate of yours this is a test target with `harness = false`: each clause of the suite is a test.
//! Needs no feature of `probity`.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use probity::conformance::{Conformance, Target};
use probity::endpoint::{Credential, Identities, Identity};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

/// Owner and color of the lamps, by id.
type Lamps = Arc<Mutex<BTreeMap<String, (String, String)>>>;

/// The service under test: each caller sees only own lamps.
fn make_service() -> Router {
    Router::new()
        .route("/v1/lamps", post(light_lamp))
        .route("/v1/lamps/{id}", get(show_lamp).delete(remove_lamp))
        .with_state(Lamps::default())
}

async fn light_lamp(
    State(lamps): State<Lamps>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let Some(color @ ("red" | "blue")) = body["color"].as_str() else {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "a lamp is red or blue"})));
    };
    let mut lamps = lamps.lock().expect("no handler panics");
    let id = format!("lamp-{}", lamps.len() + 1);
    lamps.insert(id.clone(), (read_caller(&headers), color.to_string()));
    (StatusCode::CREATED, Json(json!({"id": id, "state": "BRIGHT", "color": color})))
}

async fn show_lamp(
    State(lamps): State<Lamps>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, StatusCode> {
    let lamps = lamps.lock().expect("no handler panics");
    let (owner, color) = lamps.get(&id).ok_or(StatusCode::NOT_FOUND)?;
    match *owner == read_caller(&headers) {
        true => Ok(Json(json!({"id": id, "state": "BRIGHT", "color": color}))),
        false => Err(StatusCode::NOT_FOUND),
    }
}

async fn remove_lamp(State(lamps): State<Lamps>, Path(id): Path<String>, headers: HeaderMap) -> StatusCode {
    let mut lamps = lamps.lock().expect("no handler panics");
    match lamps.get_mut(&id) {
        Some((owner, _)) if *owner == read_caller(&headers) => {
            // Without an owner the lamp is absent for each caller, and its id is not used again.
            owner.clear();
            StatusCode::NO_CONTENT
        }
        _ => StatusCode::NOT_FOUND,
    }
}

fn read_caller(headers: &HeaderMap) -> String {
    headers.get("x-caller").and_then(|value| value.to_str().ok()).unwrap_or("owner").to_string()
}

fn main() -> ExitCode {
    // How the service distinguishes the callers of the suite.
    let identity = |name: &str| {
        let headers = BTreeMap::from([("X-Caller".to_string(), Credential::from_public_text(name))]);
        (name.to_string(), Identity { headers, ..Identity::default() })
    };
    let identities = Identities::new(BTreeMap::from([identity("owner"), identity("other")]));
    // Each plan has a service of its own. The service waits on tokio's clock only, so that the clock may be paused.
    let target = Target::in_process("lamps in axum", identities, make_service).with_paused_clock();
    let options = Conformance {
        base: std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside"),
        target,
        requests: Some(400),
        reports: std::env::temp_dir().join(format!("probity-axum-{}", std::process::id())),
        ..Conformance::new()
    };
    let reports = options.reports.clone();
    let conclusion = probity::conformance(options);
    let _ = std::fs::remove_dir_all(reports);
    conclusion.exit_code()
}
