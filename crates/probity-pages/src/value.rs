//! A value of JSON or YAML with the lines it was read from.

use serde_json::Value;

/// A value with the lines it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub kind: Kind,
    pub first: u32,
    pub last: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    String(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    pub fn get(&self, name: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, node)| node),
            _ => None,
        }
    }

    /// What a local reference (`#/a/b`, a JSON pointer in a fragment) leads to.
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

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a text, a number or a truth value.
    pub fn scalar(&self) -> Option<String> {
        match &self.kind {
            Kind::String(text) => Some(text.clone()),
            Kind::Number(number) => Some(number.to_string()),
            Kind::Bool(truth) => Some(truth.to_string()),
            _ => None,
        }
    }

    pub fn is_true(&self) -> bool {
        self.kind == Kind::Bool(true)
    }

    /// The elements, where it is a list.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::Array(items) => items,
            _ => &[],
        }
    }

    pub fn members(&self) -> &[(String, Node)] {
        match &self.kind {
            Kind::Object(members) => members,
            _ => &[],
        }
    }

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

/// A fragment writes some bytes as `%7B`.
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
