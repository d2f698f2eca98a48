//! Evaluation of guards with mostly unknown inputs.

use crate::expr::{Comparison, ComparisonRelation, Expr, ExprValue, FieldPath, PathKey};
use crate::suite::types::{LetDefinition, Suite};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The known values of a call and its resources, by path. All other values are unknown.
#[derive(Clone, Default)]
pub(in crate::suite) struct PartialCall {
    known: BTreeMap<FieldPath, ExprValue>,
}

/// The value of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::suite) enum ConditionTruth {
    True,
    False,
    Unknown,
}

impl PartialCall {
    /// A valid call of the owner.
    pub fn new_owner_call() -> PartialCall {
        PartialCall::default().with_value("caller", &[], "owner".into()).with_value("input", &[], "valid".into())
    }

    /// Adds the known value of a path.
    pub fn with_value(mut self, root: &str, keys: &[&str], val: ExprValue) -> PartialCall {
        let keys = keys.iter().map(|key| PathKey::Name(Arc::from(*key))).collect();
        self.known.insert(FieldPath { root: Arc::from(root), keys }, val);
        self
    }

    /// Adds the known value of a path.
    pub fn with_path_value(mut self, path: &FieldPath, val: ExprValue) -> PartialCall {
        self.known.insert(path.clone(), val);
        self
    }

    /// The value of a condition. An evaluation error counts as unknown; another check reports type errors.
    pub fn evaluate_guard(&self, suite: &Suite, guard: Option<&Expr>) -> ConditionTruth {
        let Some(guard) = guard else {
            return ConditionTruth::True;
        };
        match self.evaluate_expression(suite, guard) {
            Some(ExprValue::Bool(true)) => ConditionTruth::True,
            Some(ExprValue::Bool(false)) => ConditionTruth::False,
            _ => ConditionTruth::Unknown,
        }
    }

    /// The value of an expression; `None` if the evaluation fails.
    pub fn evaluate_expression(&self, suite: &Suite, expr: &Expr) -> Option<ExprValue> {
        let reads = collect_reads(suite, expr);
        expr.eval(&|root: &str| Some(self.build_root(suite, root, &reads))).ok()
    }

    fn build_root(&self, suite: &Suite, root: &str, reads: &BTreeSet<FieldPath>) -> ExprValue {
        match suite.lets.get(root) {
            Some(LetDefinition::Constant(val)) => return val.clone(),
            Some(LetDefinition::Expression(expr)) => {
                let scope = |name: &str| Some(self.build_root(suite, name, reads));
                return expr.eval(&scope).unwrap_or(ExprValue::Unknown);
            }
            None => {}
        }
        if root == "pools" {
            let pool = |(name, vals): (&String, &Vec<ExprValue>)| {
                (Arc::from(name.as_str()), vals.iter().cloned().collect::<ExprValue>())
            };
            return suite.pools.iter().map(pool).collect();
        }
        let below = reads.iter().filter(|path| path.root.as_ref() == root);
        let known = self.known.keys().filter(|path| path.root.as_ref() == root);
        let paths: Vec<&FieldPath> = below.chain(known).collect();
        self.build_value(root, &[], &paths)
    }

    /// A map with every key that an expression reads. Keys without a known value are unknown.
    fn build_value(&self, root: &str, keys: &[PathKey], paths: &[&FieldPath]) -> ExprValue {
        let here = FieldPath { root: Arc::from(root), keys: keys.to_vec() };
        if let Some(val) = self.known.get(&here) {
            return val.clone();
        }
        let starts = |path: &&&FieldPath| path.keys.len() > keys.len() && path.keys.starts_with(keys);
        let next: BTreeSet<&PathKey> = paths.iter().filter(starts).map(|p| &p.keys[keys.len()]).collect();
        // Only paths to known values are built: a map without known values may be absent.
        let leads = self.known.keys().any(|k| k.root.as_ref() == root && k.keys.starts_with(keys));
        if !leads || next.iter().any(|key| matches!(key, PathKey::Index(_))) {
            return ExprValue::Unknown;
        }
        let entry = |key: &&PathKey| {
            let PathKey::Name(name) = key else { unreachable!("indices return early above") };
            let below: Vec<PathKey> = keys.iter().cloned().chain([(*key).clone()]).collect();
            (name.clone(), self.build_value(root, &below, paths))
        };
        next.iter().map(entry).collect()
    }
}

/// The paths that an expression reads, directly and through `let`.
pub(in crate::suite) fn collect_reads(suite: &Suite, expr: &Expr) -> BTreeSet<FieldPath> {
    let mut reads = BTreeSet::new();
    let mut waiting = vec![expr.clone()];
    let mut seen = BTreeSet::new();
    while let Some(expr) = waiting.pop() {
        for path in expr.list_reads() {
            match suite.lets.get(path.root.as_ref()) {
                Some(LetDefinition::Expression(inner)) if seen.insert(path.root.to_string()) => {
                    waiting.push(inner.clone())
                }
                Some(_) => {}
                None => drop(reads.insert(path)),
            }
        }
    }
    reads
}

/// Values to try for a path: the values compared with the path, null, and a value different from all of these. Empty
/// if the values cannot represent every case: the path is read both as a whole and in parts, or outside of
/// comparisons.
///
/// With `wholes`, a path inside a value that is also read as a whole is tried nevertheless, as if the whole had no
/// other part. The approximation is good enough to compare two guards.
pub(in crate::suite) fn list_candidate_values(
    suite: &Suite,
    path: &FieldPath,
    guards: &[&Expr],
    wholes: bool,
) -> Vec<ExprValue> {
    let mut vals: BTreeSet<ExprValue> = [ExprValue::Null, ExprValue::from("some other value")].into();
    let nothing = PartialCall::default();
    for guard in expand_lets(suite, guards) {
        let clash = |read: &FieldPath| is_nested_in(path, read) || (!wholes && is_nested_in(read, path));
        if guard.list_reads().iter().any(clash) {
            return Vec::new();
        }
        let comparisons: Vec<Comparison> = guard.list_comparisons().into_iter().filter(|c| c.path == *path).collect();
        // No finite list of values represents the texts that match a pattern.
        let listed = |it: &&Comparison| !matches!(it.op, ComparisonRelation::Matches | ComparisonRelation::NotMatches);
        if guard.to_string().matches(&path.to_string()).count() > comparisons.iter().filter(listed).count() {
            return Vec::new();
        }
        for comparison in &comparisons {
            match nothing.evaluate_expression(suite, &comparison.other) {
                Some(ExprValue::List(items)) => vals.extend(items.iter().cloned()),
                Some(val) => drop(vals.insert(val)),
                None => {}
            }
        }
    }
    vals.retain(|val| !val.has_unknown());
    vals.into_iter().collect()
}

/// Whether `inner` lies strictly within `outer`.
fn is_nested_in(outer: &FieldPath, inner: &FieldPath) -> bool {
    outer.root == inner.root && inner.keys.len() > outer.keys.len() && inner.keys.starts_with(&outer.keys)
}

fn expand_lets(suite: &Suite, guards: &[&Expr]) -> Vec<Expr> {
    let mut all: Vec<Expr> = guards.iter().map(|g| (*g).clone()).collect();
    let mut seen = BTreeSet::new();
    let mut next = 0;
    while next < all.len() {
        for root in all[next].roots().to_vec() {
            if let Some(LetDefinition::Expression(inner)) = suite.lets.get(root.as_ref())
                && seen.insert(root.to_string())
            {
                all.push(inner.clone());
            }
        }
        next += 1;
    }
    all
}
