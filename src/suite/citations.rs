//! Citations in a suite file, as text.

use super::place::Place;
use super::tree::{Kind, Node};

/// Every citation of a suite, as text, with the place.
pub(super) fn citations_in(tree: &Node) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    gather(tree, false, &mut found);
    found
}

fn gather(node: &Node, cited: bool, found: &mut Vec<(String, Place)>) {
    match &node.kind {
        Kind::Map(entries) => entries.iter().for_each(|(key, value)| gather(value, key.text == "cites", found)),
        Kind::List(items) => items.iter().for_each(|item| gather(item, cited, found)),
        Kind::Text(text) if cited => found.push((text.clone(), node.place)),
        _ => {}
    }
}
