//! One JSON Schema, compiled: a table of nodes that refer to each other by number.

use super::catalog::Source;
use super::format::Format;
use super::load::LoadError;
use super::pattern::Pattern;
use super::version::Version;
use serde_json::{Number, Value};
use std::collections::BTreeMap;

/// The shape of a body or of a parameter: a JSON Schema (draft 2020-12) with the
/// `x-` annotations that say where each keyword was read and how sure it is.
///
/// A walker of our own judges values, because a violation has to name the lines
/// of a page and a class besides; the tests hold it against the `jsonschema` crate.
#[derive(Debug)]
pub struct Shape {
    /// The schema as it stands in its file.
    pub schema: Value,
    pub(super) nodes: Vec<Node>,
}

pub(super) type NodeId = usize;

/// Where the walk through a shape begins.
pub(super) const ROOT: NodeId = 0;

impl Shape {
    /// Compiles a schema; `place` is its file, for the error.
    ///
    /// # Errors
    /// A keyword or a format that is not understood, a keyword with a value of the
    /// wrong type, a pattern that does not compile, a reference that leads nowhere.
    pub fn new(schema: Value, place: &str) -> Result<Shape, LoadError> {
        let nodes = super::compile::compile(&schema, place)?;
        Ok(Shape { schema, nodes })
    }

    /// Names of the properties, at whatever depth, that may be left out of what holds them.
    pub(super) fn optional(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().flat_map(|node| {
            let names = node.props.iter().flatten().map(|(name, _)| name);
            names.filter(|name| !node.required.contains(name)).map(String::as_str)
        })
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    /// The node itself and everything it includes unconditionally (`$ref`, `allOf`).
    pub(super) fn parts(&self, id: NodeId) -> Vec<NodeId> {
        let mut parts = vec![id];
        let mut next = 0;
        while next < parts.len() {
            let node = self.node(parts[next]);
            for &part in &node.all_of {
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
            next += 1;
        }
        parts
    }
}

/// The keywords of one schema object.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// The schema `false`: nothing is accepted.
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
    pub members: Option<Vec<Value>>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub pattern: Option<Pattern>,
    pub format: Option<Format>,
    pub base64: bool,
    pub minimum: Option<Number>,
    pub maximum: Option<Number>,
    pub above: Option<Number>,
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
    pub(super) fn prop(&self, name: &str) -> Option<NodeId> {
        let props = self.props.as_deref()?;
        props.iter().find(|(known, _)| known == name).map(|&(_, id)| id)
    }

    pub(super) fn takes_only_null(&self) -> bool {
        self.types == Some(Types::NULL)
    }

    /// Whether the sources differ on a keyword. `const` is told as an `enum` of one,
    /// and an encoding may be disputed as the format that it is.
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
    #[default]
    Unstated,
    Any,
    Never,
    Like(NodeId),
}

/// The annotations of a node.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub source: Option<Source>,
    pub sources: BTreeMap<String, Source>,
    pub dead: bool,
    pub disputed: Vec<String>,
    pub mandatory_when: bool,
    /// A request may leave the whole body out.
    pub body_optional: bool,
    /// Known from an example only: no table says anything about it.
    pub untabled: bool,
    /// The page names some of the characters that are allowed: those marks of them
    /// that are not letters or digits.
    pub charset: Option<String>,
    /// The page counts lengths in bytes.
    pub bytes: bool,
    /// The page names a format that it does not hold to everywhere.
    pub hint: Option<Format>,
    pub since: Option<Version>,
    pub until: Option<Version>,
}

impl Notes {
    pub(super) fn source_of(&self, keyword: &str) -> Option<&Source> {
        self.sources.get(keyword).or(self.source.as_ref())
    }
}

/// A set of JSON types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    pub const NULL: Types = Types(1);
    pub const BOOLEAN: Types = Types(2);
    pub const INTEGER: Types = Types(4);
    /// Includes integers.
    pub const NUMBER: Types = Types(8 | 4);
    pub const STRING: Types = Types(16);
    pub const ARRAY: Types = Types(32);
    pub const OBJECT: Types = Types(64);

    /// Name and set, in the order in which they are listed to people.
    pub const NAMED: [(&'static str, Types); 7] = [
        ("string", Types::STRING),
        ("integer", Types::INTEGER),
        ("number", Types::NUMBER),
        ("boolean", Types::BOOLEAN),
        ("array", Types::ARRAY),
        ("object", Types::OBJECT),
        ("null", Types::NULL),
    ];

    pub fn named(name: &str) -> Option<Types> {
        Types::NAMED.iter().find(|(known, _)| *known == name).map(|&(_, types)| types)
    }

    pub fn of(value: &Value) -> Types {
        match value {
            Value::Null => Types::NULL,
            Value::Bool(_) => Types::BOOLEAN,
            Value::Number(number) if is_integer(number) => Types::INTEGER,
            Value::Number(_) => Types(8),
            Value::String(_) => Types::STRING,
            Value::Array(_) => Types::ARRAY,
            Value::Object(_) => Types::OBJECT,
        }
    }

    pub fn union(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }

    pub fn common(self, other: Types) -> Types {
        Types(self.0 & other.0)
    }

    pub fn holds(self, other: Types) -> bool {
        self.0 & other.0 == other.0
    }

    pub fn names(self) -> Vec<&'static str> {
        let shown = if self.holds(Types::NUMBER) { Types(self.0 & !4) } else { self };
        let named = |&(name, types): &(&'static str, Types)| {
            let core = if types == Types::NUMBER { Types(8) } else { types };
            shown.holds(core).then_some(name)
        };
        Types::NAMED.iter().filter_map(named).collect()
    }
}

/// JSON Schema counts `1.0` among the integers.
fn is_integer(number: &Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|n| n.fract() == 0.0)
}
