//! Facts about inputs that follow from the expressions of a suite.

use super::guard_relations::{GuardRelation, expand_expression, list_conditions, list_needs};
use super::id_input::{find_input_path, is_required};
use super::keyword_breaks::{KeywordBreak, list_keyword_breaks};
use super::relevant_fields::find_relevant_fields;
use super::versions::list_versions;
use crate::expr::{Expr, FieldPath, PathKey};
use crate::model::{ClauseId, Model};
use crate::schema::CompiledCatalog;
use crate::suite::{Clause, ClauseDecision, ClauseOperations, IdExpression, Suite};
use std::collections::{BTreeMap, BTreeSet};

/// Facts from the expressions of a suite, computed once.
#[derive(Debug, Clone, Default)]
pub struct SuiteHints {
    /// By clause of the suite.
    clauses: Vec<ClauseHints>,
    /// By operation: for each `about` entry, the path of the input with the id.
    input_paths: BTreeMap<String, Vec<Option<FieldPath>>>,
    /// The header for the API version.
    pub version_header: Option<String>,
    /// By operation: versions with a change of behaviour, and the neighbouring versions.
    versions: BTreeMap<String, Vec<String>>,
    /// Operations whose calls cannot leave out every resource.
    naming: BTreeSet<String>,
    /// By operation: the changes that make an input invalid, by broken keyword.
    keyword_breaks: BTreeMap<String, BTreeMap<String, Vec<KeywordBreak>>>,
    /// By kind: fields and memory that decide about the applicability of clauses, whatever the inputs.
    pub relevant: BTreeSet<(usize, String)>,
    /// Operations that create resources of deletable kinds.
    pub creating: BTreeSet<String>,
    /// Creating operations that name no existing resource.
    pub independent_creates: BTreeSet<String>,
    /// Kinds that such operations create.
    pub independent_kinds: BTreeSet<usize>,
    /// Operations that may end a resource of the call, or a dependent resource.
    pub deleting: BTreeSet<String>,
    /// Kinds with a deleting operation.
    pub deletable: BTreeSet<usize>,
}

/// Facts about one clause.
#[derive(Debug, Clone, Default)]
struct ClauseHints {
    needs: Vec<GuardRelation>,
    /// Root names in the guard.
    reads: BTreeSet<String>,
    /// For an accepting clause: the conditions of the guard.
    conditions: Option<Vec<Expr>>,
    /// Ids of the operations of the clause, sorted.
    operations: Vec<String>,
    /// Equal for clauses with equal operations and equal guards; `None` without a guard.
    guard_group: Option<usize>,
}

impl ClauseHints {
    fn new(model: &Model, clause: ClauseId, written: &Clause) -> ClauseHints {
        let suite = &model.suite;
        let guards: Vec<Expr> = written.when.iter().flat_map(|guard| expand_expression(suite, guard)).collect();
        let roots = guards.iter().flat_map(|guard| guard.roots().to_vec());
        let speaking = model.operations.values().filter(|operation| operation.clauses.contains(&clause));
        let accepts = matches!(written.decision, ClauseDecision::Accept(_));
        let conditions = || written.when.iter().flat_map(|guard| list_conditions(suite, guard)).collect();
        ClauseHints {
            needs: guards.iter().flat_map(list_needs).collect(),
            reads: roots.map(|root| root.to_string()).collect(),
            conditions: accepts.then(conditions),
            operations: speaking.map(|operation| operation.id.clone()).collect(),
            guard_group: None,
        }
    }
}

impl SuiteHints {
    /// Computes the facts for a model.
    #[must_use]
    pub fn new(model: &Model, schemas: &CompiledCatalog) -> SuiteHints {
        let suite = &model.suite;
        let mut hints = SuiteHints { version_header: find_version_header(suite), ..SuiteHints::default() };
        let mut groups: BTreeMap<(String, &str), usize> = BTreeMap::new();
        for (index, clause) in suite.clauses.iter().enumerate() {
            let guard = clause.when.as_ref();
            let guard_group = guard.map(|guard| {
                let next = groups.len();
                *groups.entry((format!("{:?}", clause.calls), guard.text())).or_insert(next)
            });
            let known = ClauseHints::new(model, ClauseId(index as u32), clause);
            hints.clauses.push(ClauseHints { guard_group, ..known });
        }
        for operation in model.operations.values() {
            let paths = operation.about.iter().map(find_input_path).collect();
            hints.input_paths.insert(operation.id.clone(), paths);
        }
        hints.add_lifecycle(model);
        hints.relevant = find_relevant_fields(model);
        for operation in model.operations.keys() {
            let versions = list_versions(model, schemas, operation);
            hints.versions.insert(operation.clone(), versions);
            if let Some(described) = schemas.find_operation(operation) {
                hints.keyword_breaks.insert(operation.clone(), list_keyword_breaks(schemas, described));
                let paths = hints.input_paths.get(operation).into_iter().flatten().flatten();
                if paths.into_iter().any(|path| is_required(schemas, described, path)) {
                    hints.naming.insert(operation.clone());
                }
            }
        }
        hints
    }

    /// The relations in the guard of a clause.
    #[must_use]
    pub fn guard_needs(&self, clause: ClauseId) -> &[GuardRelation] {
        self.find_clause(clause).map(|known| known.needs.as_slice()).unwrap_or_default()
    }

    /// Whether the guard of a clause reads a root.
    #[must_use]
    pub fn reads_root(&self, clause: ClauseId, root: &str) -> bool {
        self.find_clause(clause).is_some_and(|known| known.reads.contains(root))
    }

    /// The conditions of an accepting clause; `None` for a refusing clause.
    #[must_use]
    pub fn accept_conditions(&self, clause: ClauseId) -> Option<&[Expr]> {
        self.find_clause(clause)?.conditions.as_deref()
    }

    /// The ids of the operations of a clause, sorted.
    #[must_use]
    pub fn operations(&self, clause: ClauseId) -> &[String] {
        self.find_clause(clause).map(|known| known.operations.as_slice()).unwrap_or_default()
    }

    /// A number that clauses with equal operations and equal guards share; `None` without a guard.
    #[must_use]
    pub fn guard_group(&self, clause: ClauseId) -> Option<usize> {
        self.find_clause(clause)?.guard_group
    }

    /// Whether every call of an operation names a resource.
    pub(super) fn must_name_resource(&self, operation: &str) -> bool {
        self.naming.contains(operation)
    }

    /// The changes that make an input of an operation invalid, by broken keyword.
    pub(super) fn keyword_breaks(&self, operation: &str) -> &BTreeMap<String, Vec<KeywordBreak>> {
        static NONE: BTreeMap<String, Vec<KeywordBreak>> = BTreeMap::new();
        self.keyword_breaks.get(operation).unwrap_or(&NONE)
    }

    /// The path of the input with the id of an `about` entry, by index of the entry.
    pub(super) fn input_path(&self, operation: &str, about: usize) -> Option<&FieldPath> {
        self.input_paths.get(operation)?.get(about)?.as_ref()
    }

    /// `None` for a generated clause.
    fn find_clause(&self, clause: ClauseId) -> Option<&ClauseHints> {
        self.clauses.get(clause.0 as usize)
    }

    /// Versions for calls of an operation, in order.
    #[must_use]
    pub fn versions(&self, operation: &str) -> &[String] {
        self.versions.get(operation).map(Vec::as_slice).unwrap_or_default()
    }

    fn add_lifecycle(&mut self, model: &Model) {
        for (name, operation) in &model.operations {
            for clause in operation.clauses.iter().filter_map(|clause| model.find_suite_clause(*clause)) {
                for target in clause.then.iter().filter(|effect| effect.ends_resource()).map(|effect| &effect.target) {
                    let existing = |about: &&crate::suite::AboutEntry| {
                        target.is_named(&about.name) && matches!(about.binding, IdExpression::Existing(_))
                    };
                    let named = operation.about.iter().find(existing).map(|about| about.resource);
                    if let Some(kind) = named.or(target.get_selection().map(|each| each.resource)) {
                        self.deletable.insert(kind);
                        self.deleting.insert(name.clone());
                    }
                }
            }
        }
        for (name, operation) in &model.operations {
            let new = |about: &&crate::suite::AboutEntry| matches!(about.binding, IdExpression::New(_));
            let alone = operation.about.iter().all(|about| matches!(about.binding, IdExpression::New(_)));
            if operation.about.iter().filter(new).any(|about| alone || self.deletable.contains(&about.resource)) {
                self.creating.insert(name.clone());
                if alone {
                    self.independent_creates.insert(name.clone());
                    self.independent_kinds.extend(operation.about.iter().filter(new).map(|about| about.resource));
                }
            }
        }
    }
}

/// Whether a clause promises the effect of an accepted change.
#[must_use]
pub fn has_effect(clause: &Clause) -> bool {
    matches!(clause.decision, ClauseDecision::Accept(_)) && !clause.then.is_empty()
}

/// Whether a clause refuses calls of specific operations.
#[must_use]
pub fn refuses_call(clause: &Clause) -> bool {
    !matches!(clause.decision, ClauseDecision::Accept(_)) && !is_general(clause)
}

/// Whether a clause covers every operation.
#[must_use]
pub fn is_general(clause: &Clause) -> bool {
    matches!(clause.calls, ClauseOperations::AllBut(_))
}

fn find_version_header(suite: &Suite) -> Option<String> {
    suite.version.as_ref()?.list_reads().into_iter().find_map(|path| match path.keys.as_slice() {
        [PathKey::Name(name)] if path.root.as_ref() == "header" => Some(name.to_string()),
        _ => None,
    })
}
