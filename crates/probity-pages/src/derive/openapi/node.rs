//! Nodes of a description: references, lines and prose.

use crate::derive::field::make_source;
use crate::document::PageLine;
use crate::value::SourceValue;
use probity_schema::catalog::SourceLines;

/// Limit of the lines of a citation. More lines would not help to find the place again.
const LINES_MAX: u32 = 12;

/// Follows the references of a node. Returns the node itself without reference, or if a reference leads nowhere.
pub(super) fn follow_references<'a>(root: &'a SourceValue, node: &'a SourceValue) -> &'a SourceValue {
    let mut here = node;
    // The reader of the dialect refuses circles. The bound protects against documents from different sources.
    for _ in 0..32 {
        let next = here.get("$ref").and_then(SourceValue::as_text).and_then(|it| root.resolve_reference(it));
        match next {
            Some(next) => here = next,
            None => return here,
        }
    }
    here
}

/// Returns the lines of a node, up to [`LINES_MAX`].
pub(super) fn locate_node(page: &str, node: &SourceValue) -> SourceLines {
    make_source(page, node.first, node.last.min(node.first + LINES_MAX - 1))
}

/// Returns the lines of a text, each with the lines of the whole node, because a folded text has different lines than
/// the file.
pub(super) fn read_prose(node: &SourceValue) -> Vec<PageLine> {
    let text = node.as_text().unwrap_or_default();
    text.lines()
        .filter(|it| !it.trim().is_empty())
        .map(|it| PageLine { text: it.trim().to_string(), first: node.first, last: node.last, ..PageLine::default() })
        .collect()
}
