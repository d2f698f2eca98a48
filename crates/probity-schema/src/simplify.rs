//! Simpler values of the same class, for shrinking a counterexample.

use super::applied_nodes::find_applied_nodes;
use super::classify::classify_input;
use super::compiled_schema::CompiledSchema;
use super::node::{ROOT, SchemaNode, SchemaNodeId};
use super::number::{compare_numbers, read_i128, to_number};
use super::pointer::{join_pointer, remove_at, set_at};
use super::rng::SeededRng;
use super::text::TextRules;
use super::version::RequestedVersion;
use serde_json::{Number, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Most candidates of a call.
const CANDIDATES_MAX: usize = 512;
/// Deepest nesting that is simplified.
const DEPTH_MAX: usize = 32;

/// Values that are simpler in one place, have no worse class, and keep or lack every pinned place; shortest
/// first.
///
/// A candidate lacks an optional property, or has a shorter list or text, a number closer to zero, or
/// an earlier member of an enumeration. No measure grows, so repeated simplification ends.
pub fn simplify_value(shape: &CompiledSchema, value: &Value, pins: &BTreeMap<String, Value>) -> Vec<Value> {
    let mut search = SimplificationSearch { shape, whole: value, rng: SeededRng::new(0, 0, 0, 0), found: Vec::new() };
    search.simplify_node(ROOT, "", value, 0);
    let class = classify_input(Some(shape), Some(value), None).class;
    let kept = |candidate: &Value| {
        classify_input(Some(shape), Some(candidate), None).class <= class
            && pins.keys().all(|pin| candidate.pointer(pin).is_none_or(|kept| Some(kept) == value.pointer(pin)))
    };
    let mut found: Vec<Value> = search.found.into_iter().filter(kept).collect();
    found.sort_by_cached_key(|candidate| candidate.to_string().len());
    found
}

struct SimplificationSearch<'a> {
    shape: &'a CompiledSchema,
    whole: &'a Value,
    rng: SeededRng,
    found: Vec<Value>,
}

impl<'a> SimplificationSearch<'a> {
    fn simplify_node(&mut self, id: SchemaNodeId, at: &str, value: &Value, depth: usize) {
        if depth > DEPTH_MAX {
            return;
        }
        let shape = self.shape;
        let ids = find_applied_nodes(shape, id, value, RequestedVersion::Oldest);
        let nodes: Vec<&'a SchemaNode> = ids.iter().map(|&id| shape.node(id)).collect();
        if let Some(members) = nodes.iter().find_map(|node| node.members.as_ref()) {
            let place = members.iter().position(|member| member == value).unwrap_or(0);
            for member in &members[..place] {
                self.put_value(at, member.clone());
            }
            return;
        }
        match value {
            Value::String(text) => self.shorten_text(&nodes, at, text),
            Value::Number(number) => self.reduce_number(&nodes, at, number),
            Value::Bool(true) => self.put_value(at, Value::Bool(false)),
            Value::Array(items) => self.shorten_array(&nodes, at, items, depth),
            Value::Object(entries) => {
                for (name, entry) in entries {
                    let here = join_pointer(at, name);
                    if !nodes.iter().any(|node| node.required.contains(name)) {
                        self.remove_value(&here);
                    }
                    if let Some(schema) = nodes.iter().find_map(|node| node.find_property(name)) {
                        self.simplify_node(schema, &here, entry, depth + 1);
                    }
                }
            }
            Value::Null | Value::Bool(false) => {}
        }
    }

    fn shorten_text(&mut self, nodes: &[&'a SchemaNode], at: &str, text: &str) {
        let bounds = TextRules::from_nodes(nodes);
        if bounds.fixed_format().is_some() {
            return;
        }
        let length = text.chars().count() as u64;
        let least = bounds.min.max(1);
        for goal in [least, length / 2, length.saturating_sub(1)] {
            if goal >= least
                && goal < length
                && let Some(shorter) = bounds.draw_of_length(&mut self.rng, goal)
            {
                self.put_value(at, Value::from(shorter));
            }
        }
    }

    fn reduce_number(&mut self, nodes: &[&'a SchemaNode], at: &str, number: &Number) {
        let Some(exact) = read_i128(number) else { return };
        let fits = |candidate: &Number| {
            nodes.iter().all(|node| {
                node.minimum.as_ref().is_none_or(|least| compare_numbers(candidate, least) != Ordering::Less)
                    && node.maximum.as_ref().is_none_or(|most| compare_numbers(candidate, most) != Ordering::Greater)
            })
        };
        let ends = nodes.iter().flat_map(|node| [node.minimum.as_ref(), node.maximum.as_ref()]);
        let ends: Vec<i128> = ends.flatten().filter_map(read_i128).collect();
        let halves = std::iter::successors(Some(exact / 2), |half| (*half != 0).then_some(half / 2));
        let near = [0, 1, exact - exact.signum()];
        for candidate in near.into_iter().chain(ends).chain(halves) {
            if candidate.abs() < exact.abs()
                && let Some(candidate) = to_number(candidate).filter(fits)
            {
                self.put_value(at, Value::Number(candidate));
            }
        }
    }

    fn shorten_array(&mut self, nodes: &[&'a SchemaNode], at: &str, items: &[Value], depth: usize) {
        for index in (0..items.len()).rev() {
            let mut fewer = items.to_vec();
            fewer.remove(index);
            self.put_value(at, Value::Array(fewer));
        }
        if let Some(schema) = nodes.iter().find_map(|node| node.items) {
            for (index, item) in items.iter().enumerate() {
                self.simplify_node(schema, &join_pointer(at, &index.to_string()), item, depth + 1);
            }
        }
    }

    fn put_value(&mut self, at: &str, value: Value) {
        let mut candidate = self.whole.clone();
        set_at(&mut candidate, at, value);
        self.add_candidate(candidate);
    }

    fn remove_value(&mut self, at: &str) {
        let mut candidate = self.whole.clone();
        remove_at(&mut candidate, at);
        self.add_candidate(candidate);
    }

    fn add_candidate(&mut self, candidate: Value) {
        if self.found.len() < CANDIDATES_MAX && !self.found.contains(&candidate) {
            self.found.push(candidate);
        }
    }
}
