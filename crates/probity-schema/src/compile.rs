//! From JSON Schema to nodes. An unknown keyword is an error, because ignoring the keyword
//! would silently widen the shape.

use super::annotations::read_strings;
use super::effort::check_effort;
use super::error::CatalogError;
use super::format::TextFormat;
use super::node::{AdditionalProperties, SchemaNode, SchemaNodeId};
use super::pattern::TextPattern;
use super::pointer::join_pointer;
use super::types::JsonTypes;
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
pub(super) fn compile_nodes(schema: &Value, place: &str) -> Result<Vec<SchemaNode>, CatalogError> {
    let mut compiler = SchemaCompiler { root: schema, place, nodes: Vec::new(), known: BTreeMap::new() };
    check_effort(schema).map_err(|cause| compiler.make_error("", cause))?;
    compiler.compile_schema(schema, "", 0)?;
    compiler.refuse_endless_inclusion()?;
    Ok(compiler.nodes)
}

struct SchemaCompiler<'a> {
    root: &'a Value,
    place: &'a str,
    nodes: Vec<SchemaNode>,
    /// By JSON pointer, so that a reference to a compiled schema finds the node.
    known: BTreeMap<String, SchemaNodeId>,
}

impl<'a> SchemaCompiler<'a> {
    /// Adds the node of a schema and of all schemas in the schema.
    fn compile_schema(&mut self, schema: &'a Value, pointer: &str, depth: usize) -> Result<SchemaNodeId, CatalogError> {
        if let Some(&id) = self.known.get(pointer) {
            return Ok(id);
        }
        if depth > DEPTH_MAX || self.nodes.len() >= NODES_MAX {
            return Err(
                self.make_error(pointer, format!("nested deeper than {DEPTH_MAX}, or more than {NODES_MAX} parts"))
            );
        }
        let id = self.nodes.len();
        self.nodes.push(SchemaNode::default());
        self.known.insert(pointer.to_string(), id);
        self.nodes[id] = match schema {
            Value::Bool(accepts) => SchemaNode { never: !accepts, ..SchemaNode::default() },
            Value::Object(keywords) => self.compile_object(keywords, pointer, depth)?,
            _ => return Err(self.make_error(pointer, "a schema must be an object, true or false".into())),
        };
        Ok(id)
    }

    fn compile_object(
        &mut self,
        keywords: &'a Map<String, Value>,
        at: &str,
        depth: usize,
    ) -> Result<SchemaNode, CatalogError> {
        let mut node = SchemaNode::default();
        for (keyword, value) in keywords {
            let known = self.read_plain_keyword(&mut node, keyword, value, at)?
                || self.read_nested_keyword(&mut node, keyword, value, at, depth)?
                || node.notes.read_annotation(keyword, value)
                || SILENT.contains(&keyword.as_str())
                || keyword.starts_with("x-")
                || GROUPS.iter().any(|group| group.contains(&keyword.as_str()));
            if !known {
                return Err(self.make_error(&join_pointer(at, keyword), format!("unknown keyword `{keyword}`")));
            }
        }
        for group in GROUPS {
            if let Some(validator) = self.build_group_validator(keywords, group, at)? {
                node.rest.push((group[0].to_string(), validator));
            }
        }
        Ok(node)
    }

    /// Reads a keyword with plain data; false if the keyword has other data.
    fn read_plain_keyword(
        &self,
        node: &mut SchemaNode,
        keyword: &str,
        value: &Value,
        at: &str,
    ) -> Result<bool, CatalogError> {
        let wrong = |cause: String| self.make_error(&join_pointer(at, keyword), cause);
        let count = || value.as_u64().map(Some).ok_or_else(|| wrong("must be a whole number from 0".into()));
        let number = || read_number(value).ok_or_else(|| wrong("must be a number".into()));
        match keyword {
            "type" => node.types = Some(read_types(value).ok_or_else(|| wrong("not a JSON type".into()))?),
            "required" => node.required = read_strings(value).ok_or_else(|| wrong("must be a list of names".into()))?,
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
            "pattern" => node.pattern = Some(self.compile_pattern(value.as_str(), &join_pointer(at, keyword))?),
            "format" => node.format = Some(self.read_format(value, at)?),
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
    fn read_nested_keyword(
        &mut self,
        node: &mut SchemaNode,
        keyword: &str,
        value: &'a Value,
        at: &str,
        depth: usize,
    ) -> Result<bool, CatalogError> {
        let here = join_pointer(at, keyword);
        match keyword {
            "properties" => node.props = Some(self.compile_map(value, &here, depth)?),
            "patternProperties" => {
                for (name, id) in self.compile_map(value, &here, depth)? {
                    let pattern = self.compile_pattern(Some(&name), &join_pointer(&here, &name))?;
                    node.pattern_props.push((pattern, id));
                }
            }
            "additionalProperties" => {
                node.additional = match value {
                    Value::Bool(true) => AdditionalProperties::Any,
                    Value::Bool(false) => AdditionalProperties::Never,
                    _ => AdditionalProperties::Like(self.compile_schema(value, &here, depth + 1)?),
                }
            }
            "propertyNames" => node.property_names = Some(self.compile_schema(value, &here, depth + 1)?),
            "items" => node.items = Some(self.compile_schema(value, &here, depth + 1)?),
            "allOf" => node.all_of.extend(self.compile_list(value, &here, depth)?),
            "anyOf" => node.any_of = self.compile_list(value, &here, depth)?,
            "oneOf" => node.one_of = self.compile_list(value, &here, depth)?,
            "$ref" => node.all_of.push(self.resolve_reference(value, &here, depth)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Schemas by name.
    fn compile_map(
        &mut self,
        value: &'a Value,
        at: &str,
        depth: usize,
    ) -> Result<Vec<(String, SchemaNodeId)>, CatalogError> {
        let entries = value.as_object().ok_or_else(|| self.make_error(at, "must be an object".into()))?;
        let compiled = entries
            .iter()
            .map(|(name, schema)| Ok((name.clone(), self.compile_schema(schema, &join_pointer(at, name), depth + 1)?)));
        compiled.collect()
    }

    fn compile_list(&mut self, value: &'a Value, at: &str, depth: usize) -> Result<Vec<SchemaNodeId>, CatalogError> {
        let schemas = value.as_array().filter(|list| !list.is_empty());
        let schemas = schemas.ok_or_else(|| self.make_error(at, "must be a list with schemas".into()))?;
        let compiled = schemas.iter().enumerate();
        compiled
            .map(|(index, schema)| self.compile_schema(schema, &join_pointer(at, &index.to_string()), depth + 1))
            .collect()
    }

    fn resolve_reference(&mut self, value: &'a Value, at: &str, depth: usize) -> Result<SchemaNodeId, CatalogError> {
        let text = value.as_str().unwrap_or_default();
        let local = text.strip_prefix('#').filter(|pointer| pointer.is_empty() || pointer.starts_with('/'));
        let found = local.and_then(|pointer| Some((pointer, self.root.pointer(pointer)?)));
        let (pointer, target) =
            found.ok_or_else(|| self.make_error(at, format!("this file has no part at the reference {value}")))?;
        self.compile_schema(target, pointer, depth + 1)
    }

    fn compile_pattern(&self, text: Option<&str>, at: &str) -> Result<TextPattern, CatalogError> {
        let text = text.ok_or_else(|| self.make_error(at, "a pattern must be a text".into()))?;
        TextPattern::new(text).map_err(|cause| self.make_error(at, format!("the pattern does not compile: {cause}")))
    }

    fn read_format(&self, value: &Value, at: &str) -> Result<TextFormat, CatalogError> {
        let named = value.as_str().and_then(TextFormat::find_by_name);
        named.ok_or_else(|| self.make_error(&join_pointer(at, "format"), format!("unknown format {value}")))
    }

    /// The validator of a group of keywords; none where the schema has no keyword of the group.
    fn build_group_validator(
        &self,
        keywords: &Map<String, Value>,
        group: &[&str],
        at: &str,
    ) -> Result<Option<jsonschema::Validator>, CatalogError> {
        let present = group.iter().filter_map(|&word| Some((word.to_string(), keywords.get(word)?.clone())));
        let lone: Map<String, Value> = present.collect();
        if lone.is_empty() {
            return Ok(None);
        }
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        let built = options.build(&Value::Object(lone));
        built.map(Some).map_err(|error| {
            self.make_error(&join_pointer(at, group[0]), format!("the keyword does not compile: {error}"))
        })
    }

    /// Refuses a schema that includes itself without a step into the value: a walk would not end.
    fn refuse_endless_inclusion(&self) -> Result<(), CatalogError> {
        let included = |id: SchemaNodeId| {
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
                            return Err(self.make_error("", "a part of the schema includes itself".into()));
                        }
                        stack.push((next, false));
                    }
                }
            }
        }
        Ok(())
    }

    fn make_error(&self, pointer: &str, cause: String) -> CatalogError {
        CatalogError {
            place: format!("{}#{pointer}", self.place),
            cause,
            remedy: "derive the catalog again, or correct the schema".into(),
        }
    }
}

fn read_types(value: &Value) -> Option<JsonTypes> {
    match value {
        Value::String(name) => JsonTypes::find_by_name(name),
        Value::Array(names) if !names.is_empty() => {
            let named = names.iter().map(|name| JsonTypes::find_by_name(name.as_str()?));
            named.reduce(|left, right| Some(left?.union(right?)))?
        }
        _ => None,
    }
}

fn read_number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        _ => None,
    }
}
