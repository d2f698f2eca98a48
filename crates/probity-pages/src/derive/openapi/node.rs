//! Nodes of a description: references, lines and prose.

use crate::derive::field::source;
use crate::document::Line;
use crate::value::Node;
use probity_schema::catalog::Source;

/// Lines of a citation beside which more would not help to find a place again.
const LINES_MAX: u32 = 12;

/// What a node refers to, or the node itself. References that lead nowhere are no description.
pub(super) fn resolved<'a>(root: &'a Node, node: &'a Node) -> &'a Node {
    let mut here = node;
    // The reader refused circles; the bound is for documents made otherwise.
    for _ in 0..32 {
        let next = here.get("$ref").and_then(Node::text).and_then(|it| root.at(it));
        match next {
            Some(next) => here = next,
            None => return here,
        }
    }
    here
}

/// The lines of a node, not more than help.
pub(super) fn spot(page: &str, node: &Node) -> Source {
    source(page, node.first, node.last.min(node.first + LINES_MAX - 1))
}

/// The lines of a text, each at the lines of the whole: a folded text has other lines than its file.
pub(super) fn prose(node: &Node) -> Vec<Line> {
    let text = node.text().unwrap_or_default();
    text.lines()
        .filter(|it| !it.trim().is_empty())
        .map(|it| Line { text: it.trim().to_string(), first: node.first, last: node.last, ..Line::default() })
        .collect()
}
