//! What an expression reads and compares, for those who look for inputs that
//! make it true or false.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ast::{Binary, Kind, Node};
use super::expression::Expr;
use super::path::{Key, Path};
use super::value::Val;

/// `path relation other`, found somewhere in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// What is compared.
    pub path: Path,
    /// How; a negation around the comparison is already taken in.
    pub op: Relation,
    /// What it is compared with; it names no loop variable.
    pub other: Expr,
}

/// How a path stands to the other side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// `path == other`; also a path used as a condition (other is `true`) and
    /// `!has(path)` (other is `null`).
    Eq,
    /// `path != other`; also `has(path)` (other is `null`).
    Ne,
    /// `path in other`.
    In,
    /// `!(path in other)`.
    NotIn,
    /// `other in path`.
    Contains,
    /// `!(other in path)`.
    NotContains,
    /// `path < other`.
    Lt,
    /// `path <= other`.
    Le,
    /// `path > other`.
    Gt,
    /// `path >= other`.
    Ge,
    /// `path.matches(other)`.
    Matches,
    /// `!path.matches(other)`.
    NotMatches,
}

impl Relation {
    fn of(op: Binary) -> Option<Relation> {
        Some(match op {
            Binary::Eq => Relation::Eq,
            Binary::Ne => Relation::Ne,
            Binary::In => Relation::In,
            Binary::Lt => Relation::Lt,
            Binary::Le => Relation::Le,
            Binary::Gt => Relation::Gt,
            Binary::Ge => Relation::Ge,
            _ => return None,
        })
    }

    /// The relation that holds where this one does not.
    pub fn negated(self) -> Relation {
        match self {
            Relation::Eq => Relation::Ne,
            Relation::Ne => Relation::Eq,
            Relation::In => Relation::NotIn,
            Relation::NotIn => Relation::In,
            Relation::Contains => Relation::NotContains,
            Relation::NotContains => Relation::Contains,
            Relation::Lt => Relation::Ge,
            Relation::Le => Relation::Gt,
            Relation::Gt => Relation::Le,
            Relation::Ge => Relation::Lt,
            Relation::Matches => Relation::NotMatches,
            Relation::NotMatches => Relation::Matches,
        }
    }

    /// The relation with its sides exchanged.
    fn turned(self) -> Relation {
        match self {
            Relation::In => Relation::Contains,
            Relation::NotIn => Relation::NotContains,
            Relation::Contains => Relation::In,
            Relation::NotContains => Relation::NotIn,
            Relation::Lt => Relation::Gt,
            Relation::Le => Relation::Ge,
            Relation::Gt => Relation::Lt,
            Relation::Ge => Relation::Le,
            same => same,
        }
    }
}

/// The path that a node is, if it is one.
pub(super) fn path_of(node: &Node, roots: &[Arc<str>]) -> Option<Path> {
    let (of, key) = match &node.kind {
        Kind::Root(slot) => {
            return Some(Path { root: roots[usize::from(*slot)].clone(), keys: Vec::new() });
        }
        Kind::Select(of, key) => (of, Key::Name(key.clone())),
        Kind::Index(of, key) => match key.as_lit()? {
            Val::Str(key) => (of, Key::Name(key.clone())),
            Val::Int(index) => (of, Key::Index(usize::try_from(*index).ok()?)),
            _ => return None,
        },
        _ => return None,
    };
    let mut path = path_of(of, roots)?;
    path.keys.push(key);
    Some(path)
}

pub(super) fn reads(node: &Node, roots: &[Arc<str>]) -> Vec<Path> {
    let mut found = BTreeSet::new();
    collect_reads(node, roots, &mut found);
    found.into_iter().collect()
}

fn collect_reads(node: &Node, roots: &[Arc<str>], found: &mut BTreeSet<Path>) {
    match path_of(node, roots) {
        Some(path) => {
            found.insert(path);
        }
        None => node.for_each_part(|part| collect_reads(part, roots, found)),
    }
}

pub(super) fn comparisons(expr: &Expr) -> Vec<Comparison> {
    let mut found = Vec::new();
    Mine { expr, found: &mut found }.condition(expr.node(), true);
    found
}

struct Mine<'a> {
    expr: &'a Expr,
    found: &'a mut Vec<Comparison>,
}

impl Mine<'_> {
    /// Looks into a node that is used as a condition, wanted true or, under a
    /// negation, false.
    fn condition(&mut self, node: &Node, wanted: bool) {
        match &node.kind {
            Kind::Not(of) => self.condition(of, !wanted),
            Kind::And(terms) | Kind::Or(terms) => {
                for term in terms {
                    self.condition(term, wanted);
                }
            }
            Kind::Cond(three) => {
                self.condition(&three.0, true);
                self.condition(&three.1, wanted);
                self.condition(&three.2, wanted);
            }
            Kind::Binary(op, two) => {
                if let Some(relation) = Relation::of(*op) {
                    self.compare(relation, two, wanted);
                }
                self.values(node);
            }
            Kind::Has(of) => {
                self.add(of, Relation::Ne, &null(), wanted);
                self.values(of);
            }
            Kind::Matches(of, pattern) => {
                self.add(of, Relation::Matches, &literal(Val::from(pattern.as_str())), wanted);
                self.values(of);
            }
            Kind::Loop(walk) => {
                self.values(&walk.over);
                for part in walk.filter.iter().chain([&walk.body]) {
                    self.condition(part, wanted);
                }
            }
            Kind::Root(_) | Kind::Select(..) | Kind::Index(..) => {
                let truth = literal(Val::Bool(true));
                self.add(node, Relation::Eq, &truth, wanted);
                self.values(node);
            }
            _ => self.values(node),
        }
    }

    /// Looks into the parts of a node that are values rather than conditions,
    /// for the conditions inside them: `(a == b ? 1 : 2) < c`.
    fn values(&mut self, node: &Node) {
        node.for_each_part(|part| match &part.kind {
            Kind::Root(_) | Kind::Select(..) | Kind::Index(..) => self.values(part),
            _ => self.condition(part, true),
        });
    }

    fn compare(&mut self, relation: Relation, two: &(Node, Node), wanted: bool) {
        self.add(&two.0, relation, &two.1, wanted);
        self.add(&two.1, relation.turned(), &two.0, wanted);
    }

    fn add(&mut self, side: &Node, relation: Relation, other: &Node, wanted: bool) {
        let Some(path) = path_of(side, self.expr.roots()) else {
            return;
        };
        if escapes(other, 0) {
            return;
        }
        self.found.push(Comparison {
            path,
            op: if wanted { relation } else { relation.negated() },
            other: self.expr.part(other),
        });
    }
}

/// Whether a node names a variable of a loop around it.
pub(super) fn escapes(node: &Node, inside: u16) -> bool {
    match &node.kind {
        Kind::Local(_, up) => *up >= inside,
        Kind::Loop(walk) => {
            escapes(&walk.over, inside) || walk.filter.iter().chain([&walk.body]).any(|part| escapes(part, inside + 1))
        }
        _ => {
            let mut found = false;
            node.for_each_part(|part| found |= escapes(part, inside));
            found
        }
    }
}

fn null() -> Node {
    literal(Val::Null)
}

fn literal(val: Val) -> Node {
    Node { at: 0, kind: Kind::Lit(val) }
}
