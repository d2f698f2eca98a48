//! `accept`, `refuse` and `may refuse`.

use super::reader::{MapEntries, SuiteReader};
use crate::suite::grammar;
use crate::suite::types::{ClauseDecision, PermittedStatuses};
use crate::suite::yaml::{YamlNode, YamlValue};

pub(super) fn parse_decision(reader: &mut SuiteReader, map: MapEntries) -> ClauseDecision {
    let found: Vec<&str> =
        ["accept", "refuse", "may refuse"].into_iter().filter(|key| map.get(key).is_some()).collect();
    let [key] = found[..] else {
        // The unknown key is reported, and may be the misspelt decision: further errors would only follow from it.
        if found.is_empty() && map.has_unknown_key(&grammar::CLAUSE) {
            return ClauseDecision::Accept(PermittedStatuses::Documented);
        }
        let message = "a clause has exactly one of `accept`, `refuse` and `may refuse`";
        let place = found.get(1).map_or(map.place, |key| map.get_key_place(key));
        reader.report_error(place, "bad-verb", message);
        return ClauseDecision::MayRefuse(PermittedStatuses::Documented);
    };
    let node = map.get(key).expect("the key was found above");
    let statuses = parse_statuses(reader, node, key);
    match key {
        "accept" => ClauseDecision::Accept(statuses),
        "refuse" => ClauseDecision::Refuse(statuses),
        _ => ClauseDecision::MayRefuse(statuses),
    }
}

fn parse_statuses(reader: &mut SuiteReader, node: &YamlNode, verb: &str) -> PermittedStatuses {
    let word = if verb == "accept" { "success" } else { "client-error" };
    if matches!(&node.kind, YamlValue::Text(text) if text == word) {
        return PermittedStatuses::Documented;
    }
    let items = match &node.kind {
        YamlValue::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let fits = if verb == "accept" { 200..=399 } else { 400..=599 };
    let mut codes = Vec::new();
    for item in items {
        match item.kind {
            YamlValue::Int(code) if fits.contains(&code) => codes.push(code as u16),
            _ => {
                let wanted = format!("`{verb}` takes `{word}` or statuses from {} to {}", fits.start(), fits.end());
                reader.report_error(item.place, "bad-status", wanted);
            }
        }
    }
    if items.is_empty() {
        reader.report_error(node.place, "bad-status", format!("`{verb}` names no status"));
    }
    PermittedStatuses::Exactly(codes)
}
