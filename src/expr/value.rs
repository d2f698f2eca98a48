//! The values that expressions compute with.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde_json::Value as Json;

use super::notated_text::NotatedText;

/// A value of the expression language, cheap to clone.
///
/// `Eq`, `Ord` and `Hash` compare the representation: `Int(1)` and `OrderedFloat(1.0)` differ, and
/// `Unknown` equals `Unknown`. Two notations of one time are one representation. [`ExprValue::cel_eq`] is the `==` of expressions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExprValue {
    /// A value that no response has shown.
    Unknown,
    /// JSON `null`; also the value of an absent field.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number: every JSON number without fraction that fits 64 bits.
    Int(i64),
    /// A whole number above the range of `Int`, up to 64 bits without a sign.
    Large(u64),
    /// Any other number.
    Float(OrderedFloat),
    /// A text.
    Str(Arc<str>),
    /// A text that writes a value with several notations.
    Notated(Arc<NotatedText>),
    /// A list; single elements may be unknown.
    List(Arc<[ExprValue]>),
    /// A map with text keys; single values may be unknown.
    Map(Arc<BTreeMap<Arc<str>, ExprValue>>),
}

/// A floating point number with the total order of IEEE 754, usable as a key. All NaNs are equal.
#[derive(Clone, Copy, Debug)]
pub struct OrderedFloat(f64);

impl OrderedFloat {
    /// Wraps a number; every NaN becomes one NaN.
    pub fn new(number: f64) -> OrderedFloat {
        OrderedFloat(if number.is_nan() { f64::NAN } else { number })
    }

    /// The wrapped number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl PartialEq for OrderedFloat {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for OrderedFloat {}

impl PartialOrd for OrderedFloat {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OrderedFloat {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Hash for OrderedFloat {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl ExprValue {
    /// The value as JSON; `None` if a part is unknown, infinite or NaN.
    pub fn to_json(&self) -> Option<Json> {
        Some(match self {
            ExprValue::Unknown => return None,
            ExprValue::Null => Json::Null,
            ExprValue::Bool(truth) => Json::Bool(*truth),
            ExprValue::Int(number) => Json::from(*number),
            ExprValue::Large(number) => Json::from(*number),
            ExprValue::Float(number) => Json::Number(serde_json::Number::from_f64(number.get())?),
            ExprValue::Str(text) => Json::String(text.to_string()),
            ExprValue::Notated(read) => Json::String(read.text().to_string()),
            ExprValue::List(items) => Json::Array(items.iter().map(ExprValue::to_json).collect::<Option<_>>()?),
            ExprValue::Map(entries) => Json::Object(
                entries.iter().map(|(key, val)| Some((key.to_string(), val.to_json()?))).collect::<Option<_>>()?,
            ),
        })
    }

    /// The value as the id of a resource: a text, or the digits of a whole number; `None` for other values.
    pub fn to_id_text(&self) -> Option<Arc<str>> {
        match self {
            ExprValue::Str(text) => Some(text.clone()),
            ExprValue::Notated(read) => Some(read.text().clone()),
            ExprValue::Int(number) => Some(Arc::from(number.to_string())),
            _ => None,
        }
    }

    /// Whether any part of the value is unknown.
    pub fn has_unknown(&self) -> bool {
        match self {
            ExprValue::Unknown => true,
            ExprValue::List(items) => items.iter().any(ExprValue::has_unknown),
            ExprValue::Map(entries) => entries.values().any(ExprValue::has_unknown),
            _ => false,
        }
    }

    /// The kind of the value, in words for messages.
    pub(super) fn kind_name(&self) -> &'static str {
        match self {
            ExprValue::Unknown => "unknown",
            ExprValue::Null => "null",
            ExprValue::Bool(_) => "a truth value",
            ExprValue::Int(_) | ExprValue::Large(_) | ExprValue::Float(_) => "a number",
            ExprValue::Str(_) | ExprValue::Notated(_) => "a text",
            ExprValue::List(_) => "a list",
            ExprValue::Map(_) => "a map",
        }
    }
}

impl From<&Json> for ExprValue {
    fn from(json: &Json) -> ExprValue {
        match json {
            Json::Null => ExprValue::Null,
            Json::Bool(truth) => ExprValue::Bool(*truth),
            Json::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(int), _) => ExprValue::Int(int),
                (None, Some(large)) => ExprValue::Large(large),
                (None, None) => ExprValue::from(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => ExprValue::from(text.as_str()),
            Json::Array(items) => items.iter().map(ExprValue::from).collect(),
            Json::Object(entries) => {
                entries.iter().map(|(key, val)| (Arc::from(key.as_str()), ExprValue::from(val))).collect()
            }
        }
    }
}

impl From<Json> for ExprValue {
    fn from(json: Json) -> ExprValue {
        ExprValue::from(&json)
    }
}

impl From<bool> for ExprValue {
    fn from(truth: bool) -> ExprValue {
        ExprValue::Bool(truth)
    }
}

impl From<i64> for ExprValue {
    fn from(number: i64) -> ExprValue {
        ExprValue::Int(number)
    }
}

impl From<f64> for ExprValue {
    fn from(number: f64) -> ExprValue {
        ExprValue::Float(OrderedFloat::new(number))
    }
}

impl From<&str> for ExprValue {
    fn from(text: &str) -> ExprValue {
        ExprValue::Str(Arc::from(text))
    }
}

impl From<Arc<str>> for ExprValue {
    fn from(text: Arc<str>) -> ExprValue {
        ExprValue::Str(text)
    }
}

impl FromIterator<ExprValue> for ExprValue {
    fn from_iter<I: IntoIterator<Item = ExprValue>>(items: I) -> ExprValue {
        ExprValue::List(items.into_iter().collect())
    }
}

impl FromIterator<(Arc<str>, ExprValue)> for ExprValue {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, ExprValue)>>(entries: I) -> ExprValue {
        ExprValue::Map(Arc::new(entries.into_iter().collect()))
    }
}

impl fmt::Display for ExprValue {
    /// Writes JSON, with `unknown` for unknown parts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExprValue::Unknown => f.write_str("unknown"),
            ExprValue::Null => f.write_str("null"),
            ExprValue::Bool(truth) => write!(f, "{truth}"),
            ExprValue::Int(number) => write!(f, "{number}"),
            ExprValue::Large(number) => write!(f, "{number}"),
            // `{:?}` keeps the decimal point of a whole number, so that a float stays a float.
            ExprValue::Float(number) => write!(f, "{:?}", number.get()),
            ExprValue::Str(text) => write_quoted(f, text),
            ExprValue::Notated(read) => write_quoted(f, read.text()),
            ExprValue::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
            ExprValue::Map(entries) => {
                f.write_str("{")?;
                for (i, (key, val)) in entries.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write_quoted(f, key)?;
                    write!(f, ": {val}")?;
                }
                f.write_str("}")
            }
        }
    }
}

/// Writes a text as a literal of both JSON and CEL.
pub(super) fn write_quoted(f: &mut impl fmt::Write, text: &str) -> fmt::Result {
    let quoted = serde_json::to_string(text).expect("a text is always valid JSON");
    f.write_str(&quoted)
}
