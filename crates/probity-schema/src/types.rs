//! Sets of JSON types.

use serde_json::{Number, Value};

/// A set of JSON types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct JsonTypes(u8);

impl JsonTypes {
    pub const NULL: JsonTypes = JsonTypes(1);
    pub const BOOLEAN: JsonTypes = JsonTypes(2);
    pub const INTEGER: JsonTypes = JsonTypes(4);
    /// Includes integers.
    pub const NUMBER: JsonTypes = JsonTypes(8 | 4);
    pub const STRING: JsonTypes = JsonTypes(16);
    pub const ARRAY: JsonTypes = JsonTypes(32);
    pub const OBJECT: JsonTypes = JsonTypes(64);

    /// Name and set, in the order of messages.
    pub const NAMED: [(&'static str, JsonTypes); 7] = [
        ("string", JsonTypes::STRING),
        ("integer", JsonTypes::INTEGER),
        ("number", JsonTypes::NUMBER),
        ("boolean", JsonTypes::BOOLEAN),
        ("array", JsonTypes::ARRAY),
        ("object", JsonTypes::OBJECT),
        ("null", JsonTypes::NULL),
    ];

    /// The type with this JSON Schema name.
    pub fn find_by_name(name: &str) -> Option<JsonTypes> {
        JsonTypes::NAMED.iter().find(|(known, _)| *known == name).map(|&(_, types)| types)
    }

    /// The type of a value. An integer is `INTEGER` only, not `NUMBER`.
    pub fn from_value(value: &Value) -> JsonTypes {
        match value {
            Value::Null => JsonTypes::NULL,
            Value::Bool(_) => JsonTypes::BOOLEAN,
            Value::Number(number) if is_integer(number) => JsonTypes::INTEGER,
            Value::Number(_) => JsonTypes(8),
            Value::String(_) => JsonTypes::STRING,
            Value::Array(_) => JsonTypes::ARRAY,
            Value::Object(_) => JsonTypes::OBJECT,
        }
    }

    pub fn union(self, other: JsonTypes) -> JsonTypes {
        JsonTypes(self.0 | other.0)
    }

    /// The intersection of two sets.
    pub fn intersect(self, other: JsonTypes) -> JsonTypes {
        JsonTypes(self.0 & other.0)
    }

    /// Whether the set contains all types of `other`.
    pub fn contains(self, other: JsonTypes) -> bool {
        self.0 & other.0 == other.0
    }

    /// The names of the types, in the order of messages; `integer` is left out beside `number`.
    pub fn names(self) -> Vec<&'static str> {
        let shown = if self.contains(JsonTypes::NUMBER) { JsonTypes(self.0 & !4) } else { self };
        let named = |&(name, types): &(&'static str, JsonTypes)| {
            let core = if types == JsonTypes::NUMBER { JsonTypes(8) } else { types };
            shown.contains(core).then_some(name)
        };
        JsonTypes::NAMED.iter().filter_map(named).collect()
    }
}

/// JSON Schema counts `1.0` among the integers.
fn is_integer(number: &Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|n| n.fract() == 0.0)
}
