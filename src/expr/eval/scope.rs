//! The names that an expression can use.

use crate::expr::value::ExprValue;

/// The values of the roots of an expression.
pub trait ExprScope {
    /// The value of a root. `None` for an unknown name, which fails the evaluation.
    fn find_root(&self, name: &str) -> Option<ExprValue>;
}

impl<F: Fn(&str) -> Option<ExprValue>> ExprScope for F {
    fn find_root(&self, name: &str) -> Option<ExprValue> {
        self(name)
    }
}
