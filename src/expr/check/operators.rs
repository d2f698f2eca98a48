//! Operators and functions.

use super::checker::Checker;
use crate::expr::ast::{Binary, Func, Node};
use crate::expr::types::Type;

impl Checker<'_> {
    /// The type of an arithmetic result.
    pub(super) fn number(&self, types: &[Type]) -> Type {
        let whole = types.iter().all(|ty| *ty == Type::Int);
        if whole { Type::Int } else { Type::Float }
    }

    /// Checks an operator with two operands.
    pub(super) fn binary(&mut self, node: &Node, op: Binary, two: &(Node, Node)) -> Type {
        match op {
            Binary::Eq | Binary::Ne => {
                let left = self.node(&two.0);
                let right = self.node(&two.1);
                self.comparable(node, (&two.0, &left), (&two.1, &right));
                Type::Bool
            }
            Binary::In => self.membership(node, &two.0, &two.1),
            Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge => {
                let wanted = "a number, a text or a truth value";
                let left = self.operand(&two.0, wanted, Type::is_ordered);
                let right = self.operand(&two.1, wanted, Type::is_ordered);
                self.same_kind(node, &left, &right, |left, right| format!("{left} and {right} have no order"));
                Type::Bool
            }
            _ => self.arithmetic(node, op, two),
        }
    }

    fn arithmetic(&mut self, node: &Node, op: Binary, two: &(Node, Node)) -> Type {
        let (wanted, fits): (&str, fn(&Type) -> bool) = match op {
            Binary::Add => {
                ("a number, a text or a list", |ty| ty.is_number() || ty.is_text() || matches!(ty, Type::List(_)))
            }
            Binary::Rem => ("a whole number", |ty| *ty == Type::Int),
            _ => ("a number", Type::is_number),
        };
        let left = self.operand(&two.0, wanted, fits);
        let right = self.operand(&two.1, wanted, fits);
        self.same_kind(node, &left, &right, |left, right| {
            format!("{} cannot be applied to {left} and {right}", op.sign())
        });
        let (wide_left, wide_right) = (left.widened(), right.widened());
        match (&wide_left, &wide_right) {
            (Type::Never, _) | (_, Type::Never) => Type::Never,
            (Type::List(a), Type::List(b)) => Type::List(Box::new(Type::union([(**a).clone(), (**b).clone()]))),
            (Type::Str, _) | (_, Type::Str) => Type::Str,
            (a, b) if a.is_number() && b.is_number() => self.number(&[wide_left, wide_right]),
            _ => Type::Any,
        }
    }

    /// Checks the call of a function.
    pub(super) fn call(&mut self, func: Func, args: &[Node]) -> Type {
        match func {
            Func::Size => {
                self.operand(&args[0], "a text, a list or a map", |ty| {
                    ty.is_text() || matches!(ty, Type::List(_) | Type::Map(_) | Type::Record { .. })
                });
                Type::Int
            }
            Func::Contains | Func::StartsWith | Func::EndsWith | Func::Matches => {
                for arg in args {
                    self.operand(arg, "a text", Type::is_text);
                }
                Type::Bool
            }
            Func::LowerAscii | Func::UpperAscii => {
                self.operand(&args[0], "a text", Type::is_text);
                Type::Str
            }
            Func::Int | Func::Double => {
                self.operand(&args[0], "a number or a text", |ty| ty.is_number() || ty.is_text());
                if func == Func::Int { Type::Int } else { Type::Float }
            }
            Func::String => {
                self.operand(&args[0], "a number, a text or a truth value", Type::is_ordered);
                Type::Str
            }
            Func::VersionAtLeast => {
                // The version may be null: a call without a version.
                self.node(&args[0]);
                self.operand(&args[1], "a version as text", Type::is_text);
                Type::Bool
            }
            Func::Min | Func::Max => {
                let list = self.operand(&args[0], "a list", |ty| matches!(ty, Type::List(_)));
                let items = list.elements();
                self.same_kind(&args[0], &items, &items, |items, _| format!("values of {items} have no common order"));
                items
            }
        }
    }
}
