//! Parts of an expression without a value for any input.

use super::checker::TypeChecker;
use crate::expr::ast::{BinaryOperator, ExprNode, ExprNodeKind};
use crate::expr::error::EvalFailure;
use crate::expr::eval::eval_in_slots;
use crate::expr::types::ValueType;
use crate::expr::value::ExprValue;

impl TypeChecker<'_> {
    /// Reports a part without names that has no value, such as `1 / 0`. An operand of a wrong kind is reported with the
    /// types.
    pub(super) fn check_constant(&mut self, node: &ExprNode) {
        let computes = matches!(
            node.kind,
            ExprNodeKind::Binary(..) | ExprNodeKind::Negate(_) | ExprNodeKind::Call(..) | ExprNodeKind::Index(..)
        );
        if !computes || !is_constant(node) {
            return;
        }
        if let Err(error) = eval_in_slots(node, &[], &[])
            && error.failure != EvalFailure::WrongKind
        {
            // Each part around the failing one fails in the same place; `check_types` removes equal findings.
            let at = ExprNode { at: error.offset as u32, kind: ExprNodeKind::Lit(ExprValue::Null) };
            self.report_error(&at, format!("this has no value for any input: {}", error.message), None);
        }
    }

    /// Reports a division of a whole number by the constant zero.
    pub(super) fn check_divisor(&mut self, node: &ExprNode, op: BinaryOperator, left: &ValueType, right: &ExprNode) {
        let divides = matches!(op, BinaryOperator::Div | BinaryOperator::Rem);
        if divides && *left == ValueType::Int && right.as_constant() == Some(&ExprValue::Int(0)) {
            self.report_error(node, "this has no value for any input: division by zero".to_string(), None);
        }
    }
}

/// Whether a node reads no name.
fn is_constant(node: &ExprNode) -> bool {
    match &node.kind {
        ExprNodeKind::Lit(_) => true,
        ExprNodeKind::Root(_) | ExprNodeKind::Local(..) | ExprNodeKind::Loop(_) => false,
        ExprNodeKind::Select(of, _)
        | ExprNodeKind::Not(of)
        | ExprNodeKind::Has(of)
        | ExprNodeKind::Negate(of)
        | ExprNodeKind::Matches(of, _) => is_constant(of),
        ExprNodeKind::Index(of, key) => is_constant(of) && is_constant(key),
        ExprNodeKind::And(parts) | ExprNodeKind::Or(parts) | ExprNodeKind::List(parts) => parts.iter().all(is_constant),
        ExprNodeKind::Call(_, parts) => parts.iter().all(is_constant),
        ExprNodeKind::Binary(_, two) => is_constant(&two.0) && is_constant(&two.1),
        ExprNodeKind::Cond(three) => is_constant(&three.0) && is_constant(&three.1) && is_constant(&three.2),
        ExprNodeKind::Map(entries) => entries.iter().all(|(key, value)| is_constant(key) && is_constant(value)),
    }
}
