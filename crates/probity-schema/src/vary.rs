//! Variants of a valid body that differ in exactly one place.

mod samples;

use super::applied_nodes::find_applied_nodes;
use super::class::InputClass;
use super::classify::classify_input;
use super::compiled_schema::CompiledSchema;
use super::draw::draw_example;
use super::node::{ROOT, SchemaNode, SchemaNodeId};
use super::pointer::{join_pointer, remove_at, set_at};
use super::rng::SeededRng;
use super::version::RequestedVersion;
use samples::{VariantSample, sample_non_members, sample_numbers, sample_texts, sample_wrong_types};
use serde_json::{Value, json};

/// A body that differs from a valid body in one place.
#[derive(Debug, Clone, PartialEq)]
pub struct BodyVariant {
    /// The whole body; none for a call without body.
    pub value: Option<Value>,
    /// JSON pointer to the changed place; empty for the body itself.
    pub pointer: String,
    /// The change: `missing`, `null`, `type:integer`, `min-1`, `min`, `max`, `max+1`,
    /// `enum`, `enum-case`, `pattern:space`, `format`, `empty`, `surplus`, `dead`, `version`, …
    pub kind: String,
    /// The result of [`classify_input`]; the changes `min` and `max` are usually valid.
    pub class: InputClass,
}

/// Most variants of one body.
const CASES_MAX: usize = 4096;
/// Deepest nesting that is varied.
const DEPTH_MAX: usize = 32;
/// Longest list of a variant.
const ITEMS_MAX: u64 = 1024;

/// All variants of a valid body, in the order of the schema. Equal arguments give equal variants.
/// In a list only the first element is varied.
pub fn vary_body(shape: &CompiledSchema, good: &Value) -> Vec<BodyVariant> {
    vary_body_at_version(shape, good, None)
}

/// All variants of a valid body for a call with this microversion.
pub fn vary_body_at_version(shape: &CompiledSchema, good: &Value, microversion: Option<&str>) -> Vec<BodyVariant> {
    let edits = list_body_edits(shape, good, microversion);
    edits.iter().map(|edit| edit.make_variant(shape, good, microversion)).collect()
}

/// The changes that make the variants of a valid body, in the order of the variants. A caller that needs few of many
/// variants makes these alone.
pub fn list_body_edits(shape: &CompiledSchema, good: &Value, microversion: Option<&str>) -> Vec<BodyEdit> {
    let rng = SeededRng::new(0, 0, 0, 0);
    let mut hunt =
        VariantSearch { shape, microversion, asked: RequestedVersion::read(microversion), rng, cases: Vec::new() };
    hunt.vary_whole_body(good);
    let mut found: Vec<BodyEdit> = Vec::new();
    for edit in hunt.cases {
        let twin = |known: &BodyEdit| known.pointer == edit.pointer && known.edit == edit.edit;
        if edit.changes(good) && !found.iter().any(twin) {
            found.push(edit);
        }
    }
    found.push(BodyEdit { pointer: String::new(), kind: "missing".into(), edit: PlaceEdit::RemoveBody });
    found
}

/// One change of one place.
#[derive(Debug, Clone, PartialEq)]
pub struct BodyEdit {
    /// As [`BodyVariant::pointer`].
    pub pointer: String,
    /// As [`BodyVariant::kind`].
    pub kind: String,
    edit: PlaceEdit,
}

#[derive(Debug, Clone, PartialEq)]
enum PlaceEdit {
    Put(Value),
    Remove,
    /// The call has no body.
    RemoveBody,
}

impl BodyEdit {
    /// The variant of the body for which the change was listed.
    pub fn make_variant(&self, shape: &CompiledSchema, good: &Value, microversion: Option<&str>) -> BodyVariant {
        let value = self.apply(good);
        let class = classify_input(Some(shape), value.as_ref(), microversion).class;
        BodyVariant { value, pointer: self.pointer.clone(), kind: self.kind.clone(), class }
    }

    fn apply(&self, good: &Value) -> Option<Value> {
        let mut value = good.clone();
        match &self.edit {
            PlaceEdit::Put(other) => set_at(&mut value, &self.pointer, other.clone()),
            PlaceEdit::Remove => remove_at(&mut value, &self.pointer),
            PlaceEdit::RemoveBody => return None,
        }
        Some(value)
    }

    /// Whether the variant differs from the body.
    fn changes(&self, good: &Value) -> bool {
        match &self.edit {
            PlaceEdit::Put(other) => good.pointer(&self.pointer).is_none_or(|present| present != other),
            PlaceEdit::Remove => !self.pointer.is_empty() && good.pointer(&self.pointer).is_some(),
            PlaceEdit::RemoveBody => true,
        }
    }
}

/// The search for variants.
struct VariantSearch<'a> {
    shape: &'a CompiledSchema,
    microversion: Option<&'a str>,
    asked: RequestedVersion,
    rng: SeededRng,
    cases: Vec<BodyEdit>,
}

impl<'a> VariantSearch<'a> {
    fn vary_whole_body(&mut self, good: &Value) {
        self.vary_node(ROOT, "", good, true, 0);
        // With one property, the variant without the property is the empty body already.
        if good.as_object().is_some_and(|entries| entries.len() > 1) {
            self.put_value("", "empty", json!({}));
        }
    }

    /// Varies the value at one place: the present value, or an example for an absent property.
    fn vary_node(&mut self, id: SchemaNodeId, at: &str, value: &Value, present: bool, depth: usize) {
        let shape = self.shape;
        let ids = find_applied_nodes(shape, id, value, self.asked);
        let nodes: Vec<&'a SchemaNode> = ids.iter().map(|&id| shape.node(id)).collect();
        self.put_samples(at, sample_wrong_types(&nodes, value));
        if let Some(members) = nodes.iter().find_map(|node| node.members.as_ref()) {
            self.put_samples(at, sample_non_members(members));
        } else {
            match value {
                Value::String(text) => {
                    let samples = sample_texts(&nodes, text, &mut self.rng);
                    self.put_samples(at, samples);
                }
                Value::Number(_) => self.put_samples(at, sample_numbers(&nodes)),
                Value::Array(items) => self.vary_items(&nodes, at, items),
                _ => {}
            }
        }
        if !present || depth > DEPTH_MAX {
            return;
        }
        match value {
            Value::Object(_) => self.vary_object(&nodes, at, value, depth),
            Value::Array(items) => {
                let schema = nodes.iter().find_map(|node| node.items);
                if let (Some(schema), Some(first)) = (schema, items.first()) {
                    self.vary_node(schema, &join_pointer(at, "0"), first, true, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// Varies the number and the uniqueness of elements.
    fn vary_items(&mut self, nodes: &[&'a SchemaNode], at: &str, items: &[Value]) {
        let least = nodes.iter().filter_map(|node| node.min_items).max();
        let most = nodes.iter().filter_map(|node| node.max_items).min();
        let wanted = [
            ("min-1", least.and_then(|least| least.checked_sub(1))),
            ("min", least),
            ("max", most),
            ("max+1", most.and_then(|most| most.checked_add(1))),
            ("empty", Some(0)),
        ];
        let unique = nodes.iter().any(|node| node.unique);
        let schema = nodes.iter().find_map(|node| node.items);
        for (kind, count) in wanted {
            let Some(count) = count.filter(|&count| count <= ITEMS_MAX) else {
                continue;
            };
            let mut list: Vec<Value> = items.iter().take(count as usize).cloned().collect();
            while (list.len() as u64) < count {
                let index = list.len() as u64;
                let fresh =
                    schema.filter(|_| unique).and_then(|id| draw_example(self.shape, id, index, self.microversion));
                let Some(item) = fresh.or_else(|| list.first().cloned()) else {
                    break;
                };
                list.push(item);
            }
            if list.len() as u64 == count {
                self.put_value(at, kind, Value::Array(list));
            }
        }
        if unique && let Some(first) = items.first() {
            let twins: Vec<Value> = items.iter().chain([first]).cloned().collect();
            self.put_value(at, "twin", Value::Array(twins));
        }
    }

    fn vary_object(&mut self, nodes: &[&'a SchemaNode], at: &str, value: &Value, depth: usize) {
        for node in nodes {
            for (name, schema) in node.props.iter().flatten() {
                let here = join_pointer(at, name);
                match value.get(name) {
                    Some(entry) => {
                        self.add_edit(&here, "missing", PlaceEdit::Remove);
                        self.vary_node(*schema, &here, entry, true, depth + 1);
                    }
                    None => self.vary_absent_property(*schema, &here, depth),
                }
            }
        }
        let described = nodes.iter().any(|node| node.props.is_some());
        let name = "surplus_probe";
        if described && nodes.iter().all(|node| node.find_property(name).is_none()) {
            self.put_value(&join_pointer(at, name), "surplus", json!("probe"));
        }
    }

    /// Varies a property that the valid body lacks: with a wrong value, or with any value where the
    /// property must not be present.
    fn vary_absent_property(&mut self, schema: SchemaNodeId, at: &str, depth: usize) {
        let notes = &self.shape.node(schema).notes;
        let Some(sample) = draw_example(self.shape, schema, 0, self.microversion) else {
            return;
        };
        if notes.dead {
            self.put_value(at, "dead", sample);
        } else if !self.asked.includes_range(notes.versions) {
            self.put_value(at, "version", sample);
        } else {
            self.vary_node(schema, at, &sample, false, depth + 1);
        }
    }

    fn put_samples(&mut self, at: &str, samples: Vec<VariantSample>) {
        for (kind, value) in samples {
            self.put_value(at, &kind, value);
        }
    }

    fn put_value(&mut self, at: &str, kind: &str, value: Value) {
        self.add_edit(at, kind, PlaceEdit::Put(value));
    }

    fn add_edit(&mut self, at: &str, kind: &str, edit: PlaceEdit) {
        if self.cases.len() < CASES_MAX {
            self.cases.push(BodyEdit { pointer: at.to_string(), kind: kind.to_string(), edit });
        }
    }
}
