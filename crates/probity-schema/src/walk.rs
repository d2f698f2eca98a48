//! One walk over a value and its shape. It finds what the schema does not accept
//! (hard) and, where asked, what it accepts but no page promises (soft).

use super::classify::Class;
use super::number::same;
use super::shape::{Node, NodeId, ROOT, Shape, Types};
use super::version::Asked;
use super::words::{one_of, show};
use serde_json::Value;

mod leaf;
mod tree;

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
    let mut walk = Walk { shape, asked, soft: false, limit: FINDINGS_MAX, out: Vec::new() };
    walk.node(ROOT, value, &Path::Root, Place::TOP);
    walk.out
}

/// All that does not fit or is not promised.
pub(super) fn all(shape: &Shape, value: &Value, asked: Asked) -> Vec<Finding> {
    let mut walk = Walk { shape, asked, soft: true, limit: FINDINGS_MAX, out: Vec::new() };
    walk.node(ROOT, value, &Path::Root, Place::TOP);
    walk.out
}

/// Whether the part of the shape at `id` accepts the value.
pub(super) fn accepts(shape: &Shape, id: NodeId, value: &Value, asked: Asked) -> bool {
    let mut walk = Walk { shape, asked, soft: false, limit: 1, out: Vec::new() };
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
    const TOP: Place = Place { mandatory: true, capped: false, included: false };
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
            let place = Place { capped: place.capped || value.is_null(), ..place };
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

    fn annotations(&mut self, id: NodeId, node: &Node, value: &Value, at: &Path, place: &mut Place) {
        if node.notes.dead {
            self.soft_at(id, "dead", value, at, "no such field: it is documented as without effect");
            place.capped = true;
        }
        if node.disputes("present") {
            self.soft_at(id, "present", value, at, "no such field: only one of the pages has it");
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
        let unsure = value.is_null() || !place.mandatory || node.takes_only_null() || node.notes.untabled;
        let place = Place { capped: place.capped || unsure, ..place };
        self.break_at(id, "type", value, at, place, || types.names().join(" or "));
        false
    }

    fn combined(&mut self, id: NodeId, node: &Node, value: &Value, at: &Path, place: Place) {
        let inner = Place { included: true, ..place };
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
                self.push(id, keyword, at, true, true, || ("the condition of the schema".into(), show(value, keyword)));
            }
        }
    }

    /// The best branch speaks for all: a value is as good as its best reading.
    fn choice(&mut self, id: NodeId, keyword: &str, branches: &[NodeId], value: &Value, at: &Path, place: Place) {
        let mut accepting = 0;
        let mut best: Option<(Class, Vec<Finding>)> = None;
        let mut least = Class::Invalid;
        for &branch in branches {
            let mut walk =
                Walk { shape: self.shape, asked: self.asked, soft: self.soft, limit: FINDINGS_MAX, out: Vec::new() };
            walk.node(branch, value, at, Place { included: true, ..place });
            let class = walk.out.iter().map(|finding| finding.class).max().unwrap_or(Class::Valid);
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
            Some((_, findings)) if accepting == 1 || keyword == "anyOf" => self.out.extend(findings),
            Some(_) => self.push(id, keyword, at, true, true, || {
                ("exactly one of the forms".into(), format!("{accepting} of them"))
            }),
            None => {
                let capped = place.capped || least != Class::Invalid;
                self.push(id, keyword, at, true, capped || self.shape.node(id).disputes(keyword), || {
                    (format!("one of {} forms", branches.len()), show(value, keyword))
                });
            }
        }
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
        // How an optional value is written is said for those who give one; that another way of writing it is
        // refused is nobody's promise. A reply is held to it all the same.
        let loose = self.soft && keyword == "format" && !place.mandatory;
        let capped = place.capped || loose || self.shape.node(id).disputes(keyword);
        self.push(id, keyword, at, true, capped, || (expected(), show(value, keyword)));
    }

    fn soft_at(&mut self, id: NodeId, keyword: &str, value: &Value, at: &Path, expected: &str) {
        self.push(id, keyword, at, false, true, || (expected.to_string(), show(value, keyword)));
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
        let class = if capped { Class::Doubtful } else { Class::Invalid };
        let mut pointer = String::new();
        at.write(&mut pointer);
        let (expected, found) = texts();
        self.out.push(Finding { pointer, keyword: keyword.to_string(), node, hard, class, expected, found });
    }
}
