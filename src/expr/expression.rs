//! A parsed expression.

use std::fmt;
use std::sync::Arc;

use super::ast::{ExprNode, ExprNodeKind};
use super::error::{ExprEvalError, ExprParseError};
use super::eval::{self, ExprScope};
use super::parse;
use super::path::FieldPath;
use super::print;
use super::reading;
use super::value::ExprValue;

/// A parsed expression: immutable, cheap to clone, shared between threads.
#[derive(Clone)]
pub struct Expr(Arc<ParsedExpr>);

struct ParsedExpr {
    text: String,
    node: ExprNode,
    roots: Vec<Arc<str>>,
}

impl Expr {
    /// Parses an expression of at most 16 KiB with at most 64 levels of nesting.
    ///
    /// # Errors
    ///
    /// A syntax error, an unknown function, a wrong number of arguments, or a constant pattern
    /// that is not a regular expression.
    pub fn parse(text: &str) -> Result<Expr, ExprParseError> {
        let (node, roots) = parse::parse_text(text)?;
        Ok(Expr(Arc::new(ParsedExpr { text: text.to_string(), node, roots })))
    }

    /// The expression with the constant value `val`.
    pub fn from_literal(val: ExprValue) -> Expr {
        let text = val.to_string();
        let kind = ExprNodeKind::Lit(val);
        Expr(Arc::new(ParsedExpr { text, node: ExprNode { at: 0, kind }, roots: Vec::new() }))
    }

    /// A part of an expression as an expression of its own.
    pub(super) fn extract_part(&self, node: &ExprNode) -> Expr {
        let mut node = node.clone();
        let roots = parse::sort_roots(&mut node, self.0.roots.clone());
        Expr(Arc::new(ParsedExpr { text: print::print_node(&node, &roots), node, roots }))
    }

    /// The parsed text.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The free identifiers, sorted and without duplicates. Loop variables are not free.
    pub fn roots(&self) -> &[Arc<str>] {
        &self.0.roots
    }

    pub(super) fn node(&self) -> &ExprNode {
        &self.0.node
    }

    /// Evaluates the expression. The evaluation calls the scope at most once for each root, and
    /// only for the roots that it needs.
    ///
    /// # Errors
    ///
    /// An unknown name, a value of a wrong kind, an overflow, an index out of range, or more than
    /// 100,000 units of work.
    pub fn eval(&self, scope: &dyn ExprScope) -> Result<ExprValue, ExprEvalError> {
        eval::eval_in_scope(&self.0.node, &self.0.roots, scope)
    }

    /// Evaluates the expression with the values of the roots in `slots`, in the order of
    /// [`Expr::roots`]; `None` is an unknown name. Faster than [`Expr::eval`] for a caller that
    /// resolves the names beforehand.
    ///
    /// # Errors
    ///
    /// The errors of [`Expr::eval`].
    ///
    /// # Panics
    ///
    /// Panics with fewer slots than roots.
    pub fn eval_slots(&self, slots: &[Option<ExprValue>]) -> Result<ExprValue, ExprEvalError> {
        assert!(slots.len() >= self.0.roots.len(), "the caller resolves every root of the expression");
        eval::eval_in_slots(&self.0.node, &self.0.roots, slots)
    }

    /// A number that differs for the expressions of a suite that exist at the same time, and is equal for clones.
    #[must_use]
    pub fn identify(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// The value of a constant expression; none for other expressions.
    pub fn as_literal(&self) -> Option<&ExprValue> {
        self.0.node.as_constant()
    }

    /// The path of an expression such as `it.flavor.id`, `it["a:b"]`, `it.list[0]` or a bare name;
    /// none for other expressions.
    pub fn as_path(&self) -> Option<FieldPath> {
        reading::find_path(&self.0.node, &self.0.roots)
    }

    /// Every longest path that the expression reads, sorted and without duplicates. A path ends
    /// before a computed index.
    pub fn list_reads(&self) -> Vec<FieldPath> {
        reading::list_reads(&self.0.node, &self.0.roots)
    }
}

impl fmt::Display for Expr {
    /// Writes the canonical form: one space around operators and only necessary parentheses. The
    /// form parses to an equal expression.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print::print_node(&self.0.node, &self.0.roots))
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expr({:?})", self.0.text)
    }
}

impl PartialEq for Expr {
    /// Compares the texts.
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text && self.0.roots == other.0.roots
    }
}

impl Eq for Expr {}
