//! Operators and functions.

use super::checker::TypeChecker;
use crate::expr::ast::{BinaryOperator, BuiltinFunction, ExprNode};
use crate::expr::types::ValueType;

impl TypeChecker<'_> {
    /// The type of an arithmetic result.
    pub(super) fn join_numbers(&self, types: &[ValueType]) -> ValueType {
        let whole = types.iter().all(|ty| *ty == ValueType::Int);
        if whole { ValueType::Int } else { ValueType::Float }
    }

    /// Checks an operator with two operands.
    pub(super) fn check_binary(
        &mut self,
        node: &ExprNode,
        op: BinaryOperator,
        two: &(ExprNode, ExprNode),
    ) -> ValueType {
        match op {
            BinaryOperator::Eq | BinaryOperator::Ne => {
                let left = self.check_node(&two.0);
                let right = self.check_node(&two.1);
                self.check_comparable(node, (&two.0, &left), (&two.1, &right));
                ValueType::Bool
            }
            BinaryOperator::In => self.check_membership(node, &two.0, &two.1),
            BinaryOperator::Lt | BinaryOperator::Le | BinaryOperator::Gt | BinaryOperator::Ge => {
                let wanted = "a number, a text or a truth value";
                let left = self.check_operand(&two.0, wanted, ValueType::is_ordered);
                let right = self.check_operand(&two.1, wanted, ValueType::is_ordered);
                self.check_same_kind(node, &left, &right, |left, right| format!("{left} and {right} have no order"));
                ValueType::Bool
            }
            _ => self.check_arithmetic(node, op, two),
        }
    }

    fn check_arithmetic(&mut self, node: &ExprNode, op: BinaryOperator, two: &(ExprNode, ExprNode)) -> ValueType {
        let (wanted, fits): (&str, fn(&ValueType) -> bool) = match op {
            BinaryOperator::Add => {
                ("a number, a text or a list", |ty| ty.is_number() || ty.is_text() || matches!(ty, ValueType::List(_)))
            }
            BinaryOperator::Rem => ("a whole number", |ty| *ty == ValueType::Int),
            _ => ("a number", ValueType::is_number),
        };
        let left = self.check_operand(&two.0, wanted, fits);
        let right = self.check_operand(&two.1, wanted, fits);
        self.check_same_kind(node, &left, &right, |left, right| {
            format!("{} cannot be applied to {left} and {right}", op.sign())
        });
        self.check_divisor(node, op, &left, &two.1);
        let (wide_left, wide_right) = (left.widen_enums(), right.widen_enums());
        match (&wide_left, &wide_right) {
            (ValueType::Never, _) | (_, ValueType::Never) => ValueType::Never,
            (ValueType::List(a), ValueType::List(b)) => {
                ValueType::List(Box::new(ValueType::union([(**a).clone(), (**b).clone()])))
            }
            (ValueType::Str, _) | (_, ValueType::Str) => ValueType::Str,
            (a, b) if a.is_number() && b.is_number() => self.join_numbers(&[wide_left, wide_right]),
            _ => ValueType::Any,
        }
    }

    /// Checks the call of a function.
    pub(super) fn check_call(&mut self, func: BuiltinFunction, args: &[ExprNode]) -> ValueType {
        match func {
            BuiltinFunction::Size => {
                self.check_operand(&args[0], "a text, a list or a map", |ty| {
                    ty.is_text() || matches!(ty, ValueType::List(_) | ValueType::Map(_) | ValueType::Record { .. })
                });
                ValueType::Int
            }
            BuiltinFunction::Contains
            | BuiltinFunction::StartsWith
            | BuiltinFunction::EndsWith
            | BuiltinFunction::Matches => {
                for arg in args {
                    self.check_operand(arg, "a text", ValueType::is_text);
                }
                ValueType::Bool
            }
            BuiltinFunction::LowerAscii | BuiltinFunction::UpperAscii => {
                self.check_operand(&args[0], "a text", ValueType::is_text);
                ValueType::Str
            }
            BuiltinFunction::Int | BuiltinFunction::Double => {
                self.check_operand(&args[0], "a number or a text", |ty| ty.is_number() || ty.is_text());
                if func == BuiltinFunction::Int { ValueType::Int } else { ValueType::Float }
            }
            BuiltinFunction::String => {
                self.check_operand(&args[0], "a number, a text or a truth value", ValueType::is_ordered);
                ValueType::Str
            }
            BuiltinFunction::VersionAtLeast => {
                // The version may be null: a call without a version.
                self.check_node(&args[0]);
                self.check_operand(&args[1], "a version as text", ValueType::is_text);
                ValueType::Bool
            }
            BuiltinFunction::Min | BuiltinFunction::Max => {
                let list = self.check_operand(&args[0], "a list", |ty| matches!(ty, ValueType::List(_)));
                let items = list.element_type();
                self.check_same_kind(&args[0], &items, &items, |items, _| {
                    format!("values of {items} have no common order")
                });
                items
            }
        }
    }
}
