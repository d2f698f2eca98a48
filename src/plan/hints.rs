//! Facts about inputs that follow from the expressions of a suite.

use super::guard_needs::{Need, conditions, needs, spread};
use super::relevant_fields::relevant;
use super::versions::versions;
use crate::expr::{Expr, Key};
use crate::model::{ClauseId, Model};
use crate::schema::Schemas;
use crate::suite::{Binding, Calls, Clause, Effect, EffectValue, Stage, Suite, Verb};
use std::collections::{BTreeMap, BTreeSet};

/// Facts from the expressions of a suite, computed once.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    needs: BTreeMap<ClauseId, Vec<Need>>,
    /// Root names in the guard of each clause.
    reads: BTreeMap<ClauseId, BTreeSet<String>>,
    /// For accepting clauses: the conditions of the guard.
    conditions: BTreeMap<ClauseId, Vec<Expr>>,
    /// The header for the API version.
    pub version_header: Option<String>,
    /// By operation: versions with a change of behaviour, and the neighbouring versions.
    versions: BTreeMap<String, Vec<String>>,
    /// By kind: fields and memory that decide about the applicability of clauses, whatever the inputs.
    pub relevant: BTreeSet<(usize, String)>,
    /// Operations that create resources of deletable kinds.
    pub creating: BTreeSet<String>,
    /// Creating operations that name no existing resource.
    pub founding: BTreeSet<String>,
    /// Kinds that such operations create.
    pub founded: BTreeSet<usize>,
    /// Operations that may end a resource of the call, or a dependent resource.
    pub deleting: BTreeSet<String>,
    /// Kinds with a deleting operation.
    pub deletable: BTreeSet<usize>,
}

impl Hints {
    /// Computes the facts for a model.
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

    /// The relations in the guard of a clause.
    #[must_use]
    pub fn needs(&self, clause: ClauseId) -> &[Need] {
        self.needs.get(&clause).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the guard of a clause reads a root.
    #[must_use]
    pub fn reads(&self, clause: ClauseId, root: &str) -> bool {
        self.reads.get(&clause).is_some_and(|roots| roots.contains(root))
    }

    /// The conditions of an accepting clause; `None` for a refusing clause.
    #[must_use]
    pub fn conditions(&self, clause: ClauseId) -> Option<&[Expr]> {
        self.conditions.get(&clause).map(Vec::as_slice)
    }

    /// Versions for calls of an operation, in order.
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

/// Whether a clause promises the effect of an accepted change.
#[must_use]
pub fn has_effect(clause: &Clause) -> bool {
    matches!(clause.verb, Verb::Accept(_)) && !clause.then.is_empty()
}

/// Whether a clause refuses calls of specific operations.
#[must_use]
pub fn refuses(clause: &Clause) -> bool {
    !matches!(clause.verb, Verb::Accept(_)) && !general(clause)
}

/// Whether a clause covers every operation.
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
