//! Places in the file of the parts of a parsed suite.

use crate::suite::citations::collect_citations;
use crate::suite::offset::locate_in_node;
use crate::suite::place::SuitePlace;
use crate::suite::yaml::{YamlNode, YamlValue};

/// The merged tree of the files, to find places inside values.
pub(super) struct MergedTree<'a> {
    pub text: &'a str,
    pub tree: Option<YamlNode>,
}

/// A step from a value of the file to a part of the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum YamlPathStep {
    Key(String),
    Item(usize),
}

/// The way from the root to a value of the file: `clauses`, 3, `when`.
pub(super) type YamlPath = Vec<YamlPathStep>;

/// Builds a [`YamlPath`]: `way!["clauses", 3, "when"]`.
macro_rules! way {
    ($($step:expr),* $(,)?) => { ::std::vec::Vec::from([$($crate::suite::lint::merged_tree::YamlPathStep::from($step)),*]) };
}
pub(super) use way;

impl From<&str> for YamlPathStep {
    fn from(key: &str) -> YamlPathStep {
        YamlPathStep::Key(key.to_string())
    }
}

impl From<&String> for YamlPathStep {
    fn from(key: &String) -> YamlPathStep {
        YamlPathStep::Key(key.clone())
    }
}

impl From<usize> for YamlPathStep {
    fn from(item: usize) -> YamlPathStep {
        YamlPathStep::Item(item)
    }
}

impl MergedTree<'_> {
    /// The place of byte `offset` of the expression at a way, not counting a leading `=`. The start of the file if
    /// the way leads nowhere.
    pub fn locate_offset(&self, way: &[YamlPathStep], offset: usize) -> SuitePlace {
        let Some(node) = self.find_node(way) else {
            return SuitePlace { line: 1, column: 1 };
        };
        let marked = matches!(&node.kind, YamlValue::Text(text) if text.starts_with('='));
        locate_in_node(self.text, node, offset + usize::from(marked))
    }

    /// Every citation in the file, as text, with the place.
    pub fn collect_citations(&self) -> Vec<(String, SuitePlace)> {
        self.tree.as_ref().map(collect_citations).unwrap_or_default()
    }

    fn find_node(&self, way: &[YamlPathStep]) -> Option<&YamlNode> {
        way.iter().try_fold(self.tree.as_ref()?, |node, step| match (&node.kind, step) {
            (YamlValue::Map(entries), YamlPathStep::Key(key)) => {
                entries.iter().find(|(k, _)| k.text == *key).map(|(_, value)| value)
            }
            (YamlValue::List(items), YamlPathStep::Item(at)) => items.get(*at),
            // A single value may replace a list with one item.
            (_, YamlPathStep::Item(0)) => Some(node),
            // A short form: `showLamp: reply.lamp` for `showLamp: { at: reply.lamp }`.
            (YamlValue::Text(_), YamlPathStep::Key(_)) => Some(node),
            _ => None,
        })
    }
}
