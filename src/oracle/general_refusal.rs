//! Deviations that are about the caller or the headers of a request: the same defect at every operation.

use crate::history::{Exchange, Outcome, ReplyBody};
use crate::model::{DeviationEvidence, DifferenceKind};
use serde_json::Value;

/// Statuses that are about the headers of a request, whatever the resource (RFC 9110, sections 15.5.7 and 15.5.16).
const HEADER_STATUSES: [u16; 2] = [406, 415];
/// Most texts of a body, and most words of all texts.
const TEXTS_MAX: usize = 8;
const WORDS_MAX: usize = 24;

/// The fingerprint of a deviation that does not depend on the operation; `None` for any other deviation.
///
/// A refusal: the endpoint refuses the caller (401), or a header of the call (406, 415, or 400 with a body that names the
/// header), with the same words everywhere. An acceptance: the endpoint does not check the proof of the caller. 403 depends
/// on the operation.
pub(super) fn find_general_refusal(exchange: &Exchange, evidence: &DeviationEvidence) -> Option<String> {
    let [difference] = evidence.differences.as_slice() else { return None };
    let DifferenceKind::Outcome { expected, got } = &difference.what else { return None };
    let call = &exchange.call;
    let caller = call.caller.as_str();
    let names: Vec<&str> = call.headers.keys().map(String::as_str).collect();
    match (expected.accepted, *got) {
        (Some(true), 401) => Some(format!("* caller {caller} refused {got}{}", read_reason(exchange))),
        (Some(true), got)
            if !names.is_empty()
                && (HEADER_STATUSES.contains(&got) || got == 400 && blames_header(exchange, &names)) =>
        {
            Some(format!("* headers {} refused {got}{}", names.join("+"), read_reason(exchange)))
        }
        (Some(false), 200..300) if matches!(caller, "expired" | "forged" | "none") => {
            Some(format!("* caller {caller} accepted"))
        }
        _ => None,
    }
}

/// Whether the body of a refusal names a header of the call.
fn blames_header(exchange: &Exchange, names: &[&str]) -> bool {
    let text = list_texts(exchange).join(" ").to_ascii_lowercase();
    names.iter().any(|name| text.contains(&name.to_ascii_lowercase()))
}

/// The words of a refusal that are the same for all resources: without numbers, ids and paths.
fn read_reason(exchange: &Exchange) -> String {
    let texts = list_texts(exchange);
    let general = |word: &&str| !word.contains(|c: char| c.is_ascii_digit() || "/'\"".contains(c));
    let words: Vec<&str> =
        texts.iter().flat_map(|text| text.split_whitespace()).filter(general).take(WORDS_MAX).collect();
    if words.is_empty() { String::new() } else { format!(": {}", words.join(" ")) }
}

/// The texts in the body of a response.
fn list_texts(exchange: &Exchange) -> Vec<&str> {
    let mut texts = Vec::new();
    if let Outcome::Replied(reply) = &exchange.outcome {
        match &reply.body {
            ReplyBody::Json(body) => collect_texts(body, &mut texts),
            ReplyBody::Text { begins, .. } => texts.push(begins.as_str()),
            _ => {}
        }
    }
    texts
}

fn collect_texts<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    if texts.len() >= TEXTS_MAX {
        return;
    }
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| collect_texts(field, texts)),
        _ => {}
    }
}
