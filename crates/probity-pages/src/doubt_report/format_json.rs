//! Doubts as JSON.

use super::listing::DoubtListing;
use serde_json::{Value, json};

/// Renders doubts as JSON: `{"api", "doubts": [{id, kind, weight, operation, subject, sides, taken, rule, ruling}], "gone"}`.
#[must_use]
pub fn render_doubts_json(listing: &DoubtListing) -> String {
    let doubts: Vec<Value> = listing
        .doubts
        .iter()
        .map(|listed| {
            let mut value = serde_json::to_value(&listed.doubt).expect("a doubt is JSON: it has no maps");
            value["weight"] = json!(listed.weight.word());
            for (nth, file) in listed.files.iter().enumerate() {
                if let Some(file) = file {
                    value["sides"][nth]["file"] = json!(file);
                }
            }
            if let Some(ruling) = &listed.ruling {
                value["ruling"] = json!({ "take": ruling.take, "because": ruling.because, "stale": ruling.stale });
            }
            value
        })
        .collect();
    let whole = json!({ "api": listing.api, "doubts": doubts, "gone": listing.gone });
    let mut text = serde_json::to_string_pretty(&whole).expect("doubts are JSON: their maps have string keys");
    text.push('\n');
    text
}
