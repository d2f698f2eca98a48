//! The types of expressions: sets of values.

use std::collections::BTreeMap;
use std::fmt;

use super::value::Val;

/// A set of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
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
    /// One of these texts.
    Enum(Vec<String>),
    /// Lists with elements of this type.
    List(Box<Type>),
    /// Maps with arbitrary keys and values of this type.
    Map(Box<Type>),
    /// Maps with named fields.
    Record {
        /// The fields by name.
        fields: BTreeMap<String, Field>,
        /// Whether further fields are allowed; otherwise an unlisted name is an error.
        open: bool,
    },
    /// Values of these types.
    Union(Vec<Type>),
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The type of a present value.
    pub ty: Type,
    /// Whether the field may be absent.
    pub optional: bool,
}

impl Type {
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

    /// The union of types, in the shortest form.
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

    /// The union of the type and `Null`.
    pub fn or_null(self) -> Type {
        Type::union([self, Type::Null])
    }

    /// Whether the type includes `null`.
    pub(super) fn may_be_null(&self) -> bool {
        self.members().contains(&Type::Null)
    }

    /// The type without `null`.
    pub(super) fn not_null(&self) -> Type {
        Type::union(self.members().iter().filter(|ty| **ty != Type::Null).cloned())
    }

    /// The alternatives of a union; any other type is the only alternative.
    pub(super) fn members(&self) -> &[Type] {
        match self {
            Type::Union(members) => members,
            other => std::slice::from_ref(other),
        }
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Type::Int | Type::Float)
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, Type::Str | Type::Enum(_))
    }

    /// Whether `<` applies to two values of the type.
    pub(super) fn is_ordered(&self) -> bool {
        self.is_number() || self.is_text() || *self == Type::Bool
    }

    /// The type of the loop variable over a value: of elements, or of keys.
    pub(super) fn elements(&self) -> Type {
        Type::union(self.members().iter().map(|member| match member {
            Type::List(items) => (**items).clone(),
            Type::Map(_) | Type::Record { .. } => Type::Str,
            other => other.clone(),
        }))
    }

    /// The type with `Str` in place of enumerations.
    pub(super) fn widened(&self) -> Type {
        Type::union(self.members().iter().map(|member| match member {
            Type::Enum(_) => Type::Str,
            other => other.clone(),
        }))
    }

    /// Whether a value of one type can equal a value of the other type.
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

/// Adds a type to a union without overlap.
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

impl fmt::Display for Type {
    /// Writes the type for messages: "a text", "a list (of a number)". The parentheses avoid a plural.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Most names in a message.
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
