//! Evaluation of guards with mostly unknown inputs.

use crate::expr::{Comparison, Expr, Key, Path, Relation, Val};
use crate::suite::types::{Let, Suite};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The known values of a call and its resources, by path. All other values are unknown.
#[derive(Clone, Default)]
pub(super) struct Sketch {
    known: BTreeMap<Path, Val>,
}

/// The value of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    True,
    False,
    Unknown,
}

impl Sketch {
    /// A valid call of the owner.
    pub fn plain_call() -> Sketch {
        Sketch::default().with("caller", &[], "owner".into()).with("input", &[], "valid".into())
    }

    /// Adds the known value of a path.
    pub fn with(mut self, root: &str, keys: &[&str], val: Val) -> Sketch {
        let keys = keys.iter().map(|key| Key::Name(Arc::from(*key))).collect();
        self.known.insert(Path { root: Arc::from(root), keys }, val);
        self
    }

    /// Adds the known value of a path.
    pub fn with_path(mut self, path: &Path, val: Val) -> Sketch {
        self.known.insert(path.clone(), val);
        self
    }

    /// The value of a condition. An evaluation error counts as unknown; another check reports type errors.
    pub fn truth(&self, suite: &Suite, guard: Option<&Expr>) -> Truth {
        let Some(guard) = guard else {
            return Truth::True;
        };
        match self.value(suite, guard) {
            Some(Val::Bool(true)) => Truth::True,
            Some(Val::Bool(false)) => Truth::False,
            _ => Truth::Unknown,
        }
    }

    /// The value of an expression; `None` if the evaluation fails.
    pub fn value(&self, suite: &Suite, expr: &Expr) -> Option<Val> {
        let reads = all_reads(suite, expr);
        expr.eval(&|root: &str| Some(self.root(suite, root, &reads))).ok()
    }

    fn root(&self, suite: &Suite, root: &str, reads: &BTreeSet<Path>) -> Val {
        match suite.lets.get(root) {
            Some(Let::Constant(val)) => return val.clone(),
            Some(Let::Expression(expr)) => {
                let scope = |name: &str| Some(self.root(suite, name, reads));
                return expr.eval(&scope).unwrap_or(Val::Unknown);
            }
            None => {}
        }
        if root == "pools" {
            let pool =
                |(name, vals): (&String, &Vec<Val>)| (Arc::from(name.as_str()), vals.iter().cloned().collect::<Val>());
            return suite.pools.iter().map(pool).collect();
        }
        let below = reads.iter().filter(|path| path.root.as_ref() == root);
        let known = self.known.keys().filter(|path| path.root.as_ref() == root);
        let paths: Vec<&Path> = below.chain(known).collect();
        self.grow(root, &[], &paths)
    }

    /// A map with every key that an expression reads. Keys without a known value are unknown.
    fn grow(&self, root: &str, keys: &[Key], paths: &[&Path]) -> Val {
        let here = Path { root: Arc::from(root), keys: keys.to_vec() };
        if let Some(val) = self.known.get(&here) {
            return val.clone();
        }
        let starts = |path: &&&Path| path.keys.len() > keys.len() && path.keys.starts_with(keys);
        let next: BTreeSet<&Key> = paths.iter().filter(starts).map(|p| &p.keys[keys.len()]).collect();
        // Only paths to known values are built: a map without known values may be absent.
        let leads = self.known.keys().any(|k| k.root.as_ref() == root && k.keys.starts_with(keys));
        if !leads || next.iter().any(|key| matches!(key, Key::Index(_))) {
            return Val::Unknown;
        }
        let entry = |key: &&Key| {
            let Key::Name(name) = key else { unreachable!("indices return early above") };
            let below: Vec<Key> = keys.iter().cloned().chain([(*key).clone()]).collect();
            (name.clone(), self.grow(root, &below, paths))
        };
        next.iter().map(entry).collect()
    }
}

/// The paths that an expression reads, directly and through `let`.
pub(super) fn all_reads(suite: &Suite, expr: &Expr) -> BTreeSet<Path> {
    let mut reads = BTreeSet::new();
    let mut waiting = vec![expr.clone()];
    let mut seen = BTreeSet::new();
    while let Some(expr) = waiting.pop() {
        for path in expr.reads() {
            match suite.lets.get(path.root.as_ref()) {
                Some(Let::Expression(inner)) if seen.insert(path.root.to_string()) => waiting.push(inner.clone()),
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
pub(super) fn candidates(suite: &Suite, path: &Path, guards: &[&Expr], wholes: bool) -> Vec<Val> {
    let mut vals: BTreeSet<Val> = [Val::Null, Val::from("some other value")].into();
    let nothing = Sketch::default();
    for guard in with_lets(suite, guards) {
        let clash = |read: &Path| is_part(path, read) || (!wholes && is_part(read, path));
        if guard.reads().iter().any(clash) {
            return Vec::new();
        }
        let comparisons: Vec<Comparison> = guard.comparisons().into_iter().filter(|c| c.path == *path).collect();
        // No finite list of values represents the texts that match a pattern.
        let listed = |it: &&Comparison| !matches!(it.op, Relation::Matches | Relation::NotMatches);
        if guard.to_string().matches(&path.to_string()).count() > comparisons.iter().filter(listed).count() {
            return Vec::new();
        }
        for comparison in &comparisons {
            match nothing.value(suite, &comparison.other) {
                Some(Val::List(items)) => vals.extend(items.iter().cloned()),
                Some(val) => drop(vals.insert(val)),
                None => {}
            }
        }
    }
    vals.retain(|val| !val.has_unknown());
    vals.into_iter().collect()
}

/// Whether `inner` lies strictly within `outer`.
fn is_part(outer: &Path, inner: &Path) -> bool {
    outer.root == inner.root && inner.keys.len() > outer.keys.len() && inner.keys.starts_with(&outer.keys)
}

fn with_lets(suite: &Suite, guards: &[&Expr]) -> Vec<Expr> {
    let mut all: Vec<Expr> = guards.iter().map(|g| (*g).clone()).collect();
    let mut seen = BTreeSet::new();
    let mut next = 0;
    while next < all.len() {
        for root in all[next].roots().to_vec() {
            if let Some(Let::Expression(inner)) = suite.lets.get(root.as_ref())
                && seen.insert(root.to_string())
            {
                all.push(inner.clone());
            }
        }
        next += 1;
    }
    all
}
