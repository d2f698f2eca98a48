//! A whole suite.

use super::clause::{Clause, Event};
use super::resource::{About, Resource};
use crate::expr::{Expr, Val};
use crate::suite::sheets::Sheets;
use std::collections::BTreeMap;

/// All clauses of one API with the resources they speak of.
#[derive(Debug, Clone)]
pub struct Suite {
    pub name: String,
    pub title: String,
    /// Folder in `schemas/` where operations and schemas come from.
    pub catalog: String,
    /// `sha256:…` of the file's bytes, and of those that it builds on.
    pub digest: String,
    /// The files that it was read from; places count through them.
    pub sheets: Sheets,
    /// Constants and named expressions, usable as roots in every expression.
    pub lets: BTreeMap<String, Let>,
    /// Values that an endpoint offers (flavors, images); a profile replaces them.
    pub pools: BTreeMap<String, Vec<Val>>,
    /// The version that a call asks for, over `header`; gives the root `version`.
    pub version: Option<Expr>,
    /// In the order of the file.
    pub resources: Vec<Resource>,
    /// Which things a call speaks of, by operation id; `"*"` is already spread out.
    pub about: BTreeMap<String, Vec<About>>,
    /// The `general` ones first, then the `clauses`, each in the order of the file.
    pub clauses: Vec<Clause>,
    pub events: Vec<Event>,
}

/// A constant, or an expression (`=` in the file) evaluated where it is named.
#[derive(Debug, Clone)]
pub enum Let {
    Constant(Val),
    Expression(Expr),
}
