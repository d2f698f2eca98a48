//! Turns a schema of a description into a field.
//!
//! `allOf` and `$ref` describe one value in several places, the *layers*. Keywords without a counterpart in a field
//! are copied if they stand alone.

use super::constraints;
use super::layers::{SchemaLayers, contains_reference};
use super::node::{locate_node, read_prose};
use super::reader::{DEPTH_MAX, SchemaReader};
use crate::derive::claims::{self, CitedClaim};
use crate::derive::doubts::{add_doubt, make_side};
use crate::derive::field::{BodyDirection, DraftField, FieldNeed, make_source};
use crate::derive::types::FieldType;
use crate::document::BlockText;
use crate::value::{SourceValue, SourceValueKind};
use serde_json::json;

/// Limit of fields in one body. Further fields are not promised.
const FIELDS_MAX: usize = 10_000;

/// Keywords without influence on validity, or read in a separate step.
const TOLERATED: [&str; 20] = [
    "$ref",
    "$schema",
    "$id",
    "$anchor",
    "$comment",
    "$defs",
    "title",
    "description",
    "example",
    "examples",
    "externalDocs",
    "xml",
    "discriminator",
    "allOf",
    "required",
    "nullable",
    "readOnly",
    "writeOnly",
    "deprecated",
    "contentMediaType",
];
/// Keywords with a counterpart in a field.
const READ: [&str; 23] = [
    "type",
    "properties",
    "additionalProperties",
    "items",
    "anyOf",
    "oneOf",
    "enum",
    "const",
    "format",
    "pattern",
    "default",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "contentEncoding",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
];

impl<'a> SchemaReader<'a, '_> {
    /// Returns the field that a schema describes. `pointer` is the subject of doubts.
    pub fn read_field(
        &mut self,
        way: BodyDirection,
        name: &str,
        schema: &'a SourceValue,
        pointer: &str,
        depth: usize,
    ) -> DraftField {
        if depth == 0 {
            (self.way, self.fields) = (way, 0);
        }
        let mut field = DraftField::new(name, FieldType::Any, make_source(self.page, schema.first, schema.last));
        field.need = FieldNeed::No;
        self.fields += 1;
        if depth > DEPTH_MAX || self.fields > FIELDS_MAX {
            self.note_doubt(&mut field, "schema-cut", pointer, "more than is read", schema, "nothing-promised");
            return field;
        }
        let layers = self.collect_layers(schema);
        if let Some((kind, at)) = layers.cut {
            self.note_doubt(&mut field, kind, pointer, "not followed", at, "nothing-promised");
        }
        self.copy_remaining_keywords(&layers, &mut field, pointer);
        self.read_types(&layers, &mut field, pointer, depth);
        for (keyword, branches) in &layers.choices {
            let all = branches.iter().map(|it| self.read_field(way, "", it, pointer, depth + 1)).collect();
            field.choices.push((keyword, all));
        }
        constraints::read_limits(self, &layers, &mut field, pointer);
        self.read_description(&layers, &mut field);
        self.open.truncate(self.open.len() - layers.opened);
        field
    }

    /// Copies keywords without a counterpart, or records a doubt.
    fn copy_remaining_keywords(&mut self, layers: &SchemaLayers<'a>, field: &mut DraftField, pointer: &str) {
        for layer in &layers.all {
            for (keyword, node) in layer.members() {
                let word = keyword.as_str();
                if TOLERATED.contains(&word) || READ.contains(&word) || word.starts_with("x-") {
                    continue;
                }
                if constraints::CARRIED.contains(&word)
                    && !contains_reference(node)
                    && constraints::is_self_contained(word, node)
                {
                    field.copied_keywords.insert(keyword.clone(), node.to_json());
                    continue;
                }
                self.note_doubt(field, "unread-keyword", &format!("{pointer}:{word}"), word, node, "nothing-promised");
            }
        }
    }

    /// Reads the stated types of the layers into the field.
    fn read_types(&mut self, layers: &SchemaLayers<'a>, field: &mut DraftField, pointer: &str, depth: usize) {
        let mut null = layers.null;
        let mut stated: Option<(Vec<&str>, &SourceValue)> = None;
        for node in layers.find_all("type") {
            let written: Vec<&str> = match &node.kind {
                SourceValueKind::String(word) => vec![word.as_str()],
                _ => node.items().iter().filter_map(SourceValue::as_text).collect(),
            };
            if written.contains(&"null") {
                null = Some(node);
            }
            let words: Vec<&str> = written.into_iter().filter(|it| *it != "null").collect();
            match &stated {
                Some((old, first)) if *old != words => {
                    let narrower = old.as_slice() == ["number"] && words.as_slice() == ["integer"];
                    let sides = vec![
                        make_side(old.join("|"), Some(locate_node(self.page, first))),
                        make_side(words.join("|"), Some(locate_node(self.page, node))),
                    ];
                    let taken = Some(usize::from(narrower));
                    field.doubts.push(add_doubt(
                        self.drafts,
                        "all-of-differs",
                        pointer,
                        sides,
                        taken,
                        "first-layer-wins",
                    ));
                    field.disputed.insert("type");
                    if narrower {
                        stated = Some((words, node));
                    }
                }
                Some(_) => {}
                None => stated = Some((words, node)),
            }
        }
        if let Some(node) = layers.find_all("nullable").find(|it| it.is_true()).or(null) {
            field.claims.nullable = Some(CitedClaim { value: (), first: node.first, last: node.last });
        }
        let words = match stated {
            Some((words, node)) if words.is_empty() => {
                // `type: null` alone, or an unknown word.
                if null.is_none() {
                    self.note_doubt(field, "unread-type", pointer, "no type", node, "no-type");
                } else {
                    field.value_type = FieldType::Null;
                }
                return;
            }
            Some((words, _)) => words.iter().map(|it| it.to_string()).collect(),
            None => self.infer_types(layers, field, pointer),
        };
        let all: Vec<FieldType> =
            words.iter().map(|word| self.read_type(word, layers, field, pointer, depth)).collect();
        field.value_type = match all.len() {
            0 => FieldType::Any,
            1 => all.into_iter().next().unwrap_or(FieldType::Any),
            _ => FieldType::Union(all),
        };
    }

    /// Returns the type that keywords imply, if no type is stated. Strictly, every type would be valid.
    fn infer_types(&mut self, layers: &SchemaLayers<'a>, field: &mut DraftField, pointer: &str) -> Vec<String> {
        let has = |words: &[&str]| words.iter().any(|it| layers.find_first(it).is_some());
        // Descriptions omit the type of objects so often that no doubt is recorded.
        if has(&["properties", "additionalProperties"]) {
            return vec!["object".to_string()];
        }
        let word = if has(&["items"]) {
            "array"
        } else if has(&["minLength", "maxLength", "pattern"]) {
            "string"
        } else {
            return Vec::new();
        };
        let at = layers.all.first().map(|it| locate_node(self.page, it));
        let sides = vec![make_side("no type", at), make_side(word, None)];
        field.doubts.push(add_doubt(self.drafts, "type-unsaid", pointer, sides, Some(1), "keywords-imply-type"));
        field.disputed.insert("type");
        vec![word.to_string()]
    }

    fn read_type(
        &mut self,
        word: &str,
        layers: &SchemaLayers<'a>,
        field: &mut DraftField,
        pointer: &str,
        depth: usize,
    ) -> FieldType {
        match word {
            "string" => FieldType::String,
            "integer" => FieldType::Integer,
            "number" => FieldType::Number,
            "boolean" => FieldType::Boolean,
            "array" => self.read_list(layers, field, pointer, depth),
            "object" => self.read_object(layers, field, pointer, depth),
            other => {
                let at = layers.find_first("type").unwrap_or(layers.all[0]);
                self.note_doubt(field, "unread-type", pointer, other, at, "no-type");
                FieldType::Any
            }
        }
    }

    fn read_list(
        &mut self,
        layers: &SchemaLayers<'a>,
        field: &mut DraftField,
        pointer: &str,
        depth: usize,
    ) -> FieldType {
        let Some(items) = layers.find_first("items") else { return FieldType::Array(Box::new(FieldType::Any)) };
        let mut item = self.read_field(self.way, "", items, &format!("{pointer}/*"), depth + 1);
        field.children = std::mem::take(&mut item.children);
        let value_type = FieldType::Array(Box::new(item.value_type.clone()));
        field.item = Some(Box::new(item));
        value_type
    }

    fn read_object(
        &mut self,
        layers: &SchemaLayers<'a>,
        field: &mut DraftField,
        pointer: &str,
        depth: usize,
    ) -> FieldType {
        let required: Vec<(&str, &SourceValue)> = layers
            .find_all("required")
            .flat_map(SourceValue::items)
            .filter_map(|it| Some((it.as_text()?, it)))
            .collect();
        let named: Vec<(&'a String, &'a SourceValue)> =
            layers.find_all("properties").flat_map(|it| it.members()).map(|(name, it)| (name, it)).collect();
        for (name, schema) in named {
            if field.children.iter().any(|it| it.name == *name) {
                // A second layer describes the property. The descriptions are not joined.
                let at = format!("{pointer}/{name}");
                self.note_doubt(field, "property-twice", &at, name, schema, "first-layer-wins");
                continue;
            }
            let here = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            let mut child = self.read_field(self.way, name, schema, &here, depth + 1);
            if required.iter().any(|(it, _)| it == name) {
                child.need = FieldNeed::Yes;
            }
            if self.belongs_to_body(schema, &mut child) {
                field.children.push(child);
            }
        }
        for (name, at) in &required {
            if !field.children.iter().any(|it| it.name == *name) && !layers.has_property(name) {
                let mut child = DraftField::new(name, FieldType::Any, locate_node(self.page, at));
                child.need = FieldNeed::Yes;
                self.note_doubt(&mut child, "required-undescribed", &format!("{pointer}/{name}"), name, at, "no-type");
                field.children.push(child);
            }
        }
        match layers.find_first("additionalProperties").map(|it| (it, &it.kind)) {
            Some((_, SourceValueKind::Bool(false))) => {
                field.copied_keywords.insert("additionalProperties".into(), json!(false));
            }
            Some((schema, SourceValueKind::Object(members))) if !members.is_empty() => {
                let mut any = self.read_field(self.way, "*", schema, &format!("{pointer}/*"), depth + 1);
                any.any_key = true;
                let value_type = any.value_type.clone();
                let map = field.children.is_empty();
                field.children.push(any);
                if map {
                    return FieldType::Map(Box::new(value_type));
                }
            }
            _ => {}
        }
        FieldType::Object
    }

    /// Whether a property belongs to the body: `writeOnly` properties are not promised in a response, and `readOnly`
    /// properties are unsupported in a request.
    fn belongs_to_body(&mut self, schema: &'a SourceValue, child: &mut DraftField) -> bool {
        let mut layers = SchemaLayers::default();
        let open = self.open.len();
        self.expand_schema(schema, &mut layers, 0);
        self.open.truncate(open);
        let marked = |word: &str| layers.find_all(word).find(|it| it.is_true());
        if let Some(at) = marked("readOnly").filter(|_| self.way == BodyDirection::Request) {
            child.need = FieldNeed::No;
            child.claims.dead = Some(CitedClaim { value: "unsupported", first: at.first, last: at.last });
        }
        marked("writeOnly").is_none() || self.way == BodyDirection::Request
    }

    /// Adds the claims of the description text beyond keywords: microversions and effect.
    fn read_description(&mut self, layers: &SchemaLayers<'a>, field: &mut DraftField) {
        let Some(node) = layers.find_first("description") else { return };
        let text = BlockText { lines: read_prose(node), links: Vec::new() };
        let told = claims::read_claims(&text, &field.value_type);
        let claims = &mut field.claims;
        claims.dead = claims.dead.take().or(told.dead);
        claims.since = claims.since.take().or(told.since);
        claims.until = claims.until.take().or(told.until);
        let kinds = ["later-than", "microversion-equality"];
        claims.oddities.extend(told.oddities.into_iter().filter(|it| kinds.contains(&it.kind)));
    }
}
