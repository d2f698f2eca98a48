//! Values of JSON or YAML with line numbers.

use serde_json::Value;

/// A value with its lines in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceValue {
    /// The value.
    pub kind: SourceValueKind,
    /// First line; for a member of an object the line of its key.
    pub first: u32,
    /// Last line.
    pub last: u32,
}

/// A JSON value whose parts have lines.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceValueKind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A text.
    String(String),
    /// The elements of a list.
    Array(Vec<SourceValue>),
    /// The members of an object, in the order of the file.
    Object(Vec<(String, SourceValue)>),
}

impl SourceValue {
    /// The member with this name; `None` if the value is no object.
    pub fn get(&self, name: &str) -> Option<&SourceValue> {
        match &self.kind {
            SourceValueKind::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The target of a local reference (`#/a/b`, a JSON pointer in a fragment), from this value as the root.
    pub fn resolve_reference(&self, reference: &str) -> Option<&SourceValue> {
        let pointer = reference.strip_prefix('#')?;
        let mut here = self;
        for step in pointer.split('/').skip(1) {
            let step = decode_percents(step).replace("~1", "/").replace("~0", "~");
            here = match &here.kind {
                SourceValueKind::Array(items) => items.get(step.parse::<usize>().ok()?)?,
                _ => here.get(&step)?,
            };
        }
        (pointer.is_empty() || pointer.starts_with('/')).then_some(here)
    }

    /// The value as a text; `None` for other types.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            SourceValueKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// A text, a number or a truth value as a text; `None` for other types.
    pub fn scalar_text(&self) -> Option<String> {
        match &self.kind {
            SourceValueKind::String(text) => Some(text.clone()),
            SourceValueKind::Number(number) => Some(number.to_string()),
            SourceValueKind::Bool(truth) => Some(truth.to_string()),
            _ => None,
        }
    }

    /// Whether the value is `true`.
    pub fn is_true(&self) -> bool {
        self.kind == SourceValueKind::Bool(true)
    }

    /// The elements of a list; none for other types.
    pub fn items(&self) -> &[SourceValue] {
        match &self.kind {
            SourceValueKind::Array(items) => items,
            _ => &[],
        }
    }

    /// The members of an object; none for other types.
    pub fn members(&self) -> &[(String, SourceValue)] {
        match &self.kind {
            SourceValueKind::Object(members) => members,
            _ => &[],
        }
    }

    /// The value without lines.
    pub fn to_json(&self) -> Value {
        match &self.kind {
            SourceValueKind::Null => Value::Null,
            SourceValueKind::Bool(it) => Value::Bool(*it),
            SourceValueKind::Number(it) => Value::Number(it.clone()),
            SourceValueKind::String(it) => Value::String(it.clone()),
            SourceValueKind::Array(items) => items.iter().map(SourceValue::to_json).collect(),
            SourceValueKind::Object(members) => {
                members.iter().map(|(key, node)| (key.clone(), node.to_json())).collect()
            }
        }
    }
}

/// Decodes percent-encoded bytes such as `%7B`.
fn decode_percents(step: &str) -> String {
    let bytes = step.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| step.get(at + 1..at + 3)).flatten();
        match hex.and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
