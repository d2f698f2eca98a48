//! Guards evaluated where almost nothing is known.

use crate::expr::{Comparison, Expr, Key, Path, Relation, Val};
use crate::suite::types::{Let, Suite};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is known of a call and its world: a value for some paths; all else is unknown.
#[derive(Clone, Default)]
pub(super) struct Sketch {
    known: BTreeMap<Path, Val>,
}

/// What can be said of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    True,
    False,
    Unknown,
}

impl Sketch {
    /// A call of the owner with a valid body.
    pub fn plain_call() -> Sketch {
        Sketch::default().with("caller", &[], "owner".into()).with("input", &[], "valid".into())
    }

    pub fn with(mut self, root: &str, keys: &[&str], val: Val) -> Sketch {
        let keys = keys.iter().map(|key| Key::Name(Arc::from(*key))).collect();
        self.known.insert(Path { root: Arc::from(root), keys }, val);
        self
    }

    pub fn with_path(mut self, path: &Path, val: Val) -> Sketch {
        self.known.insert(path.clone(), val);
        self
    }

    /// The condition under these circumstances. An error counts as unknown: types are checked
    /// elsewhere.
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

    /// A map that has every key anything reads, so that only what is known is not unknown.
    fn grow(&self, root: &str, keys: &[Key], paths: &[&Path]) -> Val {
        let here = Path { root: Arc::from(root), keys: keys.to_vec() };
        if let Some(val) = self.known.get(&here) {
            return val.clone();
        }
        let starts = |path: &&&Path| path.keys.len() > keys.len() && path.keys.starts_with(keys);
        let next: BTreeSet<&Key> = paths.iter().filter(starts).map(|p| &p.keys[keys.len()]).collect();
        // Only what leads to something known is drawn: a map that is read but about which
        // nothing is known may as well not be there.
        let leads = self.known.keys().any(|k| k.root.as_ref() == root && k.keys.starts_with(keys));
        if !leads || next.iter().any(|key| matches!(key, Key::Index(_))) {
            return Val::Unknown;
        }
        let entry = |key: &&Key| {
            let Key::Name(name) = key else { unreachable!("indices were turned away above") };
            let below: Vec<Key> = keys.iter().cloned().chain([(*key).clone()]).collect();
            (name.clone(), self.grow(root, &below, paths))
        };
        next.iter().map(entry).collect()
    }
}

/// What an expression reads, through `let` too.
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

/// Values worth trying for a path: those that the conditions compare it with, null, and one
/// that is none of them. Empty where these cannot stand for all values: where the path is read
/// as a whole and in parts, or otherwise than in comparisons.
///
/// With `wholes`, a path that is also read as a part of a whole is tried all the same, as if
/// nothing else were in that whole: a guess, good enough to tell two guards apart.
pub(super) fn candidates(suite: &Suite, path: &Path, guards: &[&Expr], wholes: bool) -> Vec<Val> {
    let mut vals: BTreeSet<Val> = [Val::Null, Val::from("some other value")].into();
    let nothing = Sketch::default();
    for guard in with_lets(suite, guards) {
        let clash = |read: &Path| is_part(path, read) || (!wholes && is_part(read, path));
        if guard.reads().iter().any(clash) {
            return Vec::new();
        }
        let comparisons: Vec<Comparison> = guard.comparisons().into_iter().filter(|c| c.path == *path).collect();
        // No list of values stands for all texts that match a pattern.
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
