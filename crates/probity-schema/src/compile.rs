//! From JSON Schema to nodes. An unknown keyword is an error, because ignoring the keyword
//! would silently widen the shape.

use super::annotations::strings;
use super::error::LoadError;
use super::format::Format;
use super::node::{Additional, Node, NodeId};
use super::pattern::Pattern;
use super::place::join;
use super::types::Types;
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

/// Deepest nesting of a schema.
const DEPTH_MAX: usize = 128;
/// Most nodes of one schema.
const NODES_MAX: usize = 100_000;

/// Keywords that have a meaning only together; the `jsonschema` crate validates each group.
const GROUPS: [&[&str]; 5] = [
    &["not"],
    &["if", "then", "else"],
    &["contains", "minContains", "maxContains"],
    &["dependentRequired"],
    &["dependentSchemas"],
];

/// Keywords without effect on validation.
const SILENT: [&str; 13] = [
    "$schema",
    "$id",
    "$comment",
    "$defs",
    "definitions",
    "title",
    "description",
    "default",
    "example",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
];

/// Compiles a schema into its table of nodes; `place` is the file name for errors.
pub(super) fn compile(schema: &Value, place: &str) -> Result<Vec<Node>, LoadError> {
    let mut compiler = Compiler { root: schema, place, nodes: Vec::new(), known: BTreeMap::new() };
    compiler.schema(schema, "", 0)?;
    compiler.refuse_endless_inclusion()?;
    Ok(compiler.nodes)
}

struct Compiler<'a> {
    root: &'a Value,
    place: &'a str,
    nodes: Vec<Node>,
    /// By JSON pointer, so that a reference to a compiled schema finds the node.
    known: BTreeMap<String, NodeId>,
}

impl<'a> Compiler<'a> {
    /// Adds the node of a schema and of all schemas in the schema.
    fn schema(&mut self, schema: &'a Value, pointer: &str, depth: usize) -> Result<NodeId, LoadError> {
        if let Some(&id) = self.known.get(pointer) {
            return Ok(id);
        }
        if depth > DEPTH_MAX || self.nodes.len() >= NODES_MAX {
            return Err(self.fail(pointer, format!("nested deeper than {DEPTH_MAX}, or more than {NODES_MAX} parts")));
        }
        let id = self.nodes.len();
        self.nodes.push(Node::default());
        self.known.insert(pointer.to_string(), id);
        self.nodes[id] = match schema {
            Value::Bool(accepts) => Node { never: !accepts, ..Node::default() },
            Value::Object(keywords) => self.object(keywords, pointer, depth)?,
            _ => return Err(self.fail(pointer, "a schema must be an object, true or false".into())),
        };
        Ok(id)
    }

    fn object(&mut self, keywords: &'a Map<String, Value>, at: &str, depth: usize) -> Result<Node, LoadError> {
        let mut node = Node::default();
        for (keyword, value) in keywords {
            let known = self.plain(&mut node, keyword, value, at)?
                || self.nested(&mut node, keyword, value, at, depth)?
                || node.notes.annotate(keyword, value)
                || SILENT.contains(&keyword.as_str())
                || keyword.starts_with("x-")
                || GROUPS.iter().any(|group| group.contains(&keyword.as_str()));
            if !known {
                return Err(self.fail(&join(at, keyword), format!("unknown keyword `{keyword}`")));
            }
        }
        for group in GROUPS {
            if let Some(validator) = self.group(keywords, group, at)? {
                node.rest.push((group[0].to_string(), validator));
            }
        }
        Ok(node)
    }

    /// Reads a keyword with plain data; false if the keyword has other data.
    fn plain(&self, node: &mut Node, keyword: &str, value: &Value, at: &str) -> Result<bool, LoadError> {
        let wrong = |cause: String| self.fail(&join(at, keyword), cause);
        let count = || value.as_u64().map(Some).ok_or_else(|| wrong("must be a whole number from 0".into()));
        let number = || number(value).ok_or_else(|| wrong("must be a number".into()));
        match keyword {
            "type" => node.types = Some(types(value).ok_or_else(|| wrong("not a JSON type".into()))?),
            "required" => node.required = strings(value).ok_or_else(|| wrong("must be a list of names".into()))?,
            "enum" => match value.as_array() {
                Some(members) if !members.is_empty() => node.members = Some(members.clone()),
                _ => return Err(wrong("must be a list with members".into())),
            },
            "const" => node.members = Some(vec![value.clone()]),
            "minLength" => node.min_length = count()?,
            "maxLength" => node.max_length = count()?,
            "minItems" => node.min_items = count()?,
            "maxItems" => node.max_items = count()?,
            "minProperties" => node.min_props = count()?,
            "maxProperties" => node.max_props = count()?,
            "uniqueItems" => node.unique = value.as_bool().ok_or_else(|| wrong("must be true or false".into()))?,
            "minimum" => node.minimum = Some(number()?),
            "maximum" => node.maximum = Some(number()?),
            "exclusiveMinimum" => node.above = Some(number()?),
            "exclusiveMaximum" => node.below = Some(number()?),
            "multipleOf" => node.multiple_of = Some(number()?),
            "pattern" => node.pattern = Some(self.pattern(value.as_str(), &join(at, keyword))?),
            "format" => node.format = Some(self.format(value, at)?),
            "contentEncoding" => match value.as_str() {
                Some("base64") => node.base64 = true,
                _ => return Err(wrong(format!("unknown encoding {value}"))),
            },
            "contentMediaType" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Reads a keyword that contains schemas; false if the keyword does not.
    fn nested(
        &mut self,
        node: &mut Node,
        keyword: &str,
        value: &'a Value,
        at: &str,
        depth: usize,
    ) -> Result<bool, LoadError> {
        let here = join(at, keyword);
        match keyword {
            "properties" => node.props = Some(self.map(value, &here, depth)?),
            "patternProperties" => {
                for (name, id) in self.map(value, &here, depth)? {
                    let pattern = self.pattern(Some(&name), &join(&here, &name))?;
                    node.pattern_props.push((pattern, id));
                }
            }
            "additionalProperties" => {
                node.additional = match value {
                    Value::Bool(true) => Additional::Any,
                    Value::Bool(false) => Additional::Never,
                    _ => Additional::Like(self.schema(value, &here, depth + 1)?),
                }
            }
            "propertyNames" => node.property_names = Some(self.schema(value, &here, depth + 1)?),
            "items" => node.items = Some(self.schema(value, &here, depth + 1)?),
            "allOf" => node.all_of.extend(self.list(value, &here, depth)?),
            "anyOf" => node.any_of = self.list(value, &here, depth)?,
            "oneOf" => node.one_of = self.list(value, &here, depth)?,
            "$ref" => node.all_of.push(self.reference(value, &here, depth)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Schemas by name.
    fn map(&mut self, value: &'a Value, at: &str, depth: usize) -> Result<Vec<(String, NodeId)>, LoadError> {
        let entries = value.as_object().ok_or_else(|| self.fail(at, "must be an object".into()))?;
        let compiled =
            entries.iter().map(|(name, schema)| Ok((name.clone(), self.schema(schema, &join(at, name), depth + 1)?)));
        compiled.collect()
    }

    fn list(&mut self, value: &'a Value, at: &str, depth: usize) -> Result<Vec<NodeId>, LoadError> {
        let schemas = value.as_array().filter(|list| !list.is_empty());
        let schemas = schemas.ok_or_else(|| self.fail(at, "must be a list with schemas".into()))?;
        let compiled = schemas.iter().enumerate();
        compiled.map(|(index, schema)| self.schema(schema, &join(at, &index.to_string()), depth + 1)).collect()
    }

    fn reference(&mut self, value: &'a Value, at: &str, depth: usize) -> Result<NodeId, LoadError> {
        let text = value.as_str().unwrap_or_default();
        let local = text.strip_prefix('#').filter(|pointer| pointer.is_empty() || pointer.starts_with('/'));
        let found = local.and_then(|pointer| Some((pointer, self.root.pointer(pointer)?)));
        let (pointer, target) =
            found.ok_or_else(|| self.fail(at, format!("this file has no part at the reference {value}")))?;
        self.schema(target, pointer, depth + 1)
    }

    fn pattern(&self, text: Option<&str>, at: &str) -> Result<Pattern, LoadError> {
        let text = text.ok_or_else(|| self.fail(at, "a pattern must be a text".into()))?;
        Pattern::new(text).map_err(|cause| self.fail(at, format!("the pattern does not compile: {cause}")))
    }

    fn format(&self, value: &Value, at: &str) -> Result<Format, LoadError> {
        let named = value.as_str().and_then(Format::named);
        named.ok_or_else(|| self.fail(&join(at, "format"), format!("unknown format {value}")))
    }

    /// The validator of a group of keywords; none where the schema has no keyword of the group.
    fn group(
        &self,
        keywords: &Map<String, Value>,
        group: &[&str],
        at: &str,
    ) -> Result<Option<jsonschema::Validator>, LoadError> {
        let present = group.iter().filter_map(|&word| Some((word.to_string(), keywords.get(word)?.clone())));
        let lone: Map<String, Value> = present.collect();
        if lone.is_empty() {
            return Ok(None);
        }
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        let built = options.build(&Value::Object(lone));
        built
            .map(Some)
            .map_err(|error| self.fail(&join(at, group[0]), format!("the keyword does not compile: {error}")))
    }

    /// Refuses a schema that includes itself without a step into the value: a walk would not end.
    fn refuse_endless_inclusion(&self) -> Result<(), LoadError> {
        let included = |id: NodeId| {
            let node = &self.nodes[id];
            node.all_of.iter().chain(&node.any_of).chain(&node.one_of).copied()
        };
        // 0: not visited, 1: on the path, 2: finished.
        let mut marks = vec![0u8; self.nodes.len()];
        for start in 0..self.nodes.len() {
            let mut stack = vec![(start, false)];
            while let Some((id, leave)) = stack.pop() {
                if leave {
                    marks[id] = 2;
                } else if marks[id] == 0 {
                    marks[id] = 1;
                    stack.push((id, true));
                    for next in included(id) {
                        if marks[next] == 1 {
                            return Err(self.fail("", "a part of the schema includes itself".into()));
                        }
                        stack.push((next, false));
                    }
                }
            }
        }
        Ok(())
    }

    fn fail(&self, pointer: &str, cause: String) -> LoadError {
        LoadError {
            place: format!("{}#{pointer}", self.place),
            cause,
            remedy: "derive the catalog again, or correct the schema".into(),
        }
    }
}

fn types(value: &Value) -> Option<Types> {
    match value {
        Value::String(name) => Types::named(name),
        Value::Array(names) if !names.is_empty() => {
            let named = names.iter().map(|name| Types::named(name.as_str()?));
            named.reduce(|left, right| Some(left?.union(right?)))?
        }
        _ => None,
    }
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        _ => None,
    }
}
