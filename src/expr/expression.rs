//! An expression as the rest of the program holds it.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use super::ast::{Kind, Node};
use super::eval::{self, EvalError, Scope};
use super::mine::{self, Comparison};
use super::parse;
use super::path::Path;
use super::print;
use super::value::Val;

/// A parsed expression: immutable, cheap to clone, shared between threads.
#[derive(Clone)]
pub struct Expr(Arc<Parsed>);

struct Parsed {
    text: String,
    node: Node,
    roots: Vec<Arc<str>>,
}

/// Why a text is not an expression.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message} (at byte {offset})")]
pub struct ParseError {
    /// Where in the text, in bytes; at most the length of the text.
    pub offset: usize,
    /// What is wrong there.
    pub message: String,
}

impl Expr {
    /// Parses an expression of at most 16 KiB, nested at most 64 deep.
    ///
    /// # Errors
    ///
    /// Syntax errors, and also unknown functions, a wrong number of arguments
    /// and constant patterns that are no regular expression.
    pub fn parse(text: &str) -> Result<Expr, ParseError> {
        let (node, roots) = parse::parse(text)?;
        Ok(Expr(Arc::new(Parsed { text: text.to_string(), node, roots })))
    }

    /// The expression that is always `val`.
    pub fn literal(val: Val) -> Expr {
        let text = val.to_string();
        let kind = Kind::Lit(val);
        Expr(Arc::new(Parsed { text, node: Node { at: 0, kind }, roots: Vec::new() }))
    }

    /// A part of an expression as an expression of its own.
    pub(super) fn part(&self, node: &Node) -> Expr {
        let mut node = node.clone();
        let roots = parse::sort_roots(&mut node, self.0.roots.clone());
        Expr(Arc::new(Parsed { text: print::print(&node, &roots), node, roots }))
    }

    /// The text it was parsed from.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The free identifiers, sorted, each once. Loop variables are not among
    /// them.
    pub fn roots(&self) -> &[Arc<str>] {
        &self.0.roots
    }

    pub(super) fn node(&self) -> &Node {
        &self.0.node
    }

    /// The value in a scope, which is asked at most once for each root, and
    /// only for those that are needed.
    ///
    /// # Errors
    ///
    /// A name that the scope does not have, a value of the wrong kind, an
    /// overflow, an index out of range, or more than 100,000 units of work.
    pub fn eval(&self, scope: &dyn Scope) -> Result<Val, EvalError> {
        eval::in_scope(&self.0.node, &self.0.roots, scope)
    }

    /// The value where the roots, in the order of [`Expr::roots`], are `slots`;
    /// `None` is an undeclared name. Cheaper than [`Expr::eval`], for one who
    /// resolves the names beforehand.
    ///
    /// # Errors
    ///
    /// As [`Expr::eval`].
    ///
    /// # Panics
    ///
    /// If there are fewer slots than roots.
    pub fn eval_slots(&self, slots: &[Option<Val>]) -> Result<Val, EvalError> {
        assert!(slots.len() >= self.0.roots.len(), "the caller resolves every root of the expression");
        eval::in_slots(&self.0.node, &self.0.roots, slots)
    }

    /// The constant that the expression is, if it is one.
    pub fn as_literal(&self) -> Option<&Val> {
        self.0.node.as_lit()
    }

    /// The path that the expression is: `it.flavor.id`, `it["a:b"]`,
    /// `it.list[0]`, or a bare name.
    pub fn as_path(&self) -> Option<Path> {
        mine::path_of(&self.0.node, &self.0.roots)
    }

    /// Every longest path that the expression reads, sorted, each once. Where
    /// an index is computed, the path ends before it.
    pub fn reads(&self) -> Vec<Path> {
        mine::reads(&self.0.node, &self.0.roots)
    }

    /// Every comparison with a path on one side, in source order; one between
    /// two paths appears in both directions. A negation around is taken into
    /// the relation. Used to find values worth trying for an input.
    pub fn comparisons(&self) -> Vec<Comparison> {
        mine::comparisons(self)
    }
}

impl fmt::Display for Expr {
    /// The canonical form: one space around operators, no parentheses that are
    /// not needed. It parses to the same expression.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print::print(&self.0.node, &self.0.roots))
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expr({:?})", self.0.text)
    }
}

impl PartialEq for Expr {
    /// By text.
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text && self.0.roots == other.0.roots
    }
}

impl Eq for Expr {}
