//! The types of expressions: sets of values.

use std::collections::BTreeMap;
use std::fmt;

use super::value::ExprValue;

/// A set of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// No value; also the type of a node with a reported error.
    Never,
    /// Any value; no check applies.
    Any,
    /// Only `null`, the value of absent fields.
    Null,
    /// True and false.
    Bool,
    /// Whole numbers.
    Int,
    /// Numbers.
    Float,
    /// Any text.
    Str,
    /// A text that writes a time.
    Time,
    /// One of these texts.
    Enum(Vec<String>),
    /// Lists with elements of this type.
    List(Box<ValueType>),
    /// Maps with arbitrary keys and values of this type.
    Map(Box<ValueType>),
    /// Maps with named fields.
    Record {
        /// The fields by name.
        fields: BTreeMap<String, RecordField>,
        /// Whether further fields are allowed; otherwise an unlisted name is an error.
        open: bool,
    },
    /// Values of these types.
    Union(Vec<ValueType>),
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordField {
    /// The type of a present value.
    pub ty: ValueType,
    /// Whether the field may be absent.
    pub optional: bool,
}

impl ValueType {
    /// The type of one value.
    pub(super) fn of_val(val: &ExprValue) -> ValueType {
        match val {
            ExprValue::Unknown => ValueType::Any,
            ExprValue::Null => ValueType::Null,
            ExprValue::Bool(_) => ValueType::Bool,
            ExprValue::Int(_) | ExprValue::Large(_) => ValueType::Int,
            ExprValue::Float(_) => ValueType::Float,
            ExprValue::Str(text) => ValueType::Enum(vec![text.to_string()]),
            // No constant is read in a notation.
            ExprValue::Notated(_) => ValueType::Str,
            ExprValue::List(items) => ValueType::List(Box::new(ValueType::union(items.iter().map(ValueType::of_val)))),
            ExprValue::Map(entries) => {
                let field = |(key, val): (&std::sync::Arc<str>, &ExprValue)| {
                    let ty = ValueType::of_val(val);
                    (key.to_string(), RecordField { ty, optional: false })
                };
                ValueType::Record { fields: entries.iter().map(field).collect(), open: false }
            }
        }
    }

    /// The union of types, in the shortest form.
    pub fn union(types: impl IntoIterator<Item = ValueType>) -> ValueType {
        let mut members: Vec<ValueType> = Vec::new();
        for ty in types {
            match ty {
                ValueType::Union(inner) => inner.into_iter().for_each(|ty| include_member(&mut members, ty)),
                ty => include_member(&mut members, ty),
            }
        }
        if members.contains(&ValueType::Any) {
            return ValueType::Any;
        }
        match members.len() {
            0 => ValueType::Never,
            1 => members.remove(0),
            _ => ValueType::Union(members),
        }
    }

    /// The union of the type and `Null`.
    pub fn or_null(self) -> ValueType {
        ValueType::union([self, ValueType::Null])
    }

    /// Whether the type includes `null`.
    pub(super) fn may_be_null(&self) -> bool {
        self.members().contains(&ValueType::Null)
    }

    /// The type without `null`.
    pub(super) fn without_null(&self) -> ValueType {
        ValueType::union(self.members().iter().filter(|ty| **ty != ValueType::Null).cloned())
    }

    /// The alternatives of a union; any other type is the only alternative.
    pub(super) fn members(&self) -> &[ValueType] {
        match self {
            ValueType::Union(members) => members,
            other => std::slice::from_ref(other),
        }
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, ValueType::Int | ValueType::Float)
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, ValueType::Str | ValueType::Time | ValueType::Enum(_))
    }

    /// Whether `<` applies to two values of the type.
    pub(super) fn is_ordered(&self) -> bool {
        self.is_number() || self.is_text() || *self == ValueType::Bool
    }

    /// Whether the type is that of a time, alone or beside null or a list of times.
    #[must_use]
    pub fn writes_time(&self) -> bool {
        let mut members = self.members().iter().filter(|member| **member != ValueType::Null).peekable();
        members.peek().is_some()
            && members.all(|member| match member {
                ValueType::List(items) => items.writes_time(),
                member => *member == ValueType::Time,
            })
    }

    /// The type of the loop variable over a value: of elements, or of keys.
    #[must_use]
    pub fn element_type(&self) -> ValueType {
        ValueType::union(self.members().iter().map(|member| match member {
            ValueType::List(items) => (**items).clone(),
            ValueType::Map(_) | ValueType::Record { .. } => ValueType::Str,
            other => other.clone(),
        }))
    }

    /// The type with `Str` in place of enumerations.
    pub(super) fn widen_enums(&self) -> ValueType {
        ValueType::union(self.members().iter().map(|member| match member {
            ValueType::Enum(_) => ValueType::Str,
            other => other.clone(),
        }))
    }

    /// Whether a value of one type can equal a value of the other type.
    pub(super) fn overlaps(&self, other: &ValueType) -> bool {
        let one = |a: &ValueType, b: &ValueType| match (a, b) {
            (ValueType::Any | ValueType::Never, _) | (_, ValueType::Any | ValueType::Never) => true,
            (ValueType::Int | ValueType::Float, ValueType::Int | ValueType::Float) => true,
            (ValueType::Str | ValueType::Time, ValueType::Str | ValueType::Time | ValueType::Enum(_))
            | (ValueType::Enum(_), ValueType::Str | ValueType::Time) => true,
            (ValueType::Enum(a), ValueType::Enum(b)) => a.iter().any(|text| b.contains(text)),
            (ValueType::List(_), ValueType::List(_)) => true,
            (ValueType::Map(_) | ValueType::Record { .. }, ValueType::Map(_) | ValueType::Record { .. }) => true,
            (a, b) => a == b,
        };
        let theirs = other.members();
        self.members().iter().any(|a| theirs.iter().any(|b| one(a, b)))
    }
}

/// Adds a type to a union without overlap.
fn include_member(members: &mut Vec<ValueType>, ty: ValueType) {
    match ty {
        ValueType::Never => {}
        ValueType::Enum(_) if members.contains(&ValueType::Str) => {}
        ValueType::Int if members.contains(&ValueType::Float) => {}
        ValueType::Enum(texts) => {
            let known = members.iter_mut().find_map(|member| match member {
                ValueType::Enum(known) => Some(known),
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
                None => members.push(ValueType::Enum(texts)),
            }
        }
        ty => {
            match ty {
                ValueType::Str => members.retain(|member| !matches!(member, ValueType::Enum(_))),
                ValueType::Float => members.retain(|member| *member != ValueType::Int),
                _ => {}
            }
            if !members.contains(&ty) {
                members.push(ty);
            }
        }
    }
}

impl fmt::Display for ValueType {
    /// Writes the type for messages: "a text", "a list (of a number)". The parentheses avoid a plural.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Most names in a message.
        const SHOWN_MAX: usize = 8;
        match self {
            ValueType::Never => f.write_str("nothing"),
            ValueType::Any => f.write_str("anything"),
            ValueType::Null => f.write_str("null"),
            ValueType::Bool => f.write_str("a truth value"),
            ValueType::Int => f.write_str("a whole number"),
            ValueType::Float => f.write_str("a number"),
            ValueType::Str => f.write_str("a text"),
            ValueType::Time => f.write_str("a time"),
            ValueType::Enum(texts) if texts.len() == 1 => write!(f, "{:?}", texts[0]),
            ValueType::Enum(texts) => {
                let shown: Vec<&str> = texts.iter().take(SHOWN_MAX).map(String::as_str).collect();
                let more = if texts.len() > SHOWN_MAX { ", .." } else { "" };
                write!(f, "one of {}{more}", shown.join(", "))
            }
            ValueType::List(items) if matches!(**items, ValueType::Any | ValueType::Never) => f.write_str("a list"),
            ValueType::List(items) => write!(f, "a list (of {items})"),
            ValueType::Map(_) => f.write_str("a map"),
            ValueType::Record { fields, .. } => {
                let names: Vec<&str> = fields.keys().take(SHOWN_MAX).map(String::as_str).collect();
                let more = if fields.len() > SHOWN_MAX { ", .." } else { "" };
                write!(f, "a map with {}{more}", names.join(", "))
            }
            ValueType::Union(members) => {
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
