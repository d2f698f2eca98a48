//! Doubts as SARIF 2.1.0: one result for each doubt, at the lines of the pages.

use super::listing::{DoubtListing, ListedDoubt};
use super::weight::DoubtWeight;
use probity_schema::catalog::SourceLines;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Renders doubts as SARIF 2.1.0. `version` is the version of this program. The files are paths from the folder of pages
/// (`PAGES`).
#[must_use]
pub fn render_doubts_sarif(listings: &[DoubtListing], version: &str) -> String {
    let all: Vec<&ListedDoubt> = listings.iter().flat_map(|it| &it.doubts).collect();
    let kinds: BTreeSet<&str> = all.iter().map(|it| it.doubt.kind.as_str()).collect();
    let rules: Vec<Value> = kinds
        .iter()
        .map(|kind| json!({ "id": kind, "shortDescription": { "text": kind.replace('-', " ") } }))
        .collect();
    let results: Vec<Value> = all.iter().map(|it| build_result(it)).collect();
    let whole = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "probity", "version": version, "rules": rules } },
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&whole).expect("doubts are JSON: their maps have string keys");
    text.push('\n');
    text
}

fn build_result(listed: &ListedDoubt) -> Value {
    let level = match listed.weight {
        DoubtWeight::High => "error",
        DoubtWeight::Medium => "warning",
        DoubtWeight::Low => "note",
    };
    let says: Vec<&str> = listed.doubt.sides.iter().map(|it| it.says.as_str()).collect();
    let subject = listed.doubt.subject.as_deref().or(listed.doubt.operation.as_deref()).unwrap_or("the API");
    let mut places = listed.doubt.sides.iter().zip(&listed.files).filter_map(|(side, file)| {
        let (at, file) = (side.at.as_ref()?, file.as_ref()?);
        Some(build_location(at, file, &side.says))
    });
    let mut out = json!({
        "ruleId": listed.doubt.kind,
        "level": level,
        "message": { "text": format!("{subject}: {}", says.join(" / ")) },
        "partialFingerprints": { "probityDoubt/v1": listed.doubt.id },
    });
    out["locations"] = places.next().into_iter().collect();
    let others: Vec<Value> = places.collect();
    if !others.is_empty() {
        out["relatedLocations"] = Value::Array(others);
    }
    if let Some(ruling) = listed.ruling.as_ref().filter(|it| !it.stale) {
        out["suppressions"] = json!([{ "kind": "external", "justification": ruling.because }]);
    }
    out
}

fn build_location(at: &SourceLines, file: &str, says: &str) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": encode_path(file), "uriBaseId": "PAGES" },
            "region": { "startLine": at.first, "endLine": at.last },
        },
        "message": { "text": says },
    })
}

/// A path as a relative reference: everything but unreserved signs and slashes is percent-encoded.
fn encode_path(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
