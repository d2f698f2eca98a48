//! One JSON Schema, compiled: a table of nodes that refer to each other by number.

use super::compile::compile_nodes;
use super::error::CatalogError;
use super::node::{SchemaNode, SchemaNodeId};
use serde_json::Value;

/// The JSON Schema (draft 2020-12) of a body or a parameter, with `x-` annotations that cite
/// the source of each keyword.
///
/// Our own code validates values, because a violation has to cite lines of a page and needs a
/// class; tests compare the results with the `jsonschema` crate.
#[derive(Debug)]
pub struct CompiledSchema {
    /// The schema as written in its file.
    pub schema: Value,
    pub(super) nodes: Vec<SchemaNode>,
}

impl CompiledSchema {
    /// Compiles a schema; `place` is the file name for errors.
    ///
    /// # Errors
    /// An unknown keyword or format, a keyword with a value of a wrong type, an invalid
    /// pattern, or a reference without a target in the file.
    pub fn new(schema: Value, place: &str) -> Result<CompiledSchema, CatalogError> {
        let nodes = compile_nodes(&schema, place)?;
        Ok(CompiledSchema { schema, nodes })
    }

    /// Names of the optional properties, at every depth.
    pub(super) fn optional_names(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().flat_map(|node| {
            let names = node.props.iter().flatten().map(|(name, _)| name);
            names.filter(|name| !node.required.contains(name)).map(String::as_str)
        })
    }

    pub(super) fn node(&self, id: SchemaNodeId) -> &SchemaNode {
        &self.nodes[id]
    }

    /// The node itself and all nodes that it includes without condition (`$ref`, `allOf`).
    pub(super) fn included_nodes(&self, id: SchemaNodeId) -> Vec<SchemaNodeId> {
        let mut parts = vec![id];
        let mut next = 0;
        while next < parts.len() {
            let node = self.node(parts[next]);
            for &part in &node.all_of {
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
            next += 1;
        }
        parts
    }
}
