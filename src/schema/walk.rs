//! One walk over a value and its shape. It finds what the schema does not accept
//! (hard) and, where asked, what it accepts but no page promises (soft).

use super::classify::Class;
use super::format::is_base64;
use super::shape::{Additional, Node, NodeId, ROOT, Shape, Types};
use super::version::Asked;
use serde_json::{Map, Number, Value};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// Most findings that are collected: more say nothing new.
const FINDINGS_MAX: usize = 256;

/// Something at one place of a value.
#[derive(Debug)]
pub(super) struct Finding {
    /// JSON pointer into the value.
    pub pointer: String,
    /// The schema keyword, or for a soft finding a word of ours.
    pub keyword: String,
    /// The node that says so.
    pub node: NodeId,
    /// The schema does not accept it.
    pub hard: bool,
    pub class: Class,
    pub expected: String,
    pub found: String,
}

/// All that does not fit.
pub(super) fn hard(shape: &Shape, value: &Value, asked: Asked) -> Vec<Finding> {
    let mut walk = Walk {
        shape,
        asked,
        soft: false,
        limit: FINDINGS_MAX,
        out: Vec::new(),
    };
    walk.node(ROOT, value, &Path::Root, Place::TOP);
    walk.out
}

/// All that does not fit or is not promised.
pub(super) fn all(shape: &Shape, value: &Value, asked: Asked) -> Vec<Finding> {
    let mut walk = Walk {
        shape,
        asked,
        soft: true,
        limit: FINDINGS_MAX,
        out: Vec::new(),
    };
    walk.node(ROOT, value, &Path::Root, Place::TOP);
    walk.out
}

/// Whether the part of the shape at `id` accepts the value.
pub(super) fn accepts(shape: &Shape, id: NodeId, value: &Value, asked: Asked) -> bool {
    let mut walk = Walk {
        shape,
        asked,
        soft: false,
        limit: 1,
        out: Vec::new(),
    };
    walk.node(id, value, &Path::Root, Place::TOP);
    walk.out.is_empty()
}

struct Walk<'s> {
    shape: &'s Shape,
    asked: Asked,
    soft: bool,
    limit: usize,
    out: Vec<Finding>,
}

/// The way to a value; written out only when there is something to say.
enum Path<'a> {
    Root,
    Name(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl Path<'_> {
    fn write(&self, out: &mut String) {
        match self {
            Path::Root => {}
            Path::Name(parent, name) => {
                parent.write(out);
                out.push('/');
                out.push_str(&name.replace('~', "~0").replace('/', "~1"));
            }
            Path::Index(parent, index) => {
                parent.write(out);
                out.push('/');
                out.push_str(&index.to_string());
            }
        }
    }
}

/// What the places above say about a value.
#[derive(Clone, Copy)]
struct Place {
    /// It is mandatory, without condition, wherever its parent is.
    mandatory: bool,
    /// Under something dead or out of version nothing is certain.
    capped: bool,
    /// A node that includes this one looks after surplus properties.
    included: bool,
}

impl Place {
    const TOP: Place = Place {
        mandatory: true,
        capped: false,
        included: false,
    };
}

impl Walk<'_> {
    fn node(&mut self, id: NodeId, value: &Value, at: &Path, mut place: Place) {
        if self.out.len() >= self.limit {
            return;
        }
        let node = self.shape.node(id);
        if self.soft {
            self.annotations(id, node, value, at, &mut place);
        }
        if node.never {
            self.break_at(id, "false", value, at, place, || "nothing".into());
            return;
        }
        if !self.types(id, node, value, at, place) {
            return;
        }
        if let Some(members) = &node.members
            && !members.iter().any(|member| same(member, value))
        {
            let place = Place {
                capped: place.capped || value.is_null(),
                ..place
            };
            self.break_at(id, "enum", value, at, place, || one_of(members));
        }
        match value {
            Value::String(text) => self.text(id, node, text, value, at, place),
            Value::Number(number) => self.number(id, node, number, value, at, place),
            Value::Array(items) => self.array(id, node, items, value, at, place),
            Value::Object(entries) => self.object(id, node, entries, value, at, place),
            Value::Null | Value::Bool(_) => {}
        }
        self.combined(id, node, value, at, place);
    }

    fn annotations(
        &mut self,
        id: NodeId,
        node: &Node,
        value: &Value,
        at: &Path,
        place: &mut Place,
    ) {
        if node.notes.dead {
            self.soft_at(
                id,
                "dead",
                value,
                at,
                "no such field: it is documented as without effect",
            );
            place.capped = true;
        }
        if !self.asked.includes(&node.notes) {
            self.soft_at(id, "version", value, at, "no such field in this version");
            place.capped = true;
        }
    }

    fn types(&mut self, id: NodeId, node: &Node, value: &Value, at: &Path, place: Place) -> bool {
        let Some(types) = node.types else { return true };
        if types.holds(Types::of(value)) {
            return true;
        }
        let unsure =
            value.is_null() || !place.mandatory || node.takes_only_null() || node.notes.untabled;
        let place = Place {
            capped: place.capped || unsure,
            ..place
        };
        self.break_at(id, "type", value, at, place, || types.names().join(" or "));
        false
    }

    fn text(
        &mut self,
        id: NodeId,
        node: &Node,
        text: &str,
        value: &Value,
        at: &Path,
        place: Place,
    ) {
        if node.min_length.is_some() || node.max_length.is_some() {
            let length = text.chars().count() as u64;
            if let Some(least) = node.min_length.filter(|&least| length < least) {
                self.break_at(id, "minLength", value, at, place, || {
                    format!("at least {least} characters")
                });
            }
            if let Some(most) = node.max_length.filter(|&most| length > most) {
                self.break_at(id, "maxLength", value, at, place, || {
                    format!("at most {most} characters")
                });
            }
        }
        if let Some(pattern) = node
            .pattern
            .as_ref()
            .filter(|pattern| !pattern.matches(text))
        {
            self.break_at(id, "pattern", value, at, place, || {
                format!("a text like {}", pattern.text)
            });
        }
        if let Some(format) = node.format.filter(|format| !format.accepts(text)) {
            self.break_at(id, "format", value, at, place, || {
                format!("a text in the format {}", format.name())
            });
        }
        if node.base64 && !is_base64(text) {
            self.break_at(id, "contentEncoding", value, at, place, || {
                "a text in base64".into()
            });
        }
        let bounded = node.min_length.is_some() || node.members.is_some() || node.pattern.is_some();
        if self.soft && text.is_empty() && !bounded {
            self.soft_at(
                id,
                "empty",
                value,
                at,
                "a text; no page says that it may be empty",
            );
        }
    }

    fn number(
        &mut self,
        id: NodeId,
        node: &Node,
        number: &Number,
        value: &Value,
        at: &Path,
        place: Place,
    ) {
        let bounds = [
            (
                "minimum",
                &node.minimum,
                "at least",
                [Ordering::Greater, Ordering::Equal],
            ),
            (
                "maximum",
                &node.maximum,
                "at most",
                [Ordering::Less, Ordering::Equal],
            ),
            (
                "exclusiveMinimum",
                &node.above,
                "more than",
                [Ordering::Greater; 2],
            ),
            (
                "exclusiveMaximum",
                &node.below,
                "less than",
                [Ordering::Less; 2],
            ),
        ];
        for (keyword, bound, words, allowed) in bounds {
            if let Some(bound) = bound
                && !allowed.contains(&compare(number, bound))
            {
                self.break_at(id, keyword, value, at, place, || format!("{words} {bound}"));
            }
        }
        if let Some(step) = &node.multiple_of
            && !divides(step, number)
        {
            self.break_at(id, "multipleOf", value, at, place, || {
                format!("a multiple of {step}")
            });
        }
    }

    fn array(
        &mut self,
        id: NodeId,
        node: &Node,
        items: &[Value],
        value: &Value,
        at: &Path,
        place: Place,
    ) {
        let count = items.len() as u64;
        if let Some(least) = node.min_items.filter(|&least| count < least) {
            self.break_at(id, "minItems", value, at, place, || {
                format!("at least {least} elements")
            });
        }
        if let Some(most) = node.max_items.filter(|&most| count > most) {
            self.break_at(id, "maxItems", value, at, place, || {
                format!("at most {most} elements")
            });
        }
        if node.unique && has_twins(items) {
            self.break_at(id, "uniqueItems", value, at, place, || {
                "elements that all differ".into()
            });
        }
        let inner = Place {
            included: false,
            ..place
        };
        if let Some(schema) = node.items {
            for (index, item) in items.iter().enumerate() {
                self.node(schema, item, &Path::Index(at, index), inner);
            }
        } else if self.soft && !place.included && !self.describes(id, |node| node.items.is_some()) {
            for (index, item) in items
                .iter()
                .enumerate()
                .filter(|(_, item)| !item.is_string())
            {
                self.soft_at(
                    id,
                    "undescribed",
                    item,
                    &Path::Index(at, index),
                    "elements that no page describes",
                );
            }
        }
        if self.soft
            && items.is_empty()
            && node.min_items.is_none()
            && node.members.is_none()
            && !place.included
        {
            self.soft_at(
                id,
                "empty",
                value,
                at,
                "a list; no page says that it may be empty",
            );
        }
    }

    fn object(
        &mut self,
        id: NodeId,
        node: &Node,
        entries: &Map<String, Value>,
        value: &Value,
        at: &Path,
        place: Place,
    ) {
        let count = entries.len() as u64;
        if let Some(least) = node.min_props.filter(|&least| count < least) {
            self.break_at(id, "minProperties", value, at, place, || {
                format!("at least {least} properties")
            });
        }
        if let Some(most) = node.max_props.filter(|&most| count > most) {
            self.break_at(id, "maxProperties", value, at, place, || {
                format!("at most {most} properties")
            });
        }
        for name in &node.required {
            if !entries.contains_key(name) {
                self.missing(id, node, name, at, place);
            }
        }
        let mut known = 0;
        for (name, schema) in node.props.iter().flatten() {
            let sub = self.shape.node(*schema);
            if let Some(entry) = entries.get(name) {
                known += 1;
                let mandatory = sub_is_mandatory(node, sub, name);
                let inner = Place {
                    mandatory,
                    capped: place.capped,
                    included: false,
                };
                self.node(*schema, entry, &Path::Name(at, name), inner);
            } else if self.soft
                && sub.notes.mandatory_when
                && !sub.notes.dead
                && self.asked.includes(&sub.notes)
            {
                self.soft_at(
                    *schema,
                    "mandatory-when",
                    &Value::Null,
                    &Path::Name(at, name),
                    "present under a condition of the page",
                );
            }
        }
        if let Some(names) = node.property_names {
            for name in entries.keys() {
                let inner = Place {
                    mandatory: false,
                    capped: place.capped,
                    included: true,
                };
                self.node(
                    names,
                    &Value::from(name.as_str()),
                    &Path::Name(at, name),
                    inner,
                );
            }
        }
        let plain = node.pattern_props.is_empty()
            && matches!(node.additional, Additional::Unstated | Additional::Any);
        if known < entries.len() && !(plain && (place.included || !self.soft)) {
            self.others(id, node, entries, value, at, place);
        }
    }

    fn missing(&mut self, id: NodeId, node: &Node, name: &str, at: &Path, place: Place) {
        let mut place = place;
        if let Some(sub) = node.prop(name).map(|sub| self.shape.node(sub)) {
            if !self.asked.includes(&sub.notes) {
                return;
            }
            place.capped |= !sub_is_mandatory(node, sub, name) || sub.notes.dead;
        }
        let at = Path::Name(at, name);
        let source = node.prop(name).unwrap_or(id);
        self.push(
            source,
            "required",
            &at,
            true,
            place.capped || node.disputes("required"),
            || ("the property".into(), "nothing".into()),
        );
    }

    /// Entries that `properties` does not name.
    fn others(
        &mut self,
        id: NodeId,
        node: &Node,
        entries: &Map<String, Value>,
        value: &Value,
        at: &Path,
        place: Place,
    ) {
        let inner = Place {
            mandatory: false,
            capped: place.capped,
            included: false,
        };
        let described = self.describes(id, |node| {
            node.props.is_some() || !node.pattern_props.is_empty()
        });
        for (name, entry) in entries.iter().filter(|(name, _)| node.prop(name).is_none()) {
            let at = Path::Name(at, name);
            let mut matched = false;
            for (pattern, schema) in &node.pattern_props {
                if pattern.matches(name) {
                    matched = true;
                    self.node(*schema, entry, &at, inner);
                }
            }
            match node.additional {
                _ if matched => {}
                Additional::Like(schema) => self.node(schema, entry, &at, inner),
                Additional::Never => {
                    self.break_at(id, "additionalProperties", entry, &at, place, || {
                        "no such property".into()
                    })
                }
                Additional::Any => {}
                Additional::Unstated if !self.soft || place.included => {}
                Additional::Unstated if self.knows(id, name, value) => {}
                Additional::Unstated if described => {
                    self.soft_at(id, "surplus", entry, &at, "no such property");
                }
                Additional::Unstated if !entry.is_string() => {
                    self.soft_at(
                        id,
                        "undescribed",
                        entry,
                        &at,
                        "an entry that no page describes",
                    );
                }
                Additional::Unstated => {}
            }
        }
    }

    fn combined(&mut self, id: NodeId, node: &Node, value: &Value, at: &Path, place: Place) {
        let inner = Place {
            included: true,
            ..place
        };
        for &part in &node.all_of {
            self.node(part, value, at, inner);
        }
        if !node.any_of.is_empty() {
            self.choice(id, "anyOf", &node.any_of, value, at, place);
        }
        if !node.one_of.is_empty() {
            self.choice(id, "oneOf", &node.one_of, value, at, place);
        }
        for (keyword, validator) in &node.rest {
            if !validator.is_valid(value) {
                // A compound condition: whether all pages agree on it is more than can be told.
                self.push(id, keyword, at, true, true, || {
                    ("the condition of the schema".into(), show(value, keyword))
                });
            }
        }
    }

    /// The best branch speaks for all: a value is as good as its best reading.
    fn choice(
        &mut self,
        id: NodeId,
        keyword: &str,
        branches: &[NodeId],
        value: &Value,
        at: &Path,
        place: Place,
    ) {
        let mut accepting = 0;
        let mut best: Option<(Class, Vec<Finding>)> = None;
        let mut least = Class::Invalid;
        for &branch in branches {
            let mut walk = Walk {
                shape: self.shape,
                asked: self.asked,
                soft: self.soft,
                limit: FINDINGS_MAX,
                out: Vec::new(),
            };
            walk.node(
                branch,
                value,
                at,
                Place {
                    included: true,
                    ..place
                },
            );
            let class = walk
                .out
                .iter()
                .map(|finding| finding.class)
                .max()
                .unwrap_or(Class::Valid);
            if walk.out.iter().any(|finding| finding.hard) {
                least = least.min(class);
                continue;
            }
            accepting += 1;
            if best.as_ref().is_none_or(|(known, _)| class < *known) {
                best = Some((class, walk.out));
            }
        }
        match best {
            Some((_, findings)) if accepting == 1 || keyword == "anyOf" => {
                self.out.extend(findings)
            }
            Some(_) => self.push(id, keyword, at, true, true, || {
                (
                    "exactly one of the forms".into(),
                    format!("{accepting} of them"),
                )
            }),
            None => {
                let capped = place.capped || least != Class::Invalid;
                self.push(
                    id,
                    keyword,
                    at,
                    true,
                    capped || node_disputes(self.shape, id, keyword),
                    || {
                        (
                            format!("one of {} forms", branches.len()),
                            show(value, keyword),
                        )
                    },
                );
            }
        }
    }

    /// Whether this node, or one that it includes and that holds here, names the property.
    fn knows(&self, id: NodeId, name: &str, value: &Value) -> bool {
        let node = self.shape.node(id);
        let named = node.prop(name).is_some()
            || node.required.iter().any(|required| required == name)
            || matches!(node.additional, Additional::Any | Additional::Like(_))
            || node
                .pattern_props
                .iter()
                .any(|(pattern, _)| pattern.matches(name));
        named
            || node
                .all_of
                .iter()
                .any(|&part| self.knows(part, name, value))
            || node.any_of.iter().chain(&node.one_of).any(|&branch| {
                self.knows(branch, name, value) && accepts(self.shape, branch, value, self.asked)
            })
    }

    fn describes(&self, id: NodeId, says: fn(&Node) -> bool) -> bool {
        let node = self.shape.node(id);
        let mut included = node.all_of.iter().chain(&node.any_of).chain(&node.one_of);
        says(node) || included.any(|&part| self.describes(part, says))
    }

    fn break_at(
        &mut self,
        id: NodeId,
        keyword: &str,
        value: &Value,
        at: &Path,
        place: Place,
        expected: impl FnOnce() -> String,
    ) {
        let capped = place.capped || node_disputes(self.shape, id, keyword);
        self.push(id, keyword, at, true, capped, || {
            (expected(), show(value, keyword))
        });
    }

    fn soft_at(&mut self, id: NodeId, keyword: &str, value: &Value, at: &Path, expected: &str) {
        self.push(id, keyword, at, false, true, || {
            (expected.to_string(), show(value, keyword))
        });
    }

    fn push(
        &mut self,
        node: NodeId,
        keyword: &str,
        at: &Path,
        hard: bool,
        capped: bool,
        texts: impl FnOnce() -> (String, String),
    ) {
        if self.out.len() >= self.limit {
            return;
        }
        let class = if capped {
            Class::Doubtful
        } else {
            Class::Invalid
        };
        let mut pointer = String::new();
        at.write(&mut pointer);
        let (expected, found) = texts();
        self.out.push(Finding {
            pointer,
            keyword: keyword.to_string(),
            node,
            hard,
            class,
            expected,
            found,
        });
    }
}

fn sub_is_mandatory(node: &Node, sub: &Node, name: &str) -> bool {
    !sub.notes.mandatory_when
        && !sub.disputes("required")
        && !node.disputes("required")
        && node.required.iter().any(|required| required == name)
}

fn node_disputes(shape: &Shape, id: NodeId, keyword: &str) -> bool {
    let node = shape.node(id);
    // One keyword in the schema may carry two names: `const` is an `enum` of one.
    node.disputes(keyword)
        || (keyword == "enum" && node.disputes("const"))
        || (keyword == "contentEncoding" && node.disputes("format"))
}

/// Exact among integers; through floating point otherwise.
pub(super) fn compare(left: &Number, right: &Number) -> Ordering {
    let exact = |number: &Number| {
        number
            .as_i64()
            .map(i128::from)
            .or_else(|| number.as_u64().map(i128::from))
    };
    match (exact(left), exact(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => {
            let float = |number: &Number| number.as_f64().unwrap_or(f64::NAN);
            float(left)
                .partial_cmp(&float(right))
                .unwrap_or(Ordering::Equal)
        }
    }
}

/// Equal as JSON Schema has it: `1` and `1.0` are the same number.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => compare(left, right) == Ordering::Equal,
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let twin = |(name, entry)| right.get(name).is_some_and(|other| same(entry, other));
            left.len() == right.len() && left.iter().all(twin)
        }
        _ => left == right,
    }
}

fn divides(step: &Number, number: &Number) -> bool {
    match (step.as_i64(), number.as_i64()) {
        (Some(step), Some(number)) if step != 0 => number % step == 0,
        _ => {
            let ratio = number.as_f64().unwrap_or(0.0) / step.as_f64().unwrap_or(1.0);
            ratio.fract() == 0.0
        }
    }
}

fn has_twins(items: &[Value]) -> bool {
    let mut seen = BTreeSet::new();
    !items.iter().all(|item| seen.insert(item.to_string()))
}

fn one_of(members: &[Value]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> = members.iter().take(SHOWN).map(cut).collect();
    let more = if members.len() > SHOWN { ", …" } else { "" };
    format!("one of {}{more}", shown.join(", "))
}

/// What was found, without what could be a secret: a text is shown only where the
/// page lists its values or its form, and then never beyond 40 characters.
fn show(value: &Value, keyword: &str) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(bool) => bool.to_string(),
        Value::Number(number) => cut(&Value::Number(number.clone())),
        Value::String(_) if matches!(keyword, "enum" | "format") => cut(value),
        Value::String(text) => format!("string of {} characters", text.chars().count()),
        Value::Array(items) => format!("array of {}", items.len()),
        Value::Object(entries) => format!("object of {}", entries.len()),
    }
}

fn cut(value: &Value) -> String {
    const LENGTH_MAX: usize = 40;
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(LENGTH_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
