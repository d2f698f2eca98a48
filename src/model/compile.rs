//! A suite and a catalog, compiled for evaluation.

use super::clause_expressions::collect_headers;
use super::clause_info::{ClauseId, ClauseInfo, ClauseOrigin, GeneratedClause};
use super::generated_clauses::generate_clauses;
use super::number_id::parse_number_id;
use super::operation_model::{OperationModel, build_operation_model};
use super::resource_calls::{ResourceDeletion, ResourceRead, find_deletion, find_read};
use super::resource_state::ResourceId;
use crate::expr::{ExprValue, TextNotation};
use crate::schema::CompiledCatalog;
use crate::schema::catalog::Catalog;
use crate::suite::{Clause, ClauseOperations, ResourceKind, Suite, find_field_notations};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A suite that parsed but does not compile.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}\n  at {place}\n  remedy: {remedy}")]
pub struct ModelError {
    /// Suite and line.
    pub place: String,
    /// The problem, in one sentence.
    pub what: String,
    /// A way to solve the problem.
    pub remedy: String,
}

/// A suite and a catalog, compiled for evaluation.
#[derive(Debug)]
pub struct Model {
    /// The suite.
    pub suite: Arc<Suite>,
    /// All clauses, indexed by [`ClauseId`].
    pub clauses: Vec<ClauseInfo>,
    /// The operations of the catalog, by id.
    pub operations: BTreeMap<String, OperationModel>,
    /// By resource kind: the read that shows one resource.
    pub reads: Vec<Option<ResourceRead>>,
    /// By resource kind: the call that deletes one resource.
    pub deletions: Vec<Option<ResourceDeletion>>,
    /// The date for the lifecycles of the suite, as `YYYY-MM-DD`.
    pub today: String,
    /// Headers in the expressions of the suite, in the spelling of the suite.
    pub header_names: Vec<String>,
    /// The root `pools`, the same value in every call.
    pub pools: ExprValue,
    /// By resource kind and field: what the texts of the field write; `None` for plain texts.
    notations: Vec<Vec<Option<TextNotation>>>,
    /// Resource kinds whose ids are numbers in bodies.
    number_ids: BTreeSet<usize>,
    generated: BTreeMap<GeneratedClause, ClauseId>,
}

impl Model {
    /// Compiles a suite with a catalog. `today` has the form `YYYY-MM-DD`.
    ///
    /// # Errors
    /// If `about`, a view or a clause names an operation that the catalog lacks.
    pub fn new(suite: Arc<Suite>, schemas: &CompiledCatalog, today: &str) -> Result<Model, ModelError> {
        let catalog = &schemas.catalog;
        refuse_unknown_operations(&suite, catalog)?;
        let mut clauses: Vec<ClauseInfo> = suite.clauses.iter().enumerate().map(describe_clause).collect();
        clauses.extend(suite.events.iter().enumerate().map(|(index, event)| ClauseInfo {
            id: event.id.clone(),
            aliases: Vec::new(),
            says: event.says.clone(),
            cites: event.cites.clone(),
            basis: event.basis,
            rule: event.rule.clone(),
            origin: ClauseOrigin::Event(index),
        }));
        let mut generated = BTreeMap::new();
        for info in generate_clauses(&suite, catalog) {
            let ClauseOrigin::Generated(kind) = &info.origin else {
                unreachable!("`generate` returns generated clauses only")
            };
            generated.insert(kind.clone(), ClauseId(clauses.len() as u32));
            clauses.push(info);
        }
        let operations: BTreeMap<String, OperationModel> = catalog
            .operations
            .iter()
            .map(|operation| (operation.id.clone(), build_operation_model(&suite, operation, &generated)))
            .collect();
        let number_ids = operations.values().flat_map(OperationModel::list_number_kinds).collect();
        let shown = suite.resources.iter().enumerate().map(|(kind, _)| find_read(&suite, catalog, kind)).collect();
        let ends = (0..suite.resources.len()).map(|kind| find_deletion(&suite, catalog, kind)).collect();
        let header_names = collect_headers(&suite);
        let notations = find_field_notations(&suite, schemas);
        let pools = suite.pools.iter();
        let pools = pools.map(|(name, values)| (Arc::from(name.as_str()), ExprValue::List(values.clone().into())));
        let pools = ExprValue::Map(Arc::new(pools.collect()));
        Ok(Model {
            header_names,
            pools,
            suite,
            clauses,
            operations,
            reads: shown,
            deletions: ends,
            today: today.to_string(),
            notations,
            number_ids,
            generated,
        })
    }

    /// The facts about a clause.
    #[must_use]
    pub fn clause_info(&self, clause: ClauseId) -> &ClauseInfo {
        &self.clauses[clause.0 as usize]
    }

    /// The clause of the suite, if the clause is not generated.
    #[must_use]
    pub fn find_suite_clause(&self, clause: ClauseId) -> Option<&Clause> {
        match self.clause_info(clause).origin {
            ClauseOrigin::Clause(index) => Some(&self.suite.clauses[index]),
            _ => None,
        }
    }

    /// The id of a generated clause.
    ///
    /// # Panics
    /// If the suite has no clause of that kind.
    #[must_use]
    pub fn generated_clause(&self, kind: &GeneratedClause) -> ClauseId {
        *self.generated.get(kind).unwrap_or_else(|| panic!("the model has no generated clause {kind:?}"))
    }

    /// The generated clause about the list of a resource kind in the responses of an operation; `None` if the operation
    /// shows no whole list.
    pub(super) fn find_list_clause(&self, kind: usize, operation: &str) -> Option<ClauseId> {
        self.generated.get(&GeneratedClause::Listed(kind, operation.to_string())).copied()
    }

    /// The clause about overlapping calls on resources of a kind; `None` if the suite does not name the convention.
    #[must_use]
    pub fn find_atomic_clause(&self, kind: usize) -> Option<ClauseId> {
        self.generated.get(&GeneratedClause::Atomic(kind)).copied()
    }

    /// The clause with a name of today, or else with an earlier name.
    #[must_use]
    pub fn find_clause(&self, id: &str) -> Option<ClauseId> {
        let known = self.clauses.iter().position(|info| info.id == id);
        let renamed = || self.clauses.iter().position(|info| info.aliases.iter().any(|alias| alias == id));
        known.or_else(renamed).map(|index| ClauseId(index as u32))
    }

    /// Whether the ids of a resource kind are numbers in bodies: the pages describe the path parameter with the id as a
    /// whole number. The model holds each id as text.
    #[must_use]
    pub fn has_number_ids(&self, kind: usize) -> bool {
        self.number_ids.contains(&kind)
    }

    /// The id of a resource from a value of a body or a call: a text, or a whole number for a kind with such ids.
    #[must_use]
    pub fn read_id(&self, kind: usize, value: &ExprValue) -> Option<Arc<str>> {
        match value {
            ExprValue::Int(_) if !self.has_number_ids(kind) => None,
            value => value.to_id_text(),
        }
    }

    /// The id of a resource as bodies and expressions show the id.
    #[must_use]
    pub fn make_id_value(&self, kind: usize, id: &Arc<str>) -> ExprValue {
        if self.has_number_ids(kind) { parse_number_id(id) } else { ExprValue::Str(id.clone()) }
    }

    /// A value of a field, read as what the texts of the field write. Each value that enters a field passes here, so that
    /// every comparison with the field compares values and not notations.
    #[must_use]
    pub fn read_field_value(&self, kind: usize, field: usize, value: ExprValue) -> ExprValue {
        match self.notations[kind][field] {
            Some(notation) => value.read_notation(notation),
            None => value,
        }
    }

    /// The resource kind of a resource.
    #[must_use]
    pub fn resource_kind(&self, id: &ResourceId) -> &ResourceKind {
        &self.suite.resources[id.kind as usize]
    }

    /// The clause id of the event at an index of the suite.
    #[must_use]
    pub fn event_clause(&self, index: usize) -> ClauseId {
        ClauseId((self.suite.clauses.len() + index) as u32)
    }
}

fn describe_clause((index, clause): (usize, &Clause)) -> ClauseInfo {
    ClauseInfo {
        id: clause.id.clone(),
        aliases: clause.aliases.clone(),
        says: clause.says.clone(),
        cites: clause.cites.clone(),
        basis: clause.basis,
        rule: clause.rule.clone(),
        origin: ClauseOrigin::Clause(index),
    }
}

fn refuse_unknown_operations(suite: &Suite, catalog: &Catalog) -> Result<(), ModelError> {
    let known: BTreeSet<&str> = catalog.operations.iter().map(|operation| operation.id.as_str()).collect();
    let named = suite
        .clauses
        .iter()
        .flat_map(|clause| match &clause.calls {
            ClauseOperations::Only(calls) | ClauseOperations::AllBut(calls) => {
                calls.iter().map(|call| (call, clause.place)).collect::<Vec<_>>()
            }
        })
        .chain(suite.about.iter().flat_map(|(call, about)| about.iter().map(move |about| (call, about.place))))
        .chain(suite.resources.iter().flat_map(|r| r.views.iter().map(|(call, view)| (call, view.place))));
    for (call, place) in named {
        if !known.contains(call.as_str()) {
            return Err(ModelError {
                place: format!("suite {}, line {}", suite.name, place.line),
                what: format!("no operation `{call}` in catalog {}", catalog.api),
                remedy: format!("use one of: {}", known.iter().copied().collect::<Vec<_>>().join(", ")),
            });
        }
    }
    Ok(())
}

/// The index of the state field of a resource kind.
#[must_use]
pub fn find_state_field(model: &Model, kind: usize) -> Option<usize> {
    let resource = &model.suite.resources[kind];
    let state = resource.state.as_ref()?;
    resource.fields.iter().position(|field| field.name == *state)
}

/// The clause that an unpromised change of a field contradicts.
#[must_use]
pub fn frame_clause(model: &Model, id: &ResourceId, field: u16) -> ClauseId {
    model.generated_clause(&GeneratedClause::Field(usize::from(id.kind), usize::from(field)))
}
