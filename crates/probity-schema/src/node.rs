//! The nodes of a compiled schema.

use super::annotations::NodeAnnotations;
use super::format::TextFormat;
use super::pattern::TextPattern;
use super::types::JsonTypes;
use serde_json::{Number, Value};

/// Index of a node in the table of a shape.
pub(super) type SchemaNodeId = usize;

/// The node of the whole schema.
pub(super) const ROOT: SchemaNodeId = 0;

/// The keywords of one schema object. A field without a comment has the keyword's name.
#[derive(Debug, Default)]
pub(super) struct SchemaNode {
    /// The schema `false`, which accepts no value.
    pub never: bool,
    pub types: Option<JsonTypes>,
    /// None where the schema does not describe properties at all (a map).
    pub props: Option<Vec<(String, SchemaNodeId)>>,
    pub pattern_props: Vec<(TextPattern, SchemaNodeId)>,
    pub required: Vec<String>,
    pub additional: AdditionalProperties,
    pub property_names: Option<SchemaNodeId>,
    pub min_props: Option<u64>,
    pub max_props: Option<u64>,
    pub items: Option<SchemaNodeId>,
    pub min_items: Option<u64>,
    pub max_items: Option<u64>,
    pub unique: bool,
    /// `enum`, or `const` as an enumeration of one value.
    pub members: Option<Vec<Value>>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub pattern: Option<TextPattern>,
    pub format: Option<TextFormat>,
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
    pub all_of: Vec<SchemaNodeId>,
    pub any_of: Vec<SchemaNodeId>,
    pub one_of: Vec<SchemaNodeId>,
    /// Keywords left to the `jsonschema` crate, each with its name.
    pub rest: Vec<(String, jsonschema::Validator)>,
    pub notes: NodeAnnotations,
}

impl SchemaNode {
    /// The schema of a property.
    pub(super) fn find_property(&self, name: &str) -> Option<SchemaNodeId> {
        let props = self.props.as_deref()?;
        props.iter().find(|(known, _)| known == name).map(|&(_, id)| id)
    }

    pub(super) fn takes_only_null(&self) -> bool {
        self.types == Some(JsonTypes::NULL)
    }

    /// Whether the sources differ on a keyword. A dispute about `const` covers `enum`, and a
    /// dispute about `format` covers `contentEncoding`.
    pub(super) fn has_dispute(&self, keyword: &str) -> bool {
        self.notes.disputed.iter().any(|word| {
            let twin = matches!((keyword, word.as_str()), ("enum", "const") | ("contentEncoding", "format"));
            word == keyword || twin
        })
    }
}

/// `additionalProperties`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum AdditionalProperties {
    /// The keyword is absent.
    #[default]
    Unstated,
    /// `true`.
    Any,
    /// `false`.
    Never,
    /// A schema.
    Like(SchemaNodeId),
}

/// The types that all nodes allow. Without a `type` keyword, the type to which the other keywords apply.
pub(super) fn find_allowed_types(nodes: &[&SchemaNode]) -> JsonTypes {
    let named = nodes.iter().filter_map(|node| node.types).reduce(JsonTypes::intersect);
    named.unwrap_or_else(|| {
        let any = |says: fn(&SchemaNode) -> bool| nodes.iter().any(|node| says(node));
        if any(|node| {
            node.props.is_some() || !node.required.is_empty() || node.additional != AdditionalProperties::Unstated
        }) {
            JsonTypes::OBJECT
        } else if any(|node| node.items.is_some() || node.min_items.is_some() || node.max_items.is_some()) {
            JsonTypes::ARRAY
        } else if any(|node| {
            node.minimum.is_some() || node.maximum.is_some() || node.above.is_some() || node.below.is_some()
        }) {
            JsonTypes::NUMBER
        } else {
            JsonTypes::STRING
        }
    })
}
