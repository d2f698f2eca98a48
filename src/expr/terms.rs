//! Terms of a conjunction, and conditions that exclude each other.

use super::ast::ExprNodeKind;
use super::comparisons::ComparisonRelation;
use super::expression::Expr;

impl Expr {
    /// The terms of `&&`, or else the whole expression.
    pub fn split_terms(&self) -> Vec<Expr> {
        match &self.node().kind {
            ExprNodeKind::And(terms) => terms.iter().map(|term| self.extract_part(term)).collect(),
            _ => vec![self.clone()],
        }
    }

    /// Whether the expression is an `||` of terms.
    #[must_use]
    pub fn is_disjunction(&self) -> bool {
        matches!(self.node().kind, ExprNodeKind::Or(_))
    }

    /// Whether two conditions are never true together by their form: one condition negates the second
    /// condition, or both compare equal operands. False means undecided.
    pub fn excludes(&self, other: &Expr) -> bool {
        let negates = |one: &Expr, other: &Expr| match &one.node().kind {
            ExprNodeKind::Not(inner) => one.extract_part(inner).to_string() == other.to_string(),
            _ => false,
        };
        if negates(self, other) || negates(other, self) {
            return true;
        }
        let compares = |expr: &Expr| matches!(&expr.node().kind, ExprNodeKind::Binary(..));
        if !compares(self) || !compares(other) {
            return false;
        }
        let theirs = other.list_comparisons();
        self.list_comparisons().iter().any(|mine| {
            theirs.iter().any(|other| {
                mine.path == other.path
                    && mine.other.to_string() == other.other.to_string()
                    && are_disjoint(mine.op, other.op)
            })
        })
    }
}

/// Whether no pair of values has both relations.
fn are_disjoint(one: ComparisonRelation, other: ComparisonRelation) -> bool {
    use ComparisonRelation::{Contains, Eq, Ge, Gt, In, Le, Lt, Matches, Ne, NotContains, NotIn, NotMatches};
    matches!(
        (one, other),
        (Eq, Ne | Lt | Gt)
            | (Ne | Lt | Gt, Eq)
            | (Lt, Gt | Ge)
            | (Gt | Ge, Lt)
            | (Gt, Le)
            | (Le, Gt)
            | (In, NotIn)
            | (NotIn, In)
            | (Contains, NotContains)
            | (NotContains, Contains)
            | (Matches, NotMatches)
            | (NotMatches, Matches)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(one: &str, other: &str, expected: bool) {
        let parse = |text: &str| Expr::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(parse(one).excludes(&parse(other)), expected, "{one} and {other}");
        assert_eq!(parse(other).excludes(&parse(one)), expected, "{other} and {one}");
    }

    #[test]
    fn a_condition_excludes_its_negation_and_opposite_comparisons_of_equal_operands() {
        check("lit", "!lit", true);
        check("a.b > c.d", "a.b < c.d", true);
        check("a.b > c.d", "c.d >= a.b", true);
        check("a.b == 1", "a.b != 1", true);
        check("!(a == 1 && b)", "a == 1 && b", true);
        check("a in [1, 2]", "!(a in [1, 2])", true);
        check("xs.all(x, x > n)", "!xs.all(x, x > n)", true);
    }

    #[test]
    fn compatible_conditions_do_not_exclude_each_other() {
        check("lit", "lit", false);
        check("a.b >= c.d", "a.b <= c.d", false);
        check("a.b > 1", "a.b < 2", false);
        check("a == 1", "b != 1", false);
        check("a == 1 || b", "a != 1", false);
    }

    #[test]
    fn terms_are_those_of_a_conjunction() {
        let texts = |text: &str| -> Vec<String> {
            Expr::parse(text).expect("an expression").split_terms().iter().map(Expr::to_string).collect()
        };
        assert_eq!(texts("a && (b && !c)"), ["a", "b", "!c"]);
        assert_eq!(texts("a || b"), ["a || b"]);
    }
}
