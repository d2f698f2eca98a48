//! What the suite's own expressions say about inputs worth trying.

use super::nearness::conditions;
use crate::expr::{Expr, Key, Path, Relation, Val};
use crate::model::{ClauseId, Model};
use crate::schema::{Pattern, Schemas};
use crate::suite::{Binding, Calls, Clause, Effect, EffectValue, Let, Stage, Suite, Target, Verb};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A relation that a guard wants between an input and something else.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    pub root: Root,
    pub keys: Vec<Key>,
    pub relation: Relation,
    pub other: Expr,
    /// What the relation asks a text to match, where it can be drawn from.
    pub pattern: Option<Arc<Pattern>>,
}

/// What a need is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    Path,
    Query,
    Header,
    Body,
    Caller,
    Binding,
    Input,
    /// A thing that the call names, by its `about` name.
    Thing(String),
}

/// A suite read once for what its expressions say about inputs.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    needs: BTreeMap<ClauseId, Vec<Need>>,
    /// Names of things that a clause's guard reads.
    reads: BTreeMap<ClauseId, BTreeSet<String>>,
    /// Of clauses that accept: what must hold, each condition by itself.
    conditions: BTreeMap<ClauseId, Vec<Expr>>,
    /// The header that carries the version.
    pub version_header: Option<String>,
    /// Versions at which something changes, and their neighbours, by operation.
    versions: BTreeMap<String, Vec<String>>,
    /// Fields and memory by kind on which it hangs what may happen, whatever the inputs.
    pub relevant: BTreeSet<(usize, String)>,
    /// Operations that bring something to life that has to be deleted some day.
    pub creating: BTreeSet<String>,
    /// Those of them that name nothing that is there already.
    pub founding: BTreeSet<String>,
    /// Kinds that come to life by those.
    pub founded: BTreeSet<usize>,
    /// Operations after which a thing that they name, or that hangs on it, may be gone.
    pub deleting: BTreeSet<String>,
    /// Kinds that some operation deletes.
    pub deletable: BTreeSet<usize>,
}

impl Hints {
    #[must_use]
    pub fn new(model: &Model, schemas: &Schemas) -> Hints {
        let suite = &model.suite;
        let mut hints = Hints { version_header: version_header(suite), ..Hints::default() };
        for (index, clause) in suite.clauses.iter().enumerate() {
            let id = ClauseId(index as u32);
            let guards: Vec<Expr> = clause.when.iter().flat_map(|guard| spread(suite, guard)).collect();
            hints.needs.insert(id, guards.iter().flat_map(needs).collect());
            let roots = guards.iter().flat_map(|guard| guard.roots().to_vec());
            hints.reads.insert(id, roots.map(|root| root.to_string()).collect());
            if matches!(clause.verb, Verb::Accept(_)) {
                hints.conditions.insert(id, clause.when.iter().flat_map(|guard| conditions(suite, guard)).collect());
            }
        }
        hints.lives(model);
        hints.relevant = relevant(model);
        for operation in model.operations.keys() {
            let versions = versions(model, schemas, operation);
            hints.versions.insert(operation.clone(), versions);
        }
        hints
    }

    /// What a clause's guard wants of the inputs.
    #[must_use]
    pub fn needs(&self, clause: ClauseId) -> &[Need] {
        self.needs.get(&clause).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a clause's guard names a root.
    #[must_use]
    pub fn reads(&self, clause: ClauseId, root: &str) -> bool {
        self.reads.get(&clause).is_some_and(|roots| roots.contains(root))
    }

    /// What must hold where a clause accepts; none of a clause that refuses.
    #[must_use]
    pub fn conditions(&self, clause: ClauseId) -> Option<&[Expr]> {
        self.conditions.get(&clause).map(Vec::as_slice)
    }

    /// Versions worth asking for in a call, in order.
    #[must_use]
    pub fn versions(&self, operation: &str) -> &[String] {
        self.versions.get(operation).map(Vec::as_slice).unwrap_or_default()
    }

    fn lives(&mut self, model: &Model) {
        for (name, operation) in &model.operations {
            for clause in operation.clauses.iter().filter_map(|clause| model.written(*clause)) {
                for target in clause.then.iter().filter(|effect| ends(effect)).map(|effect| &effect.target) {
                    let existing = |about: &&crate::suite::About| {
                        target.is(&about.name) && matches!(about.binding, Binding::Existing(_))
                    };
                    let named = operation.about.iter().find(existing).map(|about| about.resource);
                    if let Some(kind) = named.or(target.each().map(|each| each.resource)) {
                        self.deletable.insert(kind);
                        self.deleting.insert(name.clone());
                    }
                }
            }
        }
        for (name, operation) in &model.operations {
            let new = |about: &&crate::suite::About| matches!(about.binding, Binding::New(_));
            let alone = operation.about.iter().all(|about| matches!(about.binding, Binding::New(_)));
            if operation.about.iter().filter(new).any(|about| alone || self.deletable.contains(&about.resource)) {
                self.creating.insert(name.clone());
                if alone {
                    self.founding.insert(name.clone());
                    self.founded.extend(operation.about.iter().filter(new).map(|about| about.resource));
                }
            }
        }
    }
}

/// A clause that promises what an accepted change does.
#[must_use]
pub fn has_effect(clause: &Clause) -> bool {
    matches!(clause.verb, Verb::Accept(_)) && !clause.then.is_empty()
}

/// A clause that refuses calls of its own operation.
#[must_use]
pub fn refuses(clause: &Clause) -> bool {
    !matches!(clause.verb, Verb::Accept(_)) && !general(clause)
}

/// A clause that speaks of every operation.
#[must_use]
pub fn general(clause: &Clause) -> bool {
    matches!(clause.calls, Calls::AllBut(_))
}

fn ends(effect: &Effect) -> bool {
    matches!(&effect.value, EffectValue::Course(stages) if matches!(stages.last(), Some(Stage::Gone)))
}

fn version_header(suite: &Suite) -> Option<String> {
    suite.version.as_ref()?.reads().into_iter().find_map(|path| match path.keys.as_slice() {
        [Key::Name(name)] if path.root.as_ref() == "header" => Some(name.to_string()),
        _ => None,
    })
}

/// The expression, what it says of the first elements of lists, and the same of every
/// named expression that it reaches.
fn spread(suite: &Suite, expr: &Expr) -> Vec<Expr> {
    let mut seen = BTreeSet::new();
    let mut open = vec![expr.clone()];
    let mut all = Vec::new();
    while let Some(expr) = open.pop() {
        for root in expr.roots() {
            if let Some(Let::Expression(inner)) = suite.lets.get(root.as_ref())
                && seen.insert(root.to_string())
            {
                open.push(inner.clone());
            }
        }
        all.extend(expr.of_first_elements());
        all.push(expr);
    }
    all
}

fn needs(expr: &Expr) -> Vec<Need> {
    let of = |comparison: crate::expr::Comparison| {
        let Path { root, keys } = comparison.path;
        let root = match root.as_ref() {
            "path" => Root::Path,
            "query" => Root::Query,
            "header" => Root::Header,
            "body" => Root::Body,
            "caller" => Root::Caller,
            "binding" => Root::Binding,
            "input" => Root::Input,
            "version" | "pools" | "reply" | "it" | "world" | "today" | "op" => return None,
            thing => Root::Thing(thing.to_string()),
        };
        let pattern = match comparison.other.as_literal() {
            Some(Val::Str(text)) if comparison.op == Relation::Matches => Pattern::new(text).ok().map(Arc::new),
            _ => None,
        };
        Some(Need { root, keys, relation: comparison.op, other: comparison.other, pattern })
    };
    expr.comparisons().into_iter().filter_map(of).collect()
}

/// What decides on which things an effect falls, and to what they come.
fn values(effect: &Effect) -> impl Iterator<Item = &Expr> {
    effect.target.each().map(|each| &each.condition).into_iter().chain(effect.computed())
}

fn relevant(model: &Model) -> BTreeSet<(usize, String)> {
    let suite = &model.suite;
    let mut kinds: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (kind, resource) in suite.resources.iter().enumerate() {
        kinds.entry(resource.name.as_str()).or_default().insert(kind);
    }
    for about in suite.about.values().flatten() {
        kinds.entry(about.name.as_str()).or_default().insert(about.resource);
    }
    for each in suite.clauses.iter().flat_map(Clause::effects).filter_map(|effect| effect.target.each()) {
        kinds.entry(each.name.as_str()).or_default().insert(each.resource);
    }
    let fields = |expr: &Expr, guard: bool| -> BTreeSet<(usize, String)> {
        let parts = spread(suite, expr);
        let met: BTreeSet<Path> = if guard { parts.iter().flat_map(met_by_inputs).collect() } else { BTreeSet::new() };
        let read = parts.iter().flat_map(|part| part.reads());
        let mut found = BTreeSet::new();
        for path in read.filter(|path| !met.contains(path)) {
            if let (Some(kinds), Some(Key::Name(field))) = (kinds.get(path.root.as_ref()), path.keys.first()) {
                found.extend(kinds.iter().map(|kind| (*kind, field.to_string())));
            }
        }
        found
    };
    let mut found = BTreeSet::new();
    for (kind, resource) in suite.resources.iter().enumerate() {
        found.extend(resource.state.iter().map(|state| (kind, state.clone())));
    }
    for clause in &suite.clauses {
        let guards = clause.or.iter().filter_map(|way| way.when.as_ref());
        for guard in clause.when.iter().chain(guards) {
            found.extend(fields(guard, true));
        }
    }
    // What flows into a field that matters matters too.
    loop {
        let before = found.len();
        for effect in suite.clauses.iter().flat_map(Clause::effects) {
            let targets = match &effect.target {
                Target::Named(name) => kinds.get(name.as_str()).cloned().unwrap_or_default(),
                Target::Each(each) => BTreeSet::from([each.resource]),
            };
            if targets.into_iter().map(|kind| (kind, effect.field.clone())).any(|field| found.contains(&field)) {
                for expr in values(effect) {
                    found.extend(fields(expr, false));
                }
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Fields of things that a guard holds against inputs and nothing else: whatever they are,
/// an input can be found, so they do not tell worlds apart.
fn met_by_inputs(expr: &Expr) -> BTreeSet<Path> {
    let free = |expr: &Expr| {
        let roots = expr.roots();
        let input =
            |root: &std::sync::Arc<str>| matches!(root.as_ref(), "path" | "query" | "header" | "body" | "pools");
        !roots.is_empty() && roots.iter().all(input)
    };
    let mut by_path: BTreeMap<Path, bool> = BTreeMap::new();
    for comparison in expr.comparisons() {
        let met = by_path.entry(comparison.path).or_insert(true);
        *met &= free(&comparison.other);
    }
    let met = by_path.into_iter().filter(|(_, met)| *met);
    met.map(|(path, _)| path).collect()
}

/// Versions as its page asks for them; without such, those named by what speaks of an operation and by
/// its page, each with the one below and above.
fn versions(model: &Model, schemas: &Schemas, operation: &str) -> Vec<String> {
    let headers = schemas.operation(operation).map(|operation| operation.headers.as_slice()).unwrap_or_default();
    let asks = headers.iter().filter_map(|header| header.schema["x-asks-for-version"].as_array()).flatten();
    let words: Vec<String> = asks.filter_map(|word| Some(word.as_str()?.to_string())).collect();
    if !words.is_empty() {
        return words;
    }
    let mut found: BTreeSet<(u32, u32)> = BTreeSet::new();
    for clause in &model.operations[operation].clauses {
        let Some(guard) = model.written(*clause).and_then(|clause| clause.when.as_ref()) else {
            continue;
        };
        let parts = spread(&model.suite, guard);
        if parts.iter().any(|part| part.roots().iter().any(|root| root.as_ref() == "version")) {
            for text in parts.iter().flat_map(|part| part.constants()) {
                let Val::Str(text) = text else { continue };
                found.extend(number(text.rsplit(' ').next().unwrap_or(&text)));
            }
        }
    }
    let bounds = schemas.operation(operation).map(|operation| operation.microversions.as_slice()).unwrap_or_default();
    found
        .extend(bounds.iter().flat_map(|bound| [&bound.since, &bound.until]).flatten().filter_map(|text| number(text)));
    let around =
        found.iter().flat_map(|&(major, minor)| [(major, minor.saturating_sub(1)), (major, minor), (major, minor + 1)]);
    let around = around.collect::<BTreeSet<_>>().into_iter();
    let service = service(model);
    around.map(|(major, minor)| format!("{service}{major}.{minor}")).collect()
}

/// What guards put before a version, such as the name of a service, as the header wants it; mostly nothing.
fn service(model: &Model) -> String {
    let guards = model
        .suite
        .clauses
        .iter()
        .filter_map(|clause| clause.when.as_ref())
        .flat_map(|guard| spread(&model.suite, guard));
    let constants = guards.flat_map(|part| part.constants());
    let named = constants.filter_map(|val| match val {
        Val::Str(text) => {
            text.rsplit_once(' ').filter(|(_, last)| number(last).is_some()).map(|it| format!("{} ", it.0))
        }
        _ => None,
    });
    named.min().unwrap_or_default()
}

fn number(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
