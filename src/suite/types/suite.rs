//! A whole suite.

use super::clause::{Clause, Event};
use super::resource::{AboutEntry, ResourceKind};
use crate::expr::{Expr, ExprValue};
use crate::suite::suite_files::SuiteFiles;
use std::collections::BTreeMap;

/// The promises of one API: resource kinds, clauses and events.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Name of the suite.
    pub name: String,
    /// Name of the API in prose.
    pub title: String,
    /// Folder in `schemas/` with the operations and schemas.
    pub catalog: String,
    /// `sha256:…` of the bytes of the suite file and of its base suites.
    pub digest: String,
    /// The parsed files, which places refer to.
    pub files: SuiteFiles,
    /// Constants and named expressions, readable from every expression.
    pub lets: BTreeMap<String, LetDefinition>,
    /// Offered values, such as flavors and images, by pool. A profile replaces the values.
    pub pools: BTreeMap<String, Vec<ExprValue>>,
    /// The API version that a call requests, computed from `header`; the root `version`.
    pub version: Option<Expr>,
    /// Resource kinds in the order of the file.
    pub resources: Vec<ResourceKind>,
    /// The resources that a call refers to, by operation id. Entries under `"*"` are already expanded.
    pub about: BTreeMap<String, Vec<AboutEntry>>,
    /// General clauses first, then the others, each in the order of the file.
    pub clauses: Vec<Clause>,
    /// Changes that the endpoint may make without a call.
    pub events: Vec<Event>,
}

/// A constant, or an expression (`=` in the file) evaluated at each use.
#[derive(Debug, Clone)]
pub enum LetDefinition {
    /// A constant.
    Constant(ExprValue),
    /// An expression, evaluated at each use.
    Expression(Expr),
}
