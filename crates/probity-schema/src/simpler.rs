//! Simpler values of the same class, for shrinking a counterexample.

use super::applied::reading;
use super::classify::classify;
use super::node::{Node, NodeId, ROOT};
use super::number::{as_i128, compare, to_number};
use super::place::{join, remove, set};
use super::rng::Rng;
use super::shape::Shape;
use super::text::Text;
use super::version::Asked;
use serde_json::{Number, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Most candidates of a call.
const CANDIDATES_MAX: usize = 512;
/// Deepest nesting that is simplified.
const DEPTH_MAX: usize = 32;

/// Values that are simpler in one place, have no worse class, and keep every pinned place; shortest
/// first.
///
/// A candidate lacks an optional property, or has a shorter list or text, a number closer to zero, or
/// an earlier member of an enumeration. No measure grows, so repeated simplification ends.
pub fn simpler(shape: &Shape, value: &Value, pins: &BTreeMap<String, Value>) -> Vec<Value> {
    let mut search = Search { shape, whole: value, rng: Rng::new(0, 0, 0, 0), found: Vec::new() };
    search.node(ROOT, "", value, 0);
    let class = classify(Some(shape), Some(value), None).class;
    let kept = |candidate: &Value| {
        classify(Some(shape), Some(candidate), None).class <= class
            && pins.keys().all(|pin| candidate.pointer(pin) == value.pointer(pin))
    };
    let mut found: Vec<Value> = search.found.into_iter().filter(kept).collect();
    found.sort_by_cached_key(|candidate| candidate.to_string().len());
    found
}

struct Search<'a> {
    shape: &'a Shape,
    whole: &'a Value,
    rng: Rng,
    found: Vec<Value>,
}

impl<'a> Search<'a> {
    fn node(&mut self, id: NodeId, at: &str, value: &Value, depth: usize) {
        if depth > DEPTH_MAX {
            return;
        }
        let shape = self.shape;
        let ids = reading(shape, id, value, Asked::Oldest);
        let nodes: Vec<&'a Node> = ids.iter().map(|&id| shape.node(id)).collect();
        if let Some(members) = nodes.iter().find_map(|node| node.members.as_ref()) {
            let place = members.iter().position(|member| member == value).unwrap_or(0);
            for member in &members[..place] {
                self.put(at, member.clone());
            }
            return;
        }
        match value {
            Value::String(text) => self.text(&nodes, at, text),
            Value::Number(number) => self.number(&nodes, at, number),
            Value::Bool(true) => self.put(at, Value::Bool(false)),
            Value::Array(items) => self.array(&nodes, at, items, depth),
            Value::Object(entries) => {
                for (name, entry) in entries {
                    let here = join(at, name);
                    if !nodes.iter().any(|node| node.required.contains(name)) {
                        self.without(&here);
                    }
                    if let Some(schema) = nodes.iter().find_map(|node| node.prop(name)) {
                        self.node(schema, &here, entry, depth + 1);
                    }
                }
            }
            Value::Null | Value::Bool(false) => {}
        }
    }

    fn text(&mut self, nodes: &[&'a Node], at: &str, text: &str) {
        let bounds = Text::of(nodes);
        if bounds.fixed_form().is_some() {
            return;
        }
        let length = text.chars().count() as u64;
        let least = bounds.min.max(1);
        for goal in [least, length / 2, length.saturating_sub(1)] {
            if goal >= least
                && goal < length
                && let Some(shorter) = bounds.of_length(&mut self.rng, goal)
            {
                self.put(at, Value::from(shorter));
            }
        }
    }

    fn number(&mut self, nodes: &[&'a Node], at: &str, number: &Number) {
        let Some(exact) = as_i128(number) else { return };
        let fits = |candidate: &Number| {
            nodes.iter().all(|node| {
                node.minimum.as_ref().is_none_or(|least| compare(candidate, least) != Ordering::Less)
                    && node.maximum.as_ref().is_none_or(|most| compare(candidate, most) != Ordering::Greater)
            })
        };
        let ends = nodes.iter().flat_map(|node| [node.minimum.as_ref(), node.maximum.as_ref()]);
        let ends: Vec<i128> = ends.flatten().filter_map(as_i128).collect();
        let halves = std::iter::successors(Some(exact / 2), |half| (*half != 0).then_some(half / 2));
        let near = [0, 1, exact - exact.signum()];
        for candidate in near.into_iter().chain(ends).chain(halves) {
            if candidate.abs() < exact.abs()
                && let Some(candidate) = to_number(candidate).filter(fits)
            {
                self.put(at, Value::Number(candidate));
            }
        }
    }

    fn array(&mut self, nodes: &[&'a Node], at: &str, items: &[Value], depth: usize) {
        for index in (0..items.len()).rev() {
            let mut fewer = items.to_vec();
            fewer.remove(index);
            self.put(at, Value::Array(fewer));
        }
        if let Some(schema) = nodes.iter().find_map(|node| node.items) {
            for (index, item) in items.iter().enumerate() {
                self.node(schema, &join(at, &index.to_string()), item, depth + 1);
            }
        }
    }

    fn put(&mut self, at: &str, value: Value) {
        let mut candidate = self.whole.clone();
        set(&mut candidate, at, value);
        self.keep(candidate);
    }

    fn without(&mut self, at: &str) {
        let mut candidate = self.whole.clone();
        remove(&mut candidate, at);
        self.keep(candidate);
    }

    fn keep(&mut self, candidate: Value) {
        if self.found.len() < CANDIDATES_MAX && !self.found.contains(&candidate) {
            self.found.push(candidate);
        }
    }
}
