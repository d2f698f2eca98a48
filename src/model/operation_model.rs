//! What the model stores about one operation.

use super::clause_expressions::{collect_kinds, collect_roots, list_unnamed_kinds};
use super::clause_info::{ClauseId, GeneratedClause};
use crate::expr::PathKey;
use crate::suite::{AboutEntry, Clause, ClauseOperations, IdExpression, ResourceView, Suite};
use std::collections::{BTreeMap, BTreeSet};

/// The model's index for one operation.
#[derive(Debug, Clone)]
pub struct OperationModel {
    /// Id of the operation.
    pub id: String,
    /// The `about` entries of the operation.
    pub about: Vec<AboutEntry>,
    /// Clauses of the operation, in the order of the suite.
    pub clauses: Vec<ClauseId>,
    /// Resource kind and view, for each view of the response.
    pub views: Vec<(usize, ResourceView)>,
    /// Resource kinds of which a clause of the operation reads every resource (`world.<kind>`).
    pub reads_all: BTreeSet<usize>,
    /// Resource kinds that an effect of the operation may change without a name in the call.
    pub affects_unnamed: BTreeSet<usize>,
    /// Success codes that the page lists, or that the table behind the page lists.
    pub success: Vec<u16>,
    /// Client-error codes, from the same source.
    pub client_error: Vec<u16>,
    /// Whether the operation may change resources: some binding has another method than GET, HEAD or OPTIONS.
    pub changes: bool,
    /// Path parameters that the pages describe as whole numbers.
    pub number_parameters: BTreeSet<String>,
    /// The clause against server errors.
    pub no_server_error: ClauseId,
    /// The clause about the shape of the response body.
    pub reply: Option<ClauseId>,
}

impl OperationModel {
    /// The kinds of the resources whose ids the operation reads from a path parameter that is a number.
    pub(super) fn list_number_kinds(&self) -> impl Iterator<Item = usize> {
        self.about.iter().filter_map(|about| {
            let IdExpression::Existing(expr) = &about.binding else { return None };
            let path = expr.as_path().filter(|path| path.root.as_ref() == "path")?;
            let [PathKey::Name(name)] = path.keys.as_slice() else { return None };
            self.number_parameters.contains(name.as_ref()).then_some(about.resource)
        })
    }
}

pub(super) fn build_operation_model(
    suite: &Suite,
    operation: &crate::schema::catalog::Operation,
    generated: &BTreeMap<GeneratedClause, ClauseId>,
) -> OperationModel {
    let about = suite.about.get(&operation.id).cloned().unwrap_or_default();
    let offered: BTreeSet<&str> =
        about.iter().filter(|a| matches!(a.binding, IdExpression::Existing(_))).map(|a| a.name.as_str()).collect();
    let all: BTreeSet<&str> = suite
        .about
        .values()
        .flatten()
        .map(|a| a.name.as_str())
        .chain(suite.resources.iter().map(|r| r.name.as_str()))
        .collect();
    let speaks = |clause: &Clause| match &clause.calls {
        ClauseOperations::Only(calls) => calls.contains(&operation.id),
        // A general clause applies to the calls with the resources that the clause names.
        ClauseOperations::AllBut(except) => {
            !except.contains(&operation.id)
                && collect_roots(suite, clause)
                    .iter()
                    .all(|root| !all.contains(root.as_str()) || offered.contains(root.as_str()))
        }
    };
    let clauses: Vec<ClauseId> = (0..suite.clauses.len())
        .filter(|&index| speaks(&suite.clauses[index]))
        .map(|index| ClauseId(index as u32))
        .collect();
    let reads_all = clauses.iter().flat_map(|clause| collect_kinds(suite, &suite.clauses[clause.0 as usize])).collect();
    let views = suite
        .resources
        .iter()
        .enumerate()
        .filter_map(|(kind, resource)| Some((kind, resource.views.get(&operation.id)?.clone())))
        .collect();
    let codes = |class: u16| -> Vec<u16> {
        let own: Vec<u16> =
            operation.statuses.iter().filter(|s| !s.general && s.code / 100 == class).map(|s| s.code).collect();
        let any = || operation.statuses.iter().filter(|s| s.code / 100 == class).map(|s| s.code).collect();
        if own.is_empty() { any() } else { own }
    };
    OperationModel {
        id: operation.id.clone(),
        views,
        reads_all,
        affects_unnamed: clauses
            .iter()
            .flat_map(|clause| list_unnamed_kinds(&suite.clauses[clause.0 as usize]))
            .collect(),
        success: codes(2),
        client_error: codes(4),
        changes: operation
            .bindings
            .iter()
            .any(|binding| !matches!(binding.method.as_str(), "GET" | "HEAD" | "OPTIONS")),
        number_parameters: operation
            .path
            .iter()
            .filter(|parameter| parameter.schema["type"] == "integer")
            .map(|parameter| parameter.name.clone())
            .collect(),
        no_server_error: generated[&GeneratedClause::NoServerError(operation.id.clone())],
        reply: generated.get(&GeneratedClause::Reply(operation.id.clone())).copied(),
        clauses,
        about,
    }
}
