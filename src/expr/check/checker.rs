//! The state of a type check.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::expr::ast::ExprNode;
use crate::expr::error::{ExprTypeError, TypeErrorSeverity};
use crate::expr::present_paths::PresentPaths;
use crate::expr::types::ValueType;

/// A type check in progress.
pub(super) struct TypeChecker<'a> {
    pub names: &'a [Arc<str>],
    pub types: &'a BTreeMap<String, ValueType>,
    /// The paths that are present, for each enclosing condition.
    pub facts: Vec<PresentPaths>,
    /// The loop variables, innermost last.
    pub vars: Vec<ValueType>,
    pub found: Vec<ExprTypeError>,
}

impl<'a> TypeChecker<'a> {
    pub(super) fn new(names: &'a [Arc<str>], types: &'a BTreeMap<String, ValueType>) -> TypeChecker<'a> {
        TypeChecker { names, types, facts: Vec::new(), vars: Vec::new(), found: Vec::new() }
    }

    pub(super) fn report_error(&mut self, node: &ExprNode, message: String, hint: Option<String>) {
        self.report_finding(TypeErrorSeverity::Error, node, message, hint);
    }

    pub(super) fn report_finding(
        &mut self,
        severity: TypeErrorSeverity,
        node: &ExprNode,
        message: String,
        hint: Option<String>,
    ) {
        self.found.push(ExprTypeError { offset: node.at as usize, message, hint, severity });
    }
}
