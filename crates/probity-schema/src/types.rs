//! Sets of JSON types.

use serde_json::{Number, Value};

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

    /// Name and set, in the order of messages.
    pub const NAMED: [(&'static str, Types); 7] = [
        ("string", Types::STRING),
        ("integer", Types::INTEGER),
        ("number", Types::NUMBER),
        ("boolean", Types::BOOLEAN),
        ("array", Types::ARRAY),
        ("object", Types::OBJECT),
        ("null", Types::NULL),
    ];

    /// The type with this JSON Schema name.
    pub fn named(name: &str) -> Option<Types> {
        Types::NAMED.iter().find(|(known, _)| *known == name).map(|&(_, types)| types)
    }

    /// The type of a value. An integer is `INTEGER` only, not `NUMBER`.
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

    /// The intersection of two sets.
    pub fn common(self, other: Types) -> Types {
        Types(self.0 & other.0)
    }

    /// Whether the set contains all types of `other`.
    pub fn holds(self, other: Types) -> bool {
        self.0 & other.0 == other.0
    }

    /// The names of the types, in the order of messages; `integer` is left out beside `number`.
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
