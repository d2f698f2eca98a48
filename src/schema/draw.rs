//! Values drawn from a shape: valid ones, and valid ones that stand on a boundary.

use super::classify::Class;
use super::compile::join;
use super::rng::Rng;
use super::shape::{Additional, Node, NodeId, ROOT, Shape, Types};
use super::text::{Length, Text, plain};
use super::version::Asked;
use super::walk;
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;
use thiserror::Error;

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
        Draw {
            pins: BTreeMap::new(),
            optional_percent: 50,
            avoid_doubt: true,
            microversion: None,
        }
    }
}

impl Draw {
    /// For a response: every documented field is there, dead ones too.
    pub fn response() -> Draw {
        Draw {
            optional_percent: 100,
            avoid_doubt: false,
            ..Draw::default()
        }
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
        let all = Draw {
            optional_percent: 100,
            ..how.clone()
        };
        last = draw(shape, rng, &all, true)?;
    }
    Ok(last.0)
}

/// The value and how many of its fields stand on a boundary.
fn draw(
    shape: &Shape,
    rng: &mut Rng,
    how: &Draw,
    boundary: bool,
) -> Result<(Value, usize), Undrawable> {
    let asked = Asked::read(how.microversion.as_deref());
    let mut flaw = None;
    for _ in 0..ATTEMPTS {
        let mut drawer = Drawer {
            shape,
            rng,
            how,
            asked,
            boundary,
            on_boundary: 0,
        };
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
    let pinned = |pointer: &str| {
        how.pins
            .keys()
            .any(|pin| covers(pin, pointer) || covers(pointer, pin))
    };
    let findings = walk::all(shape, value, asked).into_iter();
    let mut counted = findings.filter(|finding| {
        (finding.hard || (how.avoid_doubt && finding.class != Class::Valid))
            && !pinned(&finding.pointer)
    });
    counted.next().map(|finding| Undrawable {
        pointer: finding.pointer,
        cause: format!(
            "no attempt obeyed `{}`: expected {}",
            finding.keyword, finding.expected
        ),
    })
}

/// A value that the part of the shape at `id` accepts, the same at each call: number
/// `index` of a row of such values.
pub(super) fn example(
    shape: &Shape,
    id: NodeId,
    index: u64,
    microversion: Option<&str>,
) -> Option<Value> {
    let how = Draw {
        optional_percent: 0,
        microversion: microversion.map(str::to_string),
        ..Draw::default()
    };
    let asked = Asked::read(microversion);
    let rng = &mut Rng::new(index, id as u64, 0, 0);
    (0..ATTEMPTS).find_map(|_| {
        let mut drawer = Drawer {
            shape,
            rng,
            how: &how,
            asked,
            boundary: false,
            on_boundary: 0,
        };
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
            let fitting = branches
                .iter()
                .find(|&&branch| walk::accepts(shape, branch, value, asked));
            for part in fitting
                .map(|&branch| shape.parts(branch))
                .unwrap_or_default()
            {
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
                types.holds(one)
                    && one != Types::NULL
                    && !(one == Types::INTEGER && types.holds(Types::NUMBER))
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

    fn member(&mut self, ids: &[NodeId], members: &[Value], at: &str) -> Result<Value, Undrawable> {
        let fits = |member: &&Value| {
            ids.iter()
                .all(|&id| walk::accepts(self.shape, id, member, self.asked))
        };
        let mut fitting: Vec<&Value> = members.iter().filter(fits).collect();
        if fitting.iter().any(|member| !member.is_null()) {
            fitting.retain(|member| !member.is_null());
        }
        if self.boundary && fitting.len() > 1 {
            fitting = vec![fitting[0], fitting[fitting.len() - 1]];
            self.on_boundary += 1;
        }
        let picked = self.rng.pick(&fitting).map(|member| (*member).clone());
        picked.ok_or_else(|| fail(at, "no member of its enumeration fits its other keywords"))
    }

    fn text(&mut self, nodes: &[&'a Node], at: &str) -> Result<Value, Undrawable> {
        let text = Text::of(nodes);
        let bounds = [(!text.open).then_some(text.min), text.max];
        if let Some(length) = self.bound(&bounds).filter(|_| text.fixed_form().is_none()) {
            // Of an encoded text the whole groups next to the boundary.
            let whole = length / 4 * 4;
            let length = if !text.is_base64() {
                length
            } else if whole < text.min {
                whole + 4
            } else {
                whole
            };
            if let Ok(drawn) = text.draw(self.rng, Length::Exactly(length)) {
                self.on_boundary += 1;
                return Ok(Value::from(drawn));
            }
        }
        text.draw(self.rng, Length::Usual)
            .map(Value::from)
            .map_err(|cause| fail(at, &cause))
    }

    /// One of the bounds that are given, in the boundary mode and three times of four.
    fn bound<T: Clone>(&mut self, bounds: &[Option<T>]) -> Option<T> {
        let given: Vec<T> = bounds.iter().flatten().cloned().collect();
        let wanted = self.boundary && self.rng.chance(3, 4);
        if wanted {
            self.rng.pick(&given).cloned()
        } else {
            None
        }
    }

    fn number(&mut self, nodes: &[&'a Node], integer: bool, at: &str) -> Result<Value, Undrawable> {
        let range = Range::of(nodes);
        let bound = self.bound(&[range.least.clone(), range.most.clone()]);
        if let Some(bound) = bound.filter(|bound| !integer || as_i128(bound).is_some()) {
            self.on_boundary += 1;
            return Ok(Value::Number(bound));
        }
        let (low, high) = range.integers();
        if low <= high {
            let width = u64::try_from(high - low).unwrap_or(u64::MAX - 1);
            let drawn = low + i128::from(self.rng.below(width + 1));
            let step = nodes
                .iter()
                .find_map(|node| node.multiple_of.as_ref().and_then(as_i128));
            let drawn = step.filter(|&step| step > 0).map_or(drawn, |step| {
                let below = drawn.div_euclid(step) * step;
                if below < low { below + step } else { below }
            });
            return to_number(drawn)
                .map(Value::Number)
                .ok_or_else(|| fail(at, "its bounds are beyond 64 bits"));
        }
        let middle = (range.least_float() + range.most_float()) / 2.0;
        let number = Number::from_f64(middle).filter(|_| !integer);
        number
            .map(Value::Number)
            .ok_or_else(|| fail(at, "its bounds leave no number"))
    }

    fn array(&mut self, nodes: &[&'a Node], at: &str, depth: usize) -> Result<Value, Undrawable> {
        let least = nodes.iter().filter_map(|node| node.min_items).max();
        let most = nodes.iter().filter_map(|node| node.max_items).min();
        let low = least.unwrap_or(1).min(most.unwrap_or(u64::MAX));
        let high = most
            .unwrap_or(low.saturating_add(1))
            .min(low.saturating_add(1))
            .max(low);
        let near = |bound: Option<u64>| bound.filter(|&bound| bound <= ITEMS_MAX);
        let mut count = match self.bound(&[near(least), near(most)]) {
            Some(bound) => {
                self.on_boundary += 1;
                bound
            }
            None if depth > DEPTH_OPTIONAL => low,
            None => low + self.rng.below(high - low + 1),
        };
        count = count.max(self.pinned_items(at)).min(4 * ITEMS_MAX);
        let unique = nodes.iter().any(|node| node.unique);
        let schema = nodes.iter().find_map(|node| node.items);
        let mut items: Vec<Value> = Vec::new();
        for index in 0..count {
            let here = join(at, &index.to_string());
            let mut item = self.item(schema, &here, depth)?;
            for _ in 0..ATTEMPTS {
                if !unique || !items.contains(&item) {
                    break;
                }
                item = self.item(schema, &here, depth)?;
            }
            if unique && items.contains(&item) {
                break;
            }
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn item(
        &mut self,
        schema: Option<NodeId>,
        at: &str,
        depth: usize,
    ) -> Result<Value, Undrawable> {
        match (self.how.pins.get(at), schema) {
            (Some(pin), _) => Ok(pin.clone()),
            (None, Some(schema)) => self.value(schema, at, depth + 1),
            (None, None) => Ok(Value::from(self.word())),
        }
    }

    /// How many elements the pins below a list ask for.
    fn pinned_items(&self, at: &str) -> u64 {
        let prefix = format!("{at}/");
        let below = self
            .how
            .pins
            .keys()
            .filter_map(|pin| pin.strip_prefix(&prefix));
        let indices = below.filter_map(|rest| rest.split('/').next()?.parse::<u64>().ok());
        indices.max().map_or(0, |index| index.saturating_add(1))
    }

    fn object(&mut self, nodes: &[&'a Node], at: &str, depth: usize) -> Result<Value, Undrawable> {
        let mut entries = Map::new();
        let required = |name: &str| {
            nodes
                .iter()
                .any(|node| node.required.iter().any(|known| known == name))
        };
        for node in nodes {
            for (name, schema) in node.props.iter().flatten() {
                let here = join(at, name);
                if entries.contains_key(name) || !self.wants(*schema, required(name), &here, depth)
                {
                    continue;
                }
                entries.insert(name.clone(), self.value(*schema, &here, depth + 1)?);
            }
        }
        let described = nodes.iter().any(|node| node.props.is_some());
        for name in nodes.iter().flat_map(|node| &node.required) {
            let known = nodes.iter().any(|node| node.prop(name).is_some());
            if !known && !entries.contains_key(name) {
                let drawn = self.entry(nodes, &join(at, name), depth)?;
                entries.insert(name.clone(), drawn);
            }
        }
        let least = nodes
            .iter()
            .filter_map(|node| node.min_props)
            .max()
            .unwrap_or(0);
        let most = nodes
            .iter()
            .filter_map(|node| node.max_props)
            .min()
            .unwrap_or(u64::MAX);
        let some = if described || depth > DEPTH_OPTIONAL {
            0
        } else {
            self.rng.below(3).min(most)
        };
        let goal = least.max(some).min(ITEMS_MAX);
        for _ in 0..goal.saturating_mul(4) {
            if entries.len() as u64 >= goal {
                break;
            }
            let name = self.entry_name(nodes, at)?;
            if !entries.contains_key(&name) && nodes.iter().all(|node| node.prop(&name).is_none()) {
                let drawn = self.entry(nodes, &join(at, &name), depth)?;
                entries.insert(name, drawn);
            }
        }
        Ok(Value::Object(entries))
    }

    /// Whether a described property is to be present.
    fn wants(&mut self, schema: NodeId, required: bool, at: &str, depth: usize) -> bool {
        let node = self.shape.node(schema);
        if self.how.pins.keys().any(|pin| covers(at, pin)) {
            return true;
        }
        if node.never || !self.asked.includes(&node.notes) {
            return false;
        }
        if required {
            return true;
        }
        if self.how.avoid_doubt && node.notes.dead {
            return false;
        }
        if self.how.avoid_doubt && node.notes.mandatory_when {
            return true;
        }
        depth <= DEPTH_OPTIONAL && self.rng.chance(self.how.optional_percent, 100)
    }

    /// The value of an entry that `properties` does not name.
    fn entry(&mut self, nodes: &[&'a Node], at: &str, depth: usize) -> Result<Value, Undrawable> {
        let like = nodes.iter().find_map(|node| match node.additional {
            Additional::Like(schema) => Some(schema),
            _ => node.pattern_props.first().map(|&(_, schema)| schema),
        });
        match (self.how.pins.get(at), like) {
            (Some(pin), _) => Ok(pin.clone()),
            (None, Some(schema)) => self.value(schema, at, depth + 1),
            (None, None) => Ok(Value::from(self.word())),
        }
    }

    fn entry_name(&mut self, nodes: &[&'a Node], at: &str) -> Result<String, Undrawable> {
        if let Some(schema) = nodes.iter().find_map(|node| node.property_names) {
            let parts: Vec<&Node> = self
                .shape
                .parts(schema)
                .into_iter()
                .map(|id| self.shape.node(id))
                .collect();
            return Text::of(&parts)
                .draw(self.rng, Length::Usual)
                .map_err(|cause| fail(at, &cause));
        }
        let pattern = nodes
            .iter()
            .find(|node| !matches!(node.additional, Additional::Like(_)))
            .and_then(|node| node.pattern_props.first());
        if let Some((pattern, _)) = pattern {
            use proptest::strategy::{Strategy, ValueTree};
            let strategy = pattern.strategy().map_err(|cause| fail(at, cause))?;
            let tree = strategy
                .new_tree(self.rng.runner())
                .map_err(|reason| fail(at, &reason.to_string()))?;
            return Ok(tree.current());
        }
        Ok(self.word())
    }

    fn word(&mut self) -> String {
        let length = 4 + self.rng.below(9);
        plain(self.rng, length)
    }
}

/// The range that a set of nodes leaves to a number, both ends inclusive.
struct Range {
    least: Option<Number>,
    most: Option<Number>,
}

impl Range {
    fn of(nodes: &[&Node]) -> Range {
        let stepped = |number: &Number, step: i128| {
            as_i128(number)
                .and_then(|exact| to_number(exact + step))
                .or_else(|| {
                    let float = number.as_f64()?;
                    Number::from_f64(if step > 0 {
                        float.next_up()
                    } else {
                        float.next_down()
                    })
                })
        };
        let least = nodes.iter().flat_map(|node| {
            [
                node.minimum.clone(),
                node.above.as_ref().and_then(|above| stepped(above, 1)),
            ]
        });
        let most = nodes.iter().flat_map(|node| {
            [
                node.maximum.clone(),
                node.below.as_ref().and_then(|below| stepped(below, -1)),
            ]
        });
        Range {
            least: least.flatten().max_by(walk::compare),
            most: most.flatten().min_by(walk::compare),
        }
    }

    /// The integers of the range, cut to a hundred or so where it is open or wide:
    /// sizes and counts that no quota minds.
    fn integers(&self) -> (i128, i128) {
        const WIDTH: i128 = 100;
        let low = self
            .least
            .as_ref()
            .map(|number| as_i128(number).unwrap_or_else(|| self.least_float().ceil() as i128));
        let high = self
            .most
            .as_ref()
            .map(|number| as_i128(number).unwrap_or_else(|| self.most_float().floor() as i128));
        match (low, high) {
            (None, None) => (1, WIDTH),
            (Some(low), None) => (low, low + WIDTH),
            (None, Some(high)) => (
                if high >= 1 {
                    (high - WIDTH).max(1)
                } else {
                    high - WIDTH
                },
                high,
            ),
            (Some(low), Some(high)) => (low, high),
        }
    }

    fn least_float(&self) -> f64 {
        self.least
            .as_ref()
            .and_then(Number::as_f64)
            .unwrap_or(f64::MIN)
    }

    fn most_float(&self) -> f64 {
        self.most
            .as_ref()
            .and_then(Number::as_f64)
            .unwrap_or(f64::MAX)
    }
}

/// The types that all nodes allow; where none is named, the one that the keywords speak of.
pub(super) fn types_of(nodes: &[&Node]) -> Types {
    let named = nodes
        .iter()
        .filter_map(|node| node.types)
        .reduce(Types::common);
    named.unwrap_or_else(|| {
        let any = |says: fn(&Node) -> bool| nodes.iter().any(|node| says(node));
        if any(|node| {
            node.props.is_some()
                || !node.required.is_empty()
                || node.additional != Additional::Unstated
        }) {
            Types::OBJECT
        } else if any(|node| {
            node.items.is_some() || node.min_items.is_some() || node.max_items.is_some()
        }) {
            Types::ARRAY
        } else if any(|node| {
            node.minimum.is_some()
                || node.maximum.is_some()
                || node.above.is_some()
                || node.below.is_some()
        }) {
            Types::NUMBER
        } else {
            Types::STRING
        }
    })
}

/// Whether the place `inner` is `outer` or lies below it.
pub(super) fn covers(outer: &str, inner: &str) -> bool {
    inner
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Puts a value at a place, making the objects that lead there.
pub(super) fn set(target: &mut Value, pointer: &str, value: Value) {
    let mut here = target;
    for step in pointer.split('/').skip(1) {
        let name = step.replace("~1", "/").replace("~0", "~");
        if let Value::Array(items) = here {
            let Some(index) = name
                .parse::<usize>()
                .ok()
                .filter(|&index| index <= items.len())
            else {
                return;
            };
            if index == items.len() {
                items.push(Value::Null);
            }
            here = &mut items[index];
            continue;
        }
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        here = &mut here[name.as_str()];
    }
    *here = value;
}

/// Takes a property or an element away.
pub(super) fn remove(target: &mut Value, pointer: &str) {
    let Some((parent, step)) = pointer.rsplit_once('/') else {
        return;
    };
    let name = step.replace("~1", "/").replace("~0", "~");
    match target.pointer_mut(parent) {
        Some(Value::Object(entries)) => {
            entries.shift_remove(&name);
        }
        Some(Value::Array(items)) => {
            if let Some(index) = name
                .parse::<usize>()
                .ok()
                .filter(|&index| index < items.len())
            {
                items.remove(index);
            }
        }
        _ => {}
    }
}

pub(super) fn as_i128(number: &Number) -> Option<i128> {
    let exact = number
        .as_i64()
        .map(i128::from)
        .or_else(|| number.as_u64().map(i128::from));
    // A bound may be written `64.0`; beyond 2^53 floating point says nothing exact.
    exact.or_else(|| {
        number
            .as_f64()
            .filter(|n| n.fract() == 0.0 && n.abs() < 9e15)
            .map(|n| n as i128)
    })
}

pub(super) fn to_number(exact: i128) -> Option<Number> {
    i64::try_from(exact)
        .map(Number::from)
        .or_else(|_| u64::try_from(exact).map(Number::from))
        .ok()
}

fn fail(pointer: &str, cause: &str) -> Undrawable {
    Undrawable {
        pointer: pointer.to_string(),
        cause: cause.to_string(),
    }
}
