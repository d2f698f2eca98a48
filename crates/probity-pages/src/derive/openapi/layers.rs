//! Layers: the schemas that together describe one value, through references and `allOf`.

use super::reader::{DEPTH_MAX, Reader};
use crate::value::{Kind, Node};

/// The schemas that together describe one value.
#[derive(Default)]
pub(super) struct Layers<'a> {
    pub all: Vec<&'a Node>,
    /// Number of references opened on the way.
    pub opened: usize,
    /// A reference to a schema that is being read, or out of the file.
    pub cut: Option<(&'static str, &'a Node)>,
    /// `anyOf` and `oneOf` with their branches.
    pub choices: Vec<(&'static str, Vec<&'a Node>)>,
    /// A branch for null.
    pub null: Option<&'a Node>,
}

impl<'a> Layers<'a> {
    /// Returns the keyword of the first layer that has the keyword.
    pub fn first(&self, keyword: &str) -> Option<&'a Node> {
        self.all.iter().find_map(|it| it.get(keyword))
    }

    /// Whether a layer describes a property of the given name.
    pub fn has_property(&self, name: &str) -> bool {
        self.every("properties").any(|it| it.get(name).is_some())
    }

    /// Returns the keyword of every layer that has the keyword.
    pub fn every(&self, keyword: &str) -> impl Iterator<Item = &'a Node> {
        self.all.iter().filter_map(move |it| it.get(keyword))
    }
}

impl<'a> Reader<'a, '_> {
    /// Returns the layers of a schema.
    pub(super) fn layers(&mut self, schema: &'a Node) -> Layers<'a> {
        let mut out = Layers::default();
        self.expand(schema, &mut out, 0);
        out
    }

    /// Adds a schema and everything behind references and `allOf` to the layers.
    pub(super) fn expand(&mut self, schema: &'a Node, out: &mut Layers<'a>, depth: usize) {
        if depth > DEPTH_MAX {
            out.cut.get_or_insert(("schema-cut", schema));
            return;
        }
        out.all.push(schema);
        if let Some(target) = schema.get("$ref").and_then(Node::text) {
            match self.root.at(target) {
                _ if self.open.contains(&target) => out.cut = out.cut.or(Some(("recursive-schema", schema))),
                Some(found) => {
                    self.open.push(target);
                    out.opened += 1;
                    self.expand(found, out, depth + 1);
                }
                None => out.cut = out.cut.or(Some(("reference-outside", schema))),
            }
        }
        for part in schema.get("allOf").map_or(&[][..], Node::items) {
            self.expand(part, out, depth + 1);
        }
        for keyword in ["anyOf", "oneOf"] {
            let Some(written) = schema.get(keyword) else { continue };
            let (nulls, rest): (Vec<&Node>, Vec<&Node>) = written.items().iter().partition(|it| only_null(it));
            out.null = out.null.or(nulls.first().copied());
            match rest.as_slice() {
                [] => {}
                [only] => self.expand(only, out, depth + 1),
                _ => out.choices.push((keyword, rest)),
            }
        }
    }
}

/// Whether a branch allows only null.
fn only_null(schema: &Node) -> bool {
    let null = |it: &Node| it.kind == Kind::Null || it.text() == Some("null");
    schema.get("type").is_some_and(|it| null(it) || matches!(it.items(), [only] if null(only)))
        || schema.get("const").is_some_and(|it| it.kind == Kind::Null)
        || schema
            .get("enum")
            .is_some_and(|it| !it.items().is_empty() && it.items().iter().all(|it| it.kind == Kind::Null))
}

/// Whether a node contains a reference. A reference leads nowhere in a separate file.
pub(super) fn refers(node: &Node) -> bool {
    match &node.kind {
        Kind::Object(members) => members.iter().any(|(key, it)| key == "$ref" || refers(it)),
        Kind::Array(items) => items.iter().any(refers),
        _ => false,
    }
}
