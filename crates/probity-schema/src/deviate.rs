//! Variants of a valid body that differ in exactly one place.

mod samples;

use super::applied::reading;
use super::class::Class;
use super::classify::classify;
use super::draw::example;
use super::node::{Node, NodeId, ROOT};
use super::place::{join, remove, set};
use super::rng::Rng;
use super::shape::Shape;
use super::version::Asked;
use samples::{Sample, of_members, of_number, of_text, of_types};
use serde_json::{Value, json};

/// A body that differs from a valid body in one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// The whole body; none for a call without body.
    pub value: Option<Value>,
    /// JSON pointer to the changed place; empty for the body itself.
    pub pointer: String,
    /// The change: `missing`, `null`, `type:integer`, `min-1`, `min`, `max`, `max+1`,
    /// `enum`, `enum-case`, `pattern:space`, `format`, `empty`, `surplus`, `dead`, `version`, …
    pub kind: String,
    /// The result of [`classify`]; the changes `min` and `max` are usually valid.
    pub class: Class,
}

/// Most variants of one body.
const CASES_MAX: usize = 4096;
/// Deepest nesting that is varied.
const DEPTH_MAX: usize = 32;
/// Longest list of a variant.
const ITEMS_MAX: u64 = 1024;

/// All variants of a valid body, in the order of the schema. Equal arguments give equal variants.
/// In a list only the first element is varied.
pub fn deviations(shape: &Shape, good: &Value) -> Vec<Deviation> {
    deviations_at(shape, good, None)
}

/// All variants of a valid body for a call with this microversion.
pub fn deviations_at(shape: &Shape, good: &Value, microversion: Option<&str>) -> Vec<Deviation> {
    let rng = Rng::new(0, 0, 0, 0);
    let mut hunt = Hunt { shape, microversion, asked: Asked::read(microversion), rng, cases: Vec::new() };
    hunt.body(good);
    let mut found: Vec<Deviation> = Vec::new();
    for Case { pointer, kind, edit } in hunt.cases {
        let mut value = good.clone();
        match edit {
            Edit::Put(other) => set(&mut value, &pointer, other),
            Edit::Remove => remove(&mut value, &pointer),
        }
        let twin = |known: &Deviation| known.pointer == pointer && known.value.as_ref() == Some(&value);
        if value != *good && !found.iter().any(twin) {
            let class = classify(Some(shape), Some(&value), microversion).class;
            found.push(Deviation { value: Some(value), pointer, kind, class });
        }
    }
    let class = classify(Some(shape), None, microversion).class;
    found.push(Deviation { value: None, pointer: String::new(), kind: "missing".into(), class });
    found
}

/// One change of one place.
struct Case {
    pointer: String,
    kind: String,
    edit: Edit,
}

enum Edit {
    Put(Value),
    Remove,
}

/// The search for variants.
struct Hunt<'a> {
    shape: &'a Shape,
    microversion: Option<&'a str>,
    asked: Asked,
    rng: Rng,
    cases: Vec<Case>,
}

impl<'a> Hunt<'a> {
    fn body(&mut self, good: &Value) {
        self.node(ROOT, "", good, true, 0);
        // With one property, the variant without the property is the empty body already.
        if good.as_object().is_some_and(|entries| entries.len() > 1) {
            self.put("", "empty", json!({}));
        }
    }

    /// Varies the value at one place: the present value, or an example for an absent property.
    fn node(&mut self, id: NodeId, at: &str, value: &Value, present: bool, depth: usize) {
        let shape = self.shape;
        let ids = reading(shape, id, value, self.asked);
        let nodes: Vec<&'a Node> = ids.iter().map(|&id| shape.node(id)).collect();
        self.put_all(at, of_types(&nodes, value));
        if let Some(members) = nodes.iter().find_map(|node| node.members.as_ref()) {
            self.put_all(at, of_members(members));
        } else {
            match value {
                Value::String(text) => {
                    let samples = of_text(&nodes, text, &mut self.rng);
                    self.put_all(at, samples);
                }
                Value::Number(_) => self.put_all(at, of_number(&nodes)),
                Value::Array(items) => self.items(&nodes, at, items),
                _ => {}
            }
        }
        if !present || depth > DEPTH_MAX {
            return;
        }
        match value {
            Value::Object(_) => self.object(&nodes, at, value, depth),
            Value::Array(items) => {
                let schema = nodes.iter().find_map(|node| node.items);
                if let (Some(schema), Some(first)) = (schema, items.first()) {
                    self.node(schema, &join(at, "0"), first, true, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// Varies the number and the uniqueness of elements.
    fn items(&mut self, nodes: &[&'a Node], at: &str, items: &[Value]) {
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
                let fresh = schema.filter(|_| unique).and_then(|id| example(self.shape, id, index, self.microversion));
                let Some(item) = fresh.or_else(|| list.first().cloned()) else {
                    break;
                };
                list.push(item);
            }
            if list.len() as u64 == count {
                self.put(at, kind, Value::Array(list));
            }
        }
        if unique && let Some(first) = items.first() {
            let twins: Vec<Value> = items.iter().chain([first]).cloned().collect();
            self.put(at, "twin", Value::Array(twins));
        }
    }

    fn object(&mut self, nodes: &[&'a Node], at: &str, value: &Value, depth: usize) {
        for node in nodes {
            for (name, schema) in node.props.iter().flatten() {
                let here = join(at, name);
                match value.get(name) {
                    Some(entry) => {
                        self.case(&here, "missing", Edit::Remove);
                        self.node(*schema, &here, entry, true, depth + 1);
                    }
                    None => self.absent(*schema, &here, depth),
                }
            }
        }
        let described = nodes.iter().any(|node| node.props.is_some());
        let name = "surplus_probe";
        if described && nodes.iter().all(|node| node.prop(name).is_none()) {
            self.put(&join(at, name), "surplus", json!("probe"));
        }
    }

    /// Varies a property that the valid body lacks: with a wrong value, or with any value where the
    /// property must not be present.
    fn absent(&mut self, schema: NodeId, at: &str, depth: usize) {
        let notes = &self.shape.node(schema).notes;
        let Some(sample) = example(self.shape, schema, 0, self.microversion) else {
            return;
        };
        if notes.dead {
            self.put(at, "dead", sample);
        } else if !self.asked.includes(notes.versions) {
            self.put(at, "version", sample);
        } else {
            self.node(schema, at, &sample, false, depth + 1);
        }
    }

    fn put_all(&mut self, at: &str, samples: Vec<Sample>) {
        for (kind, value) in samples {
            self.put(at, &kind, value);
        }
    }

    fn put(&mut self, at: &str, kind: &str, value: Value) {
        self.case(at, kind, Edit::Put(value));
    }

    fn case(&mut self, at: &str, kind: &str, edit: Edit) {
        if self.cases.len() < CASES_MAX {
            self.cases.push(Case { pointer: at.to_string(), kind: kind.to_string(), edit });
        }
    }
}
