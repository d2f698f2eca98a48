//! The nodes of a compiled schema.

use super::annotations::Notes;
use super::format::Format;
use super::pattern::Pattern;
use super::types::Types;
use serde_json::{Number, Value};

/// Index of a node in the table of a shape.
pub(super) type NodeId = usize;

/// The node of the whole schema.
pub(super) const ROOT: NodeId = 0;

/// The keywords of one schema object. A field without a comment has the keyword's name.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// The schema `false`, which accepts no value.
    pub never: bool,
    pub types: Option<Types>,
    /// None where the schema does not describe properties at all (a map).
    pub props: Option<Vec<(String, NodeId)>>,
    pub pattern_props: Vec<(Pattern, NodeId)>,
    pub required: Vec<String>,
    pub additional: Additional,
    pub property_names: Option<NodeId>,
    pub min_props: Option<u64>,
    pub max_props: Option<u64>,
    pub items: Option<NodeId>,
    pub min_items: Option<u64>,
    pub max_items: Option<u64>,
    pub unique: bool,
    /// `enum`, or `const` as an enumeration of one value.
    pub members: Option<Vec<Value>>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub pattern: Option<Pattern>,
    pub format: Option<Format>,
    /// `contentEncoding: base64`.
    pub base64: bool,
    pub minimum: Option<Number>,
    pub maximum: Option<Number>,
    /// `exclusiveMinimum`.
    pub above: Option<Number>,
    /// `exclusiveMaximum`.
    pub below: Option<Number>,
    pub multiple_of: Option<Number>,
    /// `allOf` and `$ref`.
    pub all_of: Vec<NodeId>,
    pub any_of: Vec<NodeId>,
    pub one_of: Vec<NodeId>,
    /// Keywords left to the `jsonschema` crate, each with its name.
    pub rest: Vec<(String, jsonschema::Validator)>,
    pub notes: Notes,
}

impl Node {
    /// The schema of a property.
    pub(super) fn prop(&self, name: &str) -> Option<NodeId> {
        let props = self.props.as_deref()?;
        props.iter().find(|(known, _)| known == name).map(|&(_, id)| id)
    }

    pub(super) fn takes_only_null(&self) -> bool {
        self.types == Some(Types::NULL)
    }

    /// Whether the sources differ on a keyword. A dispute about `const` covers `enum`, and a
    /// dispute about `format` covers `contentEncoding`.
    pub(super) fn disputes(&self, keyword: &str) -> bool {
        self.notes.disputed.iter().any(|word| {
            let twin = matches!((keyword, word.as_str()), ("enum", "const") | ("contentEncoding", "format"));
            word == keyword || twin
        })
    }
}

/// `additionalProperties`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Additional {
    /// The keyword is absent.
    #[default]
    Unstated,
    /// `true`.
    Any,
    /// `false`.
    Never,
    /// A schema.
    Like(NodeId),
}

/// The types that all nodes allow. Without a `type` keyword, the type to which the other keywords apply.
pub(super) fn types_of(nodes: &[&Node]) -> Types {
    let named = nodes.iter().filter_map(|node| node.types).reduce(Types::common);
    named.unwrap_or_else(|| {
        let any = |says: fn(&Node) -> bool| nodes.iter().any(|node| says(node));
        if any(|node| node.props.is_some() || !node.required.is_empty() || node.additional != Additional::Unstated) {
            Types::OBJECT
        } else if any(|node| node.items.is_some() || node.min_items.is_some() || node.max_items.is_some()) {
            Types::ARRAY
        } else if any(|node| {
            node.minimum.is_some() || node.maximum.is_some() || node.above.is_some() || node.below.is_some()
        }) {
            Types::NUMBER
        } else {
            Types::STRING
        }
    })
}
