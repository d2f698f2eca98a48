//! Layers: the schemas that together describe one value, through references and `allOf`.

use super::reader::{DEPTH_MAX, SchemaReader};
use crate::value::{SourceValue, SourceValueKind};

/// The schemas that together describe one value.
#[derive(Default)]
pub(super) struct SchemaLayers<'a> {
    pub all: Vec<&'a SourceValue>,
    /// Number of references opened on the way.
    pub opened: usize,
    /// A reference to a schema that is being read, or out of the file.
    pub cut: Option<(&'static str, &'a SourceValue)>,
    /// `anyOf` and `oneOf` with their branches.
    pub choices: Vec<(&'static str, Vec<&'a SourceValue>)>,
    /// A branch for null.
    pub null: Option<&'a SourceValue>,
}

impl<'a> SchemaLayers<'a> {
    /// Returns the keyword of the first layer that has the keyword.
    pub fn find_first(&self, keyword: &str) -> Option<&'a SourceValue> {
        self.all.iter().find_map(|it| it.get(keyword))
    }

    /// Whether a layer describes a property of the given name.
    pub fn has_property(&self, name: &str) -> bool {
        self.find_all("properties").any(|it| it.get(name).is_some())
    }

    /// Returns the keyword of every layer that has the keyword.
    pub fn find_all(&self, keyword: &str) -> impl Iterator<Item = &'a SourceValue> {
        self.all.iter().filter_map(move |it| it.get(keyword))
    }
}

impl<'a> SchemaReader<'a, '_> {
    /// Returns the layers of a schema.
    pub(super) fn collect_layers(&mut self, schema: &'a SourceValue) -> SchemaLayers<'a> {
        let mut out = SchemaLayers::default();
        self.expand_schema(schema, &mut out, 0);
        out
    }

    /// Adds a schema and everything behind references and `allOf` to the layers.
    pub(super) fn expand_schema(&mut self, schema: &'a SourceValue, out: &mut SchemaLayers<'a>, depth: usize) {
        if depth > DEPTH_MAX {
            out.cut.get_or_insert(("schema-cut", schema));
            return;
        }
        out.all.push(schema);
        if let Some(target) = schema.get("$ref").and_then(SourceValue::as_text) {
            match self.root.resolve_reference(target) {
                _ if self.open.contains(&target) => out.cut = out.cut.or(Some(("recursive-schema", schema))),
                Some(found) => {
                    self.open.push(target);
                    out.opened += 1;
                    self.expand_schema(found, out, depth + 1);
                }
                None => out.cut = out.cut.or(Some(("reference-outside", schema))),
            }
        }
        for part in schema.get("allOf").map_or(&[][..], SourceValue::items) {
            self.expand_schema(part, out, depth + 1);
        }
        for keyword in ["anyOf", "oneOf"] {
            let Some(written) = schema.get(keyword) else { continue };
            let (nulls, rest): (Vec<&SourceValue>, Vec<&SourceValue>) =
                written.items().iter().partition(|it| allows_only_null(it));
            out.null = out.null.or(nulls.first().copied());
            match rest.as_slice() {
                [] => {}
                [only] => self.expand_schema(only, out, depth + 1),
                _ => out.choices.push((keyword, rest)),
            }
        }
    }
}

/// Whether a branch allows only null.
fn allows_only_null(schema: &SourceValue) -> bool {
    let null = |it: &SourceValue| it.kind == SourceValueKind::Null || it.as_text() == Some("null");
    schema.get("type").is_some_and(|it| null(it) || matches!(it.items(), [only] if null(only)))
        || schema.get("const").is_some_and(|it| it.kind == SourceValueKind::Null)
        || schema
            .get("enum")
            .is_some_and(|it| !it.items().is_empty() && it.items().iter().all(|it| it.kind == SourceValueKind::Null))
}

/// Whether a node contains a reference. A reference leads nowhere in a separate file.
pub(super) fn contains_reference(node: &SourceValue) -> bool {
    match &node.kind {
        SourceValueKind::Object(members) => members.iter().any(|(key, it)| key == "$ref" || contains_reference(it)),
        SourceValueKind::Array(items) => items.iter().any(contains_reference),
        _ => false,
    }
}
