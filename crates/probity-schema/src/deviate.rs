//! Bodies that deviate from a good one in exactly one place.

use super::classify::{Class, classify};
use super::draw::{example, reading, types_of};
use super::format::Format;
use super::number::{as_i128, to_number};
use super::place::{join, remove, set};
use super::rng::Rng;
use super::shape::{Node, NodeId, ROOT, Shape, Types};
use super::text::Text;
use super::version::Asked;
use serde_json::{Number, Value, json};

/// A body that differs from a good one in one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// The whole body; none where no body is sent.
    pub value: Option<Value>,
    /// JSON pointer to the place that differs; empty for the body itself.
    pub pointer: String,
    /// How it differs: `missing`, `null`, `type:integer`, `min-1`, `min`, `max`, `max+1`,
    /// `enum`, `enum-case`, `pattern:space`, `format`, `empty`, `surplus`, `dead`, `version`, …
    pub kind: String,
    /// What [`classify`] says of the body: `min` and `max` are usually valid.
    pub class: Class,
}

/// Most deviations of one body.
const CASES_MAX: usize = 4096;
/// Deepest nesting that is looked into.
const DEPTH_MAX: usize = 32;
/// Of a list that long, `maxItems` is overstepped.
const ITEMS_MAX: u64 = 1024;

/// All deviations of one place from a body that is good, in the order of the
/// schema; the same for the same input. Of a list only the first element is varied.
pub fn deviations(shape: &Shape, good: &Value) -> Vec<Deviation> {
    deviations_at(shape, good, None)
}

/// As [`deviations`], for a call with this microversion.
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

struct Case {
    pointer: String,
    kind: String,
    edit: Edit,
}

enum Edit {
    Put(Value),
    Remove,
}

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
        // With one property, the empty body is the one that misses it.
        if good.as_object().is_some_and(|entries| entries.len() > 1) {
            self.put("", "empty", json!({}));
        }
    }

    /// `value` is what stands there, or what could stand there if nothing does.
    fn node(&mut self, id: NodeId, at: &str, value: &Value, present: bool, depth: usize) {
        let shape = self.shape;
        let ids = reading(shape, id, value, self.asked);
        let nodes: Vec<&'a Node> = ids.iter().map(|&id| shape.node(id)).collect();
        self.types(&nodes, at, value);
        if let Some(members) = nodes.iter().find_map(|node| node.members.as_ref()) {
            self.members(members, at);
        } else {
            match value {
                Value::String(text) => self.text(&nodes, at, text),
                Value::Number(_) => self.number(&nodes, at),
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

    fn types(&mut self, nodes: &[&Node], at: &str, value: &Value) {
        let types = types_of(nodes);
        for (name, one) in Types::NAMED {
            let sample = match name {
                "string" => json!("probe"),
                "integer" => json!(7),
                "number" => json!(1.5),
                "boolean" => json!(true),
                "array" => json!([value]),
                "object" => json!({}),
                _ => Value::Null,
            };
            if types.holds(Types::of(&sample)) {
                continue;
            }
            let kind = if one == Types::NULL { "null".to_string() } else { format!("type:{name}") };
            self.put(at, &kind, sample);
        }
        let numeric = types.holds(Types::INTEGER) && value.is_number() && !types.holds(Types::STRING);
        if numeric {
            self.put(at, "type:numeral", Value::from(value.to_string()));
        }
    }

    fn members(&mut self, members: &[Value], at: &str) {
        for member in members.iter().filter_map(Value::as_str).filter(|member| !member.is_empty()) {
            let outside = Value::from(format!("{member}_X"));
            if !members.contains(&outside) {
                self.put(at, "enum", outside);
                break;
            }
        }
        for member in members.iter().filter_map(Value::as_str) {
            let changed = Value::from(other_case(member));
            if !members.contains(&changed) {
                self.put(at, "enum-case", changed);
                break;
            }
        }
        let greatest = members.iter().filter_map(Value::as_i64).max().and_then(|most| most.checked_add(1));
        if let Some(outside) = greatest {
            self.put(at, "enum", Value::from(outside));
        }
    }

    fn text(&mut self, nodes: &[&'a Node], at: &str, good: &str) {
        let text = Text::of(nodes);
        if text.fixed_form().is_none() {
            for (kind, length) in lengths(&text) {
                if let Some(sample) = text.of_length(&mut self.rng, length) {
                    self.put(at, kind, Value::from(sample));
                }
            }
        }
        if text.min <= 1 {
            self.put(at, "empty", json!(""));
        }
        for format in text.formats() {
            for broken in broken(format).iter().filter(|broken| !format.accepts(broken)) {
                self.put(at, "format", Value::from(*broken));
            }
        }
        for (kind, sign) in [("space", ' '), ("mark", '!'), ("slash", '/'), ("unicode", 'é'), ("control", '\u{7}')] {
            // In place of a character, so that the length stays what it was.
            let mut other: Vec<char> = good.chars().collect();
            let middle = other.len() / 2;
            let Some(slot) = other.get_mut(middle) else {
                break;
            };
            *slot = sign;
            let other: String = other.into_iter().collect();
            if text.has_pattern() && !text.has_form(&other) {
                self.put(at, &format!("pattern:{kind}"), Value::from(other));
            }
        }
    }

    fn number(&mut self, nodes: &[&'a Node], at: &str) {
        let exact = |number: &Option<Number>| number.as_ref().and_then(as_i128);
        let mut bounds: Vec<(&str, i128)> = Vec::new();
        for node in nodes {
            let least = exact(&node.minimum).into_iter().chain(exact(&node.above).map(|above| above + 1));
            bounds.extend(least.flat_map(|least| [("min-1", least - 1), ("min", least)]));
            let most = exact(&node.maximum).into_iter().chain(exact(&node.below).map(|below| below - 1));
            bounds.extend(most.flat_map(|most| [("max", most), ("max+1", most + 1)]));
        }
        for (kind, number) in bounds {
            if let Some(number) = to_number(number) {
                self.put(at, kind, Value::Number(number));
            }
        }
    }

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

    /// A property that the good body does not have: brought in wrongly, or at all
    /// where it should not be.
    fn absent(&mut self, schema: NodeId, at: &str, depth: usize) {
        let notes = &self.shape.node(schema).notes;
        let Some(sample) = example(self.shape, schema, 0, self.microversion) else {
            return;
        };
        if notes.dead {
            self.put(at, "dead", sample);
        } else if !self.asked.includes(notes) {
            self.put(at, "version", sample);
        } else {
            self.node(schema, at, &sample, false, depth + 1);
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

/// The lengths at and next to the bounds. Encoded texts come in groups of four.
fn lengths(text: &Text) -> Vec<(&'static str, u64)> {
    let mut lengths = Vec::new();
    let group = if text.is_base64() { 4 } else { 1 };
    if !text.open {
        let least = text.min.div_ceil(group) * group;
        lengths.extend(least.checked_sub(group).map(|short| ("min-1", short)));
        lengths.push(("min", least));
    }
    if let Some(most) = text.max.map(|max| max / group * group) {
        lengths.push(("max", most));
        lengths.push(("max+1", most + group));
    }
    lengths
}

fn other_case(text: &str) -> String {
    let upper = text.to_uppercase();
    if upper == text { text.to_lowercase() } else { upper }
}

/// Texts that miss a format, the near misses first.
fn broken(format: Format) -> &'static [&'static str] {
    match format {
        Format::Uuid => &["0f8fad5b-d9cb-469f-a165-70867728950g", "0f8fad5b-d9cb-469f-a165"],
        Format::Ipv4 => &["192.168.0.256", "192.168.0"],
        Format::Ipv6 => &["fd00:::1", "fd00::g"],
        Format::DateTime => &["2026-02-30T12:00:00Z", "2026-02-28"],
        Format::Date => &["2026-02-30", "28/02/2026"],
        Format::Time => &["25:00:00Z", "noon"],
        Format::Uri => &["https://exa mple.com/", "no uri"],
        Format::Email => &["nobody", "@example.com"],
        Format::Hostname => &["-host-", "no host"],
        Format::Base64 => &["YWJj*A==", "YWJjZ"],
    }
}
