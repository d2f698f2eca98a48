//! The comparisons of an expression, from which choosers derive inputs that make a guard true or false.

use super::ast::{BinaryOperator, ExprNode, ExprNodeKind};
use super::expression::Expr;
use super::path::FieldPath;
use super::reading::find_path;
use super::value::ExprValue;

/// A comparison `path relation other` in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The compared path.
    pub path: FieldPath,
    /// The relation, with a negation around the comparison merged.
    pub op: ComparisonRelation,
    /// The other side; without loop variables.
    pub other: Expr,
}

/// The relation of a path to the other side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComparisonRelation {
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

impl ComparisonRelation {
    /// The relation of an operator; none for arithmetic.
    fn from_operator(op: BinaryOperator) -> Option<ComparisonRelation> {
        Some(match op {
            BinaryOperator::Eq => ComparisonRelation::Eq,
            BinaryOperator::Ne => ComparisonRelation::Ne,
            BinaryOperator::In => ComparisonRelation::In,
            BinaryOperator::Lt => ComparisonRelation::Lt,
            BinaryOperator::Le => ComparisonRelation::Le,
            BinaryOperator::Gt => ComparisonRelation::Gt,
            BinaryOperator::Ge => ComparisonRelation::Ge,
            _ => return None,
        })
    }

    /// The negated relation.
    pub fn negate(self) -> ComparisonRelation {
        match self {
            ComparisonRelation::Eq => ComparisonRelation::Ne,
            ComparisonRelation::Ne => ComparisonRelation::Eq,
            ComparisonRelation::In => ComparisonRelation::NotIn,
            ComparisonRelation::NotIn => ComparisonRelation::In,
            ComparisonRelation::Contains => ComparisonRelation::NotContains,
            ComparisonRelation::NotContains => ComparisonRelation::Contains,
            ComparisonRelation::Lt => ComparisonRelation::Ge,
            ComparisonRelation::Le => ComparisonRelation::Gt,
            ComparisonRelation::Gt => ComparisonRelation::Le,
            ComparisonRelation::Ge => ComparisonRelation::Lt,
            ComparisonRelation::Matches => ComparisonRelation::NotMatches,
            ComparisonRelation::NotMatches => ComparisonRelation::Matches,
        }
    }

    /// The relation with exchanged sides.
    fn swap_sides(self) -> ComparisonRelation {
        match self {
            ComparisonRelation::In => ComparisonRelation::Contains,
            ComparisonRelation::NotIn => ComparisonRelation::NotContains,
            ComparisonRelation::Contains => ComparisonRelation::In,
            ComparisonRelation::NotContains => ComparisonRelation::NotIn,
            ComparisonRelation::Lt => ComparisonRelation::Gt,
            ComparisonRelation::Le => ComparisonRelation::Ge,
            ComparisonRelation::Gt => ComparisonRelation::Lt,
            ComparisonRelation::Ge => ComparisonRelation::Le,
            same => same,
        }
    }
}

impl Expr {
    /// Every comparison with a path on one side, in source order. A comparison of two paths is
    /// listed in both directions. A negation around a comparison is merged into the relation.
    /// Choosers use the comparisons to find values worth trying for an input.
    pub fn list_comparisons(&self) -> Vec<Comparison> {
        let mut found = Vec::new();
        ComparisonCollector { expr: self, found: &mut found }.collect_from_condition(self.node(), true);
        found
    }
}

/// Collects comparisons.
struct ComparisonCollector<'a> {
    expr: &'a Expr,
    found: &'a mut Vec<Comparison>,
}

impl ComparisonCollector<'_> {
    /// Collects from a node in the place of a condition; `wanted` is false below a negation.
    fn collect_from_condition(&mut self, node: &ExprNode, wanted: bool) {
        match &node.kind {
            ExprNodeKind::Not(of) => self.collect_from_condition(of, !wanted),
            ExprNodeKind::And(terms) | ExprNodeKind::Or(terms) => {
                for term in terms {
                    self.collect_from_condition(term, wanted);
                }
            }
            ExprNodeKind::Cond(three) => {
                self.collect_from_condition(&three.0, true);
                self.collect_from_condition(&three.1, wanted);
                self.collect_from_condition(&three.2, wanted);
            }
            ExprNodeKind::Binary(op, two) => {
                if let Some(relation) = ComparisonRelation::from_operator(*op) {
                    self.add_both_sides(relation, two, wanted);
                }
                self.collect_from_values(node);
            }
            ExprNodeKind::Has(of) => {
                self.add_comparison(of, ComparisonRelation::Ne, &null_node(), wanted);
                self.collect_from_values(of);
            }
            ExprNodeKind::Matches(of, pattern) => {
                self.add_comparison(
                    of,
                    ComparisonRelation::Matches,
                    &literal_node(ExprValue::from(pattern.as_str())),
                    wanted,
                );
                self.collect_from_values(of);
            }
            ExprNodeKind::Loop(walk) => {
                self.collect_from_values(&walk.over);
                for part in walk.filter.iter().chain([&walk.body]) {
                    self.collect_from_condition(part, wanted);
                }
            }
            ExprNodeKind::Root(_) | ExprNodeKind::Select(..) | ExprNodeKind::Index(..) => {
                let truth = literal_node(ExprValue::Bool(true));
                self.add_comparison(node, ComparisonRelation::Eq, &truth, wanted);
                self.collect_from_values(node);
            }
            _ => self.collect_from_values(node),
        }
    }

    /// Collects from conditions inside of values: `(a == b ? 1 : 2) < c`.
    fn collect_from_values(&mut self, node: &ExprNode) {
        node.for_each_part(|part| match &part.kind {
            ExprNodeKind::Root(_) | ExprNodeKind::Select(..) | ExprNodeKind::Index(..) => {
                self.collect_from_values(part)
            }
            _ => self.collect_from_condition(part, true),
        });
    }

    fn add_both_sides(&mut self, relation: ComparisonRelation, two: &(ExprNode, ExprNode), wanted: bool) {
        self.add_comparison(&two.0, relation, &two.1, wanted);
        self.add_comparison(&two.1, relation.swap_sides(), &two.0, wanted);
    }

    fn add_comparison(&mut self, side: &ExprNode, relation: ComparisonRelation, other: &ExprNode, wanted: bool) {
        let Some(path) = find_path(side, self.expr.roots()) else {
            return;
        };
        if other.names_outer_variable(0) {
            return;
        }
        self.found.push(Comparison {
            path,
            op: if wanted { relation } else { relation.negate() },
            other: self.expr.extract_part(other),
        });
    }
}

fn null_node() -> ExprNode {
    literal_node(ExprValue::Null)
}

fn literal_node(val: ExprValue) -> ExprNode {
    ExprNode { at: 0, kind: ExprNodeKind::Lit(val) }
}
