//! `accept`, `refuse` and `may refuse`.

use super::reader::{Fields, Reader};
use crate::suite::tree::{Kind, Node};
use crate::suite::types::{Statuses, Verb};

pub(super) fn verb(reader: &mut Reader, map: Fields) -> Verb {
    let found: Vec<&str> =
        ["accept", "refuse", "may refuse"].into_iter().filter(|key| map.get(key).is_some()).collect();
    let [key] = found[..] else {
        let message = "a clause has exactly one of `accept`, `refuse` and `may refuse`";
        let place = found.get(1).map_or(map.place, |key| map.key_place(key));
        reader.error(place, "bad-verb", message);
        return Verb::MayRefuse(Statuses::Documented);
    };
    let node = map.get(key).expect("the key was found above");
    let statuses = statuses(reader, node, key);
    match key {
        "accept" => Verb::Accept(statuses),
        "refuse" => Verb::Refuse(statuses),
        _ => Verb::MayRefuse(statuses),
    }
}

fn statuses(reader: &mut Reader, node: &Node, verb: &str) -> Statuses {
    let word = if verb == "accept" { "success" } else { "client-error" };
    if matches!(&node.kind, Kind::Text(text) if text == word) {
        return Statuses::Documented;
    }
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let fits = if verb == "accept" { 200..=399 } else { 400..=599 };
    let mut codes = Vec::new();
    for item in items {
        match item.kind {
            Kind::Int(code) if fits.contains(&code) => codes.push(code as u16),
            _ => {
                let wanted = format!("`{verb}` takes `{word}` or statuses from {} to {}", fits.start(), fits.end());
                reader.error(item.place, "bad-status", wanted);
            }
        }
    }
    if items.is_empty() {
        reader.error(node.place, "bad-status", format!("`{verb}` names no status"));
    }
    Statuses::Exactly(codes)
}
