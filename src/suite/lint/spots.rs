//! Places in the file of the parts of a parsed suite.

use crate::suite::citations::citations_in;
use crate::suite::offset::place_in;
use crate::suite::place::Place;
use crate::suite::tree::{Kind, Node};

/// The merged tree of the files, to find places inside values.
pub(super) struct Spots<'a> {
    pub text: &'a str,
    pub tree: Option<Node>,
}

/// A step from a value of the file to a part of the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

/// The way from the root to a value of the file: `clauses`, 3, `when`.
pub(super) type Way = Vec<Step>;

/// Builds a [`Way`]: `way!["clauses", 3, "when"]`.
macro_rules! way {
    ($($step:expr),* $(,)?) => { ::std::vec::Vec::from([$($crate::suite::lint::spots::Step::from($step)),*]) };
}
pub(super) use way;

impl From<&str> for Step {
    fn from(key: &str) -> Step {
        Step::Key(key.to_string())
    }
}

impl From<&String> for Step {
    fn from(key: &String) -> Step {
        Step::Key(key.clone())
    }
}

impl From<usize> for Step {
    fn from(item: usize) -> Step {
        Step::Item(item)
    }
}

impl Spots<'_> {
    /// The place of byte `offset` of the expression at a way, not counting a leading `=`. The start of the file if
    /// the way leads nowhere.
    pub fn inside(&self, way: &[Step], offset: usize) -> Place {
        let Some(node) = self.node(way) else {
            return Place { line: 1, column: 1 };
        };
        let marked = matches!(&node.kind, Kind::Text(text) if text.starts_with('='));
        place_in(self.text, node, offset + usize::from(marked))
    }

    /// Every citation in the file, as text, with the place.
    pub fn citations(&self) -> Vec<(String, Place)> {
        self.tree.as_ref().map(citations_in).unwrap_or_default()
    }

    fn node(&self, way: &[Step]) -> Option<&Node> {
        way.iter().try_fold(self.tree.as_ref()?, |node, step| match (&node.kind, step) {
            (Kind::Map(entries), Step::Key(key)) => {
                entries.iter().find(|(k, _)| k.text == *key).map(|(_, value)| value)
            }
            (Kind::List(items), Step::Item(at)) => items.get(*at),
            // A single value may replace a list with one item.
            (_, Step::Item(0)) => Some(node),
            // A short form: `showLamp: reply.lamp` for `showLamp: { at: reply.lamp }`.
            (Kind::Text(_), Step::Key(_)) => Some(node),
            _ => None,
        })
    }
}
