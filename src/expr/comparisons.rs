//! The comparisons of an expression, from which choosers derive inputs that make a guard true or false.

use super::ast::{Binary, Kind, Node};
use super::expression::Expr;
use super::path::Path;
use super::reading::path_of;
use super::value::Val;

/// A comparison `path relation other` in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The compared path.
    pub path: Path,
    /// The relation, with a negation around the comparison merged.
    pub op: Relation,
    /// The other side; without loop variables.
    pub other: Expr,
}

/// The relation of a path to the other side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// `path == other`; also a path as a condition (other is `true`) and `!has(path)` (other is `null`).
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
    /// The relation of an operator; none for arithmetic.
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

    /// The negated relation.
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

    /// The relation with exchanged sides.
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

impl Expr {
    /// Every comparison with a path on one side, in source order. A comparison of two paths is
    /// listed in both directions. A negation around a comparison is merged into the relation.
    /// Choosers use the comparisons to find values worth trying for an input.
    pub fn comparisons(&self) -> Vec<Comparison> {
        let mut found = Vec::new();
        Mine { expr: self, found: &mut found }.condition(self.node(), true);
        found
    }
}

/// Collects comparisons.
struct Mine<'a> {
    expr: &'a Expr,
    found: &'a mut Vec<Comparison>,
}

impl Mine<'_> {
    /// Collects from a node in the place of a condition; `wanted` is false below a negation.
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

    /// Collects from conditions inside of values: `(a == b ? 1 : 2) < c`.
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
        if other.names_outer_variable(0) {
            return;
        }
        self.found.push(Comparison {
            path,
            op: if wanted { relation } else { relation.negated() },
            other: self.expr.part(other),
        });
    }
}

fn null() -> Node {
    literal(Val::Null)
}

fn literal(val: Val) -> Node {
    Node { at: 0, kind: Kind::Lit(val) }
}
