//! Citations in a suite file, as text.

use super::place::SuitePlace;
use super::yaml::{YamlNode, YamlValue};

/// Every citation of a suite, as text, with the place.
pub(super) fn collect_citations(tree: &YamlNode) -> Vec<(String, SuitePlace)> {
    let mut found = Vec::new();
    gather_citations(tree, false, &mut found);
    found
}

fn gather_citations(node: &YamlNode, cited: bool, found: &mut Vec<(String, SuitePlace)>) {
    match &node.kind {
        YamlValue::Map(entries) => {
            entries.iter().for_each(|(key, value)| gather_citations(value, key.text == "cites", found))
        }
        YamlValue::List(items) => items.iter().for_each(|item| gather_citations(item, cited, found)),
        YamlValue::Text(text) if cited => found.push((text.clone(), node.place)),
        _ => {}
    }
}
