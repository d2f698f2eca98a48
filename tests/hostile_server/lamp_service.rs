//! The API of `tests/data/lamps`, written from its suite. Bodies of requests are JSON.

use super::request::ReceivedRequest;
use super::response::RawResponse;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

struct Lamp {
    color: Value,
    dimmed_at: Option<Instant>,
}

/// The lamps that exist.
#[derive(Default)]
pub struct LampService {
    lamps: BTreeMap<String, Lamp>,
    lit: u64,
    most_alive: usize,
}

/// Time for which a lamp is DIMMING.
const DIMMING: Duration = Duration::from_millis(2);

impl LampService {
    /// Number of lamps that exist.
    pub fn count_alive(&self) -> usize {
        self.lamps.len()
    }

    /// The largest number of lamps that existed at any time.
    pub fn most_alive(&self) -> usize {
        self.most_alive
    }

    /// Number of lamps ever lit.
    pub fn count_lit(&self) -> u64 {
        self.lit
    }

    pub(super) fn respond(&mut self, request: &ReceivedRequest) -> RawResponse {
        let path = request.target.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["v1", "lamps"]) => self.light(&request.body),
            ("GET", ["v1", "lamps", id]) => match self.lamps.get(*id) {
                Some(lamp) => RawResponse::value(200, &show(id, lamp)),
                None => absent(),
            },
            ("POST", ["v1", "lamps", id, "dim"]) => match self.lamps.get_mut(*id) {
                Some(Lamp { dimmed_at: Some(_), .. }) => refusal(409, "the lamp is dim"),
                Some(lamp) => {
                    lamp.dimmed_at = Some(Instant::now());
                    RawResponse::new(204, &[], b"")
                }
                None => absent(),
            },
            ("DELETE", ["v1", "lamps", id]) => match self.lamps.remove(*id) {
                Some(_) => RawResponse::new(204, &[], b""),
                None => absent(),
            },
            _ => absent(),
        }
    }

    fn light(&mut self, body: &[u8]) -> RawResponse {
        let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let Some(color @ ("red" | "blue")) = body["color"].as_str() else {
            return refusal(400, "the color is wrong");
        };
        self.lit += 1;
        let id = format!("lamp-{:08x}", self.lit);
        let lamp = Lamp { color: json!(color), dimmed_at: None };
        let reply = RawResponse::value(201, &show(&id, &lamp));
        self.lamps.insert(id, lamp);
        self.most_alive = self.most_alive.max(self.lamps.len());
        reply
    }
}

fn show(id: &str, lamp: &Lamp) -> Value {
    let state = match lamp.dimmed_at {
        None => "BRIGHT",
        Some(since) if since.elapsed() < DIMMING => "DIMMING",
        Some(_) => "DIM",
    };
    json!({"id": id, "state": state, "color": lamp.color})
}

fn absent() -> RawResponse {
    refusal(404, "no such lamp")
}

fn refusal(status: u16, message: &str) -> RawResponse {
    RawResponse::value(status, &json!({"error": {"message": message}}))
}
