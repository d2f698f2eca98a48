//! HAR files from lines, one for each call.

use serde_json::{Value, json};

/// A HAR file. A line is `START+MS METHOD PATH [BODY] -> STATUS [BODY]`: START in seconds after eight o'clock, MS the
/// time of the call; a path without a host is at `https://lamps.example.org/api`.
pub fn make_har(lines: &[&str]) -> String {
    let entries: Vec<Value> = lines.iter().map(|line| make_entry(line)).collect();
    json!({ "log": { "version": "1.2", "creator": { "name": "test", "version": "1" }, "entries": entries } })
        .to_string()
}

pub fn make_entry(line: &str) -> Value {
    let (request, response) = line.split_once(" -> ").expect("request -> response");
    let mut words = request.splitn(4, ' ');
    let (start, ms) = words.next().unwrap().split_once('+').expect("START+MS");
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let url = if path.starts_with('/') { format!("https://lamps.example.org/api{path}") } else { path.to_string() };
    let time = format_time(start.parse().unwrap());
    let (status, body) = response.split_once(' ').unwrap_or((response, ""));
    let mut entry = json!({
        "startedDateTime": time,
        "time": ms.parse::<f64>().unwrap() + 0.5,
        "request": { "method": method, "url": url, "httpVersion": "HTTP/1.1", "headers": [], "queryString": [], "cookies": [],
            "headersSize": -1, "bodySize": 0 },
        "response": { "status": status.parse::<i64>().unwrap(), "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": [], "redirectURL": "", "headersSize": -1, "bodySize": body.len(),
            "content": { "size": body.len(), "mimeType": "application/json", "text": body } },
        "cache": {}, "timings": { "send": 0, "wait": 1, "receive": 0 },
    });
    if let Some(body) = words.next() {
        entry["request"]["postData"] = json!({ "mimeType": "application/json", "text": body });
        entry["request"]["bodySize"] = json!(body.len());
    }
    entry
}

/// A time, given in seconds after eight o'clock.
pub fn format_time(seconds: f64) -> String {
    let start: jiff::Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
    let time = start + jiff::SignedDuration::from_micros((seconds * 1e6).round() as i64);
    time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}
