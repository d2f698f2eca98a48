//! Values of JSON or YAML with line numbers.

use serde_json::Value;

/// A value with its lines in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub kind: Kind,
    /// First line; for a member of an object the line of its key.
    pub first: u32,
    /// Last line.
    pub last: u32,
}

/// A JSON value whose parts have lines.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A text.
    String(String),
    /// The elements of a list.
    Array(Vec<Node>),
    /// The members of an object, in the order of the file.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// The member with this name; `None` if the value is no object.
    pub fn get(&self, name: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The target of a local reference (`#/a/b`, a JSON pointer in a fragment), from this value as the root.
    pub fn at(&self, reference: &str) -> Option<&Node> {
        let pointer = reference.strip_prefix('#')?;
        let mut here = self;
        for step in pointer.split('/').skip(1) {
            let step = decoded(step).replace("~1", "/").replace("~0", "~");
            here = match &here.kind {
                Kind::Array(items) => items.get(step.parse::<usize>().ok()?)?,
                _ => here.get(&step)?,
            };
        }
        (pointer.is_empty() || pointer.starts_with('/')).then_some(here)
    }

    /// The value as a text; `None` for other types.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// A text, a number or a truth value as a text; `None` for other types.
    pub fn scalar(&self) -> Option<String> {
        match &self.kind {
            Kind::String(text) => Some(text.clone()),
            Kind::Number(number) => Some(number.to_string()),
            Kind::Bool(truth) => Some(truth.to_string()),
            _ => None,
        }
    }

    /// Whether the value is `true`.
    pub fn is_true(&self) -> bool {
        self.kind == Kind::Bool(true)
    }

    /// The elements of a list; none for other types.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::Array(items) => items,
            _ => &[],
        }
    }

    /// The members of an object; none for other types.
    pub fn members(&self) -> &[(String, Node)] {
        match &self.kind {
            Kind::Object(members) => members,
            _ => &[],
        }
    }

    /// The value without lines.
    pub fn value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(it) => Value::Bool(*it),
            Kind::Number(it) => Value::Number(it.clone()),
            Kind::String(it) => Value::String(it.clone()),
            Kind::Array(items) => items.iter().map(Node::value).collect(),
            Kind::Object(members) => members.iter().map(|(key, node)| (key.clone(), node.value())).collect(),
        }
    }
}

/// Decodes percent-encoded bytes such as `%7B`.
fn decoded(step: &str) -> String {
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
