//! What is known of a value before it is seen.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

use super::value::Val;

/// How deep a schema is read; what lies deeper may be anything.
const DEPTH_MAX: usize = 32;

/// A set of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// No value at all; also the type of what was already found wrong.
    Never,
    /// Any value: nothing can be checked.
    Any,
    /// Only `null`, which absent fields are too.
    Null,
    /// True and false.
    Bool,
    /// Whole numbers.
    Int,
    /// Numbers.
    Float,
    /// Any text.
    Str,
    /// One of these texts, and no other.
    Enum(Vec<String>),
    /// Lists of this.
    List(Box<Type>),
    /// Maps with any keys and values of this type.
    Map(Box<Type>),
    /// Maps with named fields.
    Record {
        /// The fields by name.
        fields: BTreeMap<String, Field>,
        /// Whether there may be fields besides; otherwise naming one that is
        /// not listed is an error.
        open: bool,
    },
    /// Values of any of these types.
    Union(Vec<Type>),
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The type of its value, where it is there.
    pub ty: Type,
    /// Whether it may be absent.
    pub optional: bool,
}

impl Type {
    /// Reads a JSON Schema: `type` (one or several), `properties`, `required`,
    /// `items`, `additionalProperties`, `enum`, `const`, `anyOf`, `oneOf`.
    /// What it does not understand may be anything.
    ///
    /// A record is open only where `additionalProperties` is a schema. That
    /// unlisted properties are *allowed*, as JSON Schema has it by default,
    /// does not make an expression right that names one: it is a typing error
    /// far more often.
    pub fn from_schema(schema: &Json) -> Type {
        read(schema, 0)
    }

    /// The type of one value.
    pub(super) fn of_val(val: &Val) -> Type {
        match val {
            Val::Unknown => Type::Any,
            Val::Null => Type::Null,
            Val::Bool(_) => Type::Bool,
            Val::Int(_) => Type::Int,
            Val::Float(_) => Type::Float,
            Val::Str(text) => Type::Enum(vec![text.to_string()]),
            Val::List(items) => Type::List(Box::new(Type::union(items.iter().map(Type::of_val)))),
            Val::Map(entries) => {
                let field = |(key, val): (&std::sync::Arc<str>, &Val)| {
                    let ty = Type::of_val(val);
                    (key.to_string(), Field { ty, optional: false })
                };
                Type::Record { fields: entries.iter().map(field).collect(), open: false }
            }
        }
    }

    /// The type of the values of any of `types`, written as short as it can be.
    pub fn union(types: impl IntoIterator<Item = Type>) -> Type {
        let mut members: Vec<Type> = Vec::new();
        for ty in types {
            match ty {
                Type::Union(inner) => inner.into_iter().for_each(|ty| include(&mut members, ty)),
                ty => include(&mut members, ty),
            }
        }
        if members.contains(&Type::Any) {
            return Type::Any;
        }
        match members.len() {
            0 => Type::Never,
            1 => members.remove(0),
            _ => Type::Union(members),
        }
    }

    /// The type itself, or absent.
    pub fn or_null(self) -> Type {
        Type::union([self, Type::Null])
    }

    /// Whether the value may be `null` or absent, as far as is known.
    pub(super) fn may_be_null(&self) -> bool {
        self.members().contains(&Type::Null)
    }

    /// The type without `null`.
    pub(super) fn not_null(&self) -> Type {
        Type::union(self.members().iter().filter(|ty| **ty != Type::Null).cloned())
    }

    /// The alternatives of a union; any other type is its only one.
    pub(super) fn members(&self) -> &[Type] {
        match self {
            Type::Union(members) => members,
            other => std::slice::from_ref(other),
        }
    }

    /// Whether some value could be of both types and equal.
    pub(super) fn overlaps(&self, other: &Type) -> bool {
        let one = |a: &Type, b: &Type| match (a, b) {
            (Type::Any | Type::Never, _) | (_, Type::Any | Type::Never) => true,
            (Type::Int | Type::Float, Type::Int | Type::Float) => true,
            (Type::Str, Type::Str | Type::Enum(_)) | (Type::Enum(_), Type::Str) => true,
            (Type::Enum(a), Type::Enum(b)) => a.iter().any(|text| b.contains(text)),
            (Type::List(_), Type::List(_)) => true,
            (Type::Map(_) | Type::Record { .. }, Type::Map(_) | Type::Record { .. }) => true,
            (a, b) => a == b,
        };
        let theirs = other.members();
        self.members().iter().any(|a| theirs.iter().any(|b| one(a, b)))
    }
}

fn include(members: &mut Vec<Type>, ty: Type) {
    match ty {
        Type::Never => {}
        Type::Enum(_) if members.contains(&Type::Str) => {}
        Type::Int if members.contains(&Type::Float) => {}
        Type::Enum(texts) => {
            let known = members.iter_mut().find_map(|member| match member {
                Type::Enum(known) => Some(known),
                _ => None,
            });
            match known {
                Some(known) => {
                    for text in texts {
                        if !known.contains(&text) {
                            known.push(text);
                        }
                    }
                }
                None => members.push(Type::Enum(texts)),
            }
        }
        ty => {
            match ty {
                Type::Str => members.retain(|member| !matches!(member, Type::Enum(_))),
                Type::Float => members.retain(|member| *member != Type::Int),
                _ => {}
            }
            if !members.contains(&ty) {
                members.push(ty);
            }
        }
    }
}

fn read(schema: &Json, depth: usize) -> Type {
    if depth > DEPTH_MAX {
        return Type::Any;
    }
    let Some(schema) = schema.as_object() else {
        return if schema == &Json::Bool(false) { Type::Never } else { Type::Any };
    };
    if let Some(value) = schema.get("const") {
        return Type::of_val(&Val::from(value));
    }
    if let Some(values) = schema.get("enum").and_then(Json::as_array) {
        return Type::union(values.iter().map(|value| Type::of_val(&Val::from(value))));
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(choices) = schema.get(choice).and_then(Json::as_array) {
            return Type::union(choices.iter().map(|choice| read(choice, depth + 1)));
        }
    }
    match schema.get("type") {
        Some(Json::String(name)) => read_as(name, schema, depth),
        Some(Json::Array(names)) => {
            let names = names.iter().filter_map(Json::as_str);
            Type::union(names.map(|name| read_as(name, schema, depth)))
        }
        _ if schema.contains_key("properties") => read_as("object", schema, depth),
        _ if schema.contains_key("items") => read_as("array", schema, depth),
        _ => Type::Any,
    }
}

fn read_as(name: &str, schema: &serde_json::Map<String, Json>, depth: usize) -> Type {
    match name {
        "null" => Type::Null,
        "boolean" => Type::Bool,
        "integer" => Type::Int,
        "number" => Type::Float,
        "string" => Type::Str,
        "array" => {
            let items = schema.get("items");
            Type::List(Box::new(items.map_or(Type::Any, |items| read(items, depth + 1))))
        }
        "object" => read_object(schema, depth),
        _ => Type::Any,
    }
}

fn read_object(schema: &serde_json::Map<String, Json>, depth: usize) -> Type {
    let rest = schema.get("additionalProperties");
    let properties = schema.get("properties").and_then(Json::as_object);
    let Some(properties) = properties.filter(|properties| !properties.is_empty()) else {
        return Type::Map(Box::new(rest.map_or(Type::Any, |rest| match rest {
            Json::Object(_) => read(rest, depth + 1),
            _ => Type::Any,
        })));
    };
    let required = schema.get("required").and_then(Json::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|known| known.as_str() == Some(name)));
    let field = |(name, schema): (&String, &Json)| {
        let ty = read(schema, depth + 1);
        let optional = !is_required(name);
        (name.clone(), Field { ty, optional })
    };
    Type::Record { fields: properties.iter().map(field).collect(), open: matches!(rest, Some(Json::Object(_))) }
}

impl fmt::Display for Type {
    /// As messages call it: "a text", "a list of numbers" would need grammar;
    /// "a list (of a number)" does not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// More names than this in a message hide the message.
        const SHOWN_MAX: usize = 8;
        match self {
            Type::Never => f.write_str("nothing"),
            Type::Any => f.write_str("anything"),
            Type::Null => f.write_str("null"),
            Type::Bool => f.write_str("a truth value"),
            Type::Int => f.write_str("a whole number"),
            Type::Float => f.write_str("a number"),
            Type::Str => f.write_str("a text"),
            Type::Enum(texts) if texts.len() == 1 => write!(f, "{:?}", texts[0]),
            Type::Enum(texts) => {
                let shown: Vec<&str> = texts.iter().take(SHOWN_MAX).map(String::as_str).collect();
                let more = if texts.len() > SHOWN_MAX { ", .." } else { "" };
                write!(f, "one of {}{more}", shown.join(", "))
            }
            Type::List(items) if matches!(**items, Type::Any | Type::Never) => f.write_str("a list"),
            Type::List(items) => write!(f, "a list (of {items})"),
            Type::Map(_) => f.write_str("a map"),
            Type::Record { fields, .. } => {
                let names: Vec<&str> = fields.keys().take(SHOWN_MAX).map(String::as_str).collect();
                let more = if fields.len() > SHOWN_MAX { ", .." } else { "" };
                write!(f, "a map with {}{more}", names.join(", "))
            }
            Type::Union(members) => {
                for (i, member) in members.iter().enumerate() {
                    if i > 0 {
                        f.write_str(" or ")?;
                    }
                    write!(f, "{member}")?;
                }
                Ok(())
            }
        }
    }
}
