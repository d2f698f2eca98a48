//! Values drawn from a shape: valid ones, and valid ones that stand on a boundary.

use super::classify::Class;
use super::place::{covers, set};
use super::rng::Rng;
use super::shape::{Additional, Node, NodeId, ROOT, Shape, Types};
use super::version::Asked;
use super::walk;
use serde_json::Value;
use std::collections::BTreeMap;
use thiserror::Error;

mod leaf;
mod tree;

/// How a value is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Draw {
    /// Values that are given, by JSON pointer. What leads there is present; what they
    /// break of the shape is the business of whoever gives them.
    pub pins: BTreeMap<String, Value>,
    /// In how many of 100 cases an optional property is present.
    pub optional_percent: u32,
    /// Leave dead fields out, and draw only what classifies as valid.
    pub avoid_doubt: bool,
    /// The microversion of the call; fields outside of it are left out.
    pub microversion: Option<String>,
}

/// Why no value could be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("nothing can be drawn at `{pointer}`: {cause}")]
pub struct Undrawable {
    /// JSON pointer into the value.
    pub pointer: String,
    /// What stands in the way.
    pub cause: String,
}

impl Default for Draw {
    /// For a request: half of the optional fields, nothing doubtful.
    fn default() -> Draw {
        Draw { pins: BTreeMap::new(), optional_percent: 50, avoid_doubt: true, microversion: None }
    }
}

impl Draw {
    /// For a response: every documented field is there, dead ones too.
    pub fn response() -> Draw {
        Draw { optional_percent: 100, avoid_doubt: false, ..Draw::default() }
    }
}

/// Attempts before a shape counts as undrawable.
const ATTEMPTS: usize = 24;
/// Below this nesting optional parts are left out, so that a recursive shape ends.
const DEPTH_OPTIONAL: usize = 8;
/// Below this nesting nothing is drawn.
const DEPTH_MAX: usize = 64;
/// Largest list that is drawn to stand on a boundary.
const ITEMS_MAX: u64 = 256;

/// Draws a value that the shape accepts, and that classifies as valid unless
/// `how.avoid_doubt` is off.
///
/// # Errors
/// The shape contradicts itself, or none of the attempts fitted all its keywords.
pub fn draw_valid(shape: &Shape, rng: &mut Rng, how: &Draw) -> Result<Value, Undrawable> {
    draw(shape, rng, how, false).map(|(value, _)| value)
}

/// As [`draw_valid`], with at least one bounded field exactly at the least or the
/// greatest that is allowed, or at an end of its enumeration. A shape without any
/// bounded field gives a plain valid value.
///
/// # Errors
/// As [`draw_valid`].
pub fn draw_boundary(shape: &Shape, rng: &mut Rng, how: &Draw) -> Result<Value, Undrawable> {
    let mut last = draw(shape, rng, how, true)?;
    for _ in 0..ATTEMPTS {
        if last.1 > 0 {
            break;
        }
        let all = Draw { optional_percent: 100, ..how.clone() };
        last = draw(shape, rng, &all, true)?;
    }
    Ok(last.0)
}

/// The value and how many of its fields stand on a boundary.
fn draw(shape: &Shape, rng: &mut Rng, how: &Draw, boundary: bool) -> Result<(Value, usize), Undrawable> {
    let asked = Asked::read(how.microversion.as_deref());
    let mut flaw = None;
    for _ in 0..ATTEMPTS {
        let mut drawer = Drawer { shape, rng, how, asked, boundary, on_boundary: 0 };
        let mut value = match drawer.value(ROOT, "", 0) {
            Ok(value) => value,
            Err(undrawable) => {
                flaw = Some(undrawable);
                continue;
            }
        };
        let on_boundary = drawer.on_boundary;
        for (pointer, pin) in &how.pins {
            set(&mut value, pointer, pin.clone());
        }
        match objection(shape, &value, how, asked) {
            None => return Ok((value, on_boundary)),
            Some(undrawable) => flaw = Some(undrawable),
        }
    }
    Err(flaw.expect("every attempt without a value leaves its reason"))
}

/// What keeps a drawn value from being what was asked for, pins aside.
fn objection(shape: &Shape, value: &Value, how: &Draw, asked: Asked) -> Option<Undrawable> {
    let pinned = |pointer: &str| how.pins.keys().any(|pin| covers(pin, pointer) || covers(pointer, pin));
    let findings = walk::all(shape, value, asked).into_iter();
    let mut counted = findings.filter(|finding| {
        (finding.hard || (how.avoid_doubt && finding.class != Class::Valid)) && !pinned(&finding.pointer)
    });
    counted.next().map(|finding| Undrawable {
        pointer: finding.pointer,
        cause: format!("no attempt obeyed `{}`: expected {}", finding.keyword, finding.expected),
    })
}

/// A value that the part of the shape at `id` accepts, the same at each call: number
/// `index` of a row of such values.
pub(super) fn example(shape: &Shape, id: NodeId, index: u64, microversion: Option<&str>) -> Option<Value> {
    let how = Draw { optional_percent: 0, microversion: microversion.map(str::to_string), ..Draw::default() };
    let asked = Asked::read(microversion);
    let rng = &mut Rng::new(index, id as u64, 0, 0);
    (0..ATTEMPTS).find_map(|_| {
        let mut drawer = Drawer { shape, rng, how: &how, asked, boundary: false, on_boundary: 0 };
        let value = drawer.value(id, "", 0).ok()?;
        walk::accepts(shape, id, &value, asked).then_some(value)
    })
}

/// The node, what it includes, and the first branch of each choice that accepts the value.
pub(super) fn reading(shape: &Shape, id: NodeId, value: &Value, asked: Asked) -> Vec<NodeId> {
    let mut ids = shape.parts(id);
    let mut next = 0;
    while next < ids.len() {
        let node = shape.node(ids[next]);
        for branches in [&node.any_of, &node.one_of] {
            let fitting = branches.iter().find(|&&branch| walk::accepts(shape, branch, value, asked));
            for part in fitting.map(|&branch| shape.parts(branch)).unwrap_or_default() {
                if !ids.contains(&part) {
                    ids.push(part);
                }
            }
        }
        next += 1;
    }
    ids
}

struct Drawer<'a> {
    shape: &'a Shape,
    rng: &'a mut Rng,
    how: &'a Draw,
    asked: Asked,
    boundary: bool,
    on_boundary: usize,
}

impl<'a> Drawer<'a> {
    fn value(&mut self, id: NodeId, at: &str, depth: usize) -> Result<Value, Undrawable> {
        if let Some(pin) = self.how.pins.get(at) {
            return Ok(pin.clone());
        }
        if depth > DEPTH_MAX {
            return Err(fail(at, "the shape is nested without end"));
        }
        let ids = self.chosen(id);
        let nodes: Vec<&Node> = ids.iter().map(|&id| self.shape.node(id)).collect();
        if nodes.iter().any(|node| node.never) {
            return Err(fail(at, "the schema accepts nothing"));
        }
        if let Some(members) = nodes.iter().find_map(|node| node.members.as_ref()) {
            return self.member(&ids, members, at);
        }
        let types = types_of(&nodes);
        let named: Vec<Types> = Types::NAMED
            .iter()
            .map(|&(_, one)| one)
            .filter(|&one| {
                types.holds(one) && one != Types::NULL && !(one == Types::INTEGER && types.holds(Types::NUMBER))
            })
            .collect();
        match self.rng.pick(&named).copied() {
            Some(Types::STRING) => self.text(&nodes, at),
            Some(Types::OBJECT) => self.object(&nodes, at, depth),
            Some(Types::ARRAY) => self.array(&nodes, at, depth),
            Some(Types::BOOLEAN) => Ok(Value::Bool(self.rng.chance(1, 2))),
            Some(number) => self.number(&nodes, number == Types::INTEGER, at),
            None if types.holds(Types::NULL) => Ok(Value::Null),
            None => Err(fail(at, "its keywords leave no type")),
        }
    }

    /// The node, what it includes, and one branch of each choice.
    fn chosen(&mut self, id: NodeId) -> Vec<NodeId> {
        let mut ids = self.shape.parts(id);
        let mut next = 0;
        while next < ids.len() {
            let node = self.shape.node(ids[next]);
            for branches in [&node.any_of, &node.one_of] {
                if let Some(&branch) = self.rng.pick(branches) {
                    for part in self.shape.parts(branch) {
                        if !ids.contains(&part) {
                            ids.push(part);
                        }
                    }
                }
            }
            next += 1;
        }
        ids
    }
}

/// The types that all nodes allow; where none is named, the one that the keywords speak of.
pub(super) fn types_of(nodes: &[&Node]) -> Types {
    let named = nodes.iter().filter_map(|node| node.types).reduce(Types::common);
    named.unwrap_or_else(|| {
        let any = |says: fn(&Node) -> bool| nodes.iter().any(|node| says(node));
        if any(|node| node.props.is_some() || !node.required.is_empty() || node.additional != Additional::Unstated) {
            Types::OBJECT
        } else if any(|node| node.items.is_some() || node.min_items.is_some() || node.max_items.is_some()) {
            Types::ARRAY
        } else if any(|node| {
            node.minimum.is_some() || node.maximum.is_some() || node.above.is_some() || node.below.is_some()
        }) {
            Types::NUMBER
        } else {
            Types::STRING
        }
    })
}

fn fail(pointer: &str, cause: &str) -> Undrawable {
    Undrawable { pointer: pointer.to_string(), cause: cause.to_string() }
}
