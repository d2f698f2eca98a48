//! The state of a type check.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::expr::ast::Node;
use crate::expr::error::{Severity, TypeError};
use crate::expr::facts::Facts;
use crate::expr::types::Type;

/// A type check in progress.
pub(super) struct Checker<'a> {
    pub names: &'a [Arc<str>],
    pub types: &'a BTreeMap<String, Type>,
    /// The paths that are present, for each enclosing condition.
    pub facts: Vec<Facts>,
    /// The loop variables, innermost last.
    pub vars: Vec<Type>,
    pub found: Vec<TypeError>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(names: &'a [Arc<str>], types: &'a BTreeMap<String, Type>) -> Checker<'a> {
        Checker { names, types, facts: Vec::new(), vars: Vec::new(), found: Vec::new() }
    }

    pub(super) fn error(&mut self, node: &Node, message: String, hint: Option<String>) {
        self.note(Severity::Error, node, message, hint);
    }

    pub(super) fn note(&mut self, severity: Severity, node: &Node, message: String, hint: Option<String>) {
        self.found.push(TypeError { offset: node.at as usize, message, hint, severity });
    }
}
