//! YAML 1.2 as a tree with places.

use super::place::Place;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Location, Spanned};

/// A value in the file.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub place: Place,
    /// Byte offset in the file of the first character.
    pub offset: usize,
    pub kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    /// Entries in the order of the file. A key may occur twice.
    Map(Vec<(Key, Node)>),
}

#[derive(Debug, Clone)]
pub(super) struct Key {
    pub text: String,
    pub place: Place,
}

/// An error of the YAML syntax.
#[derive(Debug, Clone)]
pub(super) struct Malformed {
    pub place: Place,
    pub message: String,
}

/// Deepest nesting accepted; a suite needs seven levels.
const DEPTH_MAX: usize = 48;
/// Greatest size of a suite file, in bytes.
const BYTES_MAX: usize = 4 << 20;

/// The tree of the first document, with the errors of the YAML syntax. A repeated key is an error, but the tree is
/// returned for further checks.
pub(super) fn read(text: &str) -> (Option<Node>, Vec<Malformed>) {
    if text.len() > BYTES_MAX {
        let message = format!("the file has {} bytes; the limit is {BYTES_MAX}", text.len());
        return (None, vec![Malformed { place: Place { line: 1, column: 1 }, message }]);
    }
    match read_with(text, DuplicateKeyPolicy::Error) {
        Ok(node) => (Some(node), Vec::new()),
        Err(error) => {
            let mut troubles = vec![malformed(&error)];
            let repeated = matches!(error.without_snippet(), serde_saphyr::Error::DuplicateMappingKey { .. });
            let tree = if repeated { read_with(text, DuplicateKeyPolicy::LastWins).ok() } else { None };
            if let Some(tree) = &tree {
                further_repeats(tree, &mut troubles);
            }
            (tree, troubles)
        }
    }
}

fn read_with(text: &str, duplicate_keys: DuplicateKeyPolicy) -> Result<Node, serde_saphyr::Error> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: DEPTH_MAX, max_documents: 1 },
        duplicate_keys: duplicate_keys,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options)
}

fn malformed(error: &serde_saphyr::Error) -> Malformed {
    let place = error.location().map_or(Place { line: 1, column: 1 }, place_of);
    let message = error.without_snippet().to_string();
    // The message of the YAML parser ends with the place, and ours begins with the place.
    let message = message.split(" at line ").next().unwrap_or(&message).trim_end_matches([',', ' ']).to_string();
    Malformed { place, message }
}

/// Adds the repeated keys, besides the key reported by the YAML parser.
fn further_repeats(node: &Node, troubles: &mut Vec<Malformed>) {
    match &node.kind {
        Kind::Map(entries) => {
            for (i, (key, value)) in entries.iter().enumerate() {
                let repeated = entries[..i].iter().any(|(earlier, _)| earlier.text == key.text);
                if repeated && troubles.iter().all(|t| t.place != key.place) {
                    troubles
                        .push(Malformed { place: key.place, message: format!("duplicate mapping key: {}", key.text) });
                }
                further_repeats(value, troubles);
            }
        }
        Kind::List(items) => items.iter().for_each(|item| further_repeats(item, troubles)),
        _ => {}
    }
}

fn place_of(location: Location) -> Place {
    Place { line: location.line().max(1) as u32, column: location.column().max(1) as u32 }
}

impl Node {
    /// The kind of the value, in words for a message.
    pub fn kind_word(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Int(_) | Kind::Float(_) => "a number",
            Kind::Text(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }

    /// The text of a scalar, as an expression would read it; `None` for lists and maps.
    pub fn scalar_text(&self) -> Option<String> {
        match &self.kind {
            Kind::Null => Some("null".to_string()),
            Kind::Bool(b) => Some(b.to_string()),
            Kind::Int(n) => Some(n.to_string()),
            Kind::Float(x) => Some(x.to_string()),
            Kind::Text(text) => Some(text.clone()),
            Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// The value without places.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(b) => Value::Bool(*b),
            Kind::Int(n) => Value::from(*n),
            Kind::Float(x) => Value::from(*x),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::List(items) => Value::Array(items.iter().map(Node::to_json).collect()),
            Kind::Map(entries) => {
                Value::Object(entries.iter().map(|(key, value)| (key.text.clone(), value.to_json())).collect())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        let spanned = Spanned::<Kind>::deserialize(deserializer)?;
        let offset = spanned.referenced.span().byte_offset().unwrap_or(0) as usize;
        Ok(Node { place: place_of(spanned.referenced), offset, kind: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
        deserializer.deserialize_any(KindVisitor)
    }
}

struct KindVisitor;

impl<'de> Visitor<'de> for KindVisitor {
    type Value = Kind;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_none<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Kind, E> {
        Ok(Kind::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Kind, E> {
        Ok(Kind::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Kind, E> {
        Ok(i64::try_from(value).map_or(Kind::Float(value as f64), Kind::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Kind, E> {
        Ok(Kind::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Kind, E> {
        Ok(Kind::Text(value.to_string()))
    }

    fn visit_string<E>(self, value: String) -> Result<Kind, E> {
        Ok(Kind::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Kind, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Kind::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Kind, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            let key = Key { place: place_of(key.referenced), text: key.value };
            map.push((key, entries.next_value()?));
        }
        Ok(Kind::Map(map))
    }
}
