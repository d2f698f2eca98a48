//! The relations that a guard states between inputs and other values.

use crate::expr::{ComparisonRelation, Expr, ExprValue, FieldPath, PathKey};
use crate::schema::TextPattern;
use crate::suite::{LetDefinition, Suite};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A relation in a guard between an input and another value.
#[derive(Debug, Clone, PartialEq)]
pub struct GuardRelation {
    /// Root of the input.
    pub root: InputRoot,
    /// Path below the root.
    pub keys: Vec<PathKey>,
    /// The relation.
    pub relation: ComparisonRelation,
    /// The other value.
    pub other: Expr,
    /// Pattern for the input, if the relation is `matches` and texts can be drawn from the pattern.
    pub pattern: Option<Arc<TextPattern>>,
    /// Whether the relation is on a side of `||`, and another side may hold instead.
    pub is_side: bool,
}

/// Root of an input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum InputRoot {
    /// Path parameters.
    Path,
    /// Query parameters.
    Query,
    /// Headers.
    Header,
    /// The body.
    Body,
    /// The caller.
    Caller,
    /// The binding.
    Binding,
    /// The class of the input.
    Input,
    /// A resource of the call, by `about` name.
    Resource(String),
}

impl InputRoot {
    /// Whether the root is the resource with an `about` name.
    #[must_use]
    pub fn is_resource(&self, name: &str) -> bool {
        matches!(self, InputRoot::Resource(known) if known == name)
    }
}

/// The expression, the expression for the first elements of lists, and every named expression in both.
pub(super) fn expand_expression(suite: &Suite, expr: &Expr) -> Vec<Expr> {
    let mut seen = BTreeSet::new();
    let mut open = vec![expr.clone()];
    let mut all = Vec::new();
    while let Some(expr) = open.pop() {
        for root in expr.roots() {
            if let Some(LetDefinition::Expression(inner)) = suite.lets.get(root.as_ref())
                && seen.insert(root.to_string())
            {
                open.push(inner.clone());
            }
        }
        all.extend(expr.expand_first_elements());
        all.push(expr);
    }
    all
}

pub(super) fn list_needs(expr: &Expr) -> Vec<GuardRelation> {
    let of = |(comparison, is_side): (crate::expr::Comparison, bool)| {
        let FieldPath { root, keys } = comparison.path;
        let root = match root.as_ref() {
            "path" => InputRoot::Path,
            "query" => InputRoot::Query,
            "header" => InputRoot::Header,
            "body" => InputRoot::Body,
            "caller" => InputRoot::Caller,
            "binding" => InputRoot::Binding,
            "input" => InputRoot::Input,
            "version" | "pools" | "reply" | "it" | "world" | "today" | "op" => return None,
            thing => InputRoot::Resource(thing.to_string()),
        };
        let pattern = match comparison.other.as_literal() {
            Some(ExprValue::Str(text)) if comparison.op == ComparisonRelation::Matches => {
                TextPattern::new(text).ok().map(Arc::new)
            }
            _ => None,
        };
        Some(GuardRelation { root, keys, relation: comparison.op, other: comparison.other, pattern, is_side })
    };
    let terms = expr.split_terms().into_iter();
    let compared = terms.flat_map(|term| {
        let is_side = term.is_disjunction();
        term.list_comparisons().into_iter().map(move |comparison| (comparison, is_side))
    });
    compared.filter_map(of).collect()
}

/// The conditions of a guard: its terms, with named expressions expanded.
#[must_use]
pub fn list_conditions(suite: &Suite, guard: &Expr) -> Vec<Expr> {
    let mut found = Vec::new();
    let mut open = guard.split_terms();
    // A named expression cannot contain its own name; the limit guards against a faulty suite.
    while let Some(one) = open.pop().filter(|_| found.len() < CONDITIONS_MAX) {
        let named = one.as_path().filter(|path| path.keys.is_empty()).map(|path| path.root);
        match named.and_then(|root| suite.lets.get(root.as_ref())) {
            Some(LetDefinition::Expression(inner)) => open.extend(inner.split_terms()),
            _ => found.push(one),
        }
    }
    found
}

const CONDITIONS_MAX: usize = 200;
