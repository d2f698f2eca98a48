//! Turns a schema of a description into a field.
//!
//! `allOf` and `$ref` describe one value in several places, the *layers*. Keywords without a counterpart in a field
//! are copied if they stand alone.

use super::layers::{Layers, refers};
use super::limits;
use super::node::{prose, spot};
use super::reader::{DEPTH_MAX, Reader};
use crate::derive::claims::{self, Cited};
use crate::derive::doubts::{doubt, side};
use crate::derive::field::{Field, Need, Way, source};
use crate::derive::types::Type;
use crate::document::Text;
use crate::value::{Kind, Node};
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

impl<'a> Reader<'a, '_> {
    /// Returns the field that a schema describes. `pointer` is the subject of doubts.
    pub fn field(&mut self, way: Way, name: &str, schema: &'a Node, pointer: &str, depth: usize) -> Field {
        if depth == 0 {
            (self.way, self.fields) = (way, 0);
        }
        let mut field = Field::new(name, Type::Any, source(self.page, schema.first, schema.last));
        field.need = Need::No;
        self.fields += 1;
        if depth > DEPTH_MAX || self.fields > FIELDS_MAX {
            self.note(&mut field, "schema-cut", pointer, "more than is read", schema, "nothing-promised");
            return field;
        }
        let layers = self.layers(schema);
        if let Some((kind, at)) = layers.cut {
            self.note(&mut field, kind, pointer, "not followed", at, "nothing-promised");
        }
        self.unread(&layers, &mut field, pointer);
        self.typed(&layers, &mut field, pointer, depth);
        for (keyword, branches) in &layers.choices {
            let all = branches.iter().map(|it| self.field(way, "", it, pointer, depth + 1)).collect();
            field.choices.push((keyword, all));
        }
        limits::read(self, &layers, &mut field, pointer);
        self.told(&layers, &mut field);
        self.open.truncate(self.open.len() - layers.opened);
        field
    }

    /// Copies keywords without a counterpart, or records a doubt.
    fn unread(&mut self, layers: &Layers<'a>, field: &mut Field, pointer: &str) {
        for layer in &layers.all {
            for (keyword, node) in layer.members() {
                let word = keyword.as_str();
                if TOLERATED.contains(&word) || READ.contains(&word) || word.starts_with("x-") {
                    continue;
                }
                if limits::CARRIED.contains(&word) && !refers(node) && limits::carries(word, node) {
                    field.copied_keywords.insert(keyword.clone(), node.value());
                    continue;
                }
                self.note(field, "unread-keyword", &format!("{pointer}:{word}"), word, node, "nothing-promised");
            }
        }
    }

    /// Reads the stated types of the layers into the field.
    fn typed(&mut self, layers: &Layers<'a>, field: &mut Field, pointer: &str, depth: usize) {
        let mut null = layers.null;
        let mut stated: Option<(Vec<&str>, &Node)> = None;
        for node in layers.every("type") {
            let written: Vec<&str> = match &node.kind {
                Kind::String(word) => vec![word.as_str()],
                _ => node.items().iter().filter_map(Node::text).collect(),
            };
            if written.contains(&"null") {
                null = Some(node);
            }
            let words: Vec<&str> = written.into_iter().filter(|it| *it != "null").collect();
            match &stated {
                Some((old, first)) if *old != words => {
                    let narrower = old.as_slice() == ["number"] && words.as_slice() == ["integer"];
                    let sides = vec![
                        side(old.join("|"), Some(spot(self.page, first))),
                        side(words.join("|"), Some(spot(self.page, node))),
                    ];
                    let taken = Some(usize::from(narrower));
                    field.doubts.push(doubt(self.drafts, "all-of-differs", pointer, sides, taken, "first-layer-wins"));
                    field.disputed.insert("type");
                    if narrower {
                        stated = Some((words, node));
                    }
                }
                Some(_) => {}
                None => stated = Some((words, node)),
            }
        }
        if let Some(node) = layers.every("nullable").find(|it| it.is_true()).or(null) {
            field.claims.nullable = Some(Cited { value: (), first: node.first, last: node.last });
        }
        let words = match stated {
            Some((words, node)) if words.is_empty() => {
                // `type: null` alone, or an unknown word.
                if null.is_none() {
                    self.note(field, "unread-type", pointer, "no type", node, "no-type");
                } else {
                    field.value_type = Type::Null;
                }
                return;
            }
            Some((words, _)) => words.iter().map(|it| it.to_string()).collect(),
            None => self.implied(layers, field, pointer),
        };
        let all: Vec<Type> = words.iter().map(|word| self.one_type(word, layers, field, pointer, depth)).collect();
        field.value_type = match all.len() {
            0 => Type::Any,
            1 => all.into_iter().next().unwrap_or(Type::Any),
            _ => Type::Union(all),
        };
    }

    /// Returns the type that keywords imply, if no type is stated. Strictly, every type would be valid.
    fn implied(&mut self, layers: &Layers<'a>, field: &mut Field, pointer: &str) -> Vec<String> {
        let has = |words: &[&str]| words.iter().any(|it| layers.first(it).is_some());
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
        let at = layers.all.first().map(|it| spot(self.page, it));
        let sides = vec![side("no type", at), side(word, None)];
        field.doubts.push(doubt(self.drafts, "type-unsaid", pointer, sides, Some(1), "keywords-imply-type"));
        field.disputed.insert("type");
        vec![word.to_string()]
    }

    fn one_type(&mut self, word: &str, layers: &Layers<'a>, field: &mut Field, pointer: &str, depth: usize) -> Type {
        match word {
            "string" => Type::String,
            "integer" => Type::Integer,
            "number" => Type::Number,
            "boolean" => Type::Boolean,
            "array" => self.list(layers, field, pointer, depth),
            "object" => self.object(layers, field, pointer, depth),
            other => {
                let at = layers.first("type").unwrap_or(layers.all[0]);
                self.note(field, "unread-type", pointer, other, at, "no-type");
                Type::Any
            }
        }
    }

    fn list(&mut self, layers: &Layers<'a>, field: &mut Field, pointer: &str, depth: usize) -> Type {
        let Some(items) = layers.first("items") else { return Type::Array(Box::new(Type::Any)) };
        let mut item = self.field(self.way, "", items, &format!("{pointer}/*"), depth + 1);
        field.children = std::mem::take(&mut item.children);
        let value_type = Type::Array(Box::new(item.value_type.clone()));
        field.item = Some(Box::new(item));
        value_type
    }

    fn object(&mut self, layers: &Layers<'a>, field: &mut Field, pointer: &str, depth: usize) -> Type {
        let required: Vec<(&str, &Node)> =
            layers.every("required").flat_map(Node::items).filter_map(|it| Some((it.text()?, it))).collect();
        let named: Vec<(&'a String, &'a Node)> =
            layers.every("properties").flat_map(|it| it.members()).map(|(name, it)| (name, it)).collect();
        for (name, schema) in named {
            if field.children.iter().any(|it| it.name == *name) {
                // A second layer describes the property. The descriptions are not joined.
                let at = format!("{pointer}/{name}");
                self.note(field, "property-twice", &at, name, schema, "first-layer-wins");
                continue;
            }
            let here = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            let mut child = self.field(self.way, name, schema, &here, depth + 1);
            if required.iter().any(|(it, _)| it == name) {
                child.need = Need::Yes;
            }
            if self.spoken(schema, &mut child) {
                field.children.push(child);
            }
        }
        for (name, at) in &required {
            if !field.children.iter().any(|it| it.name == *name) && !layers.has_property(name) {
                let mut child = Field::new(name, Type::Any, spot(self.page, at));
                child.need = Need::Yes;
                self.note(&mut child, "required-undescribed", &format!("{pointer}/{name}"), name, at, "no-type");
                field.children.push(child);
            }
        }
        match layers.first("additionalProperties").map(|it| (it, &it.kind)) {
            Some((_, Kind::Bool(false))) => {
                field.copied_keywords.insert("additionalProperties".into(), json!(false));
            }
            Some((schema, Kind::Object(members))) if !members.is_empty() => {
                let mut any = self.field(self.way, "*", schema, &format!("{pointer}/*"), depth + 1);
                any.any_key = true;
                let value_type = any.value_type.clone();
                let map = field.children.is_empty();
                field.children.push(any);
                if map {
                    return Type::Map(Box::new(value_type));
                }
            }
            _ => {}
        }
        Type::Object
    }

    /// Whether a property belongs to the body: `writeOnly` properties are not promised in a response, and `readOnly`
    /// properties are unsupported in a request.
    fn spoken(&mut self, schema: &'a Node, child: &mut Field) -> bool {
        let mut layers = Layers::default();
        let open = self.open.len();
        self.expand(schema, &mut layers, 0);
        self.open.truncate(open);
        let marked = |word: &str| layers.every(word).find(|it| it.is_true());
        if let Some(at) = marked("readOnly").filter(|_| self.way == Way::Request) {
            child.need = Need::No;
            child.claims.dead = Some(Cited { value: "unsupported", first: at.first, last: at.last });
        }
        marked("writeOnly").is_none() || self.way == Way::Request
    }

    /// Adds the claims of the description text beyond keywords: microversions and effect.
    fn told(&mut self, layers: &Layers<'a>, field: &mut Field) {
        let Some(node) = layers.first("description") else { return };
        let text = Text { lines: prose(node), links: Vec::new() };
        let told = claims::read(&text, &field.value_type);
        let claims = &mut field.claims;
        claims.dead = claims.dead.take().or(told.dead);
        claims.since = claims.since.take().or(told.since);
        claims.until = claims.until.take().or(told.until);
        let kinds = ["later-than", "microversion-equality"];
        claims.oddities.extend(told.oddities.into_iter().filter(|it| kinds.contains(&it.kind)));
    }
}
