//! YAML 1.2 as a tree with places.

use super::place::SuitePlace;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Location, Spanned};
use std::collections::HashMap;

/// A value in the file.
#[derive(Debug, Clone)]
pub(super) struct YamlNode {
    pub place: SuitePlace,
    /// Byte offset in the file of the first character.
    pub offset: usize,
    pub kind: YamlValue,
}

#[derive(Debug, Clone)]
pub(super) enum YamlValue {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<YamlNode>),
    /// Entries in the order of the file. A key may occur twice.
    Map(Vec<(YamlKey, YamlNode)>),
}

#[derive(Debug, Clone)]
pub(super) struct YamlKey {
    pub text: String,
    pub place: SuitePlace,
}

/// An error of the YAML syntax.
#[derive(Debug, Clone)]
pub(super) struct YamlError {
    pub place: SuitePlace,
    pub message: String,
}

/// Deepest nesting accepted; a suite needs seven levels.
const DEPTH_MAX: usize = 48;
/// Greatest size of a suite file, in bytes.
const BYTES_MAX: usize = SUITE_BYTES_MAX as usize;
/// Longest suite file in bytes.
pub const SUITE_BYTES_MAX: u64 = 4 << 20;

/// The tree of the first document, with the errors of the YAML syntax. A repeated key is an error, but the tree is
/// returned for further checks.
pub(super) fn read_yaml(text: &str) -> (Option<YamlNode>, Vec<YamlError>) {
    if text.len() > BYTES_MAX {
        let message = format!("the file has {} bytes; the limit is {BYTES_MAX}", text.len());
        return (None, vec![YamlError { place: SuitePlace { line: 1, column: 1 }, message }]);
    }
    match read_yaml_with(text, DuplicateKeyPolicy::Error) {
        Ok(node) => (Some(node), Vec::new()),
        Err(error) => {
            let repeated = matches!(error.without_snippet(), serde_saphyr::Error::DuplicateMappingKey { .. });
            let tree = if repeated { read_yaml_with(text, DuplicateKeyPolicy::LastWins).ok() } else { None };
            let mut troubles = Vec::new();
            if let Some(tree) = &tree {
                find_repeated_keys(tree, &mut troubles);
            }
            // The YAML parser names the first of the repeated keys only, and not the earlier place.
            if troubles.is_empty() {
                troubles.push(convert_yaml_error(&error));
            }
            (tree, troubles)
        }
    }
}

fn read_yaml_with(text: &str, duplicate_keys: DuplicateKeyPolicy) -> Result<YamlNode, serde_saphyr::Error> {
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

fn convert_yaml_error(error: &serde_saphyr::Error) -> YamlError {
    let place = error.location().map_or(SuitePlace { line: 1, column: 1 }, convert_location);
    let message = error.without_snippet().to_string();
    // The message of the YAML parser ends with the place, and ours begins with the place.
    let message = message.split(" at line ").next().unwrap_or(&message).trim_end_matches([',', ' ']).to_string();
    YamlError { place, message }
}

/// Adds an error for each repeated key, with the place of the key before. The lines are lines of this file.
fn find_repeated_keys(node: &YamlNode, troubles: &mut Vec<YamlError>) {
    match &node.kind {
        YamlValue::Map(entries) => {
            let mut known: HashMap<&str, SuitePlace> = HashMap::new();
            for (key, value) in entries {
                if let Some(first) = known.insert(&key.text, key.place) {
                    let message = format!(
                        "duplicate mapping key: `{}` is in line {} already; keep one of the two",
                        key.text, first.line
                    );
                    troubles.push(YamlError { place: key.place, message });
                }
                find_repeated_keys(value, troubles);
            }
        }
        YamlValue::List(items) => items.iter().for_each(|item| find_repeated_keys(item, troubles)),
        _ => {}
    }
}

fn convert_location(location: Location) -> SuitePlace {
    SuitePlace { line: location.line().max(1) as u32, column: location.column().max(1) as u32 }
}

impl YamlNode {
    /// The kind of the value, in words for a message.
    pub fn describe_kind(&self) -> &'static str {
        match self.kind {
            YamlValue::Null => "nothing",
            YamlValue::Bool(_) => "a boolean",
            YamlValue::Int(_) | YamlValue::Float(_) => "a number",
            YamlValue::Text(_) => "a text",
            YamlValue::List(_) => "a list",
            YamlValue::Map(_) => "a map",
        }
    }

    /// The text of a scalar, as an expression would read it; `None` for lists and maps.
    pub fn scalar_text(&self) -> Option<String> {
        match &self.kind {
            YamlValue::Null => Some("null".to_string()),
            YamlValue::Bool(b) => Some(b.to_string()),
            YamlValue::Int(n) => Some(n.to_string()),
            YamlValue::Float(x) => Some(x.to_string()),
            YamlValue::Text(text) => Some(text.clone()),
            YamlValue::List(_) | YamlValue::Map(_) => None,
        }
    }

    /// The value without places.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.kind {
            YamlValue::Null => Value::Null,
            YamlValue::Bool(b) => Value::Bool(*b),
            YamlValue::Int(n) => Value::from(*n),
            YamlValue::Float(x) => Value::from(*x),
            YamlValue::Text(text) => Value::String(text.clone()),
            YamlValue::List(items) => Value::Array(items.iter().map(YamlNode::to_json).collect()),
            YamlValue::Map(entries) => {
                Value::Object(entries.iter().map(|(key, value)| (key.text.clone(), value.to_json())).collect())
            }
        }
    }
}

impl<'de> Deserialize<'de> for YamlNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<YamlNode, D::Error> {
        let spanned = Spanned::<YamlValue>::deserialize(deserializer)?;
        let offset = spanned.referenced.span().byte_offset().unwrap_or(0) as usize;
        Ok(YamlNode { place: convert_location(spanned.referenced), offset, kind: spanned.value })
    }
}

impl<'de> Deserialize<'de> for YamlValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<YamlValue, D::Error> {
        deserializer.deserialize_any(YamlValueVisitor)
    }
}

struct YamlValueVisitor;

impl<'de> Visitor<'de> for YamlValueVisitor {
    type Value = YamlValue;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<YamlValue, E> {
        Ok(YamlValue::Null)
    }

    fn visit_none<E>(self) -> Result<YamlValue, E> {
        Ok(YamlValue::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<YamlValue, E> {
        Ok(YamlValue::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<YamlValue, E> {
        Ok(YamlValue::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<YamlValue, E> {
        Ok(i64::try_from(value).map_or(YamlValue::Float(value as f64), YamlValue::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<YamlValue, E> {
        Ok(YamlValue::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<YamlValue, E> {
        Ok(YamlValue::Text(value.to_string()))
    }

    fn visit_string<E>(self, value: String) -> Result<YamlValue, E> {
        Ok(YamlValue::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<YamlValue, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(YamlValue::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<YamlValue, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            let key = YamlKey { place: convert_location(key.referenced), text: key.value };
            map.push((key, entries.next_value()?));
        }
        Ok(YamlValue::Map(map))
    }
}
