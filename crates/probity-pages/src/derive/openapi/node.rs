//! Nodes of a description: references, lines and prose.

use crate::derive::field::source;
use crate::document::Line;
use crate::value::Node;
use probity_schema::catalog::Source;

/// Limit of the lines of a citation. More lines would not help to find the place again.
const LINES_MAX: u32 = 12;

/// Follows the references of a node. Returns the node itself without reference, or if a reference leads nowhere.
pub(super) fn resolved<'a>(root: &'a Node, node: &'a Node) -> &'a Node {
    let mut here = node;
    // The reader of the dialect refuses circles. The bound protects against documents from different sources.
    for _ in 0..32 {
        let next = here.get("$ref").and_then(Node::text).and_then(|it| root.at(it));
        match next {
            Some(next) => here = next,
            None => return here,
        }
    }
    here
}

/// Returns the lines of a node, up to [`LINES_MAX`].
pub(super) fn spot(page: &str, node: &Node) -> Source {
    source(page, node.first, node.last.min(node.first + LINES_MAX - 1))
}

/// Returns the lines of a text, each with the lines of the whole node, because a folded text has different lines than
/// the file.
pub(super) fn prose(node: &Node) -> Vec<Line> {
    let text = node.text().unwrap_or_default();
    text.lines()
        .filter(|it| !it.trim().is_empty())
        .map(|it| Line { text: it.trim().to_string(), first: node.first, last: node.last, ..Line::default() })
        .collect()
}
