//! A `tower` service in this process, tested against the suite of `tests/outside`.

use probity::conformance::{Conformance, Credential, Identities, Identity, RequestBody, Target};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

type Response = http::Response<http_body_util::Full<bytes::Bytes>>;

/// Lamps with owner and color, by id.
#[derive(Default)]
struct Lamps {
    lamps: BTreeMap<String, (String, String)>,
    created: usize,
}

impl Lamps {
    fn answer(&mut self, method: &str, path: &str, caller: &str, body: &Value) -> (u16, Option<Value>) {
        let id = path.strip_prefix("/v1/lamps/").unwrap_or_default().to_string();
        let color = self.lamps.get(&id).filter(|(owner, _)| owner == caller).map(|(_, color)| color.clone());
        let show = |id: &str, color: &str| Some(json!({"id": id, "state": "BRIGHT", "color": color}));
        match (method, color) {
            ("POST", _) => match body["color"].as_str().filter(|color| ["red", "blue"].contains(color)) {
                None => (400, None),
                Some(color) => {
                    self.created += 1;
                    let id = format!("lamp-{}", self.created);
                    self.lamps.insert(id.clone(), (caller.to_string(), color.to_string()));
                    (201, show(&id, color))
                }
            },
            ("GET", Some(color)) => (200, show(&id, &color)),
            ("DELETE", Some(_)) => {
                self.lamps.remove(&id);
                (204, None)
            }
            _ => (404, None),
        }
    }
}

/// The lamps over HTTP types. The header `X-Caller` tells other callers from the owner; the suite makes no
/// promise about credentials.
struct LampService(Arc<Mutex<Lamps>>);

impl tower_service::Service<http::Request<RequestBody>> for LampService {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<RequestBody>) -> Self::Future {
        use http_body_util::BodyExt;
        let lamps = Arc::clone(&self.0);
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let bytes = body.collect().await?.to_bytes();
            let body = serde_json::from_slice(&bytes).unwrap_or_default();
            let is_other = parts.headers.get("x-caller").is_some_and(|value| value == "other");
            let caller = if is_other { "other" } else { "owner" };
            let (status, shown) =
                lamps.lock().expect("no call panics").answer(parts.method.as_str(), parts.uri.path(), caller, &body);
            let response = http::Response::builder().status(status).header("content-type", "application/json");
            let text = shown.map_or_else(String::new, |shown| shown.to_string());
            Ok(response.body(text.into()).expect("the response is valid"))
        })
    }
}

fn main() -> ExitCode {
    let identity = |name: &str| {
        let headers = BTreeMap::from([("X-Caller".to_string(), Credential::from_public_text(name))]);
        (name.to_string(), Identity { headers, ..Identity::default() })
    };
    let identities = Identities::new(BTreeMap::from([identity("owner"), identity("other")]));
    let target = Target::in_process("lamps as a tower service", identities, || LampService(Arc::default()));
    let options = Conformance {
        base: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside"),
        target: target.with_paused_clock(),
        requests: Some(400),
        reports: Path::new(env!("CARGO_TARGET_TMPDIR")).join("in-process"),
        ..Conformance::new()
    };
    probity::conformance(options).exit_code()
}
